// What must not change the planner's answer, or only in one direction.
#include "placement/plan/gang_planner.hpp"
#include "policies/registry.hpp"
#include "test/property/brute_force.hpp"
#include "test/property/world_gen.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

using world::Dice;
using world::World;

constexpr std::uint64_t kSeeds = 2'000;

struct Case {
    World world;
    GangRequest gang;
    Outcome outcome;
};

Case planned(std::uint64_t seed) {
    World world = world::small_world(seed);
    GangRequest gang = world::small_gang(world, seed);
    Outcome outcome = plan_gang(world.snapshot(), gang, default_policies());
    return {std::move(world), std::move(gang), std::move(outcome)};
}

// The first world for which `holds` is false.
template <class Holds>
void expect_in_every_world(Holds holds) {
    for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
        ASSERT_TRUE(holds(planned(seed), Dice(seed))) << "world " << seed;
    }
}

TEST(PlannerInvariance, OrderOfNodesPodsAndBoundMembersDoesNotMatter) {
    expect_in_every_world([](Case given, Dice dice) {
        dice.shuffle(given.world.nodes);
        dice.shuffle(given.world.pods);
        dice.shuffle(given.gang.fixed);
        return plan_gang(given.world.snapshot(), given.gang, default_policies()) == given.outcome;
    });
}

TEST(PlannerInvariance, OrderOfMembersDoesNotChangeWhereEachGoes) {
    expect_in_every_world([](Case given, Dice dice) {
        dice.shuffle(given.gang.roles.front().members);
        Outcome again = plan_gang(given.world.snapshot(), given.gang, default_policies());
        if (auto* plan = std::get_if<Plan>(&again)) std::ranges::sort(plan->placements);
        if (auto* plan = std::get_if<Plan>(&given.outcome)) std::ranges::sort(plan->placements);
        return again == given.outcome;
    });
}

// New names for nodes and for all values of the levels' labels, in another order than the old ones.
void rename(Case& given, Dice& dice) {
    std::map<std::string, std::string> names;
    const auto renamed = [&](const std::string& old) {
        const auto [at, fresh] = names.try_emplace(old);
        if (fresh) at->second = world::numbered("x", dice.below(1'000'000)) + world::numbered("-", names.size());
        return at->second;
    };
    for (auto& node : given.world.nodes) {
        node.name = NodeName(renamed(node.name.str()));
        for (auto& [key, value] : node.labels) {
            const bool level = std::ranges::count(given.world.levels, key, &LevelSpec::label) > 0;
            if (level || key == kHostnameLabel) value = renamed(value);
        }
    }
    for (auto& pod : given.world.pods) pod.node = NodeName(renamed(pod.node.str()));
    for (auto& fixed : given.gang.fixed) fixed.node = NodeName(renamed(fixed.node.str()));
    for (auto& avoid : given.gang.avoid) avoid = NodeName(renamed(avoid.str()));
    std::ranges::sort(given.gang.avoid);
}

TEST(PlannerInvariance, NamesDoNotMatterToTheObjective) {
    expect_in_every_world([](Case given, Dice dice) {
        rename(given, dice);
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
        if (!std::holds_alternative<Plan>(given.outcome) || given.world.pods.empty()) return true;
        ++freed;
        const auto gone = dice.below(static_cast<std::uint32_t>(given.world.pods.size()));
        given.world.pods.erase(given.world.pods.begin() + gone);
        return std::holds_alternative<Plan>(plan_gang(given.world.snapshot(), given.gang, default_policies()));
    });
    EXPECT_GT(freed, kSeeds / 3);
}

TEST(PlannerInvariance, NeverFitsIsTrueWithEveryPodGoneThatCanGo) {
    std::size_t never = 0;
    expect_in_every_world([&](Case given, Dice) {
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
    expect_in_every_world([&](Case given, Dice) {
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
