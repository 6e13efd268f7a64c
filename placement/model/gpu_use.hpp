// Which GPUs of a machine are in use, as far as that is known.
#pragma once

#include "placement/model/machine_graph.hpp"

#include <cstdint>

namespace muster {

// Of one node, in the ordinals of its machine. Two pods that both name one GPU count once in `told` and once in
// `untold`: one of them has another.
struct GpuUse {
    GpuMask told = 0;         // GPUs in use whose ordinals are known
    std::int32_t untold = 0;  // number of those in use whose ordinals are not
    auto operator<=>(const GpuUse&) const = default;
};

}  // namespace muster
