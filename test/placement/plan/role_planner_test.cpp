#include "placement/plan/roles/role_planner.hpp"

#include "placement/plan/gang_planner.hpp"
#include "placement/verify/verify_plan.hpp"
#include "test/placement/plan/plan_world.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

using test::cluster;
using test::gang_of;
using test::nodes;

RoleRequest role(const std::string& name, std::int32_t members, std::int64_t gpus, std::int32_t first_rank = -1) {
    RoleRequest role;
    role.name = name;
    role.shape.requests = {{test::kGpu, gpus}, {"pods", 1}};
    for (std::int32_t i = 0; i < members; ++i) {
        const std::string pod = name + "-" + std::to_string(i);
        role.members.push_back({PodUid("uid-" + pod), {"ml", pod}, first_rank < 0 ? -1 : first_rank + i});
    }
    return role;
}

std::string ranks(const Outcome& outcome) {
    std::string text;
    for (const auto& placement : std::get<Plan>(outcome).placements)
        text += (text.empty() ? "" : " ") + std::to_string(placement.rank);
    return text;
}

ReasonCode code(const Outcome& outcome) {
    if (const auto* never = std::get_if<NeverFits>(&outcome)) return never->reason.code;
    return std::get<NoFit>(outcome).reason.code;
}

ClusterState two_racks() {
    return cluster({{"a", "b1", "r1"}, {"b", "b1", "r1"}, {"c", "b1", "r2"}, {"d", "b1", "r2"}});
}

TEST(RolePlanner, ALeaderWithoutGpusSharesAHostOfItsWorkers) {
    const auto snapshot = two_racks().snapshot();
    const auto gang = gang_of({role("leader", 1, 0), role("worker", 2, 8)}, {"rack", {}});
    const Outcome outcome = plan_gang(snapshot, gang, {});
    EXPECT_EQ(nodes(outcome), "a a b");
    EXPECT_EQ(std::get<Plan>(outcome).quality.objective, (ObjectiveVector{0, 2, 1, 1, 2}));
    EXPECT_EQ(std::get<Plan>(outcome).quality.proof, Proof::optimal);
    EXPECT_EQ(verify_plan(snapshot, gang, std::get<Plan>(outcome)), std::nullopt);
}

TEST(RolePlanner, RolesThatFitAloneButNotTogetherGoToTheNextLevel) {
    const auto snapshot = two_racks().snapshot();
    EXPECT_EQ(nodes(plan_gang(snapshot, gang_of({role("prefill", 1, 8), role("decode", 2, 4)}), {})), "a b b");
    EXPECT_EQ(nodes(plan_gang(snapshot, gang_of({role("prefill", 2, 8), role("decode", 2, 4)}), {})), "a b c c");
}

TEST(RolePlanner, AResourceThatBothRolesUseIsCountedOnce) {
    auto state = cluster({{"a", "b1", "r1", 8}, {"b", "b1", "r1", 8}});
    auto gang = gang_of({role("server", 2, 0), role("worker", 2, 1)});
    // 20 pod slots, of which a server takes 12 and a worker 9: no two of them go to one host with a third.
    gang.roles[0].shape.requests.set("pods", 12);
    gang.roles[1].shape.requests.set("pods", 9);
    EXPECT_EQ(code(plan_gang(state.snapshot(), gang, {})), ReasonCode::cluster_too_small);
    gang.roles[1].shape.requests.set("pods", 8);
    EXPECT_EQ(nodes(plan_gang(state.snapshot(), gang, {})), "a b a b");
}

TEST(RolePlanner, EqualHostPortsKeepRolesApart) {
    auto gang = gang_of({role("server", 1, 1), role("worker", 1, 1)});
    gang.roles[0].shape.host_ports = {"TCP/0.0.0.0/29500"};
    gang.roles[1].shape.host_ports = {"TCP/10.0.0.1/29500"};
    EXPECT_EQ(nodes(plan_gang(two_racks().snapshot(), gang, {})), "a b");
    gang.roles[1].shape.host_ports = {"TCP/10.0.0.1/29501"};
    EXPECT_EQ(nodes(plan_gang(two_racks().snapshot(), gang, {})), "a a");
}

TEST(RolePlanner, OnePerHostIsAgainstTheOtherRolesToo) {
    auto gang = gang_of({role("leader", 1, 1), role("worker", 2, 1)});
    gang.roles[0].shape.one_per_host = true;
    EXPECT_EQ(nodes(plan_gang(two_racks().snapshot(), gang, {})), "a b b");
}

TEST(RolePlanner, ARoleMayRequireALevelOfItsOwn) {
    const auto snapshot = cluster({{"a", "b1", "r1", 8},
                                   {"b", "b1", "r1", 4},
                                   {"c", "b1", "r2", 8},
                                   {"d", "b1", "r2", 8},
                                   {"e", "b1", "r3", 8}})
                              .snapshot();
    auto gang = gang_of({role("prefill", 2, 4), role("decode", 2, 8)}, {"block", {}});
    EXPECT_EQ(nodes(plan_gang(snapshot, gang, {})), "a a c d");
    gang.roles[0].wish.required = "rack";
    gang.roles[1].wish.required = "rack";
    const Outcome outcome = plan_gang(snapshot, gang, {});
    EXPECT_EQ(nodes(outcome), "a a c d");
    EXPECT_EQ(verify_plan(snapshot, gang, std::get<Plan>(outcome)), std::nullopt);
    gang.roles[1] = role("decode", 3, 8);
    EXPECT_TRUE(std::holds_alternative<Plan>(plan_gang(snapshot, gang, {})));
    gang.roles[1].wish.required = "rack";
    const Outcome none = plan_gang(snapshot, gang, {});
    EXPECT_EQ(std::get<NeverFits>(none).reason,
              (Shortfall{ReasonCode::level_too_small, "rack", "b1/r2", 3, 2, test::kGpu, {}}));
}

TEST(RolePlanner, OneRoleMayHaveALevelOfItsOwnToo) {
    auto gang = gang_of({role("worker", 3, 8)});
    gang.roles[0].wish.required = "rack";
    EXPECT_EQ(code(plan_gang(two_racks().snapshot(), gang, {})), ReasonCode::level_too_small);
    gang.roles[0] = role("worker", 2, 8);
    gang.roles[0].wish.required = "rack";
    EXPECT_EQ(nodes(plan_gang(two_racks().snapshot(), gang, {})), "a b");
}

TEST(RolePlanner, BoundMembersFixTheRackOfTheirRoleOnly) {
    auto gang = gang_of({role("prefill", 1, 4), role("decode", 1, 8)});
    gang.roles[0].wish.required = "rack";
    gang.fixed = {{PodUid("bound"), NodeName("d"), "prefill"}};
    EXPECT_EQ(nodes(plan_gang(two_racks().snapshot(), gang, {})), "c d");
    gang.fixed.push_back({PodUid("other"), NodeName("a"), "prefill"});
    EXPECT_EQ(code(plan_gang(two_racks().snapshot(), gang, {})), ReasonCode::fixed_apart);
    gang.fixed.back().role = "decode";
    EXPECT_EQ(nodes(plan_gang(two_racks().snapshot(), gang, {})), "d a");
}

TEST(RolePlanner, RanksGoRoleByRoleAndAlongThePath) {
    auto gang = gang_of({role("worker", 3, 8), role("leader", 1, 0)});
    EXPECT_EQ(ranks(plan_gang(two_racks().snapshot(), gang, {})), "0 1 2 3");
    gang.roles[1] = role("leader", 1, 0, 0);
    EXPECT_EQ(ranks(plan_gang(two_racks().snapshot(), gang, {})), "1 2 3 0");
    gang.roles[0] = role("worker", 3, 8, 0);
    gang.roles[1] = role("leader", 1, 0);
    EXPECT_EQ(ranks(plan_gang(two_racks().snapshot(), gang, {})), "0 1 2 3");
}

TEST(RolePlanner, OfEqualPlacementsTheFirstRolesMembersComeFirst) {
    const auto snapshot = cluster({{"a", "b1", "r1", 8}, {"b", "b1", "r1", 8}}).snapshot();
    EXPECT_EQ(nodes(plan_gang(snapshot, gang_of({role("one", 1, 6), role("two", 1, 6)}), {})), "a b");
    EXPECT_EQ(nodes(plan_gang(snapshot, gang_of({role("two", 1, 6), role("one", 1, 6)}), {})), "a b");
}

TEST(RolePlanner, AShortfallOfTheWholeStatesTheMostMembersThatFitAtOnce) {
    const Outcome outcome =
        plan_gang(two_racks().snapshot(), gang_of({role("prefill", 3, 8), role("decode", 3, 4)}), {});
    EXPECT_EQ(std::get<NeverFits>(outcome).reason,
              (Shortfall{ReasonCode::cluster_too_small, "cluster", "", 6, 5, test::kGpu, {}}));
}

TEST(RolePlanner, WhatFitsOnceOtherPodsAreGoneIsNotNever) {
    auto state = two_racks();
    state.apply(PodBound{PodUid("x"), NodeName("a"), {{test::kGpu, 8}, {"pods", 1}}, {}, false});
    const Outcome outcome = plan_gang(state.snapshot(), gang_of({role("prefill", 3, 8), role("decode", 2, 4)}), {});
    EXPECT_TRUE(std::holds_alternative<NoFit>(outcome));
    EXPECT_EQ(code(outcome), ReasonCode::cluster_too_small);
}

TEST(RolePlanner, ALevelOfARoleThatNobodyKnowsIsNamed) {
    auto gang = gang_of({role("prefill", 1, 8), role("decode", 1, 4)});
    gang.roles[1].wish.required = "island";
    const Outcome outcome = plan_gang(two_racks().snapshot(), gang, {});
    EXPECT_EQ(std::get<NoFit>(outcome).reason.code, ReasonCode::unknown_level);
    EXPECT_EQ(std::get<NoFit>(outcome).reason.level, "island");
}

TEST(RolePlanner, SlicesThatMixRolesUnevenlyAreRefusedNotForgotten) {
    auto gang = gang_of({role("prefill", 1, 8), role("decode", 3, 4)});
    gang.wish.slices = {{2, "rack"}};
    EXPECT_EQ(code(plan_gang(two_racks().snapshot(), gang, {})), ReasonCode::several_roles);
}

TEST(RolePlanner, ACutOffSearchClaimsNoMoreThanItKnows) {
    const auto snapshot = two_racks().snapshot();
    const auto fits = gang_of({role("prefill", 2, 8), role("decode", 3, 4)});
    // Enough to know that it fits nowhere lower, and nothing about the best way.
    const Outcome bounded = plan_roles(snapshot, fits, {}, {100'000, 0});
    const Plan& plan = std::get<Plan>(bounded);
    EXPECT_EQ(verify_plan(snapshot, fits, plan), std::nullopt);
    EXPECT_LE(plan.quality.bound, plan.quality.objective);
    // Roles that a look at each alone cannot exclude, and that no order of placing finds a place for.
    auto tight = gang_of({role("server", 2, 0), role("worker", 1, 1)});
    tight.roles[0].shape.requests.set("pods", 12);
    tight.roles[1].shape.requests.set("pods", 16);
    const auto pods = cluster({{"a", "b1", "r1", 8}, {"b", "b1", "r1", 8}}).snapshot();
    EXPECT_EQ(code(plan_roles(pods, tight, {})), ReasonCode::cluster_too_small);
    EXPECT_EQ(code(plan_roles(pods, tight, {}, {0, 0})), ReasonCode::search_exhausted);
}

}  // namespace
}  // namespace muster
