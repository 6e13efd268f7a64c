// Wishes on node labels that cross the levels (power zones over racks) against exhaustive search: each alone and beside
// each wish on levels, for the gang and for single roles. Worlds are numbered; a failure names its number.
#include "placement/plan/crossing/crossing_search.hpp"
#include "placement/plan/gang_planner.hpp"
#include "placement/verify/verify_plan.hpp"
#include "test/property/brute_force.hpp"
#include "test/property/ranking.hpp"
#include "test/property/role_planner_worlds.hpp"
#include "test/property/world_count.hpp"
#include "test/property/zone_worlds.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include <gtest/gtest.h>

namespace muster {
namespace {

using test::go_together;
using test::kRoleWishKinds;
using test::kWishKinds;
using test::kZone;
using test::kZoneWishes;
using test::RoleWishKind;
using test::WishKind;
using test::zoned_role_world;
using test::zoned_world;
using test::ZonedRoleWorld;
using test::ZonedWorld;
using test::ZoneWish;
using world::Dice;
using world::World;

const std::size_t kWorldsEach = world::worlds(50);
constexpr std::uint64_t kMostSeeds = 3'000;

std::string_view zone_of(const NodeFacts& node) {
    const std::string* value = find_label(node.labels, kZone);
    return value == nullptr ? std::string_view() : std::string_view(*value);
}

// The best place of all with the gang in one zone, whatever level it requires.
template <class Search>
auto in_one_zone(const World& world, const GangRequest& gang, Search search) {
    std::set<std::string_view> zones;
    for (const auto& node : world.nodes) zones.insert(zone_of(node));
    zones.erase(std::string_view());
    decltype(search(gang)) best;
    for (const auto zone : zones) {
        GangRequest inside = gang;
        bool bound_elsewhere = false;
        for (const auto& node : world.nodes) {
            if (zone_of(node) == zone) continue;
            inside.avoid.push_back(node.name);
            bound_elsewhere = bound_elsewhere || (!zone_of(node).empty() &&
                                                  std::ranges::count(gang.fixed, node.name, &FixedMember::node) > 0);
        }
        if (bound_elsewhere) continue;
        auto found = search(inside);
        if (found.fits && (!best.fits || found.objective < best.objective)) best = std::move(found);
    }
    return best;
}

// Preferred, by the gang or by one role, means required where the gang then has a place.
template <class Search>
auto answer(const World& world, GangRequest gang, Search search) {
    const std::string zone(kZone);
    if (gang.wish.preferred == zone) {
        gang.wish.preferred.reset();
        auto near = in_one_zone(world, gang, search);
        return near.fits ? near : search(gang);
    }
    for (auto& role : gang.roles) {
        if (role.wish.preferred != zone) continue;
        role.wish.preferred.reset();
        role.wish.required = zone;
        auto near = search(gang);
        if (near.fits) return near;
        role.wish.required.reset();
    }
    return search(gang);
}

void expect_true(const Quality& quality, const ObjectiveVector& best) {
    const bool bounded = quality.proof == Proof::bounded;
    EXPECT_LE(bounded ? quality.bound : quality.objective, best);
    EXPECT_GE(quality.objective, best);
}

// What was compared, each world counted once.
struct Seen {
    std::size_t worlds = 0;
    std::size_t fits = 0;
    std::size_t changed = 0;  // the wish moves members, or leaves no place
    std::size_t bound = 0;
    std::size_t optimal = 0;

    template <class Answer>
    void add(const GangRequest& gang, const Plan* plan, const Answer& expected, const Answer& unzoned) {
        ++worlds;
        fits += expected.fits ? 1U : 0U;
        changed += expected.fits != unzoned.fits || expected.members != unzoned.members ? 1U : 0U;
        bound += gang.fixed.empty() ? 0U : 1U;
        optimal += plan != nullptr && plan->quality.proof == Proof::optimal ? 1U : 0U;
    }
    void add(const Seen& more) {
        worlds += more.worlds;
        fits += more.fits;
        changed += more.changed;
        bound += more.bound;
        optimal += more.optimal;
    }
};

// Looks at kWorldsEach worlds of the pair. `make` gives the world of a seed, or nullopt.
template <class Make, class Look>
Seen in_worlds_of(Make make, Look look) {
    Seen seen;
    for (std::uint64_t seed = 0; seed < kMostSeeds && seen.worlds < kWorldsEach; ++seed) {
        const auto given = make(seed);
        if (!given) continue;
        SCOPED_TRACE("world " + std::to_string(seed));
        look(*given, seed, seen);
        if (::testing::Test::HasFatalFailure()) return seen;
    }
    EXPECT_EQ(seen.worlds, kWorldsEach);
    // A share of fewer worlds says little; over all pairs it is asserted in any case.
    if (kWorldsEach >= 50) {
        EXPECT_GE(seen.changed * 5, seen.worlds) << seen.changed;
        EXPECT_GT(seen.fits, 0U);
    }
    return seen;
}

void look_at_one_role(const ZonedWorld& given, std::uint64_t seed, Seen& seen) {
    const auto ranked = test::ranking(given.world, given.gang, seed);
    const auto search = [&](const GangRequest& gang) { return brute::search(given.world, gang, ranked.rules); };
    const Outcome outcome = plan_gang(given.world.snapshot(), given.gang, ranked.policies);
    const auto expected = answer(given.world, given.gang, search);
    const Plan* plan = std::get_if<Plan>(&outcome);
    ASSERT_EQ(plan != nullptr, expected.fits);
    if (plan != nullptr) {
        expect_true(plan->quality, expected.objective);
        EXPECT_EQ(verify_plan(given.world.snapshot(), given.gang, *plan).value_or("right"), "right");
    }
    seen.add(given.gang, plan, expected, given.unzoned);
}

TEST(CrossingWishes, EqualExhaustiveSearchAloneAndBesideEveryWishOnLevels) {
    for (const ZoneWish zone : kZoneWishes) {
        SCOPED_TRACE(std::string(name(zone)));
        Seen all;
        for (std::size_t other = 0; other <= kWishKinds.size(); ++other) {
            const auto level = other == 0 ? std::nullopt : std::optional(kWishKinds.at(other - 1));
            if (level && !go_together(zone, *level)) continue;
            SCOPED_TRACE("and " + std::string(level ? name(*level) : "nothing"));
            all.add(in_worlds_of([&](std::uint64_t seed) { return zoned_world(zone, level, seed); }, look_at_one_role));
            if (::testing::Test::HasFatalFailure()) return;
        }
        EXPECT_GE(all.fits * 8, all.worlds) << all.fits;
        EXPECT_GE(all.changed * 5, all.worlds) << all.changed;
        EXPECT_GT(all.bound, 0U);
        EXPECT_GE(all.optimal * 100, all.fits * 95) << all.optimal;
    }
}

// The search with few runs, and what it then says.
TEST(CrossingWishes, WhatACutOffSearchClaimsIsTrue) {
    std::size_t bounded = 0;
    std::size_t unknown = 0;
    for (const ZoneWish zone : {ZoneWish::most, ZoneWish::least, ZoneWish::balanced}) {
        for (std::uint64_t seed = 0; seed < world::worlds(kMostSeeds); ++seed) {
            const auto given = zoned_world(zone, std::nullopt, seed);
            if (!given) continue;
            SCOPED_TRACE("world " + std::to_string(seed));
            const auto ranked = test::ranking(given->world, given->gang, seed);
            const Snapshot snapshot = given->world.snapshot();
            const auto all = crossing_wishes(snapshot.fabric(), given->gang);
            GpuTables gpus;
            const int runs = 1 + static_cast<int>(seed % 4);
            const auto on_levels = [&](const GangRequest& rest, const Policies& policies) {
                return plan_gang(snapshot, rest, policies, gpus);
            };
            const auto found = search_crossing(snapshot, all, all.wishes, ranked.policies, on_levels, runs);
            const auto expected = brute::search(given->world, given->gang, ranked.rules);
            if (const Plan* plan = std::get_if<Plan>(&found)) {
                ASSERT_TRUE(expected.fits);
                expect_true(plan->quality, expected.objective);
                bounded += plan->quality.proof == Proof::bounded ? 1U : 0U;
            } else if (std::holds_alternative<CrossingNone>(found)) {
                ASSERT_FALSE(expected.fits);
            } else {
                ++unknown;
            }
        }
    }
    EXPECT_GT(bounded, 0U);
    EXPECT_GT(unknown, 0U);
}

TEST(CrossingWishes, OrderOfTheInputDoesNotMatter) {
    for (const ZoneWish zone : kZoneWishes) {
        for (std::uint64_t seed = 0; seed < world::worlds(200); ++seed) {
            auto given = zoned_world(zone, std::nullopt, seed);
            if (!given) continue;
            SCOPED_TRACE("world " + std::to_string(seed));
            const auto ranked = test::ranking(given->world, given->gang, seed);
            const Outcome before = plan_gang(given->world.snapshot(), given->gang, ranked.policies);
            Dice dice(seed);
            dice.shuffle(given->world.nodes);
            dice.shuffle(given->world.pods);
            dice.shuffle(given->gang.fixed);
            EXPECT_EQ(plan_gang(given->world.snapshot(), given->gang, ranked.policies), before);
        }
    }
}

void look_at_several_roles(const ZonedRoleWorld& given, std::uint64_t seed, Seen& seen) {
    const auto ranked = world::role_ranking(given.world, given.gang, seed);
    if (test::contradicts(plan_gang(given.world.snapshot(), given.rest, ranked.policies))) return;
    const auto search = [&](const GangRequest& one) { return brute::search_roles(given.world, one, ranked.rules); };
    const Outcome outcome = plan_gang(given.world.snapshot(), given.gang, ranked.policies);
    const auto expected = answer(given.world, given.gang, search);
    const Plan* plan = std::get_if<Plan>(&outcome);
    ASSERT_EQ(plan != nullptr, expected.fits);
    if (plan != nullptr) {
        expect_true(plan->quality, expected.objective);
        ASSERT_EQ(verify_plan(given.world.snapshot(), given.gang, *plan).value_or("right"), "right");
    }
    seen.add(given.gang, plan, expected, given.unzoned);
}

TEST(CrossingWishes, OfSeveralRolesAndOfSingleOnesEqualExhaustiveSearch) {
    for (const ZoneWish zone : kZoneWishes) {
        SCOPED_TRACE(std::string(name(zone)));
        Seen all;
        for (std::size_t other = 0; other <= kRoleWishKinds.size(); ++other) {
            const auto level = other == 0 ? std::nullopt : std::optional(kRoleWishKinds.at(other - 1));
            SCOPED_TRACE("and " + std::string(level ? name(*level) : "levels"));
            all.add(in_worlds_of([&](std::uint64_t seed) { return zoned_role_world(zone, level, seed); },
                                 look_at_several_roles));
            if (::testing::Test::HasFatalFailure()) return;
        }
        EXPECT_GE(all.fits * 8, all.worlds) << all.fits;
        EXPECT_GE(all.changed * 5, all.worlds) << all.changed;
        EXPECT_GE(all.optimal * 100, all.fits * 90) << all.optimal;
    }
}

}  // namespace
}  // namespace muster
