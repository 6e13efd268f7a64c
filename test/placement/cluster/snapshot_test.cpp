#include "placement/cluster/snapshot.hpp"

#include "placement/cluster/cluster_state.hpp"

#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include <gtest/gtest.h>

namespace muster {
namespace {

NodeFacts node(const std::string& name, const ResourceAmounts& allocatable) {
    NodeFacts facts;
    facts.name = NodeName(name);
    facts.allocatable = allocatable;
    return facts;
}

TEST(Snapshot, DefaultHasNoNodesAndNoResources) {
    const Snapshot snapshot;
    EXPECT_EQ(snapshot.fabric().node_count(), 0U);
    EXPECT_EQ(snapshot.resource_count(), 0U);
    EXPECT_EQ(snapshot.generation(), Generation(0));
    EXPECT_TRUE(snapshot.same_contents(Snapshot()));
}

TEST(Snapshot, ColumnsAreTheOfferedResourcesByName) {
    ClusterState state({});
    state.apply(NodeSeen{node("a", {{"pods", 110}, {"nvidia.com/gpu", 8}})});
    state.apply(NodeSeen{node("b", {{"cpu", 4'000}})});
    const Snapshot snapshot = state.snapshot();
    ASSERT_EQ(snapshot.resource_count(), 3U);
    EXPECT_EQ(snapshot.resource_name(ResourceIdx(0)), "cpu");
    EXPECT_EQ(snapshot.resource("nvidia.com/gpu"), ResourceIdx(1));
    EXPECT_EQ(snapshot.resource("pods"), ResourceIdx(2));
    EXPECT_EQ(snapshot.resource("memory"), std::nullopt);
    EXPECT_EQ(snapshot.free(NodeIdx(1), ResourceIdx(1)), 0);
}

TEST(Snapshot, ContentsDifferWhenAnythingVisibleDiffers) {
    ClusterState state({});
    state.apply(NodeSeen{node("a", {{"cpu", 4'000}})});
    const Snapshot empty = state.snapshot();
    state.apply(PodBound{PodUid("p"), NodeName("a"), {{"cpu", 1}}, {}, false});
    const Snapshot used = state.snapshot();
    EXPECT_FALSE(used.same_contents(empty));
    state.apply(PodBound{PodUid("p"), NodeName("a"), {{"cpu", 1}}, {"TCP//80"}, false});
    EXPECT_FALSE(state.snapshot().same_contents(used));
    state.apply(PodBound{PodUid("p"), NodeName("a"), {{"cpu", 1}}, {}, true});
    EXPECT_FALSE(state.snapshot().same_contents(used));
    state.apply(PodGone{PodUid("p")});
    EXPECT_TRUE(state.snapshot().same_contents(empty));
    state.set_levels({{"rack", "example.com/rack"}});
    EXPECT_FALSE(state.snapshot().same_contents(empty));
}

TEST(Snapshot, KnowsWhichNodesAreInServiceAndUntaintedByTheirFactsOfThatTime) {
    ClusterState state({});
    NodeFacts a = node("a", {{"cpu", 1'000}});
    NodeFacts b = node("b", {{"cpu", 1'000}});
    b.taints = {{"example.com/soft", "", TaintEffect::prefer_no_schedule}};
    state.apply(NodeSeen{a});
    state.apply(NodeSeen{b});
    const Snapshot before = state.snapshot();
    EXPECT_TRUE(before.in_service(NodeIdx(0)) && before.in_service(NodeIdx(1)));
    EXPECT_TRUE(before.untainted(NodeIdx(0)) && !before.untainted(NodeIdx(1)));
    a.unschedulable = true;
    b.ready = false;
    b.taints.clear();
    state.apply(NodeSeen{a});
    state.apply(NodeSeen{b});
    const Snapshot after = state.snapshot();
    EXPECT_FALSE(after.in_service(NodeIdx(0)) || after.in_service(NodeIdx(1)));
    EXPECT_TRUE(after.untainted(NodeIdx(1)));
    EXPECT_TRUE(before.in_service(NodeIdx(0)) && !before.untainted(NodeIdx(1)));
}

TEST(Snapshot, GivesWhatIsFreeByChunk) {
    ClusterState state({});
    for (std::uint32_t i = 0; i <= kChunkNodes; ++i)
        state.apply(NodeSeen{node("n" + std::to_string(1'000 + i), {{"cpu", std::int64_t{1} + i}, {"memory", 7}})});
    state.apply(PodBound{PodUid("p"), NodeName("n1000"), {{"cpu", 5}}, {}, false});
    const Snapshot snapshot = state.snapshot();
    const ResourceIdx cpu = snapshot.resource("cpu").value();
    EXPECT_EQ(snapshot.free_in_chunk(0, cpu)[0], -4);
    EXPECT_EQ(snapshot.free_in_chunk(0, cpu)[kChunkNodes - 1], std::int64_t{kChunkNodes});
    EXPECT_EQ(snapshot.free_in_chunk(1, cpu)[0], std::int64_t{1} + kChunkNodes);
    EXPECT_EQ(snapshot.free_in_chunk(1, cpu)[1], 0);
    EXPECT_EQ(snapshot.free_in_chunk(1, snapshot.resource("memory").value())[0], 7);
}

// For the thread sanitizer: readers hold and drop snapshots while the one writer goes on.
TEST(Snapshot, MayBeReadAndDroppedOnOtherThreadsWhileTheStateMovesOn) {
    constexpr std::int64_t kPods = 200;
    ClusterState state({});
    state.apply(NodeSeen{node("a", {{"cpu", 1'000}})});
    std::mutex mutex;
    Snapshot published = state.snapshot();
    const auto read = [&] {
        std::int64_t last = 1'000;
        while (last > 1'000 - kPods) {
            Snapshot mine;
            {
                const std::lock_guard lock(mutex);
                mine = published;
            }
            const std::int64_t free = mine.free(NodeIdx(0), ResourceIdx(0));
            EXPECT_LE(free, last);
            last = free;
        }
    };
    std::thread one(read);
    std::thread other(read);
    for (std::int64_t i = 0; i < kPods; ++i) {
        state.apply(PodBound{PodUid(std::to_string(i)), NodeName("a"), {{"cpu", 1}}, {}, false});
        Snapshot next = state.snapshot();
        const std::lock_guard lock(mutex);
        std::swap(published, next);
    }
    one.join();
    other.join();
}

}  // namespace
}  // namespace muster
