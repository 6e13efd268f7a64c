// What must not change the planner's answer for several roles, or only in one direction: with every wish of the gang
// and of its roles, on hosts with and without machines inside. Where the search was cut off, what it claims must still
// be true.
#include "test/property/gpu_worlds.hpp"
#include "test/property/metamorphic.hpp"
#include "test/property/role_planner_worlds.hpp"
#include "test/property/role_wish_worlds.hpp"
#include "test/property/world_count.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

using test::Answered;
using world::Dice;
using world::World;

const std::uint64_t kRoleSeeds = world::worlds(500);
const std::uint64_t kRoleGpuSeeds = world::worlds(150);
const std::size_t kWorldsPerRoleWish = world::worlds(15);
constexpr std::uint64_t kSeedsPerRoleWish = 1'000;

// The first world for which `holds` is false: with levels as the only wishes, with every other wish of the gang or of
// one role, and with machines inside the hosts.
template <class Holds>
void expect_in_role_worlds(Holds holds) {
    for (std::uint64_t seed = 0; seed < kRoleSeeds; ++seed) {
        World world = world::role_world(seed);
        GangRequest gang = world::role_gang(world, seed);
        ASSERT_TRUE(holds(test::answered(std::move(world), std::move(gang)), Dice(seed))) << "world " << seed;
    }
    for (const bool of_role : {false, true}) {
        for (const auto kind : test::kRoleWishKinds) {
            std::size_t worlds = 0;
            for (std::uint64_t seed = 0; seed < kSeedsPerRoleWish && worlds < kWorldsPerRoleWish; ++seed) {
                auto given = test::role_wished_world(kind, of_role, seed);
                if (!given) continue;
                ++worlds;
                ASSERT_TRUE(holds(test::answered(std::move(given->world), std::move(given->gang)), Dice(seed)))
                    << (of_role ? "role: " : "gang: ") << name(kind) << ", world " << seed;
            }
            EXPECT_EQ(worlds, kWorldsPerRoleWish) << (of_role ? "role: " : "gang: ") << name(kind);
        }
    }
    for (std::uint64_t seed = 0; seed < kRoleGpuSeeds; ++seed) {
        auto given = test::role_gpu_world(seed);
        ASSERT_TRUE(holds(test::answered(std::move(given.world), std::move(given.gang)), Dice(seed)))
            << "machines inside, world " << seed;
    }
}

TEST(RoleInvariance, OrderOfTheInputDoesNotMatter) {
    expect_in_role_worlds([](Answered given, Dice dice) {
        test::reorder(given.world, given.gang, dice);
        return test::sorted(test::plan(given.world.snapshot(), given.gang)) == test::sorted(given.outcome);
    });
}

TEST(RoleInvariance, InputInPiecesGivesTheSameBytes) {
    expect_in_role_worlds([](const Answered& given, Dice dice) {
        return test::plan(test::told_in_pieces(given.world, dice), given.gang) == given.outcome;
    });
}

TEST(RoleInvariance, NamesDoNotMatterToTheObjective) {
    std::size_t compared = 0;
    expect_in_role_worlds([&](Answered given, Dice dice) {
        test::rename(given.world, given.gang, dice);
        const Outcome again = test::plan(given.world.snapshot(), given.gang);
        compared += std::holds_alternative<Plan>(again) ? 1U : 0U;
        return test::agree(given.outcome, again);
    });
    EXPECT_GT(compared, kRoleSeeds / 3);
}

TEST(RoleInvariance, FreeingCapacityNeverTurnsFitIntoNoFit) {
    std::size_t freed = 0;
    expect_in_role_worlds([&](Answered given, Dice dice) {
        if (!std::holds_alternative<Plan>(given.outcome) || !test::free_one(given.world, given.gang, dice)) return true;
        ++freed;
        return !test::proved_not_to_fit(test::plan(given.world.snapshot(), given.gang));
    });
    EXPECT_GT(freed, kRoleSeeds / 3);
}

TEST(RoleInvariance, DroppingAWishNeverMakesTheRestWorse) {
    std::size_t dropped = 0;
    expect_in_role_worlds([&](const Answered& given, Dice) {
        const Plan* wished = std::get_if<Plan>(&given.outcome);
        if (wished == nullptr) return true;
        return std::ranges::all_of(test::with_one_wish_less(given.gang), [&](const GangRequest& less) {
            ++dropped;
            return test::no_worse(test::plan(given.world.snapshot(), less), *wished);
        });
    });
    EXPECT_GT(dropped, kRoleSeeds / 2);
}

}  // namespace
}  // namespace muster
