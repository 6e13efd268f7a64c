// The first term of the objective: how much of its machine's bandwidth a GPU set loses, in classes (reference
// gpu-topology §4.4, formula 10).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace muster {

// A set is of class i when it keeps at least kClassPercent[i] of the best set of its size on its own machine, all GPUs
// free; of kWorstClass when it keeps less than all of them. Measured against the set's own machine, so that no hardware
// is preferred for being newer, nor a small set for being small. Steps rather than numbers, so that a few percent
// decide nothing that levels and domains should decide.
inline constexpr std::array<std::int64_t, 6> kClassPercent{95, 80, 60, 40, 20, 10};
inline constexpr std::int32_t kWorstClass = kClassPercent.size();

// `mbps`, `best_mbps`: as pod_mbps gives them, ≥ 0. Nothing to lose (best_mbps is 0) is class 0.
[[nodiscard]] constexpr std::int32_t bandwidth_class(std::int64_t mbps, std::int64_t best_mbps) {
    for (std::size_t i = 0; i < kClassPercent.size(); ++i) {
        if (mbps * 100 >= best_mbps * kClassPercent[i]) return static_cast<std::int32_t>(i);
    }
    return kWorstClass;
}

}  // namespace muster
