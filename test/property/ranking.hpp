// Policies to plan by, and the same rules for exhaustive search.
#pragma once

#include "placement/model/gang.hpp"
#include "placement/plan/policy.hpp"
#include "test/property/brute_force.hpp"
#include "test/property/noise.hpp"
#include "test/property/world_gen.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace muster::test {

struct Ranking {
    Policies policies;
    std::vector<brute::Rule> rules;

    // The world outlives the ranking.
    void add_whole_cells(const world::World& world, const GangRequest& gang);
    // A policy of the registry with parameters that matter in small worlds, and its definition.
    void add_named(std::string_view name, const world::World& world, const GangRequest& gang);
    void add(const Noise& noise);
};

// None, noise, policies that ship, or several of them, sums and maxima, now and then one that refuses: by seed.
[[nodiscard]] Ranking ranking(const world::World& world, const GangRequest& gang, std::uint64_t seed);

}  // namespace muster::test
