// A trial never touches its base, and rollback restores what was there.
#include "placement/plan/room/trial.hpp"
#include "test/property/device_worlds.hpp"
#include "test/property/world_gen.hpp"

#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace muster {
namespace {

using world::Dice;

// One shape or another of the world's gang, on any node.
void take_some(Dice& dice, Trial& trial, const PodShape& shape) {
    PodShape other = shape;
    if (dice.chance(30)) other.requests.set(kCpu, dice.between(1, 5'000));
    if (dice.chance(30)) other.host_ports = {"TCP/0.0.0.0/80", "UDP/10.0.0.1/53"};
    if (dice.chance(40)) {
        other.shares = {{world::kParts, dice.between(1, 500), static_cast<std::int32_t>(dice.between(1, 2))}};
        other.requests.set(world::kParts, other.shares.front().amount * other.shares.front().devices);
    }
    const auto nodes = static_cast<std::uint32_t>(trial.view().fabric().node_count());
    for (std::uint32_t i = dice.below(6); i > 0; --i)
        trial.take(NodeIdx(dice.below(nodes)), dice.chance(50) ? shape : other);
}

RC_GTEST_PROP(Trial, RollbackRestoresEachCheckpoint, (std::uint64_t seed)) {
    const auto world = world::device_world(seed);
    const Snapshot base = world.snapshot();
    const Snapshot untouched = world.snapshot();
    const PodShape shape = world::small_gang(world, seed).roles.front().shape;
    Dice dice(seed);

    Trial trial(base);
    std::vector<Trial::Checkpoint> checkpoints;
    std::vector<Snapshot> seen;
    for (int step = 0; step < 12; ++step) {
        if (!checkpoints.empty() && dice.chance(40)) {
            const std::size_t to = dice.below(static_cast<std::uint32_t>(checkpoints.size()));
            trial.rollback(checkpoints[to]);
            RC_ASSERT(trial.view().same_contents(seen[to]));
            checkpoints.resize(to);
            seen.resize(to);
        } else {
            checkpoints.push_back(trial.checkpoint());
            seen.push_back(trial.view());
            take_some(dice, trial, shape);
        }
    }
    trial.rollback(0);
    RC_ASSERT(trial.view().same_contents(untouched));
    RC_ASSERT(base.same_contents(untouched));
}

// A plan of one member: controlled GPUs are told, any others only counted.
RC_GTEST_PROP(Trial, EqualsTheStateWithTheSameDevices, (std::uint64_t seed)) {
    const auto world = world::device_world(seed);
    auto state = world.state();
    const Snapshot base = state.snapshot();
    GangRequest request = world::small_gang(world, seed);
    request.roles.front().members.resize(1);
    const RoleRequest& role = request.roles.front();
    const MemberToPlace& member = role.members.front();
    Dice dice(seed);

    Trial trial(base);
    std::vector<Snapshot> seen{base};
    for (std::uint32_t i = 0; i < 6; ++i) {
        const NodeIdx node(dice.below(static_cast<std::uint32_t>(base.fabric().node_count())));
        Placement placement{member.uid, member.key, base.fabric().node(node).name, 0};
        placement.gpu_source = dice.chance(60) ? GpuSource::controlled : GpuSource::predicted;
        for (std::int32_t gpu = 0; gpu < 4; ++gpu) {
            if (dice.chance(40)) placement.gpus.push_back(gpu);
        }
        Plan plan;
        plan.placements = {placement};
        trial.take(request, plan);
        state.apply(Reserved{PodUid(world::numbered("r", i)), placement.node, role.shape.requests,
                             role.shape.host_ports, planned_devices(placement)});
        seen.push_back(state.snapshot());
    }
    for (std::size_t i = seen.size(); i-- > 0;) {
        trial.rollback(i);
        RC_ASSERT(trial.view().same_contents(seen[i]));
    }
}

RC_GTEST_PROP(Trial, EqualsTheStateWithTheSameReservations, (std::uint64_t seed)) {
    const auto world = world::device_world(seed);
    auto state = world.state();
    const Snapshot base = state.snapshot();
    const PodShape shape = world::small_gang(world, seed).roles.front().shape;
    Dice dice(seed);

    Trial trial(base);
    for (std::uint32_t i = 0; i < 8; ++i) {
        const NodeIdx node(dice.below(static_cast<std::uint32_t>(base.fabric().node_count())));
        trial.take(node, shape);
        state.apply(
            Reserved{PodUid(world::numbered("r", i)), base.fabric().node(node).name, shape.requests, shape.host_ports});
    }
    RC_ASSERT(trial.view().same_contents(state.snapshot()));
}

}  // namespace
}  // namespace muster
