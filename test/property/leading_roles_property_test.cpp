// Gangs of several roles under policies that stand before the numbers of domains, against exhaustive search, and what a
// search cut off by its budget claims. Worlds are numbered; a failure names its number.
#include "placement/plan/gang_planner.hpp"
#include "placement/plan/roles/role_planner.hpp"
#include "placement/verify/verify_plan.hpp"
#include "test/property/plan_shares.hpp"
#include "test/property/role_planner_worlds.hpp"
#include "test/property/world_count.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

using world::Dice;
using world::World;

const std::uint64_t kLeadingRoleWorlds = world::worlds(600);

class Leading final : public DomainPolicy {
  public:
    explicit Leading(std::shared_ptr<const DomainPolicy> policy) : policy_(std::move(policy)) {}
    [[nodiscard]] std::string_view name() const override { return policy_->name(); }
    [[nodiscard]] Combine combine() const override { return policy_->combine(); }
    [[nodiscard]] bool may_refuse() const override { return policy_->may_refuse(); }
    [[nodiscard]] bool leads(const GangRequest& /*request*/) const override { return true; }
    [[nodiscard]] std::unique_ptr<DomainCost> prepare(const Snapshot& snapshot,
                                                      const GangRequest& request) const override {
        return policy_->prepare(snapshot, request);
    }

  private:
    std::shared_ptr<const DomainPolicy> policy_;
};

// Some of the world's policies, at least one, put first.
world::RoleRanking leading_role_ranking(const World& world, const GangRequest& gang, std::uint64_t seed) {
    auto ranking = world::role_ranking(world, gang, 3 + seed % 15 + seed / 15 * 18);
    Dice dice(seed ^ 0x6c656164U);
    const std::size_t sure = dice.below(static_cast<std::uint32_t>(ranking.policies.size()));
    for (std::size_t i = 0; i < ranking.policies.size(); ++i) {
        if (i != sure && !dice.chance(40)) continue;
        ranking.policies[i] = std::make_shared<Leading>(ranking.policies[i]);
        ranking.rules[i].leads = true;
    }
    return ranking;
}

TEST(LeadingRoles, EqualExhaustiveSearch) {
    std::map<std::string, std::size_t> seen;
    for (std::uint64_t seed = 0; seed < kLeadingRoleWorlds && !::testing::Test::HasFailure(); ++seed) {
        SCOPED_TRACE("world " + std::to_string(seed));
        const World world = world::role_world(seed);
        const GangRequest gang = world::role_gang(world, seed);
        const auto ranked = leading_role_ranking(world, gang, seed);
        const Outcome outcome = plan_gang(world.snapshot(), gang, ranked.policies);
        const auto expected = brute::search_roles(world, gang, ranked.rules);
        const Plan* plan = std::get_if<Plan>(&outcome);
        ASSERT_EQ(plan != nullptr, expected.fits);
        if (plan == nullptr) continue;
        EXPECT_EQ(plan->quality.objective, expected.objective);
        EXPECT_EQ(test::members_by_role(world, gang, *plan), expected.members);
        EXPECT_EQ(plan->quality.proof, Proof::optimal);
        EXPECT_EQ(verify_plan(world.snapshot(), gang, *plan).value_or("right"), "right");
        ++seen["fits"];
        auto behind = ranked.rules;
        for (auto& rule : behind) rule.leads = false;
        if (brute::search_roles(world, gang, behind).members != expected.members) ++seen["order matters"];
    }
    for (const auto& [what, number] : seen) RecordProperty(what, static_cast<int>(number));
    EXPECT_GE(seen["fits"] * 3, kLeadingRoleWorlds);
    EXPECT_GE(seen["order matters"] * 20, kLeadingRoleWorlds);
}

TEST(LeadingRoles, WhatACutOffSearchClaimsIsTrue) {
    std::size_t bounded = 0;
    for (std::uint64_t seed = 0; seed < kLeadingRoleWorlds && !::testing::Test::HasFailure(); ++seed) {
        SCOPED_TRACE("world " + std::to_string(seed));
        const World world = world::role_world(seed);
        const GangRequest gang = world::role_gang(world, seed);
        const auto ranked = leading_role_ranking(world, gang, seed);
        Dice dice(seed);
        const RoleBudget budget{1'000'000, dice.below(12'000)};
        const Outcome outcome = plan_roles(world.snapshot(), gang, ranked.policies, budget);
        const Plan* plan = std::get_if<Plan>(&outcome);
        if (plan == nullptr) continue;
        const auto expected = brute::search_roles(world, gang, ranked.rules);
        ASSERT_TRUE(expected.fits);
        const Quality& quality = plan->quality;
        const bool cut_off = quality.proof == Proof::bounded;
        EXPECT_LE(cut_off ? quality.bound : quality.objective, expected.objective);
        EXPECT_GE(quality.objective, expected.objective);
        EXPECT_EQ(verify_plan(world.snapshot(), gang, *plan).value_or("right"), "right");
        bounded += cut_off ? 1U : 0U;
    }
    EXPECT_GE(bounded * 20, kLeadingRoleWorlds);
}

}  // namespace
}  // namespace muster
