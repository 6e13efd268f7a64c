// A machine as it is put together part by part, before MachineGraph::build sorts it. For machines written by hand: the
// built-in profiles, and tests.
#pragma once

#include "placement/model/machine_graph.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace muster {

// What hangs below one NUMA node, and how.
struct PcieLayout {
    int switches = 1;            // per NUMA node
    int gpus = 1;                // per switch
    int nics = 0;                // per switch
    bool host_bridges = false;   // each switch at a host bridge of its own: NODE from one to another, else PHB
    bool root_switch = false;    // one more bridge over all switches of the node: PXB from one to another
    bool gpu_ports = false;      // each GPU below a bridge of its own: PXB to the NICs of its switch, else PIX
    std::int64_t mbps = 0;       // of every PCIe link
    std::int64_t port_mbps = 0;  // between a GPU's own bridge and the switch, 0: as the others
    std::int64_t nic_mbit = 0;   // line rate
};

// GPUs and NICs are numbered as they are added. Names: GPU0, NIC0, NUMA0, HOST0, PCIE0, NVSWITCH.
class MachineDraft {
  public:
    MachineDraft(std::string_view name, Vendor vendor) : name_(name), vendor_(vendor) {}

    // Properties of every GPU that is added from here on.
    void gpus_are(std::string_view model, std::int32_t arch);

    PartIdx add_numa(CpuVendor cpu, std::int32_t cpu_model);
    PartIdx add_gpu(std::int32_t numa);
    PartIdx add_nic(std::int32_t numa, std::int64_t line_mbit);
    PartIdx add_bridge(PartKind kind = PartKind::bridge);
    void add_link(PartIdx a, PartIdx b, LinkKind kind, std::int64_t mbps, std::int32_t count = 1);
    // The GPU of this number, once added.
    [[nodiscard]] PartIdx gpu(std::size_t number) const { return gpus_[number]; }

    // `nodes` NUMA nodes, joined by the socket links of their make, each with the same below it.
    void add_nodes(int nodes, CpuVendor cpu, std::int32_t cpu_model, const PcieLayout& layout);
    // One NVSwitch with this many links to every GPU added so far.
    void add_nvswitch(std::int32_t links);
    // Links between two GPUs, `link_mbps` each.
    struct Pair {
        int a, b;
        std::int32_t count;
    };
    void add_mesh(const std::vector<Pair>& pairs, LinkKind kind, std::int64_t link_mbps);

    void add_note(std::string_view note) { notes_.emplace_back(note); }
    // A draft that build() refuses is a mistake in the source: MUSTER_CHECK.
    [[nodiscard]] MachineGraph finish() &&;

  private:
    PartIdx add(Part part);
    void add_below(PartIdx node, std::int32_t numa, const PcieLayout& layout);
    void add_switch(PartIdx above, std::int32_t numa, const PcieLayout& layout);

    std::string name_;
    Vendor vendor_;
    std::string gpu_model_;
    std::int32_t gpu_arch_ = 0;
    std::vector<Part> parts_;
    std::vector<Link> links_;
    std::vector<std::string> notes_;
    std::vector<PartIdx> gpus_, numas_;
    int nics_ = 0, host_bridges_ = 0, bridges_ = 0;
};

}  // namespace muster
