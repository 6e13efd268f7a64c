// The machine without its GPU fabric: PCIe trees under NUMA nodes, and what class a path through them has. NVML's
// "common ancestor" and all host-side bandwidth come from here; machine_paths.hpp has the paths that NCCL prefers.
#pragma once

#include "placement/topology/machine_paths.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace muster {

class HostTree {
  public:
    struct Up {
        PartIdx parent;
        LinkKind kind = LinkKind::pcie;
        std::int64_t mbps = 0;
    };

    // The graph outlives the object. A part that hangs under several NUMA nodes (NICs of some dumps) counts under the
    // first. O(parts + links).
    explicit HostTree(const MachineGraph& machine);

    // The link towards the NUMA node. nullopt: a root, i.e. a NUMA node, or a part that no host link joins to one.
    [[nodiscard]] const std::optional<Up>& up(PartIdx part) const { return up_[part.value()]; }
    [[nodiscard]] PartIdx root(PartIdx part) const;
    // Where the ways of two parts of one root meet.
    [[nodiscard]] PartIdx meeting(PartIdx a, PartIdx b) const;
    // All parts, each behind its parent.
    [[nodiscard]] std::span<const PartIdx> order() const { return order_; }
    // Class of the host's path between two different GPUs, or a GPU and a NIC, whatever NVLink there is: pix, pxb, phb,
    // node or sys; dis when the source names no such path. GPUs on C2C or on a CPU's NVLink meet in the CPU: node.
    [[nodiscard]] PathClass between(PartIdx a, PartIdx b) const;

  private:
    void grow(std::vector<bool>& seen);
    [[nodiscard]] std::size_t depth(PartIdx part) const;

    const MachineGraph& machine_;
    std::vector<std::optional<Up>> up_;
    std::vector<PartIdx> order_;
    std::size_t grown_ = 0;  // parts of order_ whose neighbours are in
};

}  // namespace muster
