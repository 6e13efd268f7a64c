// The best placement under wishes on crossing labels: best first, branch and bound over limits that the tree planner
// keeps.
#pragma once

#include "placement/cluster/snapshot.hpp"
#include "placement/model/plan.hpp"
#include "placement/plan/crossing/crossing_wishes.hpp"
#include "placement/plan/policy.hpp"

#include <functional>
#include <span>
#include <variant>

namespace muster {

// The planner for requests without wishes on crossing labels; its answers are those of plan_gang.
using TreePlanner = std::function<Outcome(const GangRequest&, const Policies&)>;

// Runs of the tree planner. One takes 1 to 3 ms on 5,000 nodes (bench/), so a search ends within the time in
// which kube-scheduler waits for an extender.
inline constexpr int kCrossingRuns = 256;

struct CrossingNone {};     // proved: no placement is as wished
struct CrossingUnknown {};  // the budget ended before that, and before a placement was found
using CrossingFound = std::variant<Plan, CrossingNone, CrossingUnknown>;

// The best plan of all.rest as `wishes` of `all` want it too. Of equal ones the first that is found, the same for any
// order of the input. Proof::bounded when the runs ended before, or a run was bounded itself.
//
// The root of the search is the request without the wishes, within what crossing_room.hpp leaves of each domain: a
// relaxation, so no placement is better; nor does one use fewer domains than the limits of all values need together
// (crossing_cover.hpp). A plan as wished that is as good as every open question is the best. Else the best open
// question is split (crossing_branch.hpp). Where the bound rises, and now and then, the division over the fewest
// domains is tried, and if it is not as wished faults are repaired one after the other, which soon gives some plan.
[[nodiscard]] CrossingFound search_crossing(const Snapshot& snapshot, const CrossingWishes& all,
                                            std::span<const CrossingWish> wishes, const Policies& policies,
                                            const TreePlanner& planner, int runs = kCrossingRuns);

}  // namespace muster
