// How many members of a plan are where, in the order in which exhaustive search says it.
#pragma once

#include "placement/model/gang.hpp"
#include "placement/model/plan.hpp"
#include "test/property/world_gen.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace muster::test {

// Members by world.nodes, then role. The plan is one of the gang's, on nodes of the world.
inline std::vector<std::vector<std::int32_t>> members_by_role(const world::World& world, const GangRequest& gang,
                                                              const Plan& plan) {
    std::vector<std::vector<std::int32_t>> sums(world.nodes.size(), std::vector<std::int32_t>(gang.roles.size(), 0));
    auto placement = plan.placements.begin();
    for (std::size_t role = 0; role < gang.roles.size(); ++role) {
        for (std::size_t i = 0; i < gang.roles[role].members.size(); ++i, ++placement) {
            const auto node = std::ranges::find(world.nodes, placement->node, &NodeFacts::name);
            ++sums[static_cast<std::size_t>(node - world.nodes.begin())][role];
        }
    }
    return sums;
}

// Members by world.nodes.
inline std::vector<std::int32_t> members_by_node(const world::World& world, const Plan& plan) {
    std::vector<std::int32_t> sums(world.nodes.size(), 0);
    for (const auto& placement : plan.placements) {
        const auto node = std::ranges::find(world.nodes, placement.node, &NodeFacts::name);
        ++sums[static_cast<std::size_t>(node - world.nodes.begin())];
    }
    return sums;
}

}  // namespace muster::test
