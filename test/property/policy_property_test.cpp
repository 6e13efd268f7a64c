// Each policy that ships against exhaustive search by its definition, in worlds where it matters. Worlds are numbered;
// a failure names its number.
#include "placement/plan/gang_planner.hpp"
#include "policies/params.hpp"
#include "policies/registry.hpp"
#include "test/property/brute_force.hpp"
#include "test/property/brute_gpus.hpp"
#include "test/property/brute_policies.hpp"
#include "test/property/gpu_worlds.hpp"
#include "test/property/plan_shares.hpp"
#include "test/property/ranking.hpp"
#include "test/property/world_gen.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

constexpr std::uint64_t kPolicyWorlds = 2'000;
constexpr std::uint64_t kMostPlacements = 3'000;

// A gang that may go anywhere, as large as exhaustive search allows: then there is something to choose.
test::GpuWorld roomy_world(std::uint64_t seed) {
    test::GpuWorld made{world::small_world(seed), {}};
    made.gang = world::small_gang(made.world, seed);
    made.gang.wish = {};
    auto& members = made.gang.roles.front().members;
    const auto divisions = [&] {
        return brute::divisions(made.world, made.gang, static_cast<std::int32_t>(members.size()), kMostPlacements);
    };
    while (members.size() > 1 && (divisions() == 0 || divisions() >= kMostPlacements)) members.pop_back();
    return made;
}

class ShippedPolicy : public testing::TestWithParam<std::string_view> {};

TEST_P(ShippedPolicy, EqualsExhaustiveSearchByItsDefinition) {
    std::size_t fits = 0;
    std::size_t decides = 0;
    std::size_t nonzero = 0;
    GpuTables tables;
    for (std::uint64_t seed = 0; seed < kPolicyWorlds; ++seed) {
        SCOPED_TRACE("world " + std::to_string(seed));
        const bool machines = GetParam() == "rail_aligned";
        const test::GpuWorld given = machines ? test::gpu_world(seed) : roomy_world(seed);
        const auto classes =
            machines ? brute::bandwidth_class(given.world, given.gang, "predict-kubelet") : brute::HostClass();
        test::Ranking ranked;
        ranked.add_named(GetParam(), given.world, given.gang);
        const Outcome outcome = plan_gang(given.world.snapshot(), given.gang, ranked.policies, tables);
        const auto expected = brute::search(given.world, given.gang, ranked.rules, classes);
        const Plan* plan = std::get_if<Plan>(&outcome);
        ASSERT_EQ(plan != nullptr, expected.fits);
        if (plan == nullptr) continue;
        ASSERT_EQ(plan->quality.objective, expected.objective);
        ASSERT_EQ(test::members_by_node(given.world, *plan), expected.members);
        ++fits;
        if (expected.objective.back() != 0) ++nonzero;
        if (brute::search(given.world, given.gang, {}, classes).members != expected.members) ++decides;
    }
    EXPECT_GE(fits * 2, kPolicyWorlds);
    EXPECT_GE(decides, 50U);
    EXPECT_GE(nonzero, 50U);
    RecordProperty("fits", static_cast<int>(fits));
    RecordProperty("decides", static_cast<int>(decides));
}

INSTANTIATE_TEST_SUITE_P(All, ShippedPolicy, testing::ValuesIn(kPolicyNames.begin(), kPolicyNames.end()),
                         [](const auto& given) { return std::string(given.param); });

// What is asked for where the settings name no policies. Distance decides only between placements that use equally many
// domains and do equal damage.
TEST(DefaultPolicies, EqualExhaustiveSearchByTheirDefinitions) {
    std::size_t damage_decides = 0;
    std::size_t distance_decides = 0;
    for (std::uint64_t seed = 0; seed < 2 * kPolicyWorlds; ++seed) {
        SCOPED_TRACE("world " + std::to_string(seed));
        const auto [world, gang] = roomy_world(seed);
        const Outcome outcome = plan_gang(world.snapshot(), gang, default_policies());
        const std::vector<brute::Rule> rules{brute::whole_cells(world, gang),
                                             brute::pairwise_distance(world, gang, false)};
        const auto expected = brute::search(world, gang, rules);
        const Plan* plan = std::get_if<Plan>(&outcome);
        ASSERT_EQ(plan != nullptr, expected.fits);
        if (plan == nullptr) continue;
        ASSERT_EQ(plan->quality.objective, expected.objective);
        ASSERT_EQ(test::members_by_node(world, *plan), expected.members);
        const auto by_damage = brute::search(world, gang, {rules.front()});
        if (by_damage.members != expected.members) ++distance_decides;
        if (brute::search(world, gang, {}).members != by_damage.members) ++damage_decides;
    }
    EXPECT_GE(damage_decides, 50U);
    EXPECT_GE(distance_decides, 50U);
    RecordProperty("damage_decides", static_cast<int>(damage_decides));
    RecordProperty("distance_decides", static_cast<int>(distance_decides));
}

}  // namespace
}  // namespace muster
