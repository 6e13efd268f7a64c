// Slices, spread and exclusive domains of gangs of several roles, and of single roles, against exhaustive search.
// Worlds are numbered; a failure names its number.
#include "placement/plan/gang_planner.hpp"
#include "placement/plan/wish_planner.hpp"
#include "placement/verify/verify_plan.hpp"
#include "test/property/plan_shares.hpp"
#include "test/property/role_planner_worlds.hpp"
#include "test/property/role_wish_worlds.hpp"
#include "test/property/world_count.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

using test::contradicts;
using test::kRoleWishKinds;
using test::RoleWishedWorld;
using test::RoleWishKind;
using world::Dice;

const std::size_t kWorldsEach = world::worlds(60);
constexpr std::uint64_t kMostSeeds = 4'000;

void count(const brute::RoleAnswer& plain, const brute::RoleAnswer& expected,
           std::map<std::string, std::size_t>& seen) {
    ++seen["worlds"];
    seen["fits"] += expected.fits ? 1U : 0U;
    seen["changed"] += plain.fits != expected.fits || plain.members != expected.members ? 1U : 0U;
}

template <class Look>
void in_worlds(Look look) {
    for (const bool of_role : {false, true}) {
        for (const RoleWishKind kind : kRoleWishKinds) {
            SCOPED_TRACE((of_role ? "role: " : "gang: ") + std::string(name(kind)));
            std::map<std::string, std::size_t> seen;
            for (std::uint64_t seed = 0; seed < kMostSeeds && seen["worlds"] < kWorldsEach; ++seed) {
                SCOPED_TRACE("world " + std::to_string(seed));
                const auto world = test::role_wished_world(kind, of_role, seed);
                if (!world) continue;
                look(*world, seed, seen);
                if (::testing::Test::HasFailure()) return;
            }
            EXPECT_EQ(seen["worlds"], kWorldsEach);
            EXPECT_GE(seen["changed"] * 5, kWorldsEach) << seen["changed"];
            EXPECT_GE(seen["fits"] * 6, kWorldsEach) << seen["fits"];
        }
    }
}

TEST(RoleWishes, EqualExhaustiveSearchForTheGangAndForOneRole) {
    in_worlds([](const RoleWishedWorld& given, std::uint64_t seed, auto& seen) {
        const auto ranked = world::role_ranking(given.world, given.gang, seed);
        const Outcome outcome = plan_gang(given.world.snapshot(), given.gang, ranked.policies);
        if (contradicts(outcome)) return;
        const auto expected = brute::search_roles(given.world, given.gang, ranked.rules);
        const Plan* plan = std::get_if<Plan>(&outcome);
        ASSERT_EQ(plan != nullptr, expected.fits);
        if (plan != nullptr) {
            EXPECT_EQ(plan->quality.proof, Proof::optimal);
            EXPECT_EQ(plan->quality.objective, expected.objective);
            EXPECT_EQ(test::members_by_role(given.world, given.gang, *plan), expected.members);
            EXPECT_EQ(verify_plan(given.world.snapshot(), given.gang, *plan).value_or("right"), "right");
        }
        const auto plain = brute::search_roles(given.world, given.plain, ranked.rules);
        count(plain, expected, seen);
    });
}

TEST(RoleWishes, WhatACutOffSearchClaimsIsTrue) {
    in_worlds([](const RoleWishedWorld& given, std::uint64_t seed, auto& seen) {
        const auto ranked = world::role_ranking(given.world, given.gang, seed);
        Dice dice(seed);
        const RoleBudget budget{dice.chance(50) ? 1'000'000 : dice.below(3'000), dice.below(12'000)};
        GpuTables gpus;
        const Outcome whole = plan_gang(given.world.snapshot(), given.gang, ranked.policies);
        if (contradicts(whole)) return;
        const auto expected = brute::search_roles(given.world, given.gang, ranked.rules);
        const auto plain = brute::search_roles(given.world, given.plain, ranked.rules);
        count(plain, expected, seen);
        if (std::holds_alternative<NeverFits>(whole)) return;
        const Outcome outcome = plan_wished(given.world.snapshot(), given.gang, ranked.policies, gpus, budget);
        if (const Plan* plan = std::get_if<Plan>(&outcome)) {
            ASSERT_TRUE(expected.fits);
            EXPECT_EQ(verify_plan(given.world.snapshot(), given.gang, *plan).value_or("right"), "right");
            const bool bounded = plan->quality.proof == Proof::bounded;
            EXPECT_LE(bounded ? plan->quality.bound : plan->quality.objective, expected.objective);
            EXPECT_GE(plan->quality.objective, expected.objective);
            return;
        }
        const NoFit* no = std::get_if<NoFit>(&outcome);
        EXPECT_TRUE((no != nullptr && no->reason.code == ReasonCode::search_exhausted) || !expected.fits);
    });
}

}  // namespace
}  // namespace muster
