// The domains of a world, and where a policy's cost stands among the objective's terms, from the definitions alone (see
// brute_force.hpp): what exhaustive search of one role and of several have in common.
#pragma once

#include "placement/model/node.hpp"
#include "test/property/world_gen.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace muster::brute {

// In place of the value where a node lacks the label of a level.
inline constexpr std::string_view kMissingValue = "~";

// Values of the levels from the root down, "~" where a label is missing, the node's name last.
[[nodiscard]] std::vector<std::string> path_of(const world::World& world, const NodeFacts& node);

// A domain as the definitions see it: its depth, its path from the root, the nodes inside (indices into world.nodes).
struct Region {
    std::uint32_t depth = 0;
    std::string path;
    bool synthetic = false;
    std::vector<std::size_t> nodes;
};

// Coarse to fine from the root to the hosts, each depth in path order, as are the nodes of a region. O(depths × nodes).
[[nodiscard]] std::vector<Region> regions_of(const world::World& world);

// Ready, schedulable, and nobody on it who uses GPUs or would leave.
[[nodiscard]] bool all_free(const world::World& world, const NodeFacts& node);

// How many of the rules stand before the numbers of domains.
template <class Rule>
[[nodiscard]] std::size_t leading_of(const std::vector<Rule>& rules) {
    return static_cast<std::size_t>(std::ranges::count(rules, true, &Rule::leads));
}

// Place of a rule's cost in the objective: class, level, leading rules, numbers of domains by depth (`depths`: of them
// without the root), the other rules.
template <class Rule>
[[nodiscard]] std::size_t term_of(const std::vector<Rule>& rules, std::size_t rule, std::size_t depths) {
    const auto end = rules.begin() + static_cast<std::ptrdiff_t>(rule);
    const auto before = static_cast<std::size_t>(
        std::count_if(rules.begin(), end, [&](const Rule& other) { return other.leads == rules[rule].leads; }));
    return 2 + before + (rules[rule].leads ? 0 : leading_of(rules) + depths);
}

}  // namespace muster::brute
