// Chooses nodes for all members of a gang at once, exactly (design §5): no slower link than must be, then the lowest
// level that holds the gang, then policies that lead, then the fewest domains from coarse to fine, then the other
// policies in order, then path order.
#pragma once

#include "placement/cluster/snapshot.hpp"
#include "placement/model/gang.hpp"
#include "placement/model/plan.hpp"
#include "placement/plan/links/gpu_tables.hpp"
#include "placement/plan/policy.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace muster {

// Pure: same snapshot and request, same bytes out. `request` must have at least one member to place, in every role.
//
// Objective, compared from the front: the bandwidth class of the slowest link (bandwidth_class.hpp) among the GPU sets
// of the members to place, those of bound members where they are told, and the uplinks that the gang crosses
// (uplinks.hpp); the level term (placement/model/plan.hpp); each policy that leads for this gang; domains used at each
// level, coarse to fine, hosts last, those of bound members included; each other policy that has a say. Of equal
// placements the one wins that, in the first domain in which they differ (all domains coarse to fine, each depth in
// path order), has more members. Ranks follow the path: of the members in order of rank and name, neighbours get
// neighbouring nodes. A member without a rank gets the smallest one free, unless members are bound already, whose ranks
// are not known here: then it keeps none.
//
// Slices, spread and exclusive domains (gang.hpp) are kept by every plan; they change which placements there are, not
// how they compare. Slices are filled in the order of ranks. Beside bound members they follow the ranks where all are
// known (slice_steps.hpp); else they are kept by number: each domain holds whole slices. A domain that holds too many
// bound members already gets no more.
//
// Several roles, a role with wishes of its own, a minimum of domains and balance: see wish_planner.hpp, whose answers
// may be bounded instead of optimal. Wishes on node labels that are no level: crossing.hpp, whose answers may be too.
//
// With hold_preferred, Wait instead of a plan that the preferred level does not hold (wait_for_level.hpp).
//
// When several things are wrong, the first of: unknown level, wishes that contradict each other, a role that no node
// admits, several roles, bound members apart, too little room. NeverFits only with proof (NodeRoom with
// RoomBasis::ever); shortfalls then state that basis.
//
// Method: tree knapsack in exact closed forms and narrowing (branches.hpp, tree_search.hpp). O(nodes × resources) when
// it does not fit; else that and the few domains and counts of members that can still be best. With a policy that leads
// or may refuse O(nodes × members) (open_search.hpp).
//
// `gpus`: the rule for GPU sets, and what it found out so far, which changes no answer. Without it: predict-kubelet.
[[nodiscard]] Outcome plan_gang(const Snapshot& snapshot, const GangRequest& request, const Policies& policies,
                                GpuTables& gpus);
[[nodiscard]] Outcome plan_gang(const Snapshot& snapshot, const GangRequest& request, const Policies& policies);

// Members of `shape` that fit on one node now, node rules included.
[[nodiscard]] std::int32_t capacity(const Snapshot& snapshot, NodeIdx node, const PodShape& shape);

}  // namespace muster
