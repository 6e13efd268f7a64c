#include "placement/plan/wait_for_level.hpp"

#include "placement/plan/gang_planner.hpp"
#include "test/placement/plan/plan_world.hpp"

#include <gtest/gtest.h>

namespace muster {
namespace {

using test::cluster;
using test::fill;
using test::Row;

// Two racks with room for three members of four GPUs each, and a rack that is too small for ever.
std::vector<Row> rows_of_two_racks() {
    return {{"a1", "b1", "r1", 8}, {"a2", "b1", "r1", 4}, {"c1", "b1", "r2", 8}, {"c2", "b1", "r2", 4}};
}

GangRequest patient(std::int32_t members, std::string preferred = "rack") {
    TopologyWish wish;
    wish.preferred = std::move(preferred);
    wish.wait_s = 300;
    GangRequest request = test::gang(members, 4, std::move(wish));
    request.hold_preferred = true;
    return request;
}

TEST(WaitForLevel, AGangThatItsLevelHoldsIsPlannedAsWithoutAWait) {
    ClusterState state = cluster(rows_of_two_racks());
    GangRequest hasty = patient(3);
    hasty.hold_preferred = false;
    const Outcome outcome = plan_gang(state.snapshot(), patient(3), {});
    ASSERT_TRUE(std::holds_alternative<Plan>(outcome));
    EXPECT_EQ(outcome, plan_gang(state.snapshot(), hasty, {}));
}

TEST(WaitForLevel, AGangThatOnlyACoarserLevelHoldsWaitsAndSaysForWhat) {
    ClusterState state = cluster(rows_of_two_racks());
    fill(state, "a1", 4);
    fill(state, "c2", 4);
    const Outcome outcome = plan_gang(state.snapshot(), patient(3), {});
    const Wait* wait = std::get_if<Wait>(&outcome);
    ASSERT_NE(wait, nullptr);
    EXPECT_EQ(wait->reason.code, ReasonCode::level_too_small);
    EXPECT_EQ(wait->reason.level, "rack");
    EXPECT_EQ(wait->reason.need, 3);
    EXPECT_EQ(wait->reason.best, 2);
    GangRequest late = patient(3);
    late.hold_preferred = false;
    EXPECT_EQ(test::nodes(plan_gang(state.snapshot(), late, {})), "a1 c1 c1") << "the time is over";
}

TEST(WaitForLevel, NobodyWaitsForALevelThatCanNeverHoldTheGang) {
    ClusterState state = cluster(rows_of_two_racks());
    EXPECT_TRUE(std::holds_alternative<Plan>(plan_gang(state.snapshot(), patient(4), {})));
}

TEST(WaitForLevel, WhatHasNoPlaceAtAllDoesNotFit) {
    ClusterState state = cluster(rows_of_two_racks());
    fill(state, "a1", 8);
    fill(state, "c1", 8);
    EXPECT_TRUE(std::holds_alternative<NoFit>(plan_gang(state.snapshot(), patient(3), {})));
    EXPECT_TRUE(std::holds_alternative<NeverFits>(plan_gang(state.snapshot(), patient(7), {})));
    EXPECT_TRUE(std::holds_alternative<NoFit>(plan_gang(state.snapshot(), patient(3, "row"), {})));
}

TEST(WaitForLevel, ARequiredLevelAsFineAsThePreferredOneLeavesNothingToWaitFor) {
    ClusterState state = cluster(rows_of_two_racks());
    fill(state, "a1", 4);
    fill(state, "c2", 4);
    GangRequest both = patient(3);
    both.wish.required = "rack";
    EXPECT_TRUE(std::holds_alternative<NoFit>(plan_gang(state.snapshot(), both, {})));
    both.wish.required = "block";
    EXPECT_TRUE(std::holds_alternative<Wait>(plan_gang(state.snapshot(), both, {})));
}

}  // namespace
}  // namespace muster
