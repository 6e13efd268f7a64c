#include "placement/plan/gang_planner.hpp"

#include "test/placement/plan/checked_plan.hpp"
#include "test/placement/plan/plan_world.hpp"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

using test::checked_plan;
using test::cluster;
using test::gang;
using test::nodes;

// Each member in the domain with this path costs `price`, or is refused.
class Dear final : public DomainPolicy {
  public:
    Dear(std::string path, std::int64_t price, Combine combine = Combine::sum)
        : path_(std::move(path)), price_(price), combine_(combine) {}
    [[nodiscard]] std::string_view name() const override { return "dear"; }
    [[nodiscard]] Combine combine() const override { return combine_; }
    [[nodiscard]] bool may_refuse() const override { return price_ < 0; }
    [[nodiscard]] std::unique_ptr<DomainCost> prepare(const Snapshot& snapshot,
                                                      const GangRequest& /*request*/) const override {
        return std::make_unique<Price>(snapshot.fabric(), *this);
    }

  private:
    class Price final : public DomainCost {
      public:
        Price(const Fabric& fabric, const Dear& policy) : fabric_(fabric), policy_(policy) {}
        [[nodiscard]] std::optional<std::int64_t> cost(DomainIdx domain, std::int32_t m) const override {
            if (m == 0 || fabric_.path(domain) != policy_.path_) return 0;
            return policy_.price_ < 0 ? std::nullopt : std::optional(policy_.price_ * m);
        }

      private:
        const Fabric& fabric_;
        const Dear& policy_;
    };
    std::string path_;
    std::int64_t price_;  // negative: refuses
    Combine combine_;
};

Policies dear(std::string path, std::int64_t price) {
    return {std::make_shared<Dear>(std::move(path), price)};
}

ClusterState two_blocks() {
    return cluster({{"a", "b1", "r1"},
                    {"b", "b1", "r1"},
                    {"c", "b1", "r2"},
                    {"d", "b1", "r2", 4},
                    {"e", "b2", "r1"},
                    {"f", "b2", "r1"},
                    {"g", "b2", "r2", 2}});
}

template <class State>
std::string planned_nodes(State&& state, const GangRequest& request, const Policies& policies = {}) {
    return nodes(checked_plan(std::forward<State>(state), request, policies));
}

TEST(GangPlanner, TakesTheLowestLevelThatHoldsTheGang) {
    EXPECT_EQ(planned_nodes(two_blocks(), gang(2, 4)), "a a");
    EXPECT_EQ(planned_nodes(two_blocks(), gang(2, 8)), "a b");
    EXPECT_EQ(planned_nodes(two_blocks(), gang(3, 8)), "a b c");
    EXPECT_EQ(planned_nodes(two_blocks(), gang(5, 8)), "a b c e f");
}

TEST(GangPlanner, UsesTheFewestDomainsFromCoarseToFine) {
    // Racks r2 and r4 hold five, and no other two racks do.
    EXPECT_EQ(planned_nodes(cluster({{"a", "b1", "r1", 1},
                                     {"b", "b1", "r1", 1},
                                     {"c", "b1", "r2", 2},
                                     {"d", "b1", "r3", 1},
                                     {"e", "b1", "r4", 3}}),
                            gang(5, 1)),
              "c c e e e");
}

TEST(GangPlanner, StatesTheQualityThatItReached) {
    const Outcome outcome = plan_gang(two_blocks().snapshot(), gang(3, 8), {});
    const Quality& quality = std::get<Plan>(outcome).quality;
    EXPECT_EQ(quality.level, "block");
    EXPECT_EQ(quality.domain, "b1");
    EXPECT_EQ(quality.domains, (std::vector<LevelCount>{{"block", 1}, {"rack", 2}, {"host", 3}}));
    EXPECT_EQ(quality.objective, (ObjectiveVector{0, 3, 1, 2, 3}));
}

TEST(GangPlanner, ThePreferredLevelTiesEverythingBelowIt) {
    // One host would do, but then the policy prefers another one in the same block.
    const auto policies = dear("b1/r1/a", 1);
    EXPECT_EQ(planned_nodes(two_blocks(), gang(1, 8, {.required = {}, .preferred = "block"}), policies), "b");
    const Outcome outcome = plan_gang(two_blocks().snapshot(), gang(2, 4, {.required = {}, .preferred = "block"}), {});
    EXPECT_EQ(std::get<Plan>(outcome).quality.objective.at(1), 3);
    EXPECT_EQ(std::get<Plan>(outcome).quality.level, "host");
}

TEST(GangPlanner, WithinThePreferredLevelFewerHostsBeatALowerLevel) {
    // Nodes without a rack label hold no gang below the block, but need one host less.
    const std::vector<test::Row> rows{
        {"a", "b1", "r1", 1}, {"b", "b1", "r1", 1}, {"c", "b1", "r1", 1}, {"d", "b1", "", 2}, {"e", "b1", "", 1}};
    EXPECT_EQ(planned_nodes(cluster(rows), gang(3, 1)), "a b c");
    EXPECT_EQ(planned_nodes(cluster(rows), gang(3, 1, {.required = {}, .preferred = "block"})), "d d e");
}

TEST(GangPlanner, BeyondThePreferredLevelItStillTakesTheLowest) {
    EXPECT_EQ(planned_nodes(two_blocks(), gang(3, 8, {.required = {}, .preferred = "rack"})), "a b c");
    EXPECT_EQ(planned_nodes(two_blocks(), gang(5, 8, {.required = {}, .preferred = "rack"})), "a b c e f");
}

TEST(GangPlanner, NothingCoarserThanTheRequiredLevelIsAPlan) {
    EXPECT_EQ(planned_nodes(two_blocks(), gang(3, 8, {.required = "rack", .preferred = {}})), "");
    EXPECT_EQ(planned_nodes(two_blocks(), gang(5, 8, {.required = "block", .preferred = {}})), "");
    EXPECT_EQ(planned_nodes(two_blocks(), gang(3, 8, {.required = "block", .preferred = {}})), "a b c");
}

TEST(GangPlanner, ASyntheticDomainHoldsNoGang) {
    const std::vector<test::Row> rows{{"a", "b1", ""}, {"b", "b1", ""}};
    EXPECT_EQ(planned_nodes(cluster(rows), gang(2, 8, {.required = "rack", .preferred = {}})), "");
    const Outcome outcome = plan_gang(cluster(rows).snapshot(), gang(2, 8), {});
    EXPECT_EQ(std::get<Plan>(outcome).quality.level, "block");
}

TEST(GangPlanner, EqualPlacementsGoToTheFirstPathWithAsManyAsPossible) {
    EXPECT_EQ(planned_nodes(cluster({{"z", "b1", "r1"}, {"y", "b1", "r2"}, {"x", "b1", "r2"}}), gang(1, 8)), "z");
    EXPECT_EQ(planned_nodes(cluster({{"a", "b1", "r1", 2}, {"b", "b1", "r1", 3}, {"c", "b1", "r1", 3}}), gang(4, 1)),
              "a a b b");
}

TEST(GangPlanner, APolicyDecidesBetweenPlacementsOfEqualCounts) {
    EXPECT_EQ(planned_nodes(two_blocks(), gang(2, 8), dear("b1/r1", 1)), "e f");
    EXPECT_EQ(planned_nodes(two_blocks(), gang(3, 8), dear("b1/r1/b", 1)), "a b c");
}

TEST(GangPlanner, AMaximumLeavesMoreFreedomThanASum) {
    const auto maximum = [](std::string path, std::int64_t price) {
        return std::make_shared<Dear>(std::move(path), price, Combine::maximum);
    };
    // a is worst and avoided; b and c cost the same maximum, so the later policy may take c.
    const std::vector<test::Row> rows{{"a", "b1", "r1"}, {"b", "b1", "r1"}, {"c", "b1", "r1"}, {"d", "b1", "r1"}};
    const Policies policies{maximum("b1/r1/a", 9), std::make_shared<Dear>("b1/r1/b", 1)};
    EXPECT_EQ(planned_nodes(cluster(rows), gang(2, 8), policies), "c d");
}

TEST(GangPlanner, ARefusingPolicyIsObeyedAtTheCostOfMoreDomains) {
    EXPECT_EQ(planned_nodes(two_blocks(), gang(2, 8), dear("b1/r1", -1)), "e f");
    EXPECT_EQ(planned_nodes(cluster({{"a", "b1", "r1"}, {"b", "b1", "r1"}, {"c", "b1", "r2"}}), gang(2, 8),
                            dear("b1/r1/b", -1)),
              "a c");
    EXPECT_EQ(planned_nodes(cluster({{"a", "b1", "r1"}}), gang(1, 8), dear("", -1)), "");
}

TEST(GangPlanner, TheRestGoesBesideBoundMembersWhoseDomainsAreFree) {
    auto state = two_blocks();
    GangRequest request = gang(2, 8);
    request.fixed = {{PodUid("bound"), NodeName("g")}};
    EXPECT_EQ(planned_nodes(state, request), "e f");
    request.fixed.push_back({PodUid("lost"), NodeName("unknown")});
    EXPECT_EQ(planned_nodes(state, request), "e f");
}

TEST(GangPlanner, BoundMembersCountInTheQuality) {
    GangRequest request = gang(1, 2);
    request.fixed = {{PodUid("bound"), NodeName("g")}};
    const Outcome outcome = plan_gang(two_blocks().snapshot(), request, {});
    EXPECT_EQ(nodes(outcome), "g");
    EXPECT_EQ(std::get<Plan>(outcome).quality.domains.back().domains, 1);
}

TEST(GangPlanner, NodesToAvoidGetNoMembers) {
    GangRequest request = gang(2, 8);
    request.avoid = {NodeName("a")};
    EXPECT_EQ(planned_nodes(two_blocks(), request), "e f");
}

TEST(GangPlanner, OnePerHostAndHostPortsSpreadTheMembers) {
    GangRequest request = gang(2, 1);
    request.roles.front().shape.one_per_host = true;
    EXPECT_EQ(planned_nodes(two_blocks(), request), "a b");
    request.fixed = {{PodUid("bound"), NodeName("a")}};
    EXPECT_EQ(planned_nodes(two_blocks(), request), "b c");
    request = gang(2, 1);
    request.roles.front().shape.host_ports = {"TCP/0.0.0.0/80"};
    auto state = two_blocks();
    state.apply(PodBound{PodUid("other"), NodeName("a"), {{"pods", 1}}, {"TCP/0.0.0.0/80"}, false});
    EXPECT_EQ(planned_nodes(state, request), "c d");
}

TEST(GangPlanner, CapacityIsTheScarcestResourceUnderTheNodesRules) {
    auto state = cluster({{"a", "b1", "r1", 8}});
    PodShape shape = gang(1, 3).roles.front().shape;
    EXPECT_EQ(capacity(state.snapshot(), NodeIdx(0), shape), 2);
    shape.requests.set("pods", 11);
    EXPECT_EQ(capacity(state.snapshot(), NodeIdx(0), shape), 1);
    shape.requests.set("example.com/none", 1);
    EXPECT_EQ(capacity(state.snapshot(), NodeIdx(0), shape), 0);
    shape = gang(1, 1).roles.front().shape;
    shape.node_selector = {{"x", "y"}};
    EXPECT_EQ(capacity(state.snapshot(), NodeIdx(0), shape), 0);
}

}  // namespace
}  // namespace muster
