// The two vendors' rules behind kubelet_choice.hpp, each in its own file. Only for that header's source and tests.
#pragma once

#include "placement/topology/host_tree.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace muster {

using PairTable = std::vector<std::int32_t>;  // [a × gpus + b]
using Boards = std::vector<std::vector<std::size_t>>;

[[nodiscard]] PairTable nvidia_scores(const MachineGraph& machine, const HostTree& tree);
// 0 < k < |free| ≤ kMaxPredicted.
[[nodiscard]] GpuMask nvidia_choice(const PairTable& scores, std::size_t gpus, GpuMask free, std::size_t k);

[[nodiscard]] PairTable amd_weights(const MachineGraph& machine, const MachinePaths& paths, const HostTree& tree);
// Ordinals that are partitions of one GPU (same PCI address up to the function), ascending; GPUs by PCI address.
[[nodiscard]] Boards amd_boards(const MachineGraph& machine);
// 0 < k < |free|; nothing for more than kMaxPredicted boards with a free partition.
[[nodiscard]] GpuMask amd_choice(const PairTable& weights, const Boards& boards, std::size_t gpus, GpuMask free,
                                 std::size_t k);

}  // namespace muster
