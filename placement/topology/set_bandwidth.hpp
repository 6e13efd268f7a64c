// Bus bandwidth of the best rings on a set of GPUs (reference gpu-topology §4.4, formulas 2 to 5).
#pragma once

#include "placement/topology/gpu_set_value.hpp"
#include "placement/topology/host_tree.hpp"
#include "placement/topology/ring_packing.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace muster {

// What is computed, the best of which counts:
// - NVSwitch (formula 2): GPUs on one switch reach what the least of them has links for, whatever their number.
// - Mesh (3): bandwidth of one link × rings that fit on the links inside the set. No ring: × disjoint trees (5), each
//   link of a tree being used once each way; class nvb, since some GPU passes on what is not for it, and × 0.92, as
//   NCCL counts trees.
// - Walk (4): a ring that walks round a tree of links uses each of them once each way, so the tree whose thinnest link
//   is widest counts. It may consist of PCIe, socket and GPU links; of GPU links alone it is class nvb, × 0.92. Two
//   GPUs of class ≤ PXB talk directly, others through host memory over the same links. What passes an Intel root
//   complex so, within a socket or to the other, counts 1 / 1.2 on the PCIe links up to it. NCCL counts so within a
//   socket only, which makes a set across sockets look faster than one inside.
// GPUs outside the set pass nothing on: NCCL removes them from its picture of the machine.
class SetBandwidth {
  public:
    // Both outlive the object.
    SetBandwidth(const MachineGraph& machine, const HostTree& tree);

    // Everything of GpuSetValue but nic_mbps. `set` not empty.
    [[nodiscard]] GpuSetValue rings(GpuMask set) const;
    // At least the ring_mbps and upper_mbps of the set, at once. O(|set|²).
    [[nodiscard]] std::int64_t bound(GpuMask set) const;

  private:
    struct Mesh;
    [[nodiscard]] std::optional<std::int64_t> switch_mbps(GpuMask set) const;
    [[nodiscard]] Mesh mesh_of(const std::vector<std::size_t>& gpus) const;
    [[nodiscard]] GpuSetValue mesh_rings(const std::vector<std::size_t>& gpus) const;
    [[nodiscard]] GpuSetValue walk(GpuMask set, const std::vector<std::size_t>& gpus) const;
    [[nodiscard]] std::vector<bool> turning(const std::vector<std::size_t>& gpus) const;
    [[nodiscard]] std::int64_t widest_walk(GpuMask set, const std::vector<std::size_t>& gpus) const;
    [[nodiscard]] PathClass host_class(PartIdx a, PartIdx b) const;
    [[nodiscard]] PathClass pair_class(std::size_t a, std::size_t b, std::int64_t least_mbps) const;

    struct Direct {
        std::int32_t count = 0;  // NVLinks or xGMI links
        std::int64_t mbps = 0;   // all together
    };
    [[nodiscard]] const Direct& direct(std::size_t a, std::size_t b) const { return direct_[a * gpus_ + b]; }

    const MachineGraph& machine_;
    const HostTree& tree_;
    std::size_t gpus_;
    std::vector<Direct> direct_;         // [a × gpus + b]
    std::vector<PathClass> host_class_;  // [a × gpus + b]
    std::vector<PartIdx> switch_of_;     // by GPU; the GPU itself when it is on none
    std::vector<std::int64_t> switch_mbps_;
    std::vector<std::int64_t> widest_;  // by GPU: its widest link
};

}  // namespace muster
