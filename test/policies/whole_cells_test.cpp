#include "policies/whole_cells.hpp"

#include "placement/cluster/cluster_state.hpp"
#include "test/policies/policy_world.hpp"

#include <cstdint>
#include <string>

#include <gtest/gtest.h>

namespace muster {
namespace {

using test::kGpu;
using test::two_racks;

void bind(ClusterState& state, const char* node, std::int64_t gpus, bool stays = false) {
    state.apply(PodBound{PodUid(std::string("on-") + node), NodeName(node), {{"cpu", 1'000}, {kGpu, gpus}}, {}, stays});
}

// Cost of m members of so many GPUs in the domain with this path.
std::int64_t cost(ClusterState& state, const std::string& path, std::int32_t m, std::int64_t gpus) {
    return test::Costs(state, *make_whole_cells({}), test::request_of(0, gpus)).of(path, m);
}

TEST(WholeCells, BreakingAFreeHostCostsOneAndFillingItNothing) {
    auto state = two_racks();
    EXPECT_EQ(cost(state, "a/a1", 1, 2), 1);
    EXPECT_EQ(cost(state, "a/a1", 3, 2), 1);
    EXPECT_EQ(cost(state, "a/a1", 4, 2), 0);
}

TEST(WholeCells, NoMembersCostNothing) {
    auto state = two_racks();
    EXPECT_EQ(cost(state, "a/a1", 0, 2), 0);
    EXPECT_EQ(cost(state, "a", 0, 2), 0);
}

TEST(WholeCells, ARackCountsLikeAHost) {
    auto state = two_racks();
    EXPECT_EQ(cost(state, "a", 1, 8), 1);
    EXPECT_EQ(cost(state, "a", 2, 8), 0);
}

TEST(WholeCells, TheClusterIsNoCell) {
    auto state = two_racks();
    EXPECT_EQ(cost(state, "", 1, 8), 0);
}

TEST(WholeCells, AUsedHostIsNoCellAndNeitherIsItsRack) {
    auto state = two_racks();
    bind(state, "a1", 1);
    EXPECT_EQ(cost(state, "a/a1", 1, 2), 0);
    EXPECT_EQ(cost(state, "a/a2", 1, 2), 1);
    EXPECT_EQ(cost(state, "a", 1, 2), 0);
    EXPECT_EQ(cost(state, "b", 1, 2), 1);
}

TEST(WholeCells, AReservationUsesAHostAsAPodDoes) {
    auto state = two_racks();
    state.apply(Reserved{PodUid("planned"), NodeName("a1"), {{"cpu", 1'000}}, {}});
    EXPECT_EQ(cost(state, "a/a1", 1, 2), 0);
}

TEST(WholeCells, StayingPodsBreakACellOnlyByUsingDevices) {
    auto state = two_racks();
    bind(state, "a1", 0, true);
    bind(state, "b1", 1, true);
    EXPECT_EQ(cost(state, "a/a1", 1, 2), 1);
    EXPECT_EQ(cost(state, "b/b1", 1, 2), 0);
}

TEST(WholeCells, CordonedAndNotReadyHostsAreNoCells) {
    auto state = two_racks([](NodeFacts& node) {
        node.unschedulable = node.name.str() == "a1";
        node.ready = node.name.str() != "b1";
    });
    EXPECT_EQ(cost(state, "a/a1", 1, 2), 0);
    EXPECT_EQ(cost(state, "b/b1", 1, 2), 0);
    EXPECT_EQ(cost(state, "a", 1, 2), 0);
}

TEST(WholeCells, HostsWithoutDevicesAreNoCells) {
    auto state = two_racks([](NodeFacts& node) { node.allocatable.set(kGpu, node.name.str() == "a1" ? 0 : 8); });
    EXPECT_EQ(cost(state, "a/a1", 1, 1), 0);
    EXPECT_EQ(cost(state, "a", 1, 1), 1);
    EXPECT_EQ(cost(state, "a", 8, 1), 0);
}

TEST(WholeCells, MembersThatLeaveDevicesOverNeverFill) {
    auto state = two_racks();
    EXPECT_EQ(cost(state, "a/a1", 2, 3), 1);
    EXPECT_EQ(cost(state, "a", 4, 3), 1);
}

TEST(WholeCells, MembersWithoutDevicesBreakEveryCellTheyEnter) {
    auto state = two_racks();
    EXPECT_EQ(cost(state, "a/a1", 8, 0), 1);
    bind(state, "a1", 8);
    EXPECT_EQ(cost(state, "a/a1", 8, 0), 0);
}

TEST(WholeCells, EveryKindOfDeviceMustBeFilled) {
    auto state = two_racks([](NodeFacts& node) { node.allocatable.set("amd.com/gpu", 4); });
    EXPECT_EQ(cost(state, "a/a1", 4, 2), 1);
}

}  // namespace
}  // namespace muster
