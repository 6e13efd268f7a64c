#include "test/property/wish_worlds.hpp"

#include "test/property/brute_force.hpp"
#include "test/property/gpu_worlds.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <numeric>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace muster::test {
namespace {

using world::Dice;
using world::World;

constexpr std::uint64_t kMostDivisions = 3'000;

std::string level_name(const World& world, std::size_t depth) {
    return depth < world.levels.size() ? world.levels[depth].name : "host";
}

std::size_t any_depth(const World& world, Dice& dice) {
    return dice.below(static_cast<std::uint32_t>(world.levels.size()) + 1);
}

// Devices free in most of the world, so that exclusive domains exist.
void clear_out(World& world, Dice& dice) {
    std::erase_if(world.pods, [&](const PodBound& pod) {
        return !pod.stays && pod.requests.get(world::kGpu) > 0 && dice.chance(75);
    });
}

// One to three bound members, each on a node of its own or, in so many of a hundred, beside the one before.
void bind_some(WishedWorld& given, Dice& dice, std::uint32_t beside_percent) {
    const auto count = 1 + dice.below(3);
    for (std::uint32_t i = 0; i < count; ++i) {
        const bool beside = i > 0 && beside_percent > 0 && dice.chance(beside_percent);
        const auto& nodes = given.world.nodes;
        const NodeName node =
            beside ? given.gang.fixed.back().node : nodes[dice.below(static_cast<std::uint32_t>(nodes.size()))].name;
        const PodUid uid(world::numbered("fixed-", i));
        given.gang.fixed.push_back({uid, node});
        given.world.pods.push_back({uid, node, given.gang.roles.front().shape.requests, {}, false});
    }
}

bool add(WishKind kind, const World& world, TopologyWish& wish, Dice& dice) {
    const std::size_t depth = any_depth(world, dice);
    switch (kind) {
        case WishKind::required:
            wish.required = level_name(world, depth);
            return true;
        case WishKind::preferred:
            wish.preferred = level_name(world, depth);
            return true;
        case WishKind::slices:
            if (!wish.slices.empty()) return true;
            wish.slices = {{static_cast<std::int32_t>(dice.between(2, 4)), level_name(world, depth)}};
            return true;
        case WishKind::nested_slices: {
            if (world.levels.empty()) return false;
            const std::size_t coarse = dice.below(static_cast<std::uint32_t>(world.levels.size()));
            const auto fine = static_cast<std::size_t>(
                dice.between(static_cast<std::int64_t>(coarse) + 1, static_cast<std::int64_t>(world.levels.size())));
            wish.slices = {{2, level_name(world, fine)}, {4, level_name(world, coarse)}};
            return true;
        }
        case WishKind::spread_max:
            wish.spread.push_back(
                {level_name(world, depth), static_cast<std::int32_t>(dice.between(1, wish.slices.empty() ? 4 : 8))});
            return true;
        case WishKind::exclusive:
            wish.exclusive = level_name(world, depth);
            return true;
        case WishKind::spread_min:
            wish.spread.push_back({level_name(world, depth), 0, static_cast<std::int32_t>(dice.between(2, 4)), false});
            return true;
        case WishKind::balanced:
            // Where a gang uses several domains, which is rare on coarse levels.
            wish.spread.push_back({dice.chance(75) ? "host" : level_name(world, depth), 0, 0, true});
            return true;
    }
    return false;
}

// A slice on a coarser level than the required one is refused before planning.
bool contradicts(const World& world, const TopologyWish& wish) {
    const auto depth = [&](const std::string& level) {
        return std::ranges::find(world.levels, level, &LevelSpec::name) - world.levels.begin();
    };
    if (!wish.required) return false;
    const auto required = depth(*wish.required);
    return std::ranges::any_of(wish.slices, [&](const auto& slice) { return depth(slice.level) < required; }) ||
           std::ranges::any_of(wish.spread, [&](const auto& spread) {
               return spread.min_domains > 1 && depth(spread.level) <= required;
           });
}

// Members are left out until the rest are whole slices and few enough.
bool trim(WishedWorld& given) {
    std::int32_t size = 1;
    for (const auto& slice : given.gang.wish.slices) size = std::max(size, slice.size);
    auto& members = given.gang.roles.front().members;
    const auto whole = [&] { return (members.size() + given.gang.fixed.size()) % static_cast<std::size_t>(size) == 0; };
    const auto divisions = [&] {
        return brute::divisions(given.world, given.gang, static_cast<std::int32_t>(members.size()), kMostDivisions);
    };
    while (!members.empty() && (!whole() || divisions() >= kMostDivisions)) members.pop_back();
    return !members.empty();
}

// Fewer members, or slices, than domains asked for are refused before planning.
bool too_few(const WishedWorld& given) {
    const TopologyWish& wish = given.gang.wish;
    std::int32_t size = 1;
    for (const auto& slice : wish.slices) size = std::max(size, slice.size);
    const auto members = static_cast<std::int32_t>(given.gang.members() + given.gang.fixed.size());
    return std::ranges::any_of(wish.spread, [&](const auto& spread) { return spread.min_domains * size > members; });
}

// As wished_world; `beside`: bound members in every seed, near each other, and fewer to place, so that many fit; labels
// are missing in every fourth.
std::optional<WishedWorld> world_with_bound(WishKind one, WishKind other, std::uint64_t seed, bool beside) {
    Dice dice(seed ^ 0x77697368U);
    WishedWorld given{world::small_world(seed), {}};
    if (beside && dice.chance(25)) world::lose_finest_labels(given.world, dice);
    if (one == WishKind::exclusive || other == WishKind::exclusive) clear_out(given.world, dice);
    given.gang = world::small_gang(given.world, seed);
    given.gang.fixed.clear();
    auto& members = given.gang.roles.front().members;
    if (beside) members.resize(members.size() - members.size() / 3);
    if (beside || dice.chance(20)) bind_some(given, dice, beside ? 50 : 0);
    if (!give_wishes(given, one, other, dice)) return std::nullopt;
    return given;
}

// Whether the preferred level does not hold the gang now, but would with all pods gone that can go.
bool level_is_worth_waiting_for(const WishedWorld& given) {
    GangRequest near = given.gang;
    near.wish.required = near.wish.preferred;
    if (brute::search(given.world, near, {}).fits) return false;
    World later = given.world;
    std::erase_if(later.pods, [&](const PodBound& pod) {
        return !pod.stays && std::ranges::count(near.fixed, pod.uid, &FixedMember::uid) == 0;
    });
    const auto members = static_cast<std::int32_t>(near.members());
    const std::uint64_t most = 10 * kMostDivisions;
    return brute::divisions(later, near, members, most) < most && brute::search(later, near, {}).fits;
}

// Ranks for all members: each node with bound ones has a slice of its own. false: too few slices.
bool give_ranks(GangRequest& gang, std::int32_t size, Dice& dice) {
    std::set<NodeName> nodes;
    for (const auto& bound : gang.fixed) nodes.insert(bound.node);
    std::vector<std::int32_t> slices((gang.members() + gang.fixed.size()) / static_cast<std::size_t>(size));
    if (nodes.size() > slices.size()) return false;
    std::iota(slices.begin(), slices.end(), 0);
    dice.shuffle(slices);
    std::set<std::int32_t> taken;
    for (auto& bound : gang.fixed) {
        const auto at = static_cast<std::size_t>(std::distance(nodes.begin(), nodes.find(bound.node)));
        bound.rank = slices[at] * size;
        while (!taken.insert(bound.rank).second) ++bound.rank;
        if (bound.rank / size != slices[at]) return false;
    }
    std::int32_t next = 0;
    for (auto& member : gang.roles.front().members) {
        while (taken.contains(next)) ++next;
        member.rank = next++;
    }
    return true;
}

// Some members to place end, at least one where there is one, of slices of this size that bound ones began. false:
// none.
bool end_some(GangRequest& gang, std::int32_t size, Dice& dice) {
    bool ended = false;
    std::erase_if(gang.roles.front().members, [&](const MemberToPlace& member) {
        const bool begun =
            std::ranges::any_of(gang.fixed, [&](const auto& bound) { return bound.rank / size == member.rank / size; });
        if (!begun || (ended && dice.chance(50))) return false;
        ended = true;
        return true;
    });
    return ended;
}

}  // namespace

std::string_view name(WishKind kind) {
    constexpr std::array<std::string_view, kWishKinds.size()> kNames{
        "required", "preferred", "slices", "nested slices", "spread max", "exclusive", "spread min", "balanced"};
    return kNames[static_cast<std::size_t>(kind)];
}

bool give_wishes(WishedWorld& given, WishKind one, WishKind other, Dice& dice) {
    given.gang.wish = {};
    if (!add(one, given.world, given.gang.wish, dice)) return false;
    if (other != one && !add(other, given.world, given.gang.wish, dice)) return false;
    if (contradicts(given.world, given.gang.wish) || !trim(given) || too_few(given)) return false;
    // Few members are balanced as they are.
    const bool balanced = std::ranges::any_of(given.gang.wish.spread, &SpreadWish::balanced);
    return !balanced || given.gang.members() >= 4;
}

std::optional<WishedWorld> wished_world(WishKind one, WishKind other, std::uint64_t seed) {
    auto given = world_with_bound(one, other, seed, false);
    const bool level_alone = one == WishKind::preferred && other == WishKind::preferred;
    if (given && level_alone && seed % 8 != 0 && !level_is_worth_waiting_for(*given)) return std::nullopt;
    return given;
}

std::optional<WishedWorld> ranked_world(WishKind one, WishKind other, std::uint64_t seed) {
    auto given = world_with_bound(one, other, seed, true);
    if (!given) return std::nullopt;
    Dice dice(seed ^ 0x72616e6bU);
    const auto [smallest, largest] = std::ranges::minmax(given->gang.wish.slices, {}, &SliceWish::size);
    if (!give_ranks(given->gang, largest.size, dice)) return std::nullopt;
    const bool ended = end_some(given->gang, smallest.size, dice);
    if (given->gang.members() == 0) return std::nullopt;
    if (seed % 2 == 0 && (!ended || !brute::search(given->world, given->gang, {}).fits)) return std::nullopt;
    return given;
}

std::optional<WishedWorld> wished_gpu_world(WishKind one, WishKind other, std::uint64_t seed) {
    Dice dice(seed ^ 0x67707573U);
    auto [world, gang] = gpu_world(seed);
    WishedWorld given{std::move(world), std::move(gang)};
    // Enough members for slices in several domains, and bound ones that have what the others ask for.
    auto& role = given.gang.roles.front();
    role.members = world::plain_gang(4 + dice.below(7), 1).roles.front().members;
    role.shape.requests.set(std::string(world::kGpu), dice.between(1, 3));
    std::erase_if(given.world.pods, [&](const PodBound& pod) {
        return std::ranges::count(given.gang.fixed, pod.uid, &FixedMember::uid) > 0;
    });
    given.gang.fixed.clear();
    if (one == WishKind::exclusive || other == WishKind::exclusive) clear_out(given.world, dice);
    if (dice.chance(20)) bind_some(given, dice, 0);
    if (!give_wishes(given, one, other, dice)) return std::nullopt;
    return given;
}

GangRequest without(WishKind kind, GangRequest gang) {
    switch (kind) {
        case WishKind::required:
            gang.wish.required.reset();
            break;
        case WishKind::preferred:
            gang.wish.preferred.reset();
            break;
        case WishKind::slices:
        case WishKind::nested_slices:
            gang.wish.slices.clear();
            break;
        case WishKind::spread_max:
            std::erase_if(gang.wish.spread, [](const auto& spread) { return spread.max > 0; });
            break;
        case WishKind::spread_min:
            std::erase_if(gang.wish.spread, [](const auto& spread) { return spread.min_domains > 0; });
            break;
        case WishKind::balanced:
            std::erase_if(gang.wish.spread, [](const auto& spread) { return spread.balanced; });
            break;
        case WishKind::exclusive:
            gang.wish.exclusive.reset();
            break;
    }
    return gang;
}

}  // namespace muster::test
