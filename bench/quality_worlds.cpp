#include "bench/quality_worlds.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace muster::world {
namespace {

constexpr std::uint32_t kRackNodes = 16;
constexpr std::int64_t kTebi = std::int64_t{1} << 40;

// Empty nodes by block and rack.
const std::array<std::vector<std::uint32_t>, 4> kEmpty{{{7, 6, 6, 5, 5, 5, 4, 4, 4, 4, 3, 2, 2, 1, 1, 1},
                                                        {7, 6, 6, 6, 6, 6, 5, 5, 5, 5, 4, 4, 3, 3, 3, 2},
                                                        {7, 7, 6, 6, 6, 6, 5, 5, 4, 4, 4, 3, 2, 2, 1, 1},
                                                        {10, 9, 8, 8, 8, 7, 7, 7, 6, 6, 5, 5, 3, 3, 2}}};

NodeFacts node_of(const World& world, const std::string& block, const std::string& rack, ResourceAmounts offers) {
    NodeFacts node;
    node.name = NodeName(numbered("node-", world.nodes.size(), 4));
    node.labels = {
        {std::string(kHostnameLabel), node.name.str()}, {world.levels[0].label, block}, {world.levels[1].label, rack}};
    normalize(node.labels);
    node.allocatable = std::move(offers);
    return node;
}

World with_levels() {
    World world;
    world.levels = {{"block", "example.com/block"}, {"rack", "example.com/rack"}};
    return world;
}

void use(World& world, const NodeFacts& node, ResourceAmounts requests) {
    PodBound pod;
    pod.uid = PodUid("runs-on-" + node.name.str());
    pod.node = node.name;
    pod.requests = std::move(requests);
    pod.requests.set(kPodSlots, 1);
    world.pods.push_back(std::move(pod));
}

}  // namespace

World scattered_block_world() {
    World world = with_levels();
    for (std::size_t block = 0; block < kEmpty.size(); ++block) {
        const auto& racks = kEmpty[block];
        for (std::size_t rack = 0; rack < racks.size(); ++rack) {
            // 1,000 nodes: the last rack of the last block has only 8.
            const bool last = block + 1 == kEmpty.size() && rack + 1 == racks.size();
            const std::uint32_t nodes = last ? kRackNodes / 2 : kRackNodes;
            for (std::uint32_t i = 0; i < nodes; ++i) {
                auto node = node_of(world, numbered("b", block), numbered("r", rack, 2),
                                    {{std::string(kCpu), 128'000},
                                     {std::string(kMemory), kTebi},
                                     {std::string(kGpu), 8},
                                     {std::string(kPodSlots), 110}});
                if (i >= racks[rack]) use(world, node, {{std::string(kGpu), 8}});
                world.nodes.push_back(std::move(node));
            }
        }
    }
    return world;
}

World two_kinds_world(std::uint64_t seed) {
    Dice dice(seed);
    World world = with_levels();
    for (std::uint32_t rack = 0; rack < 4; ++rack) {
        for (std::uint32_t i = 0; i < 8; ++i) {
            auto node = node_of(world, "b0", numbered("r", rack),
                                {{std::string(kCpu), 64'000},
                                 {std::string(kMemory), kTebi},
                                 {std::string(kGpu), 8},
                                 {std::string(kPodSlots), 110}});
            const std::int64_t gpus = dice.between(0, 8);
            use(world, node, {{std::string(kCpu), dice.between(0, 15) * 4'000}, {std::string(kGpu), gpus}});
            world.nodes.push_back(std::move(node));
        }
    }
    return world;
}

}  // namespace muster::world
