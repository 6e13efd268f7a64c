// Slices, spread and exclusive domains on clusters that can be checked by eye.
#include "placement/plan/tree/wishes.hpp"

#include "test/placement/plan/checked_plan.hpp"
#include "test/placement/plan/plan_world.hpp"

#include <string>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

using test::checked_plan;
using test::cluster;
using test::fill;
using test::gang;
using test::kGpu;
using test::nodes;
using test::three_racks;

GangRequest sliced(std::int32_t members, std::vector<SliceWish> slices) {
    GangRequest request = gang(members, 1);
    request.wish.slices = std::move(slices);
    return request;
}

GangRequest spread(std::int32_t members, std::vector<SpreadWish> wishes) {
    GangRequest request = gang(members, 1);
    request.wish.spread = std::move(wishes);
    return request;
}

GangRequest alone(std::int32_t members, const char* level) {
    GangRequest request = gang(members, 1);
    request.wish.exclusive = level;
    return request;
}

template <class State>
Shortfall refused(State&& state, const GangRequest& request, bool never) {
    const Outcome outcome = checked_plan(state, request);
    EXPECT_EQ(std::holds_alternative<NeverFits>(outcome), never);
    if (const auto* no = std::get_if<NoFit>(&outcome)) return no->reason;
    const auto* proved = std::get_if<NeverFits>(&outcome);
    return proved == nullptr ? Shortfall{} : proved->reason;
}

TEST(Slices, EachLiesInOneHostAndLeftOverPlacesStayEmpty) {
    EXPECT_EQ(nodes(checked_plan(three_racks(6, 7, 0, 0, 0, 0), sliced(8, {{4, "host"}}))), "a a a a b b b b");
    EXPECT_EQ(nodes(checked_plan(three_racks(6, 7, 0, 0, 0, 0), sliced(8, {}))), "a a a a a a b b");
}

TEST(Slices, ARackIsFilledInWholeSlicesThoughItsHostsAreNot) {
    EXPECT_EQ(nodes(checked_plan(three_racks(3, 2, 3, 3, 0, 0), sliced(8, {{4, "rack"}}))), "a a a b c c c d");
}

TEST(Slices, NestedOnesHoldOnBothLevels) {
    EXPECT_EQ(nodes(checked_plan(three_racks(5, 3, 5, 3, 0, 0), sliced(8, {{4, "rack"}, {2, "host"}}))),
              "a a a a c c c c");
    EXPECT_EQ(nodes(checked_plan(three_racks(3, 3, 3, 2, 0, 0), sliced(8, {{2, "host"}, {4, "rack"}}))),
              "a a b b c c d d");
}

TEST(Slices, AMissingLabelLeavesThemToTheHosts) {
    auto state = cluster({{"a", "b1", "", 3}, {"b", "b1", "", 5}, {"c", "b1", "", 4}});
    EXPECT_EQ(nodes(checked_plan(state, sliced(8, {{4, "rack"}}))), "b b b b c c c c");
}

TEST(Slices, WhatBoundMembersBeganIsCompletedFirst) {
    auto state = three_racks(2, 6, 8, 8, 8, 8);
    GangRequest request = sliced(5, {{4, "rack"}});
    for (const char* uid : {"x", "y", "z"}) request.fixed.push_back({PodUid(uid), NodeName("e")});
    EXPECT_EQ(nodes(checked_plan(state, request)), "e e e e e");
    fill(state, "e", 7);
    fill(state, "f", 8);
    EXPECT_EQ(nodes(checked_plan(state, request)), "b b b b e");
    fill(state, "e", 8);
    const auto reason = refused(state, request, false);
    EXPECT_EQ(reason.code, ReasonCode::slice_too_large);
    EXPECT_EQ(reason.domain, "b2/r3");
}

TEST(Slices, LargerThanEveryDomainNeverFits) {
    const auto reason = refused(three_racks(), sliced(20, {{10, "host"}}), true);
    EXPECT_EQ(reason.code, ReasonCode::slice_too_large);
    EXPECT_EQ(reason.level, "host");
    EXPECT_EQ(reason.limit, 10);
    EXPECT_EQ(reason.best, 0);
    EXPECT_EQ(reason.resource, kGpu);
}

TEST(Slices, TooFewPlacesInWholeSlicesAreNamedWithTheirNumber) {
    auto state = three_racks();
    fill(state, "a", 5);
    const auto reason = refused(state, sliced(42, {{6, "host"}}), true);
    EXPECT_EQ(reason.best, 36);
    EXPECT_EQ(refused(state, sliced(36, {{6, "host"}}), false).best, 30);
}

TEST(Slices, ContradictionsAreRefusedBeforePlanning) {
    EXPECT_EQ(refused(three_racks(), sliced(9, {{4, "rack"}}), false).code, ReasonCode::slice_uneven);
    EXPECT_EQ(refused(three_racks(), sliced(8, {{4, "host"}, {2, "rack"}}), true).code, ReasonCode::slices_not_nested);
    EXPECT_EQ(refused(three_racks(), sliced(12, {{4, "host"}, {6, "rack"}}), true).code, ReasonCode::slices_not_nested);
    GangRequest request = sliced(8, {{4, "rack"}});
    request.wish.required = "host";
    EXPECT_EQ(refused(three_racks(), request, true).code, ReasonCode::slice_above_required);
    EXPECT_EQ(refused(three_racks(), sliced(8, {{4, "island"}}), false).code, ReasonCode::unknown_level);
}

TEST(Spread, NoDomainHoldsMoreThanTheMaximum) {
    EXPECT_EQ(nodes(checked_plan(three_racks(), spread(6, {{"rack", 3}}))), "a a a c c c");
    EXPECT_EQ(nodes(checked_plan(three_racks(), spread(4, {{"rack", 4}, {"host", 2}}))), "a a b b");
}

TEST(Spread, PacksOnOneLevelAndSpreadsOnAnother) {
    GangRequest request = spread(6, {{"rack", 3}});
    request.wish.required = "block";
    EXPECT_EQ(nodes(checked_plan(three_racks(), request)), "a a a c c c");
    request = spread(8, {{"rack", 3}});
    request.wish.required = "block";
    const auto reason = refused(three_racks(), request, true);
    EXPECT_EQ(reason.code, ReasonCode::spread_too_tight);
    EXPECT_EQ(reason.level, "rack");
    EXPECT_EQ(reason.limit, 3);
    EXPECT_EQ(reason.best, 6);
    EXPECT_EQ(reason.domain, "b1");
}

TEST(Spread, TheMaximumOfACoarserLevelHoldsBelowItToo) {
    GangRequest request = spread(8, {{"rack", 4}});
    request.wish.required = "host";
    EXPECT_EQ(refused(three_racks(), request, true).best, 4);
}

TEST(Spread, BoundMembersCount) {
    GangRequest request = spread(2, {{"rack", 2}});
    request.fixed = {{PodUid("on-a"), NodeName("a")}};
    auto state = three_racks();
    fill(state, "a", 1);
    EXPECT_EQ(nodes(checked_plan(state, request)), "a c");
}

TEST(Exclusive, DomainsThatOtherPodsUseAreLeftOut) {
    auto state = three_racks();
    fill(state, "b", 1);
    EXPECT_EQ(nodes(checked_plan(state, alone(3, "rack"))), "c c c");
    EXPECT_EQ(nodes(checked_plan(state, alone(3, "host"))), "a a a");
    fill(state, "d", 1);
    EXPECT_EQ(nodes(checked_plan(state, alone(3, "block"))), "e e e");
    fill(state, "f", 1);
    const auto reason = refused(state, alone(3, "block"), false);
    EXPECT_EQ(reason.code, ReasonCode::not_exclusive);
    EXPECT_EQ(reason.level, "block");
}

TEST(Exclusive, PodsThatStayAndPodsWithoutDevicesDoNotMatter) {
    auto state = three_racks(8, 8, 0, 0, 0, 0);
    fill(state, "a", 1, true);
    fill(state, "b", 0);
    EXPECT_EQ(nodes(checked_plan(state, alone(2, "rack"))), "a a");
}

TEST(Exclusive, TheGangsOwnBoundMembersAreNoOthers) {
    auto state = three_racks();
    GangRequest request = alone(2, "rack");
    request.fixed = {{PodUid("on-c"), NodeName("c")}};
    fill(state, "c", 1);
    EXPECT_EQ(nodes(checked_plan(state, request)), "c c");
    fill(state, "d", 1);
    EXPECT_EQ(nodes(checked_plan(state, request)), "a a");
}

TEST(Exclusive, WhereTheLabelIsMissingNobodyKnows) {
    auto state = cluster({{"a", "b1", "", 8}, {"b", "b1", "", 8}});
    EXPECT_EQ(refused(state, alone(2, "rack"), true).code, ReasonCode::not_exclusive);
}

TEST(Wishes, ThoseThatAreNotTheReasonAreNotNamed) {
    GangRequest request = sliced(50, {{2, "host"}});
    request.wish.spread = {{"rack", 16}};
    EXPECT_EQ(refused(three_racks(), request, true).code, ReasonCode::cluster_too_small);
}

}  // namespace
}  // namespace muster
