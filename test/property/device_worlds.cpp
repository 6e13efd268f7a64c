#include "test/property/device_worlds.hpp"

#include "placement/topology/machine_profiles.hpp"

#include <cstddef>

namespace muster::world {
namespace {

void give_machine(Dice& dice, NodeFacts& node) {
    if (node.allocatable.get(kGpu) == 0 || !dice.chance(75)) return;
    node.machine = MachineRef(machine_profile(dice.chance(60) ? "dgx-1v" : "gb200-tray"));
    node.gpu_resource = kGpu;
    if (!dice.chance(60)) return;
    for (std::size_t i = 0; i < node.machine->gpu_count(); ++i) node.gpu_ids.push_back(numbered("gpu-", i));
}

}  // namespace

std::vector<std::string> some_devices(Dice& dice, std::int64_t gpus) {
    std::vector<std::string> ids;
    if (!dice.chance(80)) return ids;
    // Few GPUs, so that pods often tell the same one; now and then one id more or fewer than GPUs.
    for (std::int64_t i = dice.between(-1, 1) + gpus; i > 0; --i) {
        ids.push_back(numbered(dice.chance(70) ? "gpu-" : dice.chance(80) ? "ordinal:" : "stranger-", dice.below(6)));
    }
    return ids;
}

World device_world(std::uint64_t seed) {
    World world = small_world(seed);
    Dice dice(seed ^ 0x5eed);
    for (auto& node : world.nodes) give_machine(dice, node);
    for (auto& pod : world.pods) {
        if (const std::int64_t gpus = pod.requests.get(kGpu); gpus > 0) pod.devices = some_devices(dice, gpus);
    }
    return world;
}

}  // namespace muster::world
