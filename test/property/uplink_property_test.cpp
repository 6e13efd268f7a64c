// The planner against exhaustive search where domains have uplinks that gangs share: the class of the slowest link
// stands before everything else, whichever domain holds the gang.
#include "placement/plan/gang_planner.hpp"
#include "placement/plan/links/gpu_picker.hpp"
#include "placement/plan/links/gpu_tables.hpp"
#include "placement/verify/verify_plan.hpp"
#include "test/property/brute_force.hpp"
#include "test/property/plan_shares.hpp"
#include "test/property/ranking.hpp"
#include "test/property/uplink_worlds.hpp"
#include "test/property/world_count.hpp"
#include "test/property/world_gen.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>

#include <gtest/gtest.h>

namespace muster {
namespace {

using test::uplink_world;
using test::UplinkWorld;

const std::uint64_t kUplinkWorlds = world::worlds(2'000);

void compare_links(std::string_view picker) {
    GpuTables kept(gpu_picker(picker));
    std::map<std::string, std::size_t> seen;
    for (std::uint64_t seed = 0; seed < kUplinkWorlds; ++seed) {
        SCOPED_TRACE("world " + std::to_string(seed));
        const UplinkWorld given = uplink_world(seed);
        const auto ranked = test::ranking(given.world, given.gang, seed);
        const Outcome outcome = plan_gang(given.world.snapshot(), given.gang, ranked.policies, kept);
        const auto expected =
            brute::search_classed(given.world, given.gang, ranked.rules, test::gang_class(given, picker));
        const Plan* plan = std::get_if<Plan>(&outcome);
        ASSERT_EQ(plan != nullptr, expected.fits);
        if (plan == nullptr) continue;
        ASSERT_EQ(plan->quality.objective, expected.objective);
        ASSERT_EQ(test::members_by_node(given.world, *plan), expected.members);
        ASSERT_EQ(verify_plan(given.world.snapshot(), given.gang, *plan).value_or("right"), "right");
        const auto blind =
            brute::search_classed(given.world, given.gang, ranked.rules, test::gang_class(given, picker, false));
        ++seen["fits"];
        seen["uplinks decide"] += blind.members != expected.members ? 1U : 0U;
        seen["uplinks change the answer"] +=
            blind.members != expected.members || blind.objective != expected.objective ? 1U : 0U;
        seen["something is lost"] += expected.objective.front() > 0 ? 1U : 0U;
        seen["uplink is slowest"] += plan->quality.slowest_uplink ? 1U : 0U;
        seen["shared"] += plan->quality.slowest_uplink && plan->quality.slowest_uplink->gangs > 1 ? 1U : 0U;
        seen["told bound members"] +=
            std::ranges::any_of(given.gang.fixed, [](const auto& fixed) { return !fixed.devices.empty(); }) ? 1U : 0U;
    }
    // The worlds contain what the comparison is about.
    EXPECT_GE(seen["fits"] * 2, kUplinkWorlds);
    EXPECT_GE(seen["uplinks decide"] * 12, seen["fits"]) << seen["uplinks decide"];
    EXPECT_GE(seen["uplinks change the answer"] * 5, seen["fits"]) << seen["uplinks change the answer"];
    EXPECT_GE(seen["something is lost"] * 5, kUplinkWorlds) << seen["something is lost"];
    EXPECT_GE(seen["uplink is slowest"] * 10, kUplinkWorlds) << seen["uplink is slowest"];
    EXPECT_GE(seen["shared"] * 20, kUplinkWorlds) << seen["shared"];
    EXPECT_GE(seen["told bound members"] * 50, kUplinkWorlds) << seen["told bound members"];
}

TEST(PlannerUplinks, EqualExhaustiveSearchWithPredictedSets) {
    compare_links("predict-kubelet");
}

TEST(PlannerUplinks, EqualExhaustiveSearchWithBestSets) {
    compare_links("best-bandwidth");
}

TEST(PlannerUplinks, OrderOfTheInputDoesNotMatter) {
    for (std::uint64_t seed = 0; seed < kUplinkWorlds; seed += 5) {
        SCOPED_TRACE("world " + std::to_string(seed));
        UplinkWorld given = uplink_world(seed);
        const Outcome before = plan_gang(given.world.snapshot(), given.gang, {});
        world::Dice dice(seed);
        dice.shuffle(given.world.nodes);
        dice.shuffle(given.world.pods);
        dice.shuffle(given.gang.fixed);
        EXPECT_EQ(plan_gang(given.world.snapshot(), given.gang, {}), before);
    }
}

}  // namespace
}  // namespace muster
