// Which GPUs the kubelet will give to a container: the rules of the vendors' device plugins, as a prediction (reference
// gpu-topology §1.1, §1.2, §1.4). Their defects are part of it: what is predicted is what happens, not what would be
// best.
#pragma once

#include "placement/topology/machine_paths.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace muster {

// More free GPUs than this (AMD: GPUs that have a free partition): the lowest ordinals are predicted. NVIDIA's plugin
// walks through all partitions and would not end.
inline constexpr std::size_t kMaxPredicted = 16;

// The rule of one machine's plugin.
//
// NVIDIA (go-gpuallocator, best effort): all partitions of the free GPUs into sets of k, leftovers together in one; the
// one with the largest sum of pair scores, of it the set with the largest. Pair score: 10 SYS, 20 NODE, 30 PHB, 40 PXB,
// 50 PIX by what the two GPUs have in common on PCIe, and 100 for each NVLink that joins them directly. Three
// defects: links to an NVSwitch count nothing; a sum over pairs says nothing about rings; and of a best partition of
// seven or eight pairs the plugin overwrites those behind the fifth before it looks for the best one. Of equals, what
// comes first when the first free GPU is put together with the others in ascending order, set by set. The plugin takes
// the GPUs in the order in which the kubelet names them, which is that of a Go map, so among equals the real choice is
// a matter of chance; this one assumes ascending ordinals. Where the leftovers have the largest sum, the plugin's
// answer holds no GPUs at all for the padding and the container fails to start; predicted is the best full set.
//
// AMD (ROCm device plugin, best effort): the subset with the least sum of pair weights, grown GPU by GPU, partitions of
// one GPU together, those with the fewest free partitions first, then by PCI address, of equals the first. Pair weight:
// 10 on the same GPU, else 20; 10 by xGMI, 40 by PCIe; 10 on the same NUMA node, else 20.
//
// Others: the lowest ordinals.
class KubeletRule {
  public:
    // Both are read here only. O(GPUs² × depth of the PCIe tree).
    KubeletRule(const MachineGraph& machine, const MachinePaths& paths);

    // `free`: healthy GPUs that no container has. Gives k of them; nullopt when there are fewer or k is 0. O(2^free ×
    // C(free, k)) at worst, 16 free GPUs: tens of milliseconds; 8: microseconds.
    [[nodiscard]] std::optional<GpuMask> choose(GpuMask free, std::size_t k) const;

  private:
    Vendor vendor_;
    std::size_t gpus_;
    std::vector<std::int32_t> pair_;                // [a × gpus + b], score or weight
    std::vector<std::vector<std::size_t>> boards_;  // AMD: the partitions of each GPU, boards by PCI address
};

// KubeletRule for one question.
[[nodiscard]] std::optional<GpuMask> predict_kubelet(const MachineGraph& machine, const MachinePaths& paths,
                                                     GpuMask free, std::size_t k);

}  // namespace muster
