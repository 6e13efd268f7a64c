// Changes of a world and its gang of which it is known what they may do to the planner's answer.
#pragma once

#include "placement/cluster/snapshot.hpp"
#include "placement/model/gang.hpp"
#include "placement/model/plan.hpp"
#include "test/property/world_gen.hpp"

#include <vector>

namespace muster::test {

// The planner's answer under the policies that ship. GPU tables are kept from one to the next, as a service keeps them.
[[nodiscard]] Outcome plan(const Snapshot& snapshot, const GangRequest& gang);

struct Answered {
    world::World world;
    GangRequest gang;
    Outcome outcome;
};
[[nodiscard]] Answered answered(world::World world, GangRequest gang);

// Other orders of nodes, pods, bound members, members of each role, slices and spread limits.
void reorder(world::World& world, GangRequest& gang, world::Dice& dice);

// The world as a state that heard of it in pieces: events in another legal order, some twice, nodes after their pods,
// pods that came and went, and snapshots taken in between.
[[nodiscard]] Snapshot told_in_pieces(const world::World& world, world::Dice& dice);

// New names for nodes and for all values of the levels' labels, in another order than the old ones.
void rename(world::World& world, GangRequest& gang, world::Dice& dice);

// Takes one bound pod away that is no member of the gang. False: there is none.
[[nodiscard]] bool free_one(world::World& world, const GangRequest& gang, world::Dice& dice);

// The gang without one of its wishes, the gang's own or a role's, for each of them. No placement gets worse by it.
// Slices beside balance stay: they say by how much the numbers may differ.
[[nodiscard]] std::vector<GangRequest> with_one_wish_less(const GangRequest& gang);

// What an answer claims. A search that was cut off claims no more than its bound, or nothing.
[[nodiscard]] bool proved_not_to_fit(const Outcome& outcome);
// No placement has a smaller objective; that of the plan itself where it is optimal.
[[nodiscard]] const ObjectiveVector& at_least(const Plan& plan);
// Whether both answers can be true of the same cluster and gang: both plans, equally good as far as they are proved, or
// none.
[[nodiscard]] bool agree(const Outcome& one, const Outcome& other);
// Whether `less`, the answer to a gang with one wish less or in a cluster with more room, is at least as good a one as
// `plan`, as far as it claims anything.
[[nodiscard]] bool no_worse(const Outcome& less, const Plan& plan);

// Placements in one order, whatever that of the request.
[[nodiscard]] Outcome sorted(Outcome outcome);

}  // namespace muster::test
