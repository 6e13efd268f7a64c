// What a plan must have in common with the answer of exhaustive search.
#pragma once

#include "placement/model/gang.hpp"
#include "placement/model/plan.hpp"
#include "placement/verify/verify_plan.hpp"
#include "test/property/brute_force.hpp"
#include "test/property/plan_shares.hpp"
#include "test/property/world_gen.hpp"

#include <variant>

#include <gtest/gtest.h>

namespace muster::test {

// Expects the planner's answer to be exhaustive search's, down to the nodes chosen, and the checker to agree.
inline void expect_best(const world::World& world, const GangRequest& gang, const Outcome& outcome,
                        const brute::Answer& expected) {
    const Plan* plan = std::get_if<Plan>(&outcome);
    ASSERT_EQ(plan != nullptr, expected.fits);
    if (plan == nullptr) return;
    EXPECT_EQ(plan->quality.objective, expected.objective);
    EXPECT_EQ(members_by_node(world, *plan), expected.members);
    EXPECT_EQ(verify_plan(world.snapshot(), gang, *plan).value_or("right"), "right");
}

}  // namespace muster::test
