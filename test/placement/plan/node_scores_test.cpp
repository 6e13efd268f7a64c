#include "placement/plan/scores/node_scores.hpp"

#include "placement/topology/machine_profiles.hpp"
#include "test/placement/plan/plan_world.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

using test::cluster;
using test::gang;

// Costs as many as the last letter of the host says: a 1, b 2, … .
class Alphabet final : public DomainPolicy {
  public:
    [[nodiscard]] std::string_view name() const override { return "alphabet"; }
    [[nodiscard]] Combine combine() const override { return Combine::sum; }
    [[nodiscard]] bool may_refuse() const override { return false; }
    [[nodiscard]] std::unique_ptr<DomainCost> prepare(const Snapshot& snapshot,
                                                      const GangRequest& /*request*/) const override {
        return std::make_unique<Letter>(snapshot.fabric());
    }

  private:
    class Letter final : public DomainCost {
      public:
        explicit Letter(const Fabric& fabric) : fabric_(fabric) {}
        [[nodiscard]] std::optional<std::int64_t> cost(DomainIdx domain, std::int32_t m) const override {
            const Domain& here = fabric_.domain(domain);
            return here.depth < fabric_.levels().size() ? 0 : m * (here.value.back() - 'a' + 1);
        }

      private:
        const Fabric& fabric_;
    };
};

PodToScore lone_pod(std::int64_t gpus) {
    return {.pod = gang(1, gpus), .siblings = {}, .gang_size = 0};
}

PodToScore member_of(std::int32_t size, std::int64_t gpus, const std::vector<std::string>& placed,
                     TopologyWish wish = {}) {
    PodToScore pod{.pod = gang(1, gpus, std::move(wish)), .siblings = {}, .gang_size = size};
    for (const auto& node : placed) {
        pod.siblings.emplace_back(node);
        pod.pod.fixed.push_back({PodUid("on-" + node), NodeName(node)});
    }
    return pod;
}

PodToScore replica(const std::vector<std::string>& placed) {
    PodToScore pod = lone_pod(1);
    for (const auto& node : placed) pod.siblings.emplace_back(node);
    return pod;
}

void bind_gpus(ClusterState& state, const std::string& pod, const std::string& node, std::int64_t gpus) {
    state.apply(PodBound{PodUid(pod), NodeName(node), {{test::kGpu, gpus}, {"pods", 1}}, {}, false});
}

// "a10 b9 …", best first, of all nodes.
std::string scored(ClusterState& state, const PodToScore& pod, const ScoreRules& rules = {},
                   const Policies& policies = {}) {
    const Snapshot snapshot = state.snapshot();
    std::vector<NodeIdx> offered;
    for (std::uint32_t i = 0; i < snapshot.fabric().node_count(); ++i) offered.emplace_back(i);
    std::ranges::reverse(offered);
    offered.push_back(offered.front());
    GpuTables gpus;
    std::string text;
    for (const auto& entry : node_scores(snapshot, pod, policies, rules, offered, gpus)) {
        text += text.empty() ? "" : " ";
        text += snapshot.fabric().node(entry.node).name.str() + std::to_string(entry.score);
    }
    return text;
}

ClusterState nodes_a_to_d() {
    return cluster({{"a", "b1", "r1"}, {"b", "b1", "r1"}, {"c", "b1", "r2"}, {"d", "b2", "r3"}});
}

TEST(NodeScores, EqualNodesGetOneWinnerAndNothingElseIsTopped) {
    auto state = nodes_a_to_d();
    EXPECT_EQ(scored(state, lone_pod(1)), "a10 b9 c9 d9");
}

TEST(NodeScores, PoliciesDecideWhereNothingElseDoesInProportion) {
    auto state = nodes_a_to_d();
    EXPECT_EQ(scored(state, lone_pod(1), {}, {std::make_shared<Alphabet>()}), "a10 b7 c4 d1");
}

TEST(NodeScores, NodesThatCannotTakeThePodGetNothing) {
    auto state = cluster({{"a", "b1", "r1", 0}, {"b", "b1", "r1", 8}});
    EXPECT_EQ(scored(state, lone_pod(1)), "b10 a0");
    EXPECT_EQ(scored(state, lone_pod(9)), "a10 b0") << "one winner even then";
}

TEST(NodeScores, NothingOfferedIsNothingScored) {
    auto state = nodes_a_to_d();
    GpuTables gpus;
    EXPECT_TRUE(node_scores(state.snapshot(), lone_pod(1), {}, {}, {}, gpus).empty());
}

TEST(NodeScores, AGangGoesWhereMostOfItIs) {
    auto state = nodes_a_to_d();
    bind_gpus(state, "other", "c", 8);
    EXPECT_EQ(scored(state, member_of(3, 8, {"c"})), "a10 b9 d1 c0");
}

TEST(NodeScores, AGangGoesWhereAllOfItStillFits) {
    auto state = cluster({{"a", "b1", "r1", 8}, {"b", "b1", "r2", 4}, {"c", "b1", "r2", 4}, {"d", "b1", "r3", 4}});
    EXPECT_EQ(scored(state, member_of(3, 4, {})).substr(0, 3), "a10") << "two fit in r1, and on one host";
    bind_gpus(state, "first", "b", 4);
    EXPECT_EQ(scored(state, member_of(2, 4, {"b"})).substr(0, 3), "c10") << "beside the first one";
}

TEST(NodeScores, ReplicasGoApartCoarseLevelsFirst) {
    auto state = nodes_a_to_d();
    EXPECT_EQ(scored(state, replica({"a"})), "d10 c7 b4 a1");
    EXPECT_EQ(scored(state, replica({"a", "d", "d"})), "c10 b7 a4 d1");
}

TEST(NodeScores, ReplicasGoNearEachOtherWhereThatIsAskedFor) {
    auto state = nodes_a_to_d();
    const ScoreRules near{.terms = {{ScoreTerm::failure_domain, 1}}, .siblings = SiblingWish::near};
    EXPECT_EQ(scored(state, replica({"c"}), near), "c10 a5 b5 d1");
}

TEST(NodeScores, AGangThatAsksForSpreadGoesApartAtThatLevelOnly) {
    auto state = nodes_a_to_d();
    const ScoreRules only{.terms = {{ScoreTerm::failure_domain, 1}}, .siblings = SiblingWish::near};
    TopologyWish wish;
    wish.spread = {{"rack", 2}};
    EXPECT_EQ(scored(state, member_of(4, 1, {"a"}, wish), only), "c10 d9 a1 b1");
}

TEST(NodeScores, AGangThatAsksForALevelStaysInItsDomain) {
    auto state = nodes_a_to_d();
    const ScoreRules only{.terms = {{ScoreTerm::failure_domain, 1}}, .siblings = SiblingWish::apart};
    TopologyWish preferred;
    preferred.preferred = "block";
    EXPECT_EQ(scored(state, member_of(4, 1, {"a"}, preferred), only), "a10 b9 c9 d1");
    TopologyWish required;
    required.required = "rack";
    EXPECT_EQ(scored(state, member_of(4, 1, {"a"}, required), only), "a10 b9 c0 d0");
    EXPECT_EQ(scored(state, member_of(4, 1, {"a"}), only), "a10 b9 c9 d9") << "nothing asked, nothing judged";
}

TEST(NodeScores, RoomThatAGangWaitsForIsSparedTheFirstGangsMost) {
    auto state = nodes_a_to_d();
    const auto waits_in = [](const char* domain, std::int32_t members) {
        return std::make_shared<const WaitingGang>(WaitingGang{gang(members, 8), domain});
    };
    const ScoreRules only{.terms = {{ScoreTerm::waiting_gangs, 1}}};
    PodToScore pod = lone_pod(2);
    pod.waiting = {waits_in("b1/r1", 3), waits_in("b2", 2)};
    EXPECT_EQ(scored(state, pod, only), "c10 d5 a1 b1");
    EXPECT_EQ(scored(state, pod), "c10 d5 a1 b1") << "by default too";
    std::ranges::reverse(pod.waiting);
    EXPECT_EQ(scored(state, pod, only), "c10 a5 b5 d1");
    pod.waiting.insert(pod.waiting.begin(), kMostWaitingGangs - 1, waits_in("b9", 1));
    EXPECT_EQ(scored(state, pod, only), "a10 b9 c9 d1") << "only so many are looked at";
}

TEST(NodeScores, AMemberMayTakeWhatItsOwnGangWaitsFor) {
    auto state = nodes_a_to_d();
    const ScoreRules only{.terms = {{ScoreTerm::waiting_gangs, 1}}};
    PodToScore pod = member_of(3, 8, {});
    pod.waiting = {std::make_shared<const WaitingGang>(WaitingGang{gang(3, 8), "b1/r1"})};
    EXPECT_EQ(scored(state, pod, only), "a10 b9 c9 d9");
    pod.gang_size = 0;
    EXPECT_EQ(scored(state, pod, only), "c10 d9 a1 b1") << "a pod of no gang may have a gang's name";
}

// A DGX-1V: GPUs 0 and 3 are joined by two NVLinks, 0 and 5 by none.
ClusterState two_dgx() {
    ClusterState state({{"block", "block"}, {"rack", "rack"}});
    for (const char* name : {"a", "b"}) {
        NodeFacts node = test::facts({name, "b1", "r1", 8});
        node.machine = MachineRef(machine_profile("dgx-1v"));
        node.gpu_resource = test::kGpu;
        state.apply(NodeSeen{node});
        const bool first = node.name.str() == "a";
        std::vector<std::string> used;
        for (int i = 0; i < 8; ++i) {
            if (i != 0 && i != (first ? 5 : 3)) used.push_back("ordinal:" + std::to_string(i));
        }
        state.apply(PodBound{PodUid(std::string("on-") + name), node.name, {{test::kGpu, 6}}, {}, false, used});
    }
    return state;
}

TEST(NodeScores, TheNodeWithTheBetterLinksWins) {
    auto state = two_dgx();
    EXPECT_EQ(scored(state, lone_pod(2)), "b10 a1");
    EXPECT_EQ(scored(state, lone_pod(1)), "a10 b9") << "one GPU has no link to lose";
}

TEST(NodeScores, ATermThatIsLeftOutIsNotLookedAt) {
    auto state = two_dgx();
    EXPECT_EQ(scored(state, lone_pod(2), {.terms = {{ScoreTerm::policies, 1}}}), "a10 b9");
}

TEST(NodeScores, WeightsDecideBetweenTermsAndOrderBetweenEqualSums) {
    auto state = two_dgx();
    const Policies policies{std::make_shared<Alphabet>()};
    const auto by = [&](std::int32_t links, std::int32_t rules) {
        return scored(state, lone_pod(2), {.terms = {{ScoreTerm::policies, rules}, {ScoreTerm::link_locality, links}}},
                      policies);
    };
    EXPECT_EQ(by(2, 1), "b10 a1");
    EXPECT_EQ(by(1, 2), "a10 b1");
    EXPECT_EQ(by(1, 1), "a10 b9") << "policies stand first";
    EXPECT_EQ(by(0, 0), "a10 b9");
}

}  // namespace
}  // namespace muster
