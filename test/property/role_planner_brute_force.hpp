// The answer for gangs of several roles by trying everything, from the definitions alone: reads the world's lists and
// shares no code with placement/plan. For small worlds only.
#pragma once

#include "placement/model/gang.hpp"
#include "placement/model/plan.hpp"
#include "test/property/brute_force.hpp"
#include "test/property/world_gen.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace muster::brute {

// A policy by definition: cost of m ≥ 1 new members of one role in a region; nullopt: refused. A region costs the sum
// over roles.
struct RoleRule {
    std::function<std::optional<std::int64_t>(std::size_t role, const Region&, std::int32_t m)> cost;
    bool maximum = false;
    bool leads = false;  // before the numbers of domains
};

// whole_cells as its header defines it, for each role alone, from the world's lists.
[[nodiscard]] RoleRule whole_cells_by_role(const world::World& world, const GangRequest& gang);

// The bandwidth class that these members, by role and not all 0, get on a node (index into world.nodes).
using RoleHostClass = std::function<std::int64_t(std::size_t node, const std::vector<std::int32_t>& members)>;

// The bandwidth class of a whole division: members by world.nodes, then role.
using RoleGangClass = std::function<std::int64_t(const std::vector<std::vector<std::int32_t>>& members)>;

struct RoleAnswer {
    bool fits = false;
    ObjectiveVector objective;
    std::vector<std::vector<std::int32_t>> members;  // by world.nodes, then role
};

// Of all divisions of the members of each role over the nodes the best one; ties as plan_roles documents them. No
// bandwidth_class: nothing is known of any machine.
[[nodiscard]] RoleAnswer search_roles(const world::World& world, const GangRequest& gang,
                                      const std::vector<RoleRule>& rules, const RoleHostClass& bandwidth_class = {});

// The same, where the class depends on all members together.
[[nodiscard]] RoleAnswer search_classed_roles(const world::World& world, const GangRequest& gang,
                                              const std::vector<RoleRule>& rules, const RoleGangClass& gang_class);

// Whether any division meets the levels wished, whatever rules say.
[[nodiscard]] bool roles_fit(const world::World& world, const GangRequest& gang);

// Number of divisions that the nodes have room for; what search_roles would try. Stops counting above `most`.
[[nodiscard]] std::uint64_t role_divisions(const world::World& world, const GangRequest& gang, std::uint64_t most);

}  // namespace muster::brute
