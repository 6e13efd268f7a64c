#include "test/property/wish_worlds.hpp"

#include "test/property/brute_force.hpp"

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

void bind_some(WishedWorld& given, Dice& dice) {
    const auto count = 1 + dice.below(3);
    for (std::uint32_t i = 0; i < count; ++i) {
        const auto& node = given.world.nodes[dice.below(static_cast<std::uint32_t>(given.world.nodes.size()))];
        const PodUid uid(world::numbered("fixed-", i));
        given.gang.fixed.push_back({uid, node.name});
        given.world.pods.push_back({uid, node.name, given.gang.roles.front().shape.requests, {}, false});
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

}  // namespace

std::string_view name(WishKind kind) {
    constexpr std::array<std::string_view, kWishKinds.size()> kNames{
        "required", "preferred", "slices", "nested slices", "spread max", "exclusive", "spread min", "balanced"};
    return kNames[static_cast<std::size_t>(kind)];
}

std::optional<WishedWorld> wished_world(WishKind one, WishKind other, std::uint64_t seed) {
    Dice dice(seed ^ 0x77697368U);
    WishedWorld given{world::small_world(seed), {}};
    if (one == WishKind::exclusive || other == WishKind::exclusive) clear_out(given.world, dice);
    given.gang = world::small_gang(given.world, seed);
    given.gang.wish = {};
    given.gang.fixed.clear();
    if (dice.chance(20)) bind_some(given, dice);
    if (!add(one, given.world, given.gang.wish, dice)) return std::nullopt;
    if (other != one && !add(other, given.world, given.gang.wish, dice)) return std::nullopt;
    if (contradicts(given.world, given.gang.wish) || !trim(given) || too_few(given)) return std::nullopt;
    // Few members are balanced as they are.
    const bool balanced = std::ranges::any_of(given.gang.wish.spread, &SpreadWish::balanced);
    if (balanced && given.gang.members() < 4) return std::nullopt;
    return given;
}

bool give_ranks(WishedWorld& given, std::uint64_t seed) {
    Dice dice(seed ^ 0x72616e6bU);
    auto& fixed = given.gang.fixed;
    auto& members = given.gang.roles.front().members;
    if (fixed.empty() || given.gang.wish.slices.empty()) return false;
    std::int32_t smallest = given.gang.wish.slices.front().size;
    std::int32_t largest = smallest;
    for (const auto& slice : given.gang.wish.slices) {
        smallest = std::min(smallest, slice.size);
        largest = std::max(largest, slice.size);
    }
    std::set<NodeName> nodes;
    for (const auto& bound : fixed) nodes.insert(bound.node);
    std::vector<std::int32_t> slices((members.size() + fixed.size()) / static_cast<std::size_t>(largest));
    if (nodes.size() > slices.size()) return false;
    std::iota(slices.begin(), slices.end(), 0);
    dice.shuffle(slices);
    std::set<std::int32_t> taken;
    for (auto& bound : fixed) {
        const auto at = static_cast<std::size_t>(std::distance(nodes.begin(), nodes.find(bound.node)));
        bound.rank = slices[at] * largest;
        while (!taken.insert(bound.rank).second) ++bound.rank;
        if (bound.rank / largest != slices[at]) return false;
    }
    std::int32_t next = 0;
    for (auto& member : members) {
        while (taken.contains(next)) ++next;
        member.rank = next++;
    }
    std::erase_if(members, [&](const MemberToPlace& member) {
        const bool begun = std::ranges::any_of(
            fixed, [&](const auto& bound) { return bound.rank / smallest == member.rank / smallest; });
        return begun && dice.chance(30);
    });
    return !members.empty();
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
