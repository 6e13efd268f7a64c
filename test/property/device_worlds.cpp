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

void give_shared_devices(Dice& dice, NodeFacts& node) {
    if (!dice.chance(70)) return;
    const auto devices = static_cast<std::int32_t>(dice.between(1, 4));
    node.allocatable.set(kParts, std::int64_t{1'000} * devices);
    if (dice.chance(80)) node.shared_devices = {{kParts, devices}};
}

void give_share(Dice& dice, PodBound& pod) {
    if (!dice.chance(50)) return;
    const DeviceShare share{kParts, dice.between(1, 900), dice.chance(70) ? 1 : 2};
    pod.requests.set(kParts, share.amount * share.devices + (dice.chance(10) ? 7 : 0));
    if (dice.chance(90)) pod.shares = {share};
    pod.share_devices = some_share_devices(dice, share.devices);
}

}  // namespace

std::vector<std::int32_t> some_share_devices(Dice& dice, std::int32_t devices) {
    std::vector<std::int32_t> told;
    if (!dice.chance(70)) return told;
    for (std::int64_t i = dice.chance(90) ? devices : dice.between(1, 3); i > 0; --i)
        told.push_back(static_cast<std::int32_t>(dice.between(0, 4)));
    return told;
}

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
    Dice shares(seed ^ 0x54a2e);
    for (auto& node : world.nodes) give_shared_devices(shares, node);
    for (auto& pod : world.pods) give_share(shares, pod);
    return world;
}

}  // namespace muster::world
