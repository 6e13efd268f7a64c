#include "test/property/role_wish_worlds.hpp"

#include "placement/model/resources.hpp"
#include "test/property/role_planner_worlds.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <string>
#include <utility>
#include <variant>

namespace muster::test {
namespace {

using world::Dice;
using world::World;

std::string level_of(Dice& dice, const World& world) {
    const std::uint32_t at = dice.below(static_cast<std::uint32_t>(world.levels.size()) + 1);
    return at == world.levels.size() ? "host" : world.levels[at].name;
}

std::int32_t total(const GangRequest& gang) {
    return static_cast<std::int32_t>(gang.members());
}

// Slices of all roles: each with the same part of every role, numbered in turns, or each of one role.
bool add_mixed_slices(Dice& dice, const World& world, GangRequest& gang) {
    std::int32_t common = 0;
    for (const auto& role : gang.roles) common = std::gcd(common, static_cast<std::int32_t>(role.members.size()));
    if (common < 2 || !gang.fixed.empty()) return false;
    const bool alike = dice.chance(60);
    std::int32_t rank = 0;
    for (std::int32_t part = 0; part < common; ++part) {
        for (auto& role : gang.roles) {
            const std::size_t each = role.members.size() / static_cast<std::size_t>(common);
            for (std::size_t i = 0; i < each; ++i)
                role.members[static_cast<std::size_t>(part) * each + i].rank = alike ? rank++ : -1;
        }
    }
    gang.wish.slices = {{alike ? total(gang) / common : common, level_of(dice, world)}};
    return true;
}

// Adds a wish of the gang (role: its number of roles) or of one role.
bool add(RoleWishKind kind, std::size_t role, Dice& dice, const World& world, GangRequest& gang) {
    const bool whole = role == gang.roles.size();
    TopologyWish& wish = whole ? gang.wish : gang.roles[role].wish;
    const auto members = whole ? total(gang) : static_cast<std::int32_t>(gang.roles[role].members.size());
    switch (kind) {
        case RoleWishKind::slices:
            if (whole) return add_mixed_slices(dice, world, gang);
            if (members % 2 != 0) return false;
            gang.fixed.clear();
            wish.slices = {{2, level_of(dice, world)}};
            return true;
        case RoleWishKind::most:
            wish.spread.push_back({level_of(dice, world), static_cast<std::int32_t>(dice.between(1, 4)), 0, false});
            return true;
        case RoleWishKind::least:
            wish.spread.push_back({level_of(dice, world), 0, static_cast<std::int32_t>(dice.between(2, 3)), false});
            return members >= 3;
        case RoleWishKind::balanced:
            wish.spread.push_back({dice.chance(80) ? "host" : level_of(dice, world), 0, 0, true});
            return members >= 4;
        case RoleWishKind::exclusive:
            wish.exclusive = level_of(dice, world);
            return true;
    }
    return false;
}

// The role with the most members: few are balanced as they are.
std::size_t largest_role(const GangRequest& gang) {
    const auto largest = std::ranges::max_element(gang.roles, {}, [](const auto& role) { return role.members.size(); });
    return static_cast<std::size_t>(largest - gang.roles.begin());
}

// Whether one host has room for all members of the role, or of all roles (role: their number), as things are.
bool one_host_holds_all(const World& world, const GangRequest& gang, std::size_t role) {
    return std::ranges::any_of(world.nodes, [&](const NodeFacts& node) {
        ResourceAmounts free = node.allocatable;
        for (const auto& pod : world.pods) {
            if (pod.node == node.name) free.subtract(pod.requests);
        }
        for (std::size_t at = 0; at < gang.roles.size(); ++at) {
            if (role < gang.roles.size() && role != at) continue;
            for (std::size_t i = 0; i < gang.roles[at].members.size(); ++i)
                free.subtract(gang.roles[at].shape.requests);
        }
        return std::ranges::all_of(free.entries(), [](const auto& entry) { return entry.second >= 0; });
    });
}

GangRequest without_counts(GangRequest gang) {
    const auto clear = [](TopologyWish& wish) {
        wish.slices.clear();
        wish.spread.clear();
        wish.exclusive.reset();
    };
    clear(gang.wish);
    for (auto& role : gang.roles) clear(role.wish);
    return gang;
}

}  // namespace

std::string_view name(RoleWishKind kind) {
    constexpr std::array<std::string_view, kRoleWishKinds.size()> kNames{"slices", "most", "least", "balanced",
                                                                         "exclusive"};
    return kNames[static_cast<std::size_t>(kind)];
}

std::optional<RoleWishedWorld> role_wished_world(RoleWishKind kind, bool of_role, std::uint64_t seed) {
    RoleWishedWorld given{world::role_world(seed), {}, {}};
    given.gang = world::role_gang(given.world, seed);
    Dice dice(seed ^ 0x77697368U);
    const std::size_t roles = given.gang.roles.size();
    std::size_t role = of_role ? dice.below(static_cast<std::uint32_t>(roles)) : roles;
    if (of_role && kind == RoleWishKind::balanced) role = largest_role(given.gang);
    if (kind == RoleWishKind::exclusive) {
        std::erase_if(given.world.pods, [&](const PodBound& pod) { return !pod.stays && dice.chance(60); });
    }
    if (kind == RoleWishKind::balanced && one_host_holds_all(given.world, given.gang, role)) return std::nullopt;
    if (!add(kind, role, dice, given.world, given.gang)) return std::nullopt;
    if (dice.chance(35)) {
        const RoleWishKind other = kRoleWishKinds[dice.below(kRoleWishKinds.size())];
        const std::size_t second = dice.below(static_cast<std::uint32_t>(roles) + 1);
        if (other == kind && second == role) return std::nullopt;
        if (other == RoleWishKind::slices && second == roles) return std::nullopt;
        if (!add(other, second, dice, given.world, given.gang)) return std::nullopt;
    }
    given.plain = without_counts(given.gang);
    if (brute::role_divisions(given.world, given.gang, world::kMostRoleDivisions) >= world::kMostRoleDivisions)
        return std::nullopt;
    return given;
}

bool contradicts(const Outcome& outcome) {
    const auto refused = [](ReasonCode code) {
        return code == ReasonCode::slice_above_required || code == ReasonCode::spread_above_required ||
               code == ReasonCode::spread_too_few || code == ReasonCode::slice_uneven ||
               code == ReasonCode::several_roles;
    };
    const auto* no = std::get_if<NoFit>(&outcome);
    const auto* never = std::get_if<NeverFits>(&outcome);
    return (no != nullptr && refused(no->reason.code)) || (never != nullptr && refused(never->reason.code));
}

}  // namespace muster::test
