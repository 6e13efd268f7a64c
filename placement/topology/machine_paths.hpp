// Paths between GPUs, and from GPUs to NICs, as NCCL prefers them: lowest class, then highest bottleneck, then fewest
// hops (reference gpu-topology §4.1, formula 1 of §4.4).
#pragma once

#include "placement/model/machine_graph.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace muster {

// In NCCL's order, best first; `links` and `parts` are those that the path crosses.
enum class PathClass {
    loc,   // the GPU itself
    nvl,   // NVLink or xGMI, straight or through NVSwitches
    nvb,   // two NVLinks through one other GPU; not by xGMI: RCCL takes no GPU for an intermediate step
    c2c,   // GPU to GPU through the Grace CPU that both hang at
    pix,   // PCIe with at most one bridge between
    pxb,   // PCIe with several bridges
    p2c,   // GPU to NIC: C2C to the CPU, PCIe from there
    pxn,   // GPU to NIC: NVLink to another GPU, and its way of pxb or better; not on AMD, where RCCL has it off
    phb,   // through one NUMA node, or through one host bridge where the machine names them (PartKind::host_bridge)
    node,  // nvidia-smi's NODE: from one host bridge to another of one NUMA node; NCCL counts it as phb
    sys,   // between NUMA nodes
    dis,   // no path
};
[[nodiscard]] std::string_view name_of(PathClass path);  // "NVL", … as NCCL and nvidia-smi print

// Bandwidth that stands for "inside one GPU" (NCCL's LOC_BW).
inline constexpr std::int64_t kLocalMbps = 5'000'000;

struct Path {
    PathClass path = PathClass::dis;
    // Bottleneck of the whole path, a NIC's own line rate included where it is known; phb and node on an Intel machine
    // ÷ 1.2 (through_intel_root); 0 for dis.
    std::int64_t mbps = 0;
    std::int32_t hops = 0;  // links crossed
    // NVLink or xGMI links of a nvl path: between the two GPUs, or the fewer of both GPUs' to the NVSwitch; else 0.
    std::int32_t links = 0;
    auto operator<=>(const Path&) const = default;
};

class MachinePaths {
  public:
    // The graph is read here only. O(GPUs × (links × log parts + (GPUs + NICs) × links of one part)).
    explicit MachinePaths(const MachineGraph& machine);
    // Both below gpu_count(). The same in both directions.
    [[nodiscard]] const Path& between(std::size_t gpu_a, std::size_t gpu_b) const {
        return gpu_gpu_[gpu_a * gpus_ + gpu_b];
    }
    // A pxn path goes through some other GPU of the machine, which a container may not have.
    [[nodiscard]] const Path& to_nic(std::size_t gpu, std::size_t nic) const { return gpu_nic_[gpu * nics_ + nic]; }
    // GPUs that hang together by NVLink, NVSwitch or xGMI, by lowest ordinal; a GPU without is one of its own.
    [[nodiscard]] const std::vector<GpuMask>& islands() const { return islands_; }

  private:
    std::size_t gpus_;
    std::size_t nics_;
    std::vector<Path> gpu_gpu_;  // [a × gpus + b]
    std::vector<Path> gpu_nic_;  // [gpu × nics + nic]
    std::vector<GpuMask> islands_;
};

}  // namespace muster
