#include "test/property/gpu_worlds.hpp"

#include "placement/model/machine_ref.hpp"
#include "placement/topology/machine_profiles.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace muster::test {
namespace {

using world::Dice;
using world::World;

NodeFacts host(std::uint32_t number, Dice& dice) {
    constexpr std::array<std::string_view, 8> kMachines{"dgx-1v", "dgx-1v", "dgx-1v", "dgx-1v",
                                                        "dgx-1v", "pcie-8", "pcie-8", "hgx-h100"};
    NodeFacts node;
    node.name = NodeName(world::numbered("n", number));
    node.labels = {{"example.com/rack", dice.chance(50) ? "r1" : "r2"}};
    node.allocatable = {{std::string(world::kGpu), 8}, {"pods", 30}};
    if (dice.chance(8)) return node;
    node.machine = MachineRef(machine_profile(kMachines[dice.below(kMachines.size())]));
    node.gpu_resource = world::kGpu;
    if (dice.chance(8)) node.allocatable.set(std::string(world::kGpu), 7);
    return node;
}

// Pods of 1 to 3 GPUs until about half of the host is used.
void use_some(World& world, const NodeFacts& node, bool told, Dice& dice) {
    std::vector<std::uint32_t> ordinals{0, 1, 2, 3, 4, 5, 6, 7};
    dice.shuffle(ordinals);
    const auto used = dice.below(6);
    for (std::uint32_t begin = 0; begin < used;) {
        const std::uint32_t end = std::min(used, begin + 1 + dice.below(3));
        PodBound pod;
        pod.uid = PodUid(world::numbered("pod-", world.pods.size()));
        pod.node = node.name;
        pod.requests = {{std::string(world::kGpu), end - begin}, {"pods", 1}};
        for (; begin < end; ++begin) {
            if (told) pod.devices.push_back("ordinal:" + std::to_string(ordinals[begin]));
        }
        world.pods.push_back(std::move(pod));
    }
}

World hosts_in_racks(Dice& dice) {
    World world;
    if (dice.chance(70)) world.levels = {{"rack", "example.com/rack"}};
    const auto hosts = 3 + dice.below(4);
    for (std::uint32_t i = 0; i < hosts; ++i) {
        world.nodes.push_back(host(i, dice));
        use_some(world, world.nodes.back(), dice.chance(80), dice);
    }
    return world;
}

// One member of the gang is bound already, without devices.
void bind_one(GpuWorld& made, std::string role, Dice& dice) {
    const PodUid uid("fixed");
    const NodeName node = made.world.nodes[dice.below(static_cast<std::uint32_t>(made.world.nodes.size()))].name;
    made.gang.fixed.push_back({uid, node, std::move(role)});
    made.world.pods.push_back({uid, node, {{"pods", 1}}, {}, false});
}

RoleRequest role_of(std::string name, std::uint32_t members, std::int64_t gpus) {
    RoleRequest role = world::plain_gang(members, gpus).roles.front();
    for (auto& member : role.members) {
        member.key.name = name + "-" + member.key.name;
        member.uid = PodUid("uid-" + member.key.name);
        member.rank = -1;
    }
    role.name = std::move(name);
    role.shape.requests = {{"pods", 1}};
    if (gpus > 0) role.shape.requests.set(std::string(world::kGpu), gpus);
    return role;
}

}  // namespace

GpuWorld gpu_world(std::uint64_t seed) {
    Dice dice(seed);
    GpuWorld made{hosts_in_racks(dice), {}};
    made.gang = world::plain_gang(1 + dice.below(6), 1 + dice.below(4));
    auto& requests = made.gang.roles.front().shape.requests;
    requests = {{std::string(world::kGpu), requests.get(world::kGpu)}, {"pods", 1}};
    const bool racks = !made.world.levels.empty();
    if (racks && dice.chance(20)) made.gang.wish.required = "rack";
    if (racks && dice.chance(15)) made.gang.wish.preferred = "rack";
    if (dice.chance(15)) bind_one(made, "", dice);
    return made;
}

GpuWorld role_gpu_world(std::uint64_t seed) {
    Dice dice(seed ^ 0x726f6c65U);
    GpuWorld made{hosts_in_racks(dice), {}};
    made.gang.key = {"ml", "gang"};
    const std::int64_t gpus = dice.between(1, 4);
    made.gang.roles.push_back(role_of("a", 1 + dice.below(3), gpus));
    made.gang.roles.push_back(role_of("b", 1 + dice.below(3), dice.chance(35) ? gpus : dice.between(0, 4)));
    const bool racks = !made.world.levels.empty();
    if (racks && dice.chance(20)) made.gang.wish.required = "rack";
    if (dice.chance(15)) made.gang.roles.back().wish.required = racks && dice.chance(70) ? "rack" : "host";
    if (dice.chance(15)) bind_one(made, "a", dice);
    return made;
}

}  // namespace muster::test
