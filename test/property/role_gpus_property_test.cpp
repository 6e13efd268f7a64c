// Gangs of several roles on hosts that have machines inside: the bandwidth class that a plan states is that of its
// placement, and nothing that exhaustive search finds is better than what a plan calls optimal, or its bound.
#include "placement/plan/gang_planner.hpp"
#include "placement/plan/links/gpu_picker.hpp"
#include "placement/plan/links/gpu_tables.hpp"
#include "placement/verify/verify_plan.hpp"
#include "test/property/brute_gpus.hpp"
#include "test/property/gpu_worlds.hpp"
#include "test/property/plan_shares.hpp"
#include "test/property/role_planner_worlds.hpp"
#include "test/property/world_count.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

using test::GpuWorld;

const std::size_t kRoleGpuWorlds = world::worlds(800);
constexpr std::uint64_t kMostRoleGpuSeeds = 3'000;

// Calls `look` with worlds that exhaustive search can take, until there are kRoleGpuWorlds of them.
template <class Look>
void in_role_gpu_worlds(Look look) {
    std::size_t worlds = 0;
    for (std::uint64_t seed = 0; seed < kMostRoleGpuSeeds && worlds < kRoleGpuWorlds; ++seed) {
        const GpuWorld given = test::role_gpu_world(seed);
        if (brute::role_divisions(given.world, given.gang, world::kMostRoleDivisions) >= world::kMostRoleDivisions)
            continue;
        SCOPED_TRACE("world " + std::to_string(seed));
        look(given, seed);
        if (::testing::Test::HasFailure()) return;
        ++worlds;
    }
    EXPECT_EQ(worlds, kRoleGpuWorlds);
}

std::int64_t class_of(const std::vector<std::vector<std::int32_t>>& members, const brute::RoleHostClass& classes) {
    std::int64_t worst = 0;
    for (std::size_t node = 0; node < members.size(); ++node) {
        const bool used = std::ranges::any_of(members[node], [](auto count) { return count > 0; });
        if (used) worst = std::max(worst, classes(node, members[node]));
    }
    return worst;
}

// Whether members that ask for different numbers of GPUs share a host.
bool sizes_are_mixed(const GpuWorld& given, const std::vector<std::vector<std::int32_t>>& members) {
    return std::ranges::any_of(members, [&](const auto& counts) {
        std::set<std::int64_t> sizes;
        for (std::size_t role = 0; role < counts.size(); ++role) {
            if (counts[role] > 0) sizes.insert(given.gang.roles[role].shape.requests.get(world::kGpu));
        }
        sizes.erase(0);
        return sizes.size() > 1;
    });
}

TEST(RoleGpus, ClassIsThatOfThePlacementAndNothingBeatsTheBound) {
    std::map<std::string, std::size_t> seen;
    GpuTables tables;
    in_role_gpu_worlds([&](const GpuWorld& given, std::uint64_t seed) {
        const auto ranked = world::role_ranking(given.world, given.gang, seed);
        const auto classes = brute::role_bandwidth_class(given.world, given.gang);
        const Outcome outcome = plan_gang(given.world.snapshot(), given.gang, ranked.policies, tables);
        const auto expected = brute::search_roles(given.world, given.gang, ranked.rules, classes);
        const Plan* plan = std::get_if<Plan>(&outcome);
        ASSERT_EQ(plan != nullptr, expected.fits);
        if (plan == nullptr) return;
        const auto members = test::members_by_role(given.world, given.gang, *plan);
        const Quality& quality = plan->quality;
        EXPECT_EQ(quality.objective.front(), class_of(members, classes));
        EXPECT_EQ(verify_plan(given.world.snapshot(), given.gang, *plan).value_or("right"), "right");
        if (quality.proof == Proof::optimal) {
            EXPECT_EQ(quality.objective, expected.objective);
            EXPECT_EQ(members, expected.members);
        } else {
            EXPECT_LE(quality.bound, expected.objective);
            EXPECT_LT(quality.bound, quality.objective);
            EXPECT_GE(quality.objective, expected.objective);
        }
        ++seen["fits"];
        ++seen[quality.proof == Proof::optimal           ? "optimal"
               : quality.objective == expected.objective ? "optimal, not proved"
                                                         : "worse"];
        const auto plain = brute::search_roles(given.world, given.gang, ranked.rules);
        seen["class decides"] += plain.members != expected.members ? 1U : 0U;
        seen["mixed sizes"] += sizes_are_mixed(given, members) ? 1U : 0U;
    });
    for (const auto& [what, number] : seen) RecordProperty(what, static_cast<int>(number));
    // The worlds contain what the comparison is about.
    EXPECT_GE(seen["fits"] * 3, kRoleGpuWorlds * 2) << seen["fits"];
    EXPECT_GE(seen["class decides"] * 5, kRoleGpuWorlds) << seen["class decides"];
    EXPECT_GE(seen["optimal"] * 10, kRoleGpuWorlds) << seen["optimal"];
    EXPECT_GE(seen["optimal, not proved"] * 20, kRoleGpuWorlds) << seen["optimal, not proved"];
    EXPECT_GE(seen["worse"] * 50, kRoleGpuWorlds) << seen["worse"];
    EXPECT_GE(seen["mixed sizes"] * 20, kRoleGpuWorlds) << seen["mixed sizes"];
}

TEST(RoleGpus, EveryRulesPlanPassesTheChecker) {
    for (const std::string_view picker : kGpuPickers) {
        GpuTables tables(gpu_picker(picker));
        std::size_t fits = 0;
        in_role_gpu_worlds([&](const GpuWorld& given, std::uint64_t seed) {
            const auto ranked = world::role_ranking(given.world, given.gang, seed);
            const Outcome outcome = plan_gang(given.world.snapshot(), given.gang, ranked.policies, tables);
            const Plan* plan = std::get_if<Plan>(&outcome);
            if (plan == nullptr) return;
            EXPECT_EQ(verify_plan(given.world.snapshot(), given.gang, *plan).value_or("right"), "right") << picker;
            ++fits;
        });
        EXPECT_GE(fits * 3, kRoleGpuWorlds * 2);
    }
}

}  // namespace
}  // namespace muster
