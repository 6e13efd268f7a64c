// Wishes on node labels that cross the levels (power zones over racks) against exhaustive search: each alone and beside
// each wish on levels, for the gang and for single roles. Worlds are numbered; a failure names its number.
#include "placement/plan/crossing/crossing_search.hpp"
#include "placement/plan/gang_planner.hpp"
#include "placement/verify/verify_plan.hpp"
#include "test/property/brute_force.hpp"
#include "test/property/ranking.hpp"
#include "test/property/role_planner_worlds.hpp"
#include "test/property/wish_worlds.hpp"
#include "test/property/world_count.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

using test::kWishKinds;
using test::WishedWorld;
using test::WishKind;
using world::Dice;
using world::World;

enum class Kind { required, preferred, most, alone, least, even };
constexpr std::array kKinds{Kind::required, Kind::preferred, Kind::most, Kind::alone, Kind::least, Kind::even};
constexpr std::array kNames{"required", "preferred", "most", "alone", "least", "even"};
const std::size_t kWorldsEach = world::worlds(50);
constexpr std::uint64_t kMostSeeds = 3'000;
const std::string kZone = "example.com/power-zone";

// Zones without regard to racks; now and then a node without one.
void add_zones(World& world, Dice& dice) {
    const std::uint32_t zones = 2 + dice.below(3);
    for (auto& node : world.nodes) {
        if (dice.chance(8)) continue;
        node.labels.emplace_back(kZone, world::numbered("z", dice.below(zones)));
        normalize(node.labels);
    }
}

void add_wish(Kind kind, std::size_t members, TopologyWish& wish, Dice& dice) {
    switch (kind) {
        case Kind::required:
            wish.required = kZone;
            return;
        case Kind::preferred:
            wish.preferred = kZone;
            return;
        case Kind::most:
            wish.spread.push_back(
                {kZone, static_cast<std::int32_t>(1 + dice.below(static_cast<std::uint32_t>(members))), 0, false});
            return;
        case Kind::alone:
            wish.exclusive = kZone;
            return;
        case Kind::least:
            wish.spread.push_back({kZone, 0, static_cast<std::int32_t>(dice.between(2, 3)), false});
            return;
        case Kind::even:
            wish.spread.push_back({kZone, 0, 0, true});
            return;
    }
}

bool taken(const TopologyWish& wish, Kind kind) {
    return (kind == Kind::required && wish.required) || (kind == Kind::preferred && wish.preferred) ||
           (kind == Kind::alone && wish.exclusive);
}

void clear_out(World& world, const GangRequest& gang, Dice& dice) {
    std::erase_if(world.pods, [&](const PodBound& pod) {
        return !pod.stays && std::ranges::count(gang.fixed, pod.uid, &FixedMember::uid) == 0 && dice.chance(70);
    });
}

// `level`: a wish on levels beside it.
std::optional<WishedWorld> zoned_world(Kind kind, std::optional<WishKind> level, std::uint64_t seed) {
    Dice dice(seed ^ 0x7a6f6e65U);
    auto given = test::wished_world(level.value_or(WishKind::preferred), level.value_or(WishKind::preferred), seed);
    if (!given) return std::nullopt;
    if (!level) given->gang.wish = {};
    if (taken(given->gang.wish, kind)) return std::nullopt;
    if (kind == Kind::alone) clear_out(given->world, given->gang, dice);
    if (brute::divisions(given->world, given->gang, static_cast<std::int32_t>(given->gang.members()), 3'000) >= 3'000)
        return std::nullopt;
    add_zones(given->world, dice);
    add_wish(kind, given->gang.members(), given->gang.wish, dice);
    return given;
}

// Preferred means required where the gang then has a place.
template <class Search>
auto answer(GangRequest gang, Search search) {
    const bool prefers = gang.wish.preferred == kZone;
    if (prefers) {
        gang.wish.preferred.reset();
        GangRequest near = gang;
        near.wish.required = kZone;
        const auto found = search(near);
        if (found.fits) return found;
    }
    return search(gang);
}

void expect_true(const Quality& quality, const ObjectiveVector& best) {
    const bool bounded = quality.proof == Proof::bounded;
    EXPECT_LE(bounded ? quality.bound : quality.objective, best);
    EXPECT_GE(quality.objective, best);
}

// What was compared. Few members are often together, or even, as they are: of the worlds that a wish does not change
// only some count.
struct Seen {
    std::size_t worlds = 0;
    std::size_t fits = 0;
    std::size_t changed = 0;
    std::size_t bound = 0;
    std::size_t optimal = 0;

    void add(std::uint64_t seed, bool fitting, bool different, bool proved, bool beside_bound) {
        if (!different && seed % 12 != 0) return;
        ++worlds;
        fits += fitting ? 1U : 0U;
        changed += different ? 1U : 0U;
        optimal += proved ? 1U : 0U;
        bound += beside_bound ? 1U : 0U;
    }
};

template <class Look>
void in_zoned_worlds(Look look) {
    for (const Kind kind : kKinds) {
        Seen seen;
        for (std::size_t other = 0; other <= kWishKinds.size(); ++other) {
            const auto level = other == 0 ? std::nullopt : std::optional(kWishKinds.at(other - 1));
            SCOPED_TRACE(std::string(kNames.at(static_cast<std::size_t>(kind))) + " and " +
                         std::string(level ? name(*level) : "nothing"));
            // One of each can be wished: what a gang prefers is either.
            if ((kind == Kind::required && level == WishKind::required) ||
                (kind == Kind::preferred && level == WishKind::preferred) ||
                (kind == Kind::preferred && level == WishKind::required) ||
                (kind == Kind::alone && level == WishKind::exclusive))
                continue;
            const std::size_t before = seen.worlds;
            for (std::uint64_t seed = 0; seed < kMostSeeds && seen.worlds < before + kWorldsEach; ++seed) {
                const auto given = zoned_world(kind, level, seed);
                if (!given) continue;
                SCOPED_TRACE("world " + std::to_string(seed));
                look(*given, seed, seen);
                if (::testing::Test::HasFailure()) return;
            }
            EXPECT_EQ(seen.worlds, before + kWorldsEach);
        }
        SCOPED_TRACE(kNames.at(static_cast<std::size_t>(kind)));
        EXPECT_GE(seen.changed * 5, seen.worlds);
        EXPECT_GE(seen.fits * 8, seen.worlds);
        EXPECT_GT(seen.bound, 0U);
        EXPECT_GE(seen.optimal * 100, seen.fits * 95);
    }
}

TEST(CrossingWishes, EqualExhaustiveSearchAloneAndBesideEveryWishOnLevels) {
    in_zoned_worlds([](const WishedWorld& given, std::uint64_t seed, Seen& seen) {
        const auto ranked = test::ranking(given.world, given.gang, seed);
        const auto search = [&](const GangRequest& gang) { return brute::search(given.world, gang, ranked.rules); };
        const Outcome outcome = plan_gang(given.world.snapshot(), given.gang, ranked.policies);
        const auto expected = answer(given.gang, search);
        const Plan* plan = std::get_if<Plan>(&outcome);
        ASSERT_EQ(plan != nullptr, expected.fits);
        if (plan != nullptr) {
            expect_true(plan->quality, expected.objective);
            EXPECT_EQ(verify_plan(given.world.snapshot(), given.gang, *plan).value_or("right"), "right");
        }
        const auto plain = search(crossing_wishes(given.world.snapshot().fabric(), given.gang).rest);
        const bool changed = plain.fits != expected.fits || plain.members != expected.members;
        const bool proved = plan != nullptr && plan->quality.proof == Proof::optimal;
        seen.add(seed, expected.fits, changed, proved, !given.gang.fixed.empty());
    });
}

// The search with few runs, and what it then says.
TEST(CrossingWishes, WhatACutOffSearchClaimsIsTrue) {
    std::size_t bounded = 0;
    std::size_t unknown = 0;
    for (const Kind kind : {Kind::most, Kind::least, Kind::even}) {
        for (std::uint64_t seed = 0; seed < world::worlds(kMostSeeds); ++seed) {
            const auto given = zoned_world(kind, std::nullopt, seed);
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
    for (const Kind kind : kKinds) {
        for (std::uint64_t seed = 0; seed < world::worlds(200); ++seed) {
            auto given = zoned_world(kind, std::nullopt, seed);
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

TEST(CrossingWishes, OfSeveralRolesAndOfSingleOnesEqualExhaustiveSearch) {
    for (const Kind kind : kKinds) {
        SCOPED_TRACE(kNames.at(static_cast<std::size_t>(kind)));
        Seen seen;
        for (std::uint64_t seed = 0; seed < kMostSeeds && seen.worlds < kWorldsEach; ++seed) {
            Dice dice(seed ^ 0x7a6f6e65U);
            World world = world::role_world(seed);
            GangRequest gang = world::role_gang(world, seed);
            const std::size_t role = dice.below(static_cast<std::uint32_t>(gang.roles.size()) + 1);
            const bool whole = role == gang.roles.size();
            // Other roles that prefer the same are not searched for here.
            if (kind == Kind::preferred && !whole) continue;
            TopologyWish& wish = whole ? gang.wish : gang.roles[role].wish;
            if (taken(wish, kind) || (kind == Kind::preferred && wish.required)) continue;
            if (kind == Kind::alone) clear_out(world, gang, dice);
            add_zones(world, dice);
            add_wish(kind, whole ? gang.members() : gang.roles[role].members.size(), wish, dice);
            if (brute::role_divisions(world, gang, world::kMostRoleDivisions) >= world::kMostRoleDivisions) continue;
            SCOPED_TRACE("world " + std::to_string(seed));
            const auto ranked = world::role_ranking(world, gang, seed);
            const auto search = [&](const GangRequest& one) { return brute::search_roles(world, one, ranked.rules); };
            const Outcome outcome = plan_gang(world.snapshot(), gang, ranked.policies);
            const auto expected = answer(gang, search);
            const Plan* plan = std::get_if<Plan>(&outcome);
            ASSERT_EQ(plan != nullptr, expected.fits);
            if (plan != nullptr) {
                expect_true(plan->quality, expected.objective);
                ASSERT_EQ(verify_plan(world.snapshot(), gang, *plan).value_or("right"), "right");
            }
            const auto plain = search(crossing_wishes(world.snapshot().fabric(), gang).rest);
            const bool changed = plain.fits != expected.fits || plain.members != expected.members;
            const bool proved = plan != nullptr && plan->quality.proof == Proof::optimal;
            seen.add(seed, expected.fits, changed, proved, !gang.fixed.empty());
            if (::testing::Test::HasFailure()) return;
        }
        EXPECT_EQ(seen.worlds, kWorldsEach);
        EXPECT_GE(seen.changed * 5, seen.worlds);
        EXPECT_GE(seen.fits * 8, seen.worlds);
        EXPECT_GE(seen.optimal * 100, seen.fits * 90);
    }
}

}  // namespace
}  // namespace muster
