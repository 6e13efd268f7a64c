#include "test/property/metamorphic.hpp"

#include "placement/cluster/cluster_state.hpp"
#include "placement/cluster/events.hpp"
#include "placement/plan/gang_planner.hpp"
#include "placement/plan/links/gpu_tables.hpp"
#include "policies/registry.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace muster::test {

using world::Dice;
using world::World;

Outcome plan(const Snapshot& snapshot, const GangRequest& gang) {
    static GpuTables tables;
    return plan_gang(snapshot, gang, default_policies(), tables);
}

Answered answered(World world, GangRequest gang) {
    Outcome outcome = plan(world.snapshot(), gang);
    return {std::move(world), std::move(gang), std::move(outcome)};
}

void reorder(World& world, GangRequest& gang, Dice& dice) {
    dice.shuffle(world.nodes);
    dice.shuffle(world.pods);
    dice.shuffle(gang.fixed);
    for (auto& role : gang.roles) {
        dice.shuffle(role.members);
        dice.shuffle(role.wish.slices);
        dice.shuffle(role.wish.spread);
    }
    dice.shuffle(gang.wish.slices);
    dice.shuffle(gang.wish.spread);
}

Snapshot told_in_pieces(const World& world, Dice& dice) {
    ClusterState state(world.levels);
    auto events = world.events();
    dice.shuffle(events);
    std::size_t strangers = 0;
    for (const auto& event : events) {
        if (dice.chance(20)) static_cast<void>(state.snapshot());
        if (dice.chance(10)) {
            PodBound stranger;
            stranger.uid = PodUid(world::numbered("stranger-", ++strangers));
            stranger.node = world.nodes[dice.below(static_cast<std::uint32_t>(world.nodes.size()))].name;
            stranger.requests = {{std::string(kCpu), 1'000}, {std::string(kPodSlots), 1}};
            state.apply(stranger);
        }
        state.apply(event);
        if (dice.chance(20)) state.apply(event);
    }
    while (strangers > 0) state.apply(PodGone{PodUid(world::numbered("stranger-", strangers--))});
    return state.snapshot();
}

void rename(World& world, GangRequest& gang, Dice& dice) {
    std::map<std::string, std::string> names;
    const auto renamed = [&](const std::string& old) {
        const auto [at, fresh] = names.try_emplace(old);
        if (fresh) at->second = world::numbered("x", dice.below(1'000'000)) + world::numbered("-", names.size());
        return at->second;
    };
    for (auto& node : world.nodes) {
        node.name = NodeName(renamed(node.name.str()));
        for (auto& [key, value] : node.labels) {
            const bool level = std::ranges::count(world.levels, key, &LevelSpec::label) > 0;
            if (level || key == kHostnameLabel) value = renamed(value);
        }
    }
    for (auto& pod : world.pods) pod.node = NodeName(renamed(pod.node.str()));
    for (auto& fixed : gang.fixed) fixed.node = NodeName(renamed(fixed.node.str()));
    for (auto& avoid : gang.avoid) avoid = NodeName(renamed(avoid.str()));
    std::ranges::sort(gang.avoid);
}

bool free_one(World& world, const GangRequest& gang, Dice& dice) {
    std::vector<std::size_t> others;
    for (std::size_t i = 0; i < world.pods.size(); ++i) {
        if (std::ranges::count(gang.fixed, world.pods[i].uid, &FixedMember::uid) == 0) others.push_back(i);
    }
    if (others.empty()) return false;
    const auto gone = others[dice.below(static_cast<std::uint32_t>(others.size()))];
    world.pods.erase(world.pods.begin() + static_cast<std::ptrdiff_t>(gone));
    return true;
}

namespace {

// Calls `less` with a wish to clear, once for each thing that it holds.
template <class Less>
void for_each_wish_of(const TopologyWish& wish, Less less) {
    if (wish.required) less([](TopologyWish& of) { of.required.reset(); });
    if (wish.preferred) less([](TopologyWish& of) { of.preferred.reset(); });
    if (wish.exclusive) less([](TopologyWish& of) { of.exclusive.reset(); });
    const bool balanced = std::ranges::any_of(wish.spread, &SpreadWish::balanced);
    for (std::size_t i = 0; i < wish.slices.size() && !balanced; ++i)
        less([i](TopologyWish& of) { of.slices.erase(of.slices.begin() + static_cast<std::ptrdiff_t>(i)); });
    for (std::size_t i = 0; i < wish.spread.size(); ++i)
        less([i](TopologyWish& of) { of.spread.erase(of.spread.begin() + static_cast<std::ptrdiff_t>(i)); });
}

}  // namespace

std::vector<GangRequest> with_one_wish_less(const GangRequest& gang) {
    std::vector<GangRequest> all;
    for_each_wish_of(gang.wish, [&](const auto& clear) {
        all.push_back(gang);
        clear(all.back().wish);
    });
    for (std::size_t role = 0; role < gang.roles.size(); ++role) {
        for_each_wish_of(gang.roles[role].wish, [&](const auto& clear) {
            all.push_back(gang);
            clear(all.back().roles[role].wish);
        });
    }
    return all;
}

bool proved_not_to_fit(const Outcome& outcome) {
    const NoFit* no = std::get_if<NoFit>(&outcome);
    return std::holds_alternative<NeverFits>(outcome) ||
           (no != nullptr && no->reason.code != ReasonCode::search_exhausted);
}

const ObjectiveVector& at_least(const Plan& plan) {
    return plan.quality.proof == Proof::optimal ? plan.quality.objective : plan.quality.bound;
}

bool agree(const Outcome& one, const Outcome& other) {
    const Plan* a = std::get_if<Plan>(&one);
    const Plan* b = std::get_if<Plan>(&other);
    if (a == nullptr && b == nullptr) return one.index() == other.index();
    if (a == nullptr || b == nullptr) return !proved_not_to_fit(a == nullptr ? one : other);
    return at_least(*a) <= b->quality.objective && at_least(*b) <= a->quality.objective;
}

bool no_worse(const Outcome& less, const Plan& plan) {
    const Plan* found = std::get_if<Plan>(&less);
    return found != nullptr ? at_least(*found) <= plan.quality.objective : !proved_not_to_fit(less);
}

Outcome sorted(Outcome outcome) {
    if (auto* plan = std::get_if<Plan>(&outcome)) std::ranges::sort(plan->placements);
    return outcome;
}

}  // namespace muster::test
