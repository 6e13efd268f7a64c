// What must not change the planner's answer, or only in one direction: gangs of one role, with every wish and every
// pair of wishes, on hosts with and without machines inside. Several roles: role_invariance_test.cpp.
#include "test/property/brute_force.hpp"
#include "test/property/metamorphic.hpp"
#include "test/property/wish_worlds.hpp"
#include "test/property/world_count.hpp"
#include "test/property/world_gen.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

using test::Answered;
using test::kWishKinds;
using test::WishKind;
using world::Dice;
using world::World;

const std::uint64_t kPlainWorlds = world::worlds(2'000);
const std::size_t kWorldsPerPair = world::worlds(15);
constexpr std::uint64_t kSeedsPerPair = 1'000;
const std::size_t kGpuWorldsPerPair = world::worlds(6);
constexpr std::size_t kPairs = kWishKinds.size() * (kWishKinds.size() + 1) / 2;

// The first plain world for which `holds` is false.
template <class Holds>
void expect_in_plain_worlds(Holds holds) {
    for (std::uint64_t seed = 0; seed < kPlainWorlds; ++seed) {
        World world = world::small_world(seed);
        GangRequest gang = world::small_gang(world, seed);
        ASSERT_TRUE(holds(test::answered(std::move(world), std::move(gang)), Dice(seed))) << "world " << seed;
    }
}

// The same for worlds with one kind of wish, and two; `make` gives the world of a seed.
template <class Make, class Holds>
void expect_in_worlds_of_pairs(std::size_t each, Make make, Holds holds) {
    for (const WishKind one : kWishKinds) {
        for (const WishKind other : kWishKinds) {
            if (other < one) continue;
            std::size_t worlds = 0;
            for (std::uint64_t seed = 0; seed < kSeedsPerPair && worlds < each; ++seed) {
                auto given = make(one, other, seed);
                if (!given) continue;
                ++worlds;
                ASSERT_TRUE(holds(test::answered(std::move(given->world), std::move(given->gang)), Dice(seed)))
                    << name(one) << " and " << name(other) << ", world " << seed;
            }
            EXPECT_EQ(worlds, each) << name(one) << " and " << name(other);
        }
    }
}

template <class Holds>
void expect_in_wished_worlds(Holds holds) {
    expect_in_worlds_of_pairs(kWorldsPerPair, test::wished_world, holds);
    SCOPED_TRACE("hosts with machines inside");
    expect_in_worlds_of_pairs(kGpuWorldsPerPair, test::wished_gpu_world, holds);
}

template <class Holds>
void expect_in_every_world(Holds holds) {
    expect_in_plain_worlds(holds);
    expect_in_wished_worlds(holds);
}

TEST(PlannerInvariance, OrderOfTheInputDoesNotMatter) {
    expect_in_every_world([](Answered given, Dice dice) {
        test::reorder(given.world, given.gang, dice);
        return test::sorted(test::plan(given.world.snapshot(), given.gang)) == test::sorted(given.outcome);
    });
}

TEST(PlannerInvariance, InputInPiecesGivesTheSameBytes) {
    expect_in_every_world([](const Answered& given, Dice dice) {
        return test::plan(test::told_in_pieces(given.world, dice), given.gang) == given.outcome;
    });
}

TEST(PlannerInvariance, NamesDoNotMatterToTheObjective) {
    expect_in_every_world([](Answered given, Dice dice) {
        test::rename(given.world, given.gang, dice);
        return test::agree(given.outcome, test::plan(given.world.snapshot(), given.gang));
    });
}

TEST(PlannerInvariance, FreeingCapacityNeverTurnsFitIntoNoFit) {
    std::size_t freed = 0;
    expect_in_every_world([&](Answered given, Dice dice) {
        if (!std::holds_alternative<Plan>(given.outcome) || !test::free_one(given.world, given.gang, dice)) return true;
        ++freed;
        return !test::proved_not_to_fit(test::plan(given.world.snapshot(), given.gang));
    });
    EXPECT_GT(freed, kPlainWorlds / 3);
}

TEST(PlannerInvariance, DroppingAWishNeverMakesTheRestWorse) {
    std::size_t dropped = 0;
    expect_in_wished_worlds([&](const Answered& given, Dice) {
        const Plan* wished = std::get_if<Plan>(&given.outcome);
        if (wished == nullptr) return true;
        return std::ranges::all_of(test::with_one_wish_less(given.gang), [&](const GangRequest& less) {
            ++dropped;
            return test::no_worse(test::plan(given.world.snapshot(), less), *wished);
        });
    });
    EXPECT_GT(dropped, kPairs * kWorldsPerPair / 2);
}

TEST(PlannerInvariance, MostAnswersAreProvedAlsoWithMachinesInside) {
    std::size_t plans = 0;
    std::size_t optimal = 0;
    const auto count = [&](const Answered& given, Dice) {
        const Plan* plan = std::get_if<Plan>(&given.outcome);
        plans += plan != nullptr ? 1U : 0U;
        optimal += plan != nullptr && plan->quality.proof == Proof::optimal ? 1U : 0U;
        return true;
    };
    expect_in_worlds_of_pairs(kGpuWorldsPerPair, test::wished_gpu_world, count);
    EXPECT_GT(plans * 3, kPairs * kGpuWorldsPerPair);
    EXPECT_GT(optimal * 4, plans * 3) << optimal << " of " << plans;
}

TEST(PlannerInvariance, NeverFitsIsTrueWithEveryPodGoneThatCanGo) {
    std::size_t never = 0;
    expect_in_plain_worlds([&](Answered given, Dice) {
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
    EXPECT_GT(never, kPlainWorlds / 50);
}

TEST(PlannerInvariance, NoFitWithoutProofFitsOnceEverythingIsGone) {
    std::size_t checked = 0;
    expect_in_plain_worlds([&](Answered given, Dice) {
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
        return std::holds_alternative<Plan>(test::plan(given.world.snapshot(), given.gang));
    });
    EXPECT_GT(checked, kPlainWorlds / 50);
}

}  // namespace
}  // namespace muster
