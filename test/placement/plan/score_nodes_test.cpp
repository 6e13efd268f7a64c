#include "placement/plan/scores/score_nodes.hpp"

#include "test/placement/plan/plan_world.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

using test::cluster;
using test::gang;

// Costs 3 in rack r1, 1 on node b, and refuses node c.
class Prices final : public DomainPolicy {
  public:
    explicit Prices(Combine combine) : combine_(combine) {}
    [[nodiscard]] std::string_view name() const override { return "prices"; }
    [[nodiscard]] Combine combine() const override { return combine_; }
    [[nodiscard]] bool may_refuse() const override { return true; }
    [[nodiscard]] std::unique_ptr<DomainCost> prepare(const Snapshot& snapshot,
                                                      const GangRequest& /*request*/) const override {
        return std::make_unique<Price>(snapshot.fabric());
    }

  private:
    class Price final : public DomainCost {
      public:
        explicit Price(const Fabric& fabric) : fabric_(fabric) {}
        [[nodiscard]] std::optional<std::int64_t> cost(DomainIdx domain, std::int32_t m) const override {
            const std::string& value = fabric_.domain(domain).value;
            if (m == 0) return 0;
            if (value == "c") return std::nullopt;
            return value == "r1" ? 3 : value == "b" ? 1 : 0;
        }

      private:
        const Fabric& fabric_;
    };
    Combine combine_;
};

ClusterState nodes_a_to_e() {
    return cluster({{"a", "b1", "r1"}, {"b", "b1", "r1"}, {"c", "b1", "r2"}, {"d", "b1", "r2"}, {"e", "b1", "r2", 0}});
}

std::string scored(const GangRequest& pod, Combine combine, const std::vector<std::uint32_t>& offered) {
    const Snapshot snapshot = nodes_a_to_e().snapshot();
    std::vector<NodeIdx> indices;
    for (const auto index : offered) indices.emplace_back(index);
    std::string text;
    for (const auto& score : score_nodes(snapshot, pod, {std::make_shared<Prices>(combine)}, indices)) {
        text += snapshot.fabric().node(score.node).name.str() + std::to_string(score.penalty.at(0)) + " ";
    }
    return text;
}

TEST(ScoreNodes, BestFirstWithoutThoseThatCannotTakeThePod) {
    EXPECT_EQ(scored(gang(1, 1), Combine::sum, {0, 1, 2, 3, 4}), "d0 a3 b4 ");
}

TEST(ScoreNodes, AMaximumIsNotSummedUp) {
    EXPECT_EQ(scored(gang(1, 1), Combine::maximum, {0, 1, 3}), "d0 a3 b3 ");
}

TEST(ScoreNodes, OnlyOfferedNodesAndEachOnce) {
    EXPECT_EQ(scored(gang(1, 1), Combine::sum, {1, 0, 1}), "a3 b4 ");
    EXPECT_EQ(scored(gang(1, 1), Combine::sum, {}), "");
}

TEST(ScoreNodes, ARequiredLevelKeepsThePodBesideItsBoundSiblings) {
    GangRequest pod = gang(1, 1, {.required = "rack", .preferred = {}});
    EXPECT_EQ(scored(pod, Combine::sum, {0, 1, 3}), "d0 a3 b4 ");
    pod.fixed = {{PodUid("sibling"), NodeName("b")}};
    EXPECT_EQ(scored(pod, Combine::sum, {0, 1, 3}), "a3 b4 ");
}

}  // namespace
}  // namespace muster
