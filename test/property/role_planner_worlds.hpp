// Small worlds with gangs of two or three roles, and policies for both the planner and exhaustive search.
#pragma once

#include "placement/model/gang.hpp"
#include "placement/plan/policy.hpp"
#include "test/property/role_planner_brute_force.hpp"
#include "test/property/world_gen.hpp"

#include <cstdint>
#include <vector>

namespace muster::world {

// Exhaustive search is kept this small by leaving members out.
inline constexpr std::uint64_t kMostRoleDivisions = 1'500;

// The world of a seed; in every fourth half of the nodes lack the label of the finest level.
[[nodiscard]] World role_world(std::uint64_t seed);

// A gang of two or three roles of 1–6 members, each with a shape of its own: with and without GPUs, node rules, host
// ports, one per host. Wishes of the gang and of single roles, bound members and nodes to avoid occur each in a good
// part.
[[nodiscard]] GangRequest role_gang(const World& world, std::uint64_t seed);

// The same policies for both sides; whole_cells and noise that differs by role, as sums and maxima, with refusals.
struct RoleRanking {
    Policies policies;
    std::vector<brute::RoleRule> rules;
};
[[nodiscard]] RoleRanking role_ranking(const World& world, const GangRequest& gang, std::uint64_t seed);

}  // namespace muster::world
