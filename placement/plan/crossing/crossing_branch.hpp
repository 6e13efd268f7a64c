// Whether a plan is as wishes on crossing labels say and, if it is not, how the search goes on.
//
// What is broken is mostly "the hosts S hold at most K new members", though those that the plan uses hold more. With
// numbers a_h, none above what host h holds and K + 1 in sum, any placement as wished has fewer than a_h on some h: one
// branch for each.
#pragma once

#include "placement/plan/crossing/crossing_room.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace muster {

// New members by group, then by node.
using CrossingCounts = std::vector<std::vector<std::int32_t>>;

struct CrossingFault {
    // Every placement as wished, and as chosen so far, is so under one of these choices; the plan under none.
    std::vector<CrossingChoice> branches;
    // All at once: near the plan, and no longer broken in this way. A guess.
    std::vector<CrossingChoice> repair;
};

// nullopt: the plan is as wished. The first fault by axis. O(axes × nodes log nodes).
[[nodiscard]] std::optional<CrossingFault> crossing_fault(const CrossingRoom& room, const CrossingChoices& choices,
                                                          const CrossingCounts& counts);

}  // namespace muster
