// Reasons of the planner as data, and when "never" is proved.
#include "placement/plan/tree/shortfall.hpp"

#include "placement/plan/gang_planner.hpp"
#include "test/placement/plan/plan_world.hpp"

#include <string>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

using test::cluster;
using test::fill;
using test::gang;
using test::kGpu;

ClusterState uneven_racks() {
    return cluster({{"a", "b1", "r1"}, {"b", "b1", "r2"}, {"c", "b1", "r2", 4}});
}

template <class State>
Shortfall no_fit(State&& state, const GangRequest& request) {
    const Outcome outcome = plan_gang(state.snapshot(), request, {});
    EXPECT_TRUE(std::holds_alternative<NoFit>(outcome));
    return std::holds_alternative<NoFit>(outcome) ? std::get<NoFit>(outcome).reason : Shortfall{};
}

template <class State>
Shortfall never_fits(State&& state, const GangRequest& request) {
    const Outcome outcome = plan_gang(state.snapshot(), request, {});
    EXPECT_TRUE(std::holds_alternative<NeverFits>(outcome));
    return std::holds_alternative<NeverFits>(outcome) ? std::get<NeverFits>(outcome).reason : Shortfall{};
}

TEST(Shortfall, ALevelTooSmallNamesTheRoomiestDomainAndWhatItLacks) {
    auto state = uneven_racks();
    fill(state, "c", 4);
    const auto reason = no_fit(state, gang(3, 4, {.required = "rack", .preferred = {}}));
    EXPECT_EQ(reason.code, ReasonCode::level_too_small);
    EXPECT_EQ(reason.level, "rack");
    EXPECT_EQ(reason.domain, "b1/r1");
    EXPECT_EQ(reason.need, 3);
    EXPECT_EQ(reason.best, 2);
    EXPECT_EQ(reason.resource, kGpu);
}

TEST(Shortfall, AClusterTooSmallNow) {
    auto state = uneven_racks();
    fill(state, "a", 8);
    const auto reason = no_fit(state, gang(5, 4));
    EXPECT_EQ(reason.code, ReasonCode::cluster_too_small);
    EXPECT_EQ(reason.domain, "");
    EXPECT_EQ(reason.best, 3);
}

TEST(Shortfall, NeverIsProvedAgainstWhatStaysOnly) {
    auto state = uneven_racks();
    fill(state, "a", 8);
    EXPECT_EQ(no_fit(state, gang(5, 4)).code, ReasonCode::cluster_too_small);
    const auto reason = never_fits(state, gang(6, 4));
    EXPECT_EQ(reason.best, 5);
    fill(state, "a", 8, true);
    EXPECT_EQ(never_fits(state, gang(5, 4)).best, 3);
}

TEST(Shortfall, NodesThatAreCordonedOrNotReadyMayComeBack) {
    auto state = uneven_racks();
    NodeFacts node = test::facts({"a", "b1", "r1"});
    node.ready = false;
    node.unschedulable = true;
    node.taints = {{"node.kubernetes.io/unreachable", "", TaintEffect::no_execute}};
    state.apply(NodeSeen{node});
    EXPECT_EQ(no_fit(state, gang(5, 4)).best, 3);
    node.taints.push_back({"example.com/broken", "", TaintEffect::no_schedule});
    state.apply(NodeSeen{node});
    EXPECT_EQ(never_fits(state, gang(5, 4)).best, 3);
}

TEST(Shortfall, ASelectorThatNoNodeMatchesNamesTheMember) {
    GangRequest request = gang(2, 4);
    request.roles.front().shape.node_selector = {{"zone", "x"}};
    const auto reason = never_fits(uneven_racks(), request);
    EXPECT_EQ(reason.code, ReasonCode::no_eligible_node);
    EXPECT_EQ(reason.details, std::vector<std::string>{"ml/m-0"});
}

TEST(Shortfall, WithoutAnyNodeNothingIsProved) {
    EXPECT_EQ(no_fit(cluster({}), gang(2, 4)).code, ReasonCode::no_eligible_node);
}

TEST(Shortfall, AnUnknownLevelNamesThoseThatExist) {
    const auto reason = no_fit(uneven_racks(), gang(2, 4, {.required = "island", .preferred = {}}));
    EXPECT_EQ(reason.code, ReasonCode::unknown_level);
    EXPECT_EQ(reason.level, "island");
    EXPECT_EQ(reason.details, (std::vector<std::string>{"block", "host", "rack"}));
}

TEST(Shortfall, ARoleThatNoNodeAdmitsKeepsTheWholeGangOut) {
    GangRequest request = gang(2, 4);
    request.roles.push_back(gang(1, 1).roles.front());
    request.roles.front().name = "worker";
    request.roles.back().name = "leader";
    request.roles.back().shape.node_selector = {{"zone", "x"}};
    EXPECT_EQ(never_fits(uneven_racks(), request).code, ReasonCode::no_eligible_node);
}

TEST(Shortfall, BoundMembersApartMissTheRequiredLevel) {
    GangRequest request = gang(1, 4, {.required = "rack", .preferred = {}});
    request.fixed = {{PodUid("x"), NodeName("a")}, {PodUid("y"), NodeName("b")}};
    const auto reason = no_fit(uneven_racks(), request);
    EXPECT_EQ(reason.code, ReasonCode::fixed_apart);
    EXPECT_EQ(reason.level, "rack");
}

TEST(Shortfall, OnlyTheDomainOfBoundMembersCounts) {
    GangRequest request = gang(3, 4, {.required = "rack", .preferred = {}});
    request.fixed = {{PodUid("x"), NodeName("a")}};
    const auto reason = no_fit(uneven_racks(), request);
    EXPECT_EQ(reason.domain, "b1/r1");
    EXPECT_EQ(reason.best, 2);
}

TEST(Shortfall, FeaturesThatAreNotModelledAreNamedOnlyInARefusal) {
    GangRequest request = gang(2, 4);
    request.roles.front().shape.unmodelled = {"spec.resourceClaims"};
    EXPECT_NE(test::nodes(plan_gang(uneven_racks().snapshot(), request, {})), "");
    request = gang(6, 4);
    request.roles.front().shape.unmodelled = {"spec.resourceClaims"};
    EXPECT_EQ(never_fits(uneven_racks(), request).details, std::vector<std::string>{"spec.resourceClaims"});
}

}  // namespace
}  // namespace muster
