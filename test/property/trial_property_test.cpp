// A trial never touches its base, and rollback restores what was there.
#include "placement/plan/trial.hpp"
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
    const auto nodes = static_cast<std::uint32_t>(trial.view().fabric().node_count());
    for (std::uint32_t i = dice.below(6); i > 0; --i)
        trial.take(NodeIdx(dice.below(nodes)), dice.chance(50) ? shape : other);
}

RC_GTEST_PROP(Trial, RollbackRestoresEachCheckpoint, (std::uint64_t seed)) {
    const auto world = world::small_world(seed);
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

RC_GTEST_PROP(Trial, EqualsTheStateWithTheSameReservations, (std::uint64_t seed)) {
    const auto world = world::small_world(seed);
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
