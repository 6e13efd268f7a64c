// What must not change the planner's answer, or only in one direction: gangs of one role, with every wish and every
// pair of wishes. Several roles: role_invariance_test.cpp.
#include "placement/plan/gang_planner.hpp"
#include "policies/registry.hpp"
#include "test/property/brute_force.hpp"
#include "test/property/metamorphic.hpp"
#include "test/property/wish_worlds.hpp"
#include "test/property/world_gen.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

using test::kWishKinds;
using test::WishKind;
using world::Dice;
using world::World;

constexpr std::uint64_t kSeeds = 2'000;
constexpr std::size_t kWorldsPerPair = 15;
constexpr std::uint64_t kSeedsPerPair = 1'000;

struct Case {
    World world;
    GangRequest gang;
    Outcome outcome;
};

Case planned(World world, GangRequest gang) {
    Outcome outcome = plan_gang(world.snapshot(), gang, default_policies());
    return {std::move(world), std::move(gang), std::move(outcome)};
}

// The first plain world for which `holds` is false.
template <class Holds>
void expect_in_plain_worlds(Holds holds) {
    for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
        World world = world::small_world(seed);
        GangRequest gang = world::small_gang(world, seed);
        ASSERT_TRUE(holds(planned(std::move(world), std::move(gang)), Dice(seed))) << "world " << seed;
    }
}

// The same for worlds with one kind of wish, and two.
template <class Holds>
void expect_in_wished_worlds(Holds holds) {
    for (const WishKind one : kWishKinds) {
        for (const WishKind other : kWishKinds) {
            if (other < one) continue;
            std::size_t worlds = 0;
            for (std::uint64_t seed = 0; seed < kSeedsPerPair && worlds < kWorldsPerPair; ++seed) {
                auto given = test::wished_world(one, other, seed);
                if (!given) continue;
                ++worlds;
                ASSERT_TRUE(holds(planned(std::move(given->world), std::move(given->gang)), Dice(seed)))
                    << name(one) << " and " << name(other) << ", world " << seed;
            }
            EXPECT_EQ(worlds, kWorldsPerPair) << name(one) << " and " << name(other);
        }
    }
}

template <class Holds>
void expect_in_every_world(Holds holds) {
    expect_in_plain_worlds(holds);
    expect_in_wished_worlds(holds);
}

// Placements in one order, whatever that of the request.
Outcome sorted(Outcome outcome) {
    if (auto* plan = std::get_if<Plan>(&outcome)) std::ranges::sort(plan->placements);
    return outcome;
}

TEST(PlannerInvariance, OrderOfTheInputDoesNotMatter) {
    expect_in_every_world([](Case given, Dice dice) {
        test::reorder(given.world, given.gang, dice);
        return sorted(plan_gang(given.world.snapshot(), given.gang, default_policies())) == sorted(given.outcome);
    });
}

TEST(PlannerInvariance, InputInPiecesGivesTheSameBytes) {
    expect_in_every_world([](const Case& given, Dice dice) {
        return plan_gang(test::told_in_pieces(given.world, dice), given.gang, default_policies()) == given.outcome;
    });
}

TEST(PlannerInvariance, NamesDoNotMatterToTheObjective) {
    expect_in_every_world([](Case given, Dice dice) {
        test::rename(given.world, given.gang, dice);
        const Outcome again = plan_gang(given.world.snapshot(), given.gang, default_policies());
        const Plan* before = std::get_if<Plan>(&given.outcome);
        const Plan* after = std::get_if<Plan>(&again);
        if (before == nullptr || after == nullptr) return again.index() == given.outcome.index();
        return before->quality.objective == after->quality.objective;
    });
}

TEST(PlannerInvariance, FreeingCapacityNeverTurnsFitIntoNoFit) {
    std::size_t freed = 0;
    expect_in_every_world([&](Case given, Dice dice) {
        if (!std::holds_alternative<Plan>(given.outcome) || !test::free_one(given.world, given.gang, dice)) return true;
        ++freed;
        return std::holds_alternative<Plan>(plan_gang(given.world.snapshot(), given.gang, default_policies()));
    });
    EXPECT_GT(freed, kSeeds / 3);
}

TEST(PlannerInvariance, NeverFitsIsTrueWithEveryPodGoneThatCanGo) {
    std::size_t never = 0;
    expect_in_plain_worlds([&](Case given, Dice) {
        if (!std::holds_alternative<NeverFits>(given.outcome)) return true;
        ++never;
        std::erase_if(given.world.pods, [](const PodBound& pod) { return !pod.stays; });
        for (auto& node : given.world.nodes) {
            node.ready = true;
            node.unschedulable = false;
        }
        given.gang.fixed.clear();
        given.gang.avoid.clear();
        return !brute::search(given.world, given.gang, {}).fits;
    });
    EXPECT_GT(never, kSeeds / 50);
}

TEST(PlannerInvariance, NoFitWithoutProofFitsOnceEverythingIsGone) {
    std::size_t checked = 0;
    expect_in_plain_worlds([&](Case given, Dice) {
        const auto* no_fit = std::get_if<NoFit>(&given.outcome);
        const bool room = no_fit != nullptr && (no_fit->reason.code == ReasonCode::cluster_too_small ||
                                                no_fit->reason.code == ReasonCode::level_too_small);
        if (!room) return true;
        ++checked;
        for (auto& pod : given.world.pods) pod.host_ports.clear();
        std::erase_if(given.world.pods, [](const PodBound& pod) { return !pod.stays; });
        for (auto& node : given.world.nodes) {
            node.ready = true;
            node.unschedulable = false;
        }
        given.gang.fixed.clear();
        given.gang.avoid.clear();
        return std::holds_alternative<Plan>(plan_gang(given.world.snapshot(), given.gang, default_policies()));
    });
    EXPECT_GT(checked, kSeeds / 50);
}

}  // namespace
}  // namespace muster
