#include "placement/cluster/cluster_state.hpp"

#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

const std::vector<LevelSpec> kRack{{"rack", "example.com/rack"}};

NodeFacts node(const std::string& name, std::int64_t cpu = 10'000) {
    NodeFacts facts;
    facts.name = NodeName(name);
    facts.labels = {{"example.com/rack", "r1"}};
    facts.allocatable = {{"cpu", cpu}, {"pods", 10}};
    return facts;
}

PodBound bound(const std::string& uid, const std::string& on, std::int64_t cpu, std::vector<std::string> ports = {}) {
    return {PodUid(uid), NodeName(on), {{"cpu", cpu}, {"pods", 1}}, std::move(ports), false};
}

Reserved reserved(const std::string& uid, const std::string& on, std::int64_t cpu) {
    return {PodUid(uid), NodeName(on), {{"cpu", cpu}, {"pods", 1}}, {}};
}

NodeIdx index(const Snapshot& snapshot, const std::string& name) {
    const auto found = snapshot.fabric().find(name);
    EXPECT_TRUE(found.has_value());
    return found.value_or(NodeIdx(0));
}

std::int64_t free_cpu(ClusterState& state, const std::string& on) {
    const Snapshot snapshot = state.snapshot();
    return snapshot.free(index(snapshot, on), snapshot.resource("cpu").value());
}

struct WithNodes : testing::Test {
    WithNodes() {
        state.apply(NodeSeen{node("a")});
        state.apply(NodeSeen{node("b")});
    }
    ClusterState state{kRack};
};

using ClusterStateTest = WithNodes;

TEST_F(ClusterStateTest, BoundPodUsesItsNodeUntilItIsGone) {
    state.apply(bound("p", "a", 3'000));
    EXPECT_EQ(free_cpu(state, "a"), 7'000);
    state.apply(PodGone{PodUid("p")});
    EXPECT_EQ(free_cpu(state, "a"), 10'000);
    EXPECT_EQ(state.bound_count(), 0U);
}

TEST_F(ClusterStateTest, LastSightOfABoundPodCounts) {
    state.apply(bound("p", "a", 3'000));
    state.apply(bound("p", "a", 1'000));
    EXPECT_EQ(free_cpu(state, "a"), 9'000);
    EXPECT_EQ(state.bound(PodUid("p"))->requests.get("cpu"), 1'000);
}

TEST_F(ClusterStateTest, BindingReplacesTheReservationOfTheSamePodWhereverItWas) {
    state.apply(reserved("p", "a", 3'000));
    EXPECT_EQ(free_cpu(state, "a"), 7'000);
    state.apply(bound("p", "b", 3'000));
    EXPECT_EQ(free_cpu(state, "a"), 10'000);
    EXPECT_EQ(free_cpu(state, "b"), 7'000);
    EXPECT_EQ(state.reservation(PodUid("p")), nullptr);
}

TEST_F(ClusterStateTest, ReservationReplacesAnEarlierOne) {
    state.apply(reserved("p", "a", 3'000));
    state.apply(reserved("p", "b", 2'000));
    EXPECT_EQ(free_cpu(state, "a"), 10'000);
    EXPECT_EQ(free_cpu(state, "b"), 8'000);
    EXPECT_EQ(state.reservation_count(), 1U);
}

TEST_F(ClusterStateTest, ReservationOfABoundPodIsIgnored) {
    state.apply(bound("p", "a", 3'000));
    const Generation before = state.generation();
    state.apply(reserved("p", "b", 3'000));
    EXPECT_EQ(state.generation(), before);
    EXPECT_EQ(free_cpu(state, "b"), 10'000);
    EXPECT_EQ(state.reservation(PodUid("p")), nullptr);
}

TEST_F(ClusterStateTest, ReleaseAndGoneBothEndAReservation) {
    state.apply(reserved("p", "a", 3'000));
    state.apply(reserved("q", "a", 2'000));
    state.apply(Released{PodUid("p")});
    EXPECT_EQ(free_cpu(state, "a"), 8'000);
    state.apply(PodGone{PodUid("q")});
    EXPECT_EQ(free_cpu(state, "a"), 10'000);
}

TEST_F(ClusterStateTest, ReleaseDoesNotTouchABoundPod) {
    state.apply(bound("p", "a", 3'000));
    state.apply(Released{PodUid("p")});
    EXPECT_EQ(free_cpu(state, "a"), 7'000);
}

TEST_F(ClusterStateTest, OverCommittedNodeHasNegativeFreeAmounts) {
    state.apply(bound("p", "a", 8'000));
    state.apply(bound("q", "a", 8'000));
    EXPECT_EQ(free_cpu(state, "a"), -6'000);
}

TEST_F(ClusterStateTest, PodOnAnUnknownNodeCountsAsSoonAsTheNodeIsSeen) {
    state.apply(bound("p", "c", 3'000));
    state.apply(reserved("q", "c", 1'000));
    EXPECT_EQ(state.snapshot().fabric().find("c"), std::nullopt);
    state.apply(NodeSeen{node("c")});
    EXPECT_EQ(free_cpu(state, "c"), 6'000);
}

TEST_F(ClusterStateTest, PodsOfANodeThatComesBackCountAgain) {
    state.apply(bound("p", "a", 3'000));
    state.apply(NodeGone{NodeName("a")});
    EXPECT_EQ(state.snapshot().fabric().node_count(), 1U);
    state.apply(bound("q", "a", 1'000));
    state.apply(NodeSeen{node("a")});
    EXPECT_EQ(free_cpu(state, "a"), 6'000);
}

TEST_F(ClusterStateTest, NodeWithUnchangedFactsKeepsTheFabric) {
    const auto fabric = state.snapshot().shared_fabric();
    const Generation before = state.generation();
    EXPECT_EQ(state.apply(NodeSeen{node("a")}), before);
    EXPECT_EQ(state.snapshot().shared_fabric(), fabric);
    state.apply(bound("p", "a", 1));
    EXPECT_EQ(state.snapshot().shared_fabric(), fabric);
    state.apply(NodeSeen{node("a", 20'000)});
    EXPECT_NE(state.snapshot().shared_fabric(), fabric);
    EXPECT_EQ(free_cpu(state, "a"), 19'999);
}

TEST_F(ClusterStateTest, ChangedLevelsRebuildTheFabricAndEqualOnesDoNot) {
    const auto fabric = state.snapshot().shared_fabric();
    state.set_levels(kRack);
    EXPECT_EQ(state.snapshot().shared_fabric(), fabric);
    state.set_levels({});
    EXPECT_EQ(state.snapshot().fabric().levels().size(), 1U);
}

TEST_F(ClusterStateTest, EventsThatRepeatWhatIsKnownLeaveTheGeneration) {
    state.apply(bound("p", "a", 1));
    state.apply(reserved("q", "a", 1));
    const Generation before = state.generation();
    const ClusterEvent repeats[] = {bound("p", "a", 1), reserved("q", "a", 1), Released{PodUid("r")},
                                    PodGone{PodUid("r")}, NodeGone{NodeName("c")}};
    for (const auto& event : repeats) EXPECT_EQ(state.apply(event), before);
    EXPECT_EQ(state.apply(Released{PodUid("q")}), before.next());
    EXPECT_EQ(state.snapshot().generation(), before.next());
}

TEST_F(ClusterStateTest, NewResourceAppearsWithTheNodeThatOffersIt) {
    state.apply(PodBound{PodUid("p"), NodeName("a"), {{"example.com/nic", 1}, {"cpu", 1'000}}, {}, false});
    EXPECT_EQ(state.snapshot().resource("example.com/nic"), std::nullopt);
    EXPECT_EQ(free_cpu(state, "a"), 9'000);
    NodeFacts with_nics = node("a");
    with_nics.allocatable.set("example.com/nic", 4);
    state.apply(NodeSeen{with_nics});
    const Snapshot snapshot = state.snapshot();
    EXPECT_EQ(snapshot.free(index(snapshot, "a"), snapshot.resource("example.com/nic").value()), 3);
    EXPECT_EQ(snapshot.free(index(snapshot, "b"), snapshot.resource("example.com/nic").value()), 0);
}

TEST_F(ClusterStateTest, StayingPodsLowerThePotentialAndOthersCountAsLeaving) {
    PodBound daemon = bound("d", "a", 1'000);
    daemon.stays = true;
    state.apply(daemon);
    state.apply(bound("p", "a", 2'000));
    state.apply(reserved("q", "a", 500));
    const Snapshot snapshot = state.snapshot();
    const NodeIdx a = index(snapshot, "a");
    const ResourceIdx cpu = snapshot.resource("cpu").value();
    EXPECT_EQ(snapshot.free(a, cpu), 6'500);
    EXPECT_EQ(snapshot.allocatable(a, cpu), 10'000);
    EXPECT_EQ(snapshot.potential(a, cpu), 9'000);
    EXPECT_EQ(snapshot.leaving_pods(a), 2U);
    EXPECT_EQ(snapshot.leaving_pods(index(snapshot, "b")), 0U);
}

TEST_F(ClusterStateTest, HostPortsAreSortedAndEndWithTheirPod) {
    state.apply(bound("p", "a", 1, {"TCP//81", "TCP//82"}));
    state.apply(bound("q", "a", 1, {"TCP//80", "TCP//81"}));
    Snapshot snapshot = state.snapshot();
    EXPECT_EQ(snapshot.host_ports(index(snapshot, "a")),
              (std::vector<std::string>{"TCP//80", "TCP//81", "TCP//81", "TCP//82"}));
    state.apply(PodGone{PodUid("p")});
    snapshot = state.snapshot();
    EXPECT_EQ(snapshot.host_ports(index(snapshot, "a")), (std::vector<std::string>{"TCP//80", "TCP//81"}));
}

TEST_F(ClusterStateTest, SnapshotKeepsItsAmountsWhileTheStateMovesOn) {
    state.apply(bound("p", "a", 1'000));
    const Snapshot before = state.snapshot();
    state.apply(bound("q", "a", 1'000));
    state.apply(bound("r", "a", 1'000));
    const Snapshot after = state.snapshot();
    const ResourceIdx cpu = before.resource("cpu").value();
    EXPECT_EQ(before.free(index(before, "a"), cpu), 9'000);
    EXPECT_EQ(after.free(index(after, "a"), cpu), 7'000);
}

TEST(ClusterState, AbsurdAmountsNeitherWrapNorOutliveTheirPods) {
    constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
    ClusterState state({});
    state.apply(NodeSeen{node("a", kMost)});
    EXPECT_EQ(free_cpu(state, "a"), kMaxAmount);
    for (int i = 0; i < 100; ++i) state.apply(bound("p" + std::to_string(i), "a", kMost));
    EXPECT_EQ(free_cpu(state, "a"), -99 * kMaxAmount);
    for (int i = 0; i < 100; ++i) state.apply(PodGone{PodUid("p" + std::to_string(i))});
    EXPECT_EQ(free_cpu(state, "a"), kMaxAmount);
}

TEST(ClusterState, NegativeAmountsCreateNoRoom) {
    ClusterState state({});
    state.apply(NodeSeen{node("a")});
    state.apply(bound("p", "a", -5'000));
    EXPECT_EQ(free_cpu(state, "a"), 10'000);
}

TEST(ClusterState, NodeWithoutANameIsIgnored) {
    ClusterState state({});
    state.apply(NodeSeen{node("")});
    EXPECT_EQ(state.node_count(), 0U);
    EXPECT_EQ(state.snapshot().fabric().node_count(), 0U);
}

TEST(ClusterState, NodesOfManyChunksKeepTheirOwnAmounts) {
    constexpr int kNodes = 3 * static_cast<int>(kChunkNodes) + 1;
    ClusterState state({});
    for (int i = 0; i < kNodes; ++i) state.apply(NodeSeen{node("n" + std::to_string(i), 1'000 + i)});
    (void)state.snapshot();
    for (int i = 0; i < kNodes; ++i) state.apply(bound("p" + std::to_string(i), "n" + std::to_string(i), i));
    for (int i = 0; i < kNodes; ++i) EXPECT_EQ(free_cpu(state, "n" + std::to_string(i)), 1'000);
}

TEST(ClusterStateDeathTest, LevelsThatCheckLevelsRefusesAreABrokenInvariant) {
    const std::vector<LevelSpec> nameless{{"", ""}};
    EXPECT_DEATH(ClusterState{nameless}, "broken invariant");
}

}  // namespace
}  // namespace muster
