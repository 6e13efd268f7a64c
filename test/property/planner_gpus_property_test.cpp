// The planner against exhaustive search where hosts have machines inside: the bandwidth class stands before everything
// else, under every rule for GPU sets.
#include "placement/plan/gang_planner.hpp"
#include "placement/plan/gpu_picker.hpp"
#include "placement/plan/gpu_tables.hpp"
#include "placement/plan/verify_plan.hpp"
#include "test/property/brute_force.hpp"
#include "test/property/brute_gpus.hpp"
#include "test/property/gpu_worlds.hpp"
#include "test/property/ranking.hpp"
#include "test/property/world_gen.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

using test::gpu_world;
using test::GpuWorld;

constexpr std::uint64_t kGpuWorlds = 1'500;

std::vector<std::int32_t> members_by_node(const world::World& world, const Plan& plan) {
    std::vector<std::int32_t> sums(world.nodes.size(), 0);
    for (const auto& placement : plan.placements) {
        const auto node = std::ranges::find(world.nodes, placement.node, &NodeFacts::name);
        ++sums[static_cast<std::size_t>(node - world.nodes.begin())];
    }
    return sums;
}

test::Ranking some_ranking(const GpuWorld& given, std::uint64_t seed) {
    test::Ranking ranked;
    if (seed % 3 == 1) ranked.add_whole_cells(given.world, given.gang);
    if (seed % 3 == 2) ranked.add({.seed = seed, .maximum = seed % 2 == 0});
    if (seed % 9 == 5) ranked.add({.seed = seed + 1, .refuse_percent = 10});
    return ranked;
}

// One planner for all worlds, as a service has it: what its tables know from before must not matter.
void compare(std::string_view picker) {
    GpuTables kept(gpu_picker(picker));
    std::map<std::string, std::size_t> seen;
    for (std::uint64_t seed = 0; seed < kGpuWorlds; ++seed) {
        SCOPED_TRACE("world " + std::to_string(seed));
        const GpuWorld given = gpu_world(seed);
        const auto ranked = some_ranking(given, seed);
        const auto classes = brute::bandwidth_class(given.world, given.gang, picker);
        const Outcome outcome = plan_gang(given.world.snapshot(), given.gang, ranked.policies, kept);
        const auto expected = brute::search(given.world, given.gang, ranked.rules, classes);
        const Plan* plan = std::get_if<Plan>(&outcome);
        ASSERT_EQ(plan != nullptr, expected.fits);
        if (plan == nullptr) continue;
        ASSERT_EQ(plan->quality.objective, expected.objective);
        ASSERT_EQ(members_by_node(given.world, *plan), expected.members);
        ASSERT_EQ(verify_plan(given.world.snapshot(), given.gang, *plan).value_or("right"), "right");
        ++seen["fits"];
        if (brute::search(given.world, given.gang, ranked.rules).members != expected.members) ++seen["class decides"];
        if (expected.objective.front() > 0) ++seen["something is lost"];
        if (!given.gang.fixed.empty()) ++seen["bound members"];
        for (const auto& placement : plan->placements) {
            if (placement.gpu_source == GpuSource::unknown) ++seen["unknown"];
        }
        if (seed % 50 == 0) {
            GpuTables fresh(gpu_picker(picker));
            EXPECT_EQ(plan_gang(given.world.snapshot(), given.gang, ranked.policies, fresh), outcome);
        }
    }
    // The worlds contain what the comparison is about.
    EXPECT_GE(seen["fits"] * 3, kGpuWorlds * 2);
    EXPECT_GE(seen["class decides"] * 5, kGpuWorlds) << seen["class decides"];
    EXPECT_GE(seen["something is lost"] * 10, kGpuWorlds);
    EXPECT_GE(seen["bound members"] * 20, kGpuWorlds);
    EXPECT_GE(seen["unknown"] * 20, kGpuWorlds);
}

TEST(PlannerGpus, PredictedSetsEqualExhaustiveSearch) {
    compare("predict-kubelet");
}

TEST(PlannerGpus, BestSetsEqualExhaustiveSearch) {
    compare("best-bandwidth");
}

TEST(PlannerGpus, OrderOfTheInputDoesNotMatter) {
    for (const std::string_view picker : kGpuPickers) {
        GpuTables tables(gpu_picker(picker));
        for (std::uint64_t seed = 0; seed < kGpuWorlds; seed += 5) {
            SCOPED_TRACE("world " + std::to_string(seed));
            GpuWorld given = gpu_world(seed);
            const Outcome before = plan_gang(given.world.snapshot(), given.gang, {}, tables);
            world::Dice dice(seed);
            dice.shuffle(given.world.nodes);
            dice.shuffle(given.world.pods);
            EXPECT_EQ(plan_gang(given.world.snapshot(), given.gang, {}, tables), before) << picker;
            if (const Plan* plan = std::get_if<Plan>(&before)) {
                EXPECT_EQ(verify_plan(given.world.snapshot(), given.gang, *plan).value_or("right"), "right") << picker;
            }
        }
    }
}

}  // namespace
}  // namespace muster
