// What must not change the planner's answer for several roles, or only in one direction. Where the search was cut off,
// what it claims must still be true.
#include "placement/plan/gang_planner.hpp"
#include "policies/registry.hpp"
#include "test/property/metamorphic.hpp"
#include "test/property/role_planner_worlds.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

using world::Dice;
using world::World;

constexpr std::uint64_t kRoleSeeds = 500;

struct RoleCase {
    World world;
    GangRequest gang;
    Outcome outcome;
};

Outcome plan(const World& world, const GangRequest& gang) {
    return plan_gang(world.snapshot(), gang, default_policies());
}

bool proved_not_to_fit(const Outcome& outcome) {
    const NoFit* no = std::get_if<NoFit>(&outcome);
    return std::holds_alternative<NeverFits>(outcome) ||
           (no != nullptr && no->reason.code != ReasonCode::search_exhausted);
}

// What the planner says of the best objective: at least this. Equal to it with an optimal plan.
const ObjectiveVector& at_least(const Plan& plan) {
    return plan.quality.proof == Proof::optimal ? plan.quality.objective : plan.quality.bound;
}

template <class Holds>
void expect_in_role_worlds(Holds holds) {
    for (std::uint64_t seed = 0; seed < kRoleSeeds; ++seed) {
        World world = world::role_world(seed);
        GangRequest gang = world::role_gang(world, seed);
        Outcome outcome = plan(world, gang);
        ASSERT_TRUE(holds(RoleCase{std::move(world), std::move(gang), std::move(outcome)}, Dice(seed)))
            << "world " << seed;
    }
}

TEST(RoleInvariance, InputInPiecesGivesTheSameBytes) {
    expect_in_role_worlds([](const RoleCase& given, Dice dice) {
        return plan_gang(test::told_in_pieces(given.world, dice), given.gang, default_policies()) == given.outcome;
    });
}

TEST(RoleInvariance, NamesDoNotMatterToTheObjective) {
    std::size_t compared = 0;
    expect_in_role_worlds([&](RoleCase given, Dice dice) {
        test::rename(given.world, given.gang, dice);
        const Outcome again = plan(given.world, given.gang);
        const Plan* before = std::get_if<Plan>(&given.outcome);
        const Plan* after = std::get_if<Plan>(&again);
        if (before == nullptr || after == nullptr) return again.index() == given.outcome.index();
        ++compared;
        const bool optimal = before->quality.proof == Proof::optimal && after->quality.proof == Proof::optimal;
        return optimal ? before->quality.objective == after->quality.objective
                       : at_least(*before) <= after->quality.objective && at_least(*after) <= before->quality.objective;
    });
    EXPECT_GT(compared, kRoleSeeds / 3);
}

TEST(RoleInvariance, FreeingCapacityNeverTurnsFitIntoNoFit) {
    std::size_t freed = 0;
    expect_in_role_worlds([&](RoleCase given, Dice dice) {
        if (!std::holds_alternative<Plan>(given.outcome) || !test::free_one(given.world, given.gang, dice)) return true;
        ++freed;
        return !proved_not_to_fit(plan(given.world, given.gang));
    });
    EXPECT_GT(freed, kRoleSeeds / 3);
}

TEST(RoleInvariance, DroppingARolesOwnLevelNeverMakesTheRestWorse) {
    std::size_t dropped = 0;
    expect_in_role_worlds([&](RoleCase given, Dice) {
        const Plan* wished = std::get_if<Plan>(&given.outcome);
        const auto role = std::ranges::find_if(
            given.gang.roles, [](const RoleRequest& asked) { return asked.wish.required.has_value(); });
        if (wished == nullptr || role == given.gang.roles.end()) return true;
        ++dropped;
        role->wish.required.reset();
        const Outcome again = plan(given.world, given.gang);
        const Plan* less = std::get_if<Plan>(&again);
        return less != nullptr ? at_least(*less) <= wished->quality.objective : !proved_not_to_fit(again);
    });
    EXPECT_GT(dropped, kRoleSeeds / 20);
}

TEST(RoleInvariance, DroppingTheRequiredLevelNeverMakesTheRestWorse) {
    std::size_t dropped = 0;
    expect_in_role_worlds([&](RoleCase given, Dice) {
        const Plan* wished = std::get_if<Plan>(&given.outcome);
        if (wished == nullptr || !given.gang.wish.required) return true;
        ++dropped;
        given.gang.wish.required.reset();
        const Outcome again = plan(given.world, given.gang);
        const Plan* less = std::get_if<Plan>(&again);
        return less != nullptr ? at_least(*less) <= wished->quality.objective : !proved_not_to_fit(again);
    });
    EXPECT_GT(dropped, kRoleSeeds / 50);
}

}  // namespace
}  // namespace muster
