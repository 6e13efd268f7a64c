// The fewest domains that members need of whom only so many may be in each value of a label: what the counts of the
// objective are at least, and a division over so few.
//
// A set of domains *covers* Σ over values v of min(most_v, room of its hosts in v) members: all that it can hold. That
// is monotone and submodular: what a domain adds to a set, its *gain*, only falls as the set grows. So k domains more
// cover at most the k largest gains more, which bounds a search over sets, the smallest first. A host has one value;
// roomiest first, the gains of a value's hosts fall, so the hosts with the largest gains are the fewest that cover m.
//
// Levels from coarse to fine, as the objective compares them: of the least sets of one level those count whose children
// need the fewest domains of the next. Limits of other wishes are left aside, so no placement uses fewer.
#pragma once

#include "placement/plan/room/bound_members.hpp"
#include "placement/topology/fabric.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace muster {

// References and spans outlive the call.
struct CoverProblem {
    const Fabric& fabric;
    const BoundMembers& bound;             // their domains are used already, and count
    std::span<const std::int64_t> room;    // by node: new members
    std::span<const std::int32_t> values;  // by node; ≥ 0 where there is room
    std::span<const std::int64_t> most;    // by value: new members
    std::int64_t members = 0;              // new ones
    std::uint32_t depth = 0;               // one domain of this depth holds all members, bound ones too
};

struct Cover {
    // By level, coarse to fine, hosts last. No placement uses fewer, compared from the front.
    std::vector<std::int64_t> domains;
    // By node: a division of the new members within `room` and `most`, over so few domains unless the steps ended.
    std::vector<std::int32_t> hosts;
};

// Steps: domains looked at, each as often as it has values. About a nanosecond each.
inline constexpr std::int64_t kCoverSteps = 400'000;

// nullopt: no domain of the depth has room for all. Pure; O(nodes × depth + nodes log nodes + steps).
[[nodiscard]] std::optional<Cover> fewest_cover(const CoverProblem& problem, std::int64_t steps = kCoverSteps);

}  // namespace muster
