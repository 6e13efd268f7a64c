// What a set of GPUs can send to other machines (reference gpu-topology §4.4, formula 6).
#pragma once

#include "placement/topology/host_tree.hpp"

#include <cstdint>
#include <vector>

namespace muster {

class NicShare {
  public:
    // Both outlive the object.
    NicShare(const MachineGraph& machine, const HostTree& tree);

    // MB/s over all distinct NICs that some GPU of the set reaches without a host bridge (≤ PXB), or that hang on the
    // CPU to which it has C2C (P2C), as much as PCIe links shared on the way let through; a peer's NIC by PXN is among
    // them, because the peer is in the set. A NIC counts half when GPUDirect is off on it or on all GPUs of the set.
    // No NIC so near: those of the best class, at half of what their links carry, as much as the GPUs' own links let
    // through. 0: no NIC is known. O(parts).
    [[nodiscard]] std::int64_t mbps(GpuMask set) const;

  private:
    [[nodiscard]] std::int64_t near(GpuMask set, bool gpu_direct) const;
    [[nodiscard]] std::int64_t far(GpuMask set) const;
    [[nodiscard]] bool has(GpuMask set, PartIdx part) const;

    const MachineGraph& machine_;
    const HostTree& tree_;
    std::vector<std::int64_t> speed_;  // by NIC, MB/s
    std::vector<PathClass> class_;     // [gpu × nics + nic]
};

}  // namespace muster
