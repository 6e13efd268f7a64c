// Slices, spread and exclusive domains against exhaustive search: every wish, and every pair of wishes. Worlds are
// numbered; a failure names its number.
#include "placement/plan/gang_planner.hpp"
#include "test/property/brute_force.hpp"
#include "test/property/expect_best.hpp"
#include "test/property/ranking.hpp"
#include "test/property/wish_worlds.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

using test::kWishKinds;
using test::WishedWorld;
using test::WishKind;

constexpr std::size_t kWorldsEach = 60;
constexpr std::uint64_t kMostSeeds = 3'000;

// A preferred level alone ties what it does not tell apart; it changes the answer of a gang that may wait for it.
bool waits(const WishedWorld& given, const Policies& policies) {
    if (!given.gang.wish.preferred) return false;
    GangRequest patient = given.gang;
    patient.hold_preferred = true;
    return std::holds_alternative<Wait>(plan_gang(given.world.snapshot(), patient, policies));
}

// Calls `look` with worlds of both wishes until there are kWorldsEach of them.
template <class Look>
void in_worlds(WishKind one, WishKind other, Look look) {
    std::size_t worlds = 0;
    for (std::uint64_t seed = 0; seed < kMostSeeds && worlds < kWorldsEach; ++seed) {
        const auto given = test::wished_world(one, other, seed);
        if (!given) continue;
        SCOPED_TRACE("world " + std::to_string(seed));
        look(*given, seed);
        if (::testing::Test::HasFailure()) return;
        ++worlds;
    }
    EXPECT_EQ(worlds, kWorldsEach);
}

template <class Look>
void in_every_pair(Look look) {
    for (const WishKind one : kWishKinds) {
        for (const WishKind other : kWishKinds) {
            if (other < one) continue;
            SCOPED_TRACE(std::string(name(one)) + " and " + std::string(name(other)));
            look(one, other);
            if (::testing::Test::HasFailure()) return;
        }
    }
}

TEST(PlannerWishes, EqualExhaustiveSearchForEveryWishAndEveryPair) {
    in_every_pair([](WishKind one, WishKind other) {
        std::size_t changed = 0;
        std::size_t fits = 0;
        std::size_t bound = 0;
        in_worlds(one, other, [&](const WishedWorld& given, std::uint64_t seed) {
            const auto ranked = test::ranking(given.world, given.gang, seed);
            const Outcome outcome = plan_gang(given.world.snapshot(), given.gang, ranked.policies);
            const auto expected = brute::search(given.world, given.gang, ranked.rules);
            test::expect_best(given.world, given.gang, outcome, expected);
            const auto plain = brute::search(given.world, without(one, without(other, given.gang)), ranked.rules);
            const bool differs = plain.fits != expected.fits || plain.members != expected.members;
            changed += differs || waits(given, ranked.policies) ? 1U : 0U;
            if (expected.fits) ++fits;
            if (!given.gang.fixed.empty()) ++bound;
        });
        // The worlds contain what the comparison is about.
        EXPECT_GE(changed * 5, kWorldsEach) << changed;
        EXPECT_GE(fits * 6, kWorldsEach) << fits;
        EXPECT_GT(bound, 0U);
    });
}

TEST(PlannerWishes, OrderOfTheInputDoesNotMatterUnderAnyPolicy) {
    in_every_pair([](WishKind one, WishKind other) {
        in_worlds(one, other, [&](WishedWorld given, std::uint64_t seed) {
            const auto ranked = test::ranking(given.world, given.gang, seed);
            const Outcome before = plan_gang(given.world.snapshot(), given.gang, ranked.policies);
            world::Dice dice(seed);
            dice.shuffle(given.world.nodes);
            dice.shuffle(given.world.pods);
            dice.shuffle(given.gang.fixed);
            std::ranges::reverse(given.gang.wish.slices);
            std::ranges::reverse(given.gang.wish.spread);
            EXPECT_EQ(plan_gang(given.world.snapshot(), given.gang, ranked.policies), before);
        });
    });
}

TEST(PlannerWishes, DroppingOneNeverMakesTheRestWorseUnderAnyPolicy) {
    in_every_pair([](WishKind one, WishKind other) {
        if (one == WishKind::preferred) return;
        in_worlds(one, other, [&](const WishedWorld& given, std::uint64_t seed) {
            const auto ranked = test::ranking(given.world, given.gang, seed);
            const Outcome with = plan_gang(given.world.snapshot(), given.gang, ranked.policies);
            const Outcome less = plan_gang(given.world.snapshot(), without(one, given.gang), ranked.policies);
            const Plan* wished = std::get_if<Plan>(&with);
            if (wished == nullptr) return;
            ASSERT_TRUE(std::holds_alternative<Plan>(less));
            EXPECT_LE(std::get<Plan>(less).quality.objective, wished->quality.objective);
        });
    });
}

TEST(PlannerWishes, NeverFitsIsTrueWithEveryPodGoneThatCanGo) {
    std::size_t never = 0;
    in_every_pair([&](WishKind one, WishKind other) {
        in_worlds(one, other, [&](WishedWorld given, std::uint64_t) {
            const Outcome outcome = plan_gang(given.world.snapshot(), given.gang, {});
            if (!std::holds_alternative<NeverFits>(outcome)) return;
            ++never;
            std::erase_if(given.world.pods, [](const PodBound& pod) { return !pod.stays; });
            for (auto& node : given.world.nodes) {
                node.ready = true;
                node.unschedulable = false;
            }
            given.gang.avoid.clear();
            given.gang.fixed.clear();
            EXPECT_FALSE(brute::search(given.world, given.gang, {}).fits);
        });
    });
    EXPECT_GE(never, kWorldsEach);
}

}  // namespace
}  // namespace muster
