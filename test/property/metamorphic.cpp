#include "test/property/metamorphic.hpp"

#include "placement/cluster/cluster_state.hpp"
#include "placement/cluster/events.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace muster::test {

using world::Dice;
using world::World;

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

}  // namespace muster::test
