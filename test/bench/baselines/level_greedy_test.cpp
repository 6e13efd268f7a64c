// Against cases of Kueue's own tests (pkg/cache/scheduler/tas_cache_test.go, TestFindTopologyAssignments): capacities,
// requests and the domains that its answer uses. The names are those of the cases in Kueue, shortened to what is asked.
#include "bench/baselines/level_greedy.hpp"

#include "bench/baselines/measure.hpp"
#include "test/bench/baselines/peer_case.hpp"

#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

using test::Counts;
using test::gpus;
using test::peer_gang;
using test::peer_world;
using test::PeerHost;

const std::vector<std::string> kBlockRack{"block", "rack"};

ResourceAmounts cpus(std::int64_t number) {
    return {{std::string(kCpu), number * 1'000}};
}

TopologyWish required(const std::string& level, std::vector<SliceWish> slices = {}) {
    TopologyWish wish;
    wish.required = level;
    wish.slices = std::move(slices);
    return wish;
}

TopologyWish preferred(const std::string& level, std::vector<SliceWish> slices = {}) {
    TopologyWish wish;
    wish.preferred = level;
    wish.slices = std::move(slices);
    return wish;
}

std::optional<Counts> greedy_domains(const Snapshot& world, const GangRequest& gang) {
    return test::domains_of(world, gang, baselines::level_greedy(world, gang));
}

std::vector<std::int32_t> greedy_members(const Snapshot& world, const GangRequest& gang,
                                         const std::vector<std::string>& hosts) {
    return test::members_on(world, hosts, baselines::level_greedy(world, gang));
}

Snapshot eight_hosts_of_one_cpu() {
    std::vector<PeerHost> hosts;
    const std::vector<std::vector<std::string>> paths{{"b1", "r1"}, {"b1", "r2"}, {"b2", "r1"}, {"b2", "r2"}};
    for (std::size_t i = 0; i < 8; ++i) hosts.push_back({"x" + std::to_string(i), paths[i / 2], cpus(1)});
    return peer_world(kBlockRack, hosts);
}

TEST(LevelGreedy, UnconstrainedFillsTheHostsWithTheLeastRoomFirst) {  // 6 pods
    const auto world = peer_world(kBlockRack, {{"x3", {"b1", "r1"}, cpus(4)},
                                               {"x5", {"b1", "r1"}, cpus(1)},
                                               {"x1", {"b1", "r1"}, cpus(1)},
                                               {"x6", {"b2", "r1"}, cpus(2)},
                                               {"x2", {"b2", "r1"}, cpus(1)}});
    EXPECT_EQ(greedy_members(world, peer_gang(6, cpus(1)), {"x1", "x5", "x2", "x6", "x3"}),
              (std::vector<std::int32_t>{1, 1, 1, 2, 1}));
}

TEST(LevelGreedy, UnconstrainedTakesTheSmallestHostThatHoldsAll) {
    const auto world = peer_world(
        kBlockRack,
        {{"large", {"b1", "r1"}, cpus(9)}, {"fits", {"b2", "r1"}, cpus(3)}, {"small", {"b2", "r1"}, cpus(2)}});
    EXPECT_EQ(greedy_members(world, peer_gang(3, cpus(1)), {"large", "fits", "small"}),
              (std::vector<std::int32_t>{0, 3, 0}));
}

TEST(LevelGreedy, RequiredBlockIsDividedOverItsRacks) {  // 4 pods, required block
    EXPECT_EQ(greedy_domains(eight_hosts_of_one_cpu(), peer_gang(4, cpus(1), required("block"))), (Counts{1, 2, 4}));
}

TEST(LevelGreedy, RequiredRackTakesTheSmallestThatHoldsAll) {
    const auto world = peer_world(kBlockRack, {{"x1", {"b1", "r1"}, cpus(3)},
                                               {"x2", {"b1", "r1"}, cpus(2)},
                                               {"x3", {"b2", "r2"}, cpus(4)},
                                               {"x4", {"b2", "r1"}, cpus(3)}});
    EXPECT_EQ(greedy_members(world, peer_gang(4, cpus(1), required("rack")), {"x3"}), std::vector<std::int32_t>{4});
}

TEST(LevelGreedy, RequiredHostOfOnePod) {
    const auto world = peer_world({}, {{"x3", {}, cpus(1)}});
    EXPECT_EQ(greedy_domains(world, peer_gang(1, cpus(1), required("host"))), (Counts{1}));
}

TEST(LevelGreedy, AHostWithoutALevelsLabelTakesNoPart) {  // 1 pod, required rack; the peer's host lacks the host label
    const auto world = peer_world(kBlockRack, {{"x3", {"b1"}, cpus(1)}});
    EXPECT_EQ(greedy_domains(world, peer_gang(1, cpus(1), required("block"))), std::nullopt);
}

TEST(LevelGreedy, NotReadyAndCordonedHostsTakeNoPart) {
    auto host = PeerHost{"x3", {}, cpus(1)};
    host.ready = false;
    EXPECT_EQ(greedy_domains(peer_world({}, {host}), peer_gang(1, cpus(1), required("host"))), std::nullopt);
    host.ready = true;
    host.cordoned = true;
    EXPECT_EQ(greedy_domains(peer_world({}, {host}), peer_gang(1, cpus(1), required("host"))), std::nullopt);
}

TEST(LevelGreedy, PodSlotsAreRoomToo) {  // 300m where the one slot of the host is taken
    ResourceAmounts offers = cpus(1);
    offers.set(kPodSlots, 1);
    const auto world = peer_world({}, {{"x3", {}, offers, {{std::string(kCpu), 300}}}});
    EXPECT_EQ(greedy_domains(world, peer_gang(1, {{std::string(kCpu), 300}}, required("host"))), std::nullopt);
}

TEST(LevelGreedy, SlicesOfTwoInARack) {  // 4 pods, required block, slices of 2 per rack
    const auto world = peer_world(kBlockRack, {{"x3", {"b1", "r1"}, cpus(1)},
                                               {"x5", {"b1", "r1"}, cpus(1)},
                                               {"x1", {"b1", "r2"}, cpus(1)},
                                               {"x6", {"b1", "r2"}, cpus(1)},
                                               {"x2", {"b1", "r2"}, cpus(1)},
                                               {"x4", {"b2", "r1"}, cpus(1)},
                                               {"x7", {"b2", "r1"}, cpus(1)}});
    EXPECT_EQ(greedy_domains(world, peer_gang(4, cpus(1), required("block", {{2, "rack"}}))), (Counts{1, 2, 4}));
}

TEST(LevelGreedy, PreferredBlockGoesOverTwoWhenSlicesNeedThem) {  // 4 pods, preferred block, slices of 2 per rack
    const auto world = peer_world(kBlockRack, {{"x3", {"b1", "r1"}, cpus(1)},
                                               {"x5", {"b1", "r2"}, cpus(1)},
                                               {"x1", {"b1", "r2"}, cpus(1)},
                                               {"x6", {"b1", "r2"}, cpus(1)},
                                               {"x2", {"b2", "r2"}, cpus(1)},
                                               {"x4", {"b2", "r1"}, cpus(2)}});
    EXPECT_EQ(greedy_domains(world, peer_gang(4, cpus(1), preferred("block", {{2, "rack"}}))), (Counts{2, 2, 3}));
}

TEST(LevelGreedy, PreferredBlockGoesOverTwoWithSlicesInHosts) {  // 12 pods, preferred block, slices of 3 per host
    const auto world = peer_world(kBlockRack, {{"x3", {"b1", "r1"}, cpus(3)},
                                               {"x5", {"b1", "r1"}, cpus(3)},
                                               {"x1", {"b1", "r1"}, cpus(3)},
                                               {"x6", {"b2", "r1"}, cpus(6)}});
    EXPECT_EQ(greedy_domains(world, peer_gang(12, cpus(1), preferred("block", {{3, "host"}}))), (Counts{2, 2, 3}));
}

TEST(LevelGreedy, SlicesTooLargeForTheirLevelDoNotFit) {  // 6 pods, required block, slices of 3 per rack, racks of 2
    const auto world = peer_world(
        kBlockRack, {{"x3", {"b1", "r1"}, cpus(2)}, {"x5", {"b1", "r2"}, cpus(2)}, {"x1", {"b1", "r3"}, cpus(2)}});
    EXPECT_EQ(greedy_domains(world, peer_gang(6, cpus(1), required("block", {{3, "rack"}}))), std::nullopt);
}

TEST(LevelGreedy, NestedSlices) {  // 8 pods, required block, slices of 4 per rack and of 2 per host
    const auto world = peer_world(kBlockRack, {{"x1", {"b1", "r1"}, cpus(1)},
                                               {"x2", {"b1", "r1"}, cpus(4)},
                                               {"x3", {"b1", "r2"}, cpus(3)},
                                               {"x4", {"b1", "r2"}, cpus(4)}});
    const auto gang = peer_gang(8, cpus(1), required("block", {{4, "rack"}, {2, "host"}}));
    EXPECT_EQ(greedy_members(world, gang, {"x1", "x2", "x3", "x4"}), (std::vector<std::int32_t>{0, 4, 0, 4}));
}

TEST(LevelGreedy, PreferredRackClimbsToTheBlockThatHoldsAll) {  // 20 pods, preferred rack
    std::vector<PeerHost> hosts{{"x1", {"b1", "r1"}, gpus(5)},
                                {"x2", {"b1", "r1"}, gpus(5)},
                                {"x3", {"b1", "r2"}, gpus(5)},
                                {"x4", {"b1", "r2"}, gpus(5)}};
    for (int i = 5; i <= 8; ++i) hosts.push_back({"x" + std::to_string(i), {"b2", "r3"}, gpus(i == 5 ? 10 : 4)});
    EXPECT_EQ(greedy_domains(peer_world(kBlockRack, hosts), peer_gang(20, gpus(1), preferred("rack"))),
              (Counts{1, 1, 4}));
    hosts.resize(4);
    EXPECT_EQ(greedy_domains(peer_world(kBlockRack, hosts), peer_gang(20, gpus(1), preferred("rack"))),
              (Counts{1, 2, 4}));
}

TEST(LevelGreedy, SlicesOfFiveInOneRack) {  // 25 pods, preferred rack, slices of 5 per host
    const auto world = peer_world(
        kBlockRack, {{"x1", {"b1", "r1"}, gpus(20)}, {"x2", {"b1", "r1"}, gpus(15)}, {"x3", {"b1", "r1"}, gpus(10)}});
    // The peer's case runs with balanced placement, which divides 15 and 10; without it the greedy answer is 20 and 5.
    EXPECT_EQ(greedy_members(world, peer_gang(25, gpus(1), preferred("rack", {{5, "host"}})), {"x1", "x2", "x3"}),
              (std::vector<std::int32_t>{20, 0, 5}));
}

TEST(LevelGreedy, RequiredRackBesideUsedOnes) {  // 1 pod, required rack; both racks of block 1 are used
    const auto world = peer_world(kBlockRack, {{"a", {"b1", "r1"}, cpus(1), cpus(1)},
                                               {"b", {"b1", "r2"}, cpus(1), cpus(1)},
                                               {"c", {"b2", "r1"}, cpus(1)},
                                               {"d", {"b2", "r2"}, cpus(1)}});
    EXPECT_EQ(greedy_members(world, peer_gang(1, cpus(1), required("rack")), {"a", "b", "c", "d"}),
              (std::vector<std::int32_t>{0, 0, 1, 0}));
}

// The weakness for which the method is compared: 7 + 6 by "roomiest first" where 5 + 5 would leave a rack whole.
TEST(LevelGreedy, TakesTheTightestBlockEvenWhereItNeedsMoreRacks) {
    std::vector<PeerHost> hosts;
    for (const int room : {4, 4, 4})
        hosts.push_back(
            {"tight" + std::to_string(hosts.size()), {"b1", "r" + std::to_string(hosts.size())}, gpus(room)});
    for (const int room : {6, 6, 6})
        hosts.push_back(
            {"loose" + std::to_string(hosts.size()), {"b2", "r" + std::to_string(hosts.size())}, gpus(room)});
    EXPECT_EQ(greedy_domains(peer_world(kBlockRack, hosts), peer_gang(12, gpus(1), required("block"))),
              (Counts{1, 3, 3}));
}

}  // namespace
}  // namespace muster
