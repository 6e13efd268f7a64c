// What the checker keeps about machines changes none of its answers. Worlds are numbered.
#include "placement/plan/gang_planner.hpp"
#include "placement/verify/verify_plan.hpp"
#include "test/property/gpu_worlds.hpp"
#include "test/property/world_count.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>

#include <gtest/gtest.h>

namespace muster {
namespace {

const std::uint64_t kCheckedWorlds = world::worlds(400);

TEST(CheckedMachines, ChangeNoAnswer) {
    CheckedMachines kept;
    std::size_t right = 0;
    std::size_t wrong = 0;
    for (std::uint64_t seed = 0; seed < kCheckedWorlds; ++seed) {
        SCOPED_TRACE("world " + std::to_string(seed));
        const test::GpuWorld given = test::gpu_world(seed);
        const Snapshot snapshot = given.world.snapshot();
        const Outcome outcome = plan_gang(snapshot, given.gang, {});
        if (!std::holds_alternative<Plan>(outcome)) continue;
        Plan plan = std::get<Plan>(outcome);
        for (std::size_t turn = 0; turn < 3; ++turn) {
            const auto fresh = verify_plan(snapshot, given.gang, plan);
            ASSERT_EQ(verify_plan(snapshot, given.gang, plan, kept), fresh);
            ++(fresh ? wrong : right);
            // Other GPUs than the kubelet gives, then another class than these have.
            if (turn == 0 && !plan.placements.front().gpus.empty()) ++plan.placements.front().gpus.back();
            if (turn == 1) ++plan.quality.objective.front();
        }
    }
    EXPECT_GE(right, kCheckedWorlds / 2);
    EXPECT_GE(wrong, kCheckedWorlds / 2);
}

}  // namespace
}  // namespace muster
