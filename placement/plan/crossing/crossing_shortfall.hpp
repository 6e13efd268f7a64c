// Why a gang with wishes on crossing labels has no place, as data.
#pragma once

#include "placement/cluster/snapshot.hpp"
#include "placement/model/plan.hpp"
#include "placement/plan/crossing/crossing_wishes.hpp"

#include <optional>
#include <span>

namespace muster {

// What is wrong whatever room there is: slices on such a label (details: the levels); over more values than there are
// members; over several values of a label of which one is required. O(wishes²).
[[nodiscard]] std::optional<Outcome> crossing_contradiction(const Fabric& fabric, const CrossingWishes& all);

// Bound members that already have different values of a label of which one is required.
[[nodiscard]] std::optional<Outcome> crossing_bound_apart(const CrossingWishes& all,
                                                          std::span<const CrossingWish> wishes);

// The last of the wishes is the one that leaves no place. O(wishes × nodes).
[[nodiscard]] Outcome crossing_lack(const Snapshot& snapshot, const CrossingWishes& all,
                                    std::span<const CrossingWish> wishes);

}  // namespace muster
