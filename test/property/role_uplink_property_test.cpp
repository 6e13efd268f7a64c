// Gangs of several roles against exhaustive search where domains have uplinks that gangs share.
#include "placement/plan/gang_planner.hpp"
#include "placement/plan/links/gpu_tables.hpp"
#include "placement/verify/verify_plan.hpp"
#include "test/property/plan_shares.hpp"
#include "test/property/role_planner_worlds.hpp"
#include "test/property/uplink_worlds.hpp"
#include "test/property/world_count.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <variant>

#include <gtest/gtest.h>

namespace muster {
namespace {

using test::UplinkWorld;

const std::uint64_t kRoleUplinkWorlds = world::worlds(1'200);
constexpr std::uint64_t kMostUplinkDivisions = 4'000;

TEST(RoleUplinks, EqualExhaustiveSearch) {
    GpuTables tables;
    std::map<std::string, std::size_t> seen;
    for (std::uint64_t seed = 0; seed < kRoleUplinkWorlds && !::testing::Test::HasFailure(); ++seed) {
        SCOPED_TRACE("world " + std::to_string(seed));
        const UplinkWorld given = test::role_uplink_world(seed);
        const auto divisions = brute::role_divisions(given.world, given.gang, kMostUplinkDivisions);
        if (divisions >= kMostUplinkDivisions) continue;
        const auto ranked = world::role_ranking(given.world, given.gang, seed);
        const Outcome outcome = plan_gang(given.world.snapshot(), given.gang, ranked.policies, tables);
        const auto expected =
            brute::search_classed_roles(given.world, given.gang, ranked.rules, test::role_gang_class(given));
        const Plan* plan = std::get_if<Plan>(&outcome);
        ASSERT_EQ(plan != nullptr, expected.fits);
        if (plan == nullptr) continue;
        EXPECT_EQ(plan->quality.proof, Proof::optimal);
        EXPECT_EQ(plan->quality.objective, expected.objective);
        EXPECT_EQ(test::members_by_role(given.world, given.gang, *plan), expected.members);
        EXPECT_EQ(verify_plan(given.world.snapshot(), given.gang, *plan).value_or("right"), "right");
        const auto blind =
            brute::search_classed_roles(given.world, given.gang, ranked.rules, test::role_gang_class(given, false));
        ++seen["fits"];
        seen["uplinks decide"] += blind.members != expected.members ? 1U : 0U;
        seen["something is lost"] += expected.objective.front() > 0 ? 1U : 0U;
        seen["uplink is slowest"] += plan->quality.slowest_uplink ? 1U : 0U;
        seen["bound members"] += given.gang.fixed.empty() ? 0U : 1U;
    }
    for (const auto& [what, number] : seen) RecordProperty(what, static_cast<int>(number));
    // The worlds contain what the comparison is about.
    EXPECT_GE(seen["fits"] * 3, kRoleUplinkWorlds) << seen["fits"];
    EXPECT_GE(seen["uplinks decide"] * 12, seen["fits"]) << seen["uplinks decide"];
    EXPECT_GE(seen["something is lost"] * 5, kRoleUplinkWorlds) << seen["something is lost"];
    EXPECT_GE(seen["uplink is slowest"] * 12, kRoleUplinkWorlds) << seen["uplink is slowest"];
    EXPECT_GE(seen["bound members"] * 20, kRoleUplinkWorlds) << seen["bound members"];
}

}  // namespace
}  // namespace muster
