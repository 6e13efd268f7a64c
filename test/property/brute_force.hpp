// The planner's answer by trying everything, written from the definitions alone: reads the world's own lists, not the
// fabric, the snapshot or any table, and shares no code with placement/plan. For small worlds only.
#pragma once

#include "placement/model/gang.hpp"
#include "placement/model/plan.hpp"
#include "test/property/brute_regions.hpp"
#include "test/property/world_gen.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace muster::brute {

// A policy by definition: cost of m ≥ 1 new members; nullopt: refused.
struct Rule {
    std::function<std::optional<std::int64_t>(const Region&, std::int32_t m)> cost;
    bool maximum = false;
    bool leads = false;  // before the numbers of domains
};

// whole_cells as its header defines it, from the world's lists.
[[nodiscard]] Rule whole_cells(const world::World& world, const GangRequest& gang);

// The bandwidth class that m ≥ 1 members get on a node (index into world.nodes).
using HostClass = std::function<std::int64_t(std::size_t node, std::int32_t m)>;

// The bandwidth class of a whole division, members by world.nodes.
using GangClass = std::function<std::int64_t(const std::vector<std::int32_t>& members)>;

struct Answer {
    bool fits = false;
    ObjectiveVector objective;
    std::vector<std::int32_t> members;  // by world.nodes
    std::uint64_t tried = 0;            // divisions looked at
};

// Of all divisions of the gang's members over the nodes the best one; ties as plan_gang documents them. No
// bandwidth_class: nothing is known of any machine.
[[nodiscard]] Answer search(const world::World& world, const GangRequest& gang, const std::vector<Rule>& rules,
                            const HostClass& bandwidth_class = {});

// The same, where the class depends on all members together.
[[nodiscard]] Answer search_classed(const world::World& world, const GangRequest& gang, const std::vector<Rule>& rules,
                                    const GangClass& bandwidth_class);

// Number of divisions of `members` over the nodes, as room allows; what `search` would try. Stops counting above
// `most`.
[[nodiscard]] std::uint64_t divisions(const world::World& world, const GangRequest& gang, std::int32_t members,
                                      std::uint64_t most);

}  // namespace muster::brute
