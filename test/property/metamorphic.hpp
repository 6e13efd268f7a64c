// Changes of a world and its gang of which it is known what they may do to the planner's answer.
#pragma once

#include "placement/cluster/snapshot.hpp"
#include "placement/model/gang.hpp"
#include "test/property/world_gen.hpp"

namespace muster::test {

// Other orders of nodes, pods, bound members, members of each role, slices and spread limits.
void reorder(world::World& world, GangRequest& gang, world::Dice& dice);

// The world as a state that heard of it in pieces: events in another legal order, some twice, nodes after their pods,
// pods that came and went, and snapshots taken in between.
[[nodiscard]] Snapshot told_in_pieces(const world::World& world, world::Dice& dice);

// New names for nodes and for all values of the levels' labels, in another order than the old ones.
void rename(world::World& world, GangRequest& gang, world::Dice& dice);

// Takes one bound pod away that is no member of the gang. False: there is none.
[[nodiscard]] bool free_one(world::World& world, const GangRequest& gang, world::Dice& dice);

}  // namespace muster::test
