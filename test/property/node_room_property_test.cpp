// The rooms of all nodes at once against those of each node, which the planner's properties compare with exhaustive
// search: on clusters of several chunks, the last one not full.
#include "placement/cluster/snapshot.hpp"
#include "placement/plan/room/node_room.hpp"
#include "test/property/world_count.hpp"
#include "test/property/world_gen.hpp"

#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

using world::Dice;
using world::World;

const std::uint64_t kRoomWorlds = world::worlds(400);
constexpr std::int32_t kMost = 12;
constexpr const char* kPart = "example.com/gpu-part";

// Hosts of all states: cordoned, not ready, tainted, in a pool, with devices in parts, over-committed, with ports
// taken.
World mixed_world(std::uint64_t seed) {
    Dice dice(seed);
    World world = world::big_world({.nodes = 130 + dice.below(70),
                                    .blocks = 2,
                                    .racks_per_block = 4,
                                    .fill_percent = dice.below(101),
                                    .seed = seed});
    for (auto& node : world.nodes) {
        node.unschedulable = dice.chance(10);
        node.ready = !dice.chance(10);
        if (dice.chance(10)) node.taints.push_back({"example.com/dedicated", "ml", TaintEffect::no_schedule});
        if (dice.chance(5)) node.taints.push_back({"node.kubernetes.io/not-ready", "", TaintEffect::no_execute});
        if (dice.chance(60)) node.labels.emplace_back("example.com/pool", "a");
        normalize(node.labels);
        if (!dice.chance(30)) continue;
        node.allocatable.set(kPart, 400);
        node.shared_devices = {{kPart, 4}};
    }
    for (auto& pod : world.pods) {
        if (dice.chance(2)) pod.requests.set(std::string(kCpu), 1'000'000);
        if (dice.chance(5)) pod.host_ports = {"TCP/0.0.0.0/29500"};
        if (dice.chance(5)) pod.requests.set(kPart, 60);
    }
    return world;
}

PodShape mixed_shape(std::uint64_t seed, const World& world) {
    Dice dice(seed ^ 0x726f6f6dU);
    PodShape shape = world::small_gang(world, seed).roles.front().shape;
    if (dice.chance(30)) {
        shape.requests.set(kPart, 50);
        shape.shares = {{kPart, 50, 1}};
    }
    if (dice.chance(10)) shape.requests.set("example.com/offered-by-none", 1);
    if (dice.chance(10)) shape.requests = {};
    return shape;
}

TEST(NodeRoom, OfAllNodesIsThatOfEachNode) {
    std::size_t some = 0;
    std::size_t none = 0;
    for (std::uint64_t seed = 0; seed < kRoomWorlds; ++seed) {
        const World world = mixed_world(seed);
        const Snapshot snapshot = world.snapshot();
        const PodShape shape = mixed_shape(seed, world);
        for (const RoomBasis basis : {RoomBasis::now, RoomBasis::ever}) {
            const NodeRoom room(snapshot, shape, basis);
            std::vector<std::int64_t> all(snapshot.fabric().node_count(), -1);
            room.members_of_all(kMost, all);
            for (std::uint32_t node = 0; node < all.size(); ++node) {
                ASSERT_EQ(all[node], room.members(NodeIdx(node), kMost)) << "world " << seed << ", node " << node;
                (all[node] > 0 ? some : none) += 1;
            }
        }
    }
    EXPECT_GT(some, 0U);
    EXPECT_GT(none, 0U);
}

}  // namespace
}  // namespace muster
