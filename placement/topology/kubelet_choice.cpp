#include "placement/topology/kubelet_choice.hpp"

#include "placement/model/check.hpp"
#include "placement/topology/kubelet_rules.hpp"

#include <bit>

namespace muster {
namespace {

GpuMask lowest(GpuMask free, std::size_t k) {
    GpuMask chosen = 0;
    for (; k > 0; --k, free &= free - 1) chosen |= free & (~free + 1);
    return chosen;
}

}  // namespace

KubeletRule::KubeletRule(const MachineGraph& machine, const MachinePaths& paths)
    : vendor_(machine.vendor()), gpus_(machine.gpu_count()) {
    const HostTree tree(machine);
    if (vendor_ == Vendor::nvidia) pair_ = nvidia_scores(machine, tree);
    if (vendor_ == Vendor::amd) {
        pair_ = amd_weights(machine, paths, tree);
        boards_ = amd_boards(machine);
    }
}

std::optional<GpuMask> KubeletRule::choose(GpuMask free, std::size_t k) const {
    MUSTER_CHECK(gpus_ == kMaxGpus || free >> gpus_ == 0);
    const auto count = static_cast<std::size_t>(std::popcount(free));
    if (k == 0 || count < k) return std::nullopt;
    if (count == k) return free;
    if (vendor_ == Vendor::nvidia && count <= kMaxPredicted) return nvidia_choice(pair_, gpus_, free, k);
    if (vendor_ == Vendor::amd) {
        if (const GpuMask chosen = amd_choice(pair_, boards_, gpus_, free, k); chosen != 0) return chosen;
    }
    return lowest(free, k);
}

std::optional<GpuMask> predict_kubelet(const MachineGraph& machine, const MachinePaths& paths, GpuMask free,
                                       std::size_t k) {
    return KubeletRule(machine, paths).choose(free, k);
}

}  // namespace muster
