// Policies that stand before the numbers of domains, against exhaustive search. Worlds are numbered; a failure names
// its number.
#include "placement/plan/gang_planner.hpp"
#include "placement/verify/verify_plan.hpp"
#include "policies/registry.hpp"
#include "test/property/brute_force.hpp"
#include "test/property/brute_policies.hpp"
#include "test/property/ranking.hpp"
#include "test/property/world_gen.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

using world::World;

constexpr std::uint64_t kLeadingWorlds = 1'800;
constexpr std::uint64_t kMostLeadingDivisions = 3'000;

// As large as exhaustive search allows; in two worlds of three it may go anywhere.
GangRequest gang_of(const World& world, std::uint64_t seed) {
    GangRequest gang = world::small_gang(world, seed);
    if (seed % 3 != 0) gang.wish = {};
    auto& members = gang.roles.front().members;
    for (auto i = members.size(); i < 10; ++i) {
        const std::string name = world::numbered("gang-", i);
        members.push_back({PodUid("uid-" + name), {"ml", name}, static_cast<std::int32_t>(i)});
    }
    const auto divisions = [&] {
        return brute::divisions(world, gang, static_cast<std::int32_t>(members.size()), kMostLeadingDivisions);
    };
    while (members.size() > 1 && (divisions() == 0 || divisions() >= kMostLeadingDivisions)) members.pop_back();
    return gang;
}

// One behind the other: sums and maxima, with and without refusals, before and behind the numbers of domains, in the
// order of the list or not.
test::Ranking leading_ranking(const World& world, const GangRequest& gang, std::uint64_t seed) {
    test::Ranking ranked;
    const std::vector<std::string> tightest{"tightest_domain"};
    PolicyParams always;
    always.leading = tightest;
    switch (seed / 3 % 7) {
        case 0:
            ranked.add({.seed = seed, .leads = true});
            break;
        case 1:
            ranked.add({.seed = seed, .sides = 3, .maximum = true, .leads = true});
            ranked.add({.seed = seed + 1});
            break;
        case 2:
            ranked.add_whole_cells(world, gang);
            ranked.add({.seed = seed, .sides = 2, .refuse_percent = 15, .leads = true});
            break;
        case 3:
            ranked.add({.seed = seed, .sides = 2});
            ranked.add({.seed = seed + 1, .sides = 2, .leads = true});
            ranked.add({.seed = seed + 2, .sides = 3, .maximum = true});
            ranked.add({.seed = seed + 3, .sides = 3, .maximum = true, .leads = true});
            break;
        case 4:
            ranked.add({.seed = seed, .sides = 3, .maximum = true, .leads = true});
            ranked.add({.seed = seed + 1, .sides = 2, .leads = true});
            ranked.add({.seed = seed + 2, .sides = 3, .maximum = true, .leads = true});
            break;
        case 5:
            ranked.add({.seed = seed, .refuse_percent = 10});
            ranked.add({.seed = seed + 1, .sides = 2, .refuse_percent = 5, .maximum = true});
            break;
        default:
            ranked.add_named("tightest_domain", world, gang);
            ranked.add({.seed = seed + 1, .sides = 2});
            ranked.policies.front() = make_policies(tightest, always).value().front();
            ranked.rules.front().leads = true;
            break;
    }
    return ranked;
}

std::vector<std::int32_t> members_on(const World& world, const Plan& plan) {
    std::vector<std::int32_t> sums(world.nodes.size(), 0);
    for (const auto& placement : plan.placements) {
        const auto node = std::ranges::find(world.nodes, placement.node, &NodeFacts::name);
        ++sums[static_cast<std::size_t>(node - world.nodes.begin())];
    }
    return sums;
}

// Says whether there is a plan.
bool same(const World& world, const GangRequest& gang, const Policies& policies, const brute::Answer& expected) {
    const Outcome outcome = plan_gang(world.snapshot(), gang, policies);
    const Plan* plan = std::get_if<Plan>(&outcome);
    EXPECT_EQ(plan != nullptr, expected.fits);
    if (plan == nullptr || !expected.fits) return false;
    EXPECT_EQ(plan->quality.objective, expected.objective);
    EXPECT_EQ(members_on(world, *plan), expected.members);
    EXPECT_EQ(verify_plan(world.snapshot(), gang, *plan).value_or("right"), "right");
    return true;
}

TEST(LeadingPolicies, EqualExhaustiveSearch) {
    std::map<std::string, std::size_t> seen;
    for (std::uint64_t seed = 0; seed < kLeadingWorlds && !::testing::Test::HasFailure(); ++seed) {
        SCOPED_TRACE("world " + std::to_string(seed));
        const World world = world::small_world(seed);
        const GangRequest gang = gang_of(world, seed);
        const test::Ranking ranked = leading_ranking(world, gang, seed);
        const auto expected = brute::search(world, gang, ranked.rules);
        if (!same(world, gang, ranked.policies, expected)) continue;
        ++seen["fits"];
        auto behind = ranked.rules;
        for (auto& rule : behind) rule.leads = false;
        if (brute::search(world, gang, behind).members != expected.members) ++seen["order matters"];
    }
    for (const auto& [what, number] : seen) RecordProperty(what, static_cast<int>(number));
    EXPECT_GE(seen["fits"] * 2, kLeadingWorlds);
    EXPECT_GE(seen["order matters"] * 60, kLeadingWorlds);
}

// Of pattern all-to-all, under policies in which the settings name it and in which they do not.
TEST(LeadingPolicies, DistanceLeadsWhereAllTalkToAll) {
    std::size_t order_matters = 0;
    for (std::uint64_t seed = 0; seed < kLeadingWorlds / 3 && !::testing::Test::HasFailure(); ++seed) {
        SCOPED_TRACE("world " + std::to_string(seed));
        const World world = world::small_world(seed * 7 + 5);
        GangRequest gang = gang_of(world, seed);
        std::vector<std::string> names{"whole_cells"};
        if (seed % 2 == 0) names.emplace_back("pairwise_distance");
        const Policies policies = make_policies(names).value();
        std::vector<brute::Rule> rules{brute::whole_cells(world, gang)};
        if (seed % 2 == 0) rules.push_back(brute::pairwise_distance(world, gang, false));
        const auto in_a_ring = brute::search(world, gang, rules);
        same(world, gang, policies, in_a_ring);

        gang.wish.pattern = Pattern::all_to_all;
        rules.resize(1);
        rules.push_back(brute::pairwise_distance(world, gang, false));
        rules.back().leads = true;
        const auto expected = brute::search(world, gang, rules);
        if (same(world, gang, policies, expected) && expected.members != in_a_ring.members) ++order_matters;
    }
    RecordProperty("order_matters", static_cast<int>(order_matters));
    EXPECT_GE(order_matters * 200, kLeadingWorlds);
}

}  // namespace
}  // namespace muster
