// The planner against exhaustive search where hosts have machines inside: the bandwidth class stands before everything
// else, under every rule for GPU sets.
#include "placement/plan/gang_planner.hpp"
#include "placement/plan/links/gpu_picker.hpp"
#include "placement/plan/links/gpu_tables.hpp"
#include "placement/verify/verify_plan.hpp"
#include "test/property/brute_force.hpp"
#include "test/property/brute_gpus.hpp"
#include "test/property/expect_best.hpp"
#include "test/property/gpu_worlds.hpp"
#include "test/property/plan_shares.hpp"
#include "test/property/ranking.hpp"
#include "test/property/wish_worlds.hpp"
#include "test/property/world_count.hpp"
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

const std::uint64_t kGpuWorlds = world::worlds(1'500);
constexpr std::size_t kWishedWorldsEach = 60;
constexpr std::uint64_t kMostWishedSeeds = 2'000;

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
        ASSERT_EQ(test::members_by_node(given.world, *plan), expected.members);
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

// With other wishes too, one pair after the other; minimum and balance alone.
TEST(PlannerGpus, EveryWishEqualsExhaustiveSearch) {
    GpuTables tables;
    std::size_t class_decides = 0;
    for (const test::WishKind one : test::kWishKinds) {
        SCOPED_TRACE(name(one));
        const bool counted = one == test::WishKind::spread_min || one == test::WishKind::balanced;
        std::map<std::string, std::size_t> seen;
        for (std::uint64_t seed = 0; seed < kMostWishedSeeds && seen["worlds"] < kWishedWorldsEach; ++seed) {
            const test::WishKind other = test::kWishKinds[seed % (test::kWishKinds.size() - 2)];
            const auto given = test::wished_gpu_world(one, counted ? one : other, seed);
            if (!given) continue;
            SCOPED_TRACE("and " + std::string(name(other)) + ", world " + std::to_string(seed));
            const auto ranked = test::ranking(given->world, given->gang, seed);
            const auto classes = brute::bandwidth_class(given->world, given->gang, kDefaultGpuPicker);
            const Outcome outcome = plan_gang(given->world.snapshot(), given->gang, ranked.policies, tables);
            const auto expected = brute::search(given->world, given->gang, ranked.rules, classes);
            test::expect_best(given->world, given->gang, outcome, expected);
            const Plan* plan = std::get_if<Plan>(&outcome);
            EXPECT_TRUE(plan == nullptr || plan->quality.proof == Proof::optimal);
            if (::testing::Test::HasFailure()) return;
            ++seen["worlds"];
            seen["fits"] += expected.fits ? 1U : 0U;
            const auto plain = brute::search(given->world, given->gang, ranked.rules);
            class_decides += plain.members != expected.members ? 1U : 0U;
        }
        EXPECT_EQ(seen["worlds"], kWishedWorldsEach);
        EXPECT_GE(seen["fits"] * 4, kWishedWorldsEach) << seen["fits"];
    }
    EXPECT_GE(class_decides * 25, test::kWishKinds.size() * kWishedWorldsEach) << class_decides;
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
