// The inside of one machine: what is in it and what connects it. Built by the importers of dialects/topology and by the
// built-in profiles; everything about paths and bandwidth is computed from it, and from nothing else.
#pragma once

#include "placement/model/ids.hpp"
#include "placement/model/result.hpp"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace muster {

// Bit i is the GPU with ordinal i.
using GpuMask = std::uint64_t;
inline constexpr std::size_t kMaxGpus = 64;  // an MI300X board in CPX mode shows 64 partitions
// Far beyond any machine, and sums over all links stay exact.
inline constexpr std::size_t kMaxParts = 4096;
inline constexpr std::size_t kMaxMachineLinks = 65536;
inline constexpr std::int32_t kMaxLinkCount = 10'000;
inline constexpr std::int64_t kMaxLinkMbps = 1'000'000'000'000;

enum class PartKind {
    gpu,
    nic,
    numa,         // CPU memory domain: NCCL's "cpu", the root of a PCIe tree
    host_bridge,  // between a NUMA node and its PCIe tree, where the source tells several apart (nvidia-smi's PHB,
                  // NODE)
    bridge,       // PCIe switch
    nvswitch,     // all NVSwitches of a board as one part: none of the sources tells which GPU uses which
};

enum class LinkKind {
    pcie,    // to a bridge, a host bridge or a NUMA node
    nvlink,  // GPU to GPU, GPU to NVSwitch, or GPU to CPU (POWER)
    xgmi,
    c2c,     // GPU to Grace CPU
    socket,  // between NUMA nodes
};
[[nodiscard]] std::string_view name_of(LinkKind kind);  // "PCIe", "NVLink", …

enum class CpuVendor { unknown, intel, amd, arm, power, zhaoxin };

struct Part {
    PartKind kind = PartKind::gpu;
    std::string name;           // "GPU0", "mlx5_0", "NUMA1", …; unique in the machine
    std::string bus;            // PCI address in lower case as "0000:1b:00.0"; empty when the source does not tell
    std::string model;          // product or driver name, where known
    std::int32_t ordinal = -1;  // of a GPU: its index as the vendor's tools count, 0, 1, …; else -1
    // Compute capability of an NVIDIA GPU times 10 ("90" is Hopper), AMD's gfx number as decimal digits ("942"), 0
    // unknown.
    std::int32_t arch = 0;
    CpuVendor cpu = CpuVendor::unknown;  // of a NUMA node
    std::int32_t cpu_model = 0;          // x86 model number of a NUMA node; 0 unknown
    std::int32_t numa = -1;              // of a GPU or NIC: NUMA id as the source states it, -1 not stated
    std::int64_t nic_mbps = 0;           // of a NIC: line rate in Mbit/s; 0 unknown
    bool gpu_direct = true;              // of a NIC or GPU: GPUDirect RDMA works
    std::string uuid = {};               // of a GPU: the vendor's id of this very device ("GPU-…"), where told
    auto operator<=>(const Part&) const = default;
};

using PartIdx = Index<struct PartTag>;

struct Link {
    PartIdx a, b;  // a < b
    LinkKind kind = LinkKind::pcie;
    std::int32_t count = 1;  // parallel links that `mbps` is the sum of
    std::int64_t mbps = 0;   // MB/s (10^6 bytes) in each direction, all `count` links together
    auto operator<=>(const Link&) const = default;
};

enum class Vendor { nvidia, amd, other };

class MachineGraph {
  public:
    // Sorts the parts (GPUs by ordinal, then NICs, NUMA nodes, host bridges, bridges, NVSwitch, each by name, where
    // runs of digits count as numbers: mlx5_2 before mlx5_10) and the links, and merges parallel links of a kind.
    // `links` name the parts by their places in `parts`. Whatever the order of the input, the graph is the same.
    // Errors: a part without a name, two of one name, no GPU, GPU ordinals that are not 0, 1, … without a gap, a link
    // to itself or to an unknown part, of no bandwidth or between parts that its kind never joins, more NVLinks on a
    // GPU than its generation has (nvlinks_of; 36, the most of any, where the generation is not known), a part that no
    // path joins to GPU 0; limits: kMaxGpus, kMaxParts, kMaxMachineLinks, kMaxLinkCount, kMaxLinkMbps. O((parts +
    // links) log (parts + links)).
    [[nodiscard]] static Result<MachineGraph> build(std::string name, Vendor vendor, std::vector<Part> parts,
                                                    std::vector<Link> links);

    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] Vendor vendor() const { return vendor_; }
    [[nodiscard]] std::span<const Part> parts() const { return parts_; }
    [[nodiscard]] const Part& part(PartIdx at) const { return parts_[at.value()]; }
    [[nodiscard]] std::span<const Link> links() const { return links_; }
    [[nodiscard]] std::span<const std::uint32_t> links_of(PartIdx at) const;  // indices into links()
    [[nodiscard]] std::size_t gpu_count() const { return gpus_; }
    [[nodiscard]] std::size_t nic_count() const { return nics_; }
    [[nodiscard]] PartIdx gpu(std::size_t ordinal) const { return PartIdx(static_cast<std::uint32_t>(ordinal)); }
    [[nodiscard]] PartIdx nic(std::size_t at) const { return PartIdx(static_cast<std::uint32_t>(gpus_ + at)); }
    [[nodiscard]] GpuMask all_gpus() const { return gpus_ >= 64 ? ~GpuMask{0} : (GpuMask{1} << gpus_) - 1; }
    // What the source left open and a reader of results should know ("no NICs listed", "links assumed gen3"); sorted.
    [[nodiscard]] std::span<const std::string> notes() const { return notes_; }
    void add_note(std::string note);
    // Moves the GPUs' uuids out, by ordinal: what stays is the type, equal for all machines of it. Empty: none is
    // told.
    [[nodiscard]] std::vector<std::string> take_uuids();

    friend bool operator==(const MachineGraph&, const MachineGraph&) = default;
    // By name, then by content: any total order that does not depend on addresses.
    friend std::strong_ordering operator<=>(const MachineGraph&, const MachineGraph&) = default;

  private:
    MachineGraph() = default;
    std::string name_;
    Vendor vendor_ = Vendor::other;
    std::vector<Part> parts_;
    std::vector<Link> links_;
    std::vector<std::uint32_t> link_list_;   // by part, concatenated
    std::vector<std::uint32_t> first_link_;  // by part, one more at the end
    std::size_t gpus_ = 0;
    std::size_t nics_ = 0;
    std::vector<std::string> notes_;
};

}  // namespace muster
