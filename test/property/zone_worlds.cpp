#include "test/property/zone_worlds.hpp"

#include "placement/model/node.hpp"
#include "test/property/ranking.hpp"
#include "test/property/role_planner_worlds.hpp"

#include <algorithm>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

namespace muster::test {
namespace {

using world::Dice;
using world::World;

constexpr std::uint64_t kMostZonedDivisions = 3'000;
// A preferred zone moves members only where another one holds them all.
constexpr std::uint32_t against_percent(ZoneWish kind) {
    return kind == ZoneWish::preferred ? 96 : 65;
}

// Of the members that a wish counts, by world.nodes: where they would be without it.
struct Place {
    std::vector<std::int32_t> fresh;
    std::vector<std::int32_t> all;  // bound ones too
};

void add_bound(const World& world, const GangRequest& gang, const std::string* role, Place& place) {
    place.all = place.fresh;
    for (const auto& fixed : gang.fixed) {
        if (role != nullptr && fixed.role != *role) continue;
        const auto node = std::ranges::find(world.nodes, fixed.node, &NodeFacts::name);
        if (node != world.nodes.end()) ++place.all[static_cast<std::size_t>(node - world.nodes.begin())];
    }
}

// The zone of each node; −1: none.
class Zones {
  public:
    Zones(const World& world, Dice& dice) : world_(world), dice_(dice), zones_(2 + dice.below(3)) {
        for (std::size_t node = 0; node < world.nodes.size(); ++node)
            zone_.push_back(dice.chance(8) ? -1 : static_cast<std::int32_t>(dice.below(zones_)));
        // At least one node has the label, else it is nobody's.
        zone_.front() = std::max(zone_.front(), 0);
    }

    // So that the members may not be where they are; where nothing else helps, one of their nodes has no zone.
    void draw_against(ZoneWish kind, const GangRequest& gang, const Place& place) {
        for (std::size_t node = 0; node < place.fresh.size(); ++node) {
            if (place.fresh[node] > 0) used_.push_back(node);
        }
        dice_.shuffle(used_);
        // Bound members stay where they are, so the others can leave only nodes without them.
        std::ranges::stable_partition(used_, [&](auto node) { return place.all[node] == place.fresh[node]; });
        if (used_.empty()) return;
        if (!breaks(kind, gang, place)) zone_[used_.front()] = -1;
    }

    // The most members in one zone.
    [[nodiscard]] std::int32_t fullest(const Place& place) const {
        std::vector<std::int32_t> held(zones_, 0);
        for (std::size_t node = 0; node < zone_.size(); ++node) {
            if (zone_[node] >= 0) held[static_cast<std::size_t>(zone_[node])] += place.all[node];
        }
        return std::ranges::max(held);
    }

    void label(World& world) const {
        for (std::size_t node = 0; node < zone_.size(); ++node) {
            if (zone_[node] < 0) continue;
            auto& labels = world.nodes[node].labels;
            labels.emplace_back(kZone, world::numbered("z", static_cast<std::uint64_t>(zone_[node])));
            normalize(labels);
        }
    }

  private:
    // false: not done.
    bool breaks(ZoneWish kind, const GangRequest& gang, const Place& place) {
        switch (kind) {
            case ZoneWish::required:
            case ZoneWish::preferred:
                return part();
            case ZoneWish::most:
                unite();
                return place.all[used_.front()] > 1 || used_.size() > 1;
            case ZoneWish::exclusive:
                return meet_others(gang);
            case ZoneWish::least:
                unite();
                return true;
            case ZoneWish::balanced:
                return tilt(place);
        }
        return false;
    }

    // Two nodes in two zones; often everything but the first is in one, so that there is another place.
    bool part() {
        if (used_.size() < 2) return false;
        if (dice_.chance(95)) std::ranges::fill(zone_, 1);
        zone_[used_[0]] = 0;
        zone_[used_[1]] = 1;
        return true;
    }

    void unite() {
        for (const std::size_t node : used_) zone_[node] = 0;
    }

    // The zone of one holds others' devices as well.
    bool meet_others(const GangRequest& gang) {
        std::vector<std::size_t> taken;
        for (std::size_t node = 0; node < zone_.size(); ++node) {
            const auto uses = [&](const PodBound& pod) {
                return pod.node == world_.nodes[node].name && !pod.stays && pod.requests.get(world::kGpu) > 0 &&
                       std::ranges::count(gang.fixed, pod.uid, &FixedMember::uid) == 0;
            };
            if (std::ranges::any_of(world_.pods, uses)) taken.push_back(node);
        }
        if (taken.empty()) return false;
        const std::size_t other = taken[dice_.below(static_cast<std::uint32_t>(taken.size()))];
        zone_[used_.front()] = zone_[other] = 0;
        return true;
    }

    // The fewest in one zone, all others in another.
    bool tilt(const Place& place) {
        const std::size_t fewest = *std::ranges::min_element(used_, {}, [&](auto node) { return place.all[node]; });
        unite();
        zone_[fewest] = 1;
        const auto members = std::accumulate(place.all.begin(), place.all.end(), 0);
        return used_.size() > 1 && members - 2 * place.all[fewest] > 1;
    }

    const World& world_;
    Dice& dice_;
    std::uint32_t zones_;
    std::vector<std::int32_t> zone_;
    std::vector<std::size_t> used_;
};

void add_zone_wish(ZoneWish kind, std::int32_t most, TopologyWish& wish, Dice& dice) {
    const std::string zone(kZone);
    switch (kind) {
        case ZoneWish::required:
            wish.required = zone;
            return;
        case ZoneWish::preferred:
            wish.preferred = zone;
            return;
        case ZoneWish::most:
            wish.spread.push_back({zone, static_cast<std::int32_t>(dice.between(1, most)), 0, false});
            return;
        case ZoneWish::exclusive:
            wish.exclusive = zone;
            return;
        case ZoneWish::least:
            wish.spread.push_back({zone, 0, dice.chance(75) ? 2 : 3, false});
            return;
        case ZoneWish::balanced:
            wish.spread.push_back({zone, 0, 0, true});
            return;
    }
}

// Zones for the world and the wish for the gang, or for one of its roles.
void give_zones(ZoneWish kind, const Place& place, World& world, const GangRequest& gang, TopologyWish& wish,
                Dice& dice) {
    Zones zones(world, dice);
    const bool against = dice.chance(against_percent(kind));
    if (against) zones.draw_against(kind, gang, place);
    const std::int32_t members = std::accumulate(place.all.begin(), place.all.end(), 0);
    const std::int32_t most = against ? zones.fullest(place) - 1 : members;
    add_zone_wish(kind, std::max(1, most), wish, dice);
    zones.label(world);
}

void make_room(World& world, const GangRequest& gang, std::uint32_t percent, Dice& dice) {
    std::erase_if(world.pods, [&](const PodBound& pod) {
        return !pod.stays && std::ranges::count(gang.fixed, pod.uid, &FixedMember::uid) == 0 && dice.chance(percent);
    });
}

// So that there are zones without others' devices, and other places than the best.
constexpr std::uint32_t cleared_percent(ZoneWish kind) {
    if (kind == ZoneWish::preferred) return 92;
    return kind == ZoneWish::exclusive ? 50 : 0;
}

// Planners tell the gang's own pods in a domain apart by what its roles ask for.
void forget_unlike_bound(const World& world, GangRequest& gang) {
    std::erase_if(gang.fixed, [&](const FixedMember& fixed) {
        const auto pod = std::ranges::find(world.pods, fixed.uid, &PodBound::uid);
        const auto role = std::ranges::find(gang.roles, fixed.role, &RoleRequest::name);
        return pod == world.pods.end() || role == gang.roles.end() ||
               pod->requests.get(world::kGpu) != role->shape.requests.get(world::kGpu);
    });
}

bool any_exclusive(const GangRequest& gang) {
    return gang.wish.exclusive ||
           std::ranges::any_of(gang.roles, [](const RoleRequest& role) { return role.wish.exclusive.has_value(); });
}

// Of a role that prefers a zone and requires a level exhaustive search knows nothing.
bool wishes_already(const TopologyWish& wish, ZoneWish kind, bool of_role) {
    return (kind == ZoneWish::required && wish.required) ||
           (kind == ZoneWish::preferred && (wish.preferred || (of_role && wish.required))) ||
           (kind == ZoneWish::exclusive && wish.exclusive);
}

std::optional<std::pair<World, GangRequest>> role_world_without_zones(std::optional<RoleWishKind> level, bool of_gang,
                                                                      std::uint64_t seed) {
    if (!level) {
        World world = world::role_world(seed);
        GangRequest gang = world::role_gang(world, seed);
        return std::pair(std::move(world), std::move(gang));
    }
    auto wished = role_wished_world(*level, of_gang, seed);
    if (!wished) return std::nullopt;
    return std::pair(std::move(wished->world), std::move(wished->gang));
}

// false: too large to search.
bool look_at_roles(ZonedRoleWorld& given, std::uint64_t seed) {
    if (brute::role_divisions(given.world, given.rest, world::kMostRoleDivisions) >= world::kMostRoleDivisions)
        return false;
    const auto ranked = world::role_ranking(given.world, given.rest, seed);
    given.unzoned = brute::search_roles(given.world, given.rest, ranked.rules);
    return true;
}

}  // namespace

std::string_view name(ZoneWish kind) {
    constexpr std::array<std::string_view, kZoneWishes.size()> kNames{"required",  "preferred", "most",
                                                                      "exclusive", "least",     "balanced"};
    return kNames[static_cast<std::size_t>(kind)];
}

bool go_together(ZoneWish zone, WishKind level) {
    return !(zone == ZoneWish::preferred && level == WishKind::preferred) &&
           !(zone == ZoneWish::required && level == WishKind::required) &&
           !(zone == ZoneWish::exclusive && level == WishKind::exclusive);
}

std::optional<ZonedWorld> zoned_world(ZoneWish zone, std::optional<WishKind> level, std::uint64_t seed) {
    Dice dice(seed ^ 0x7a6f6e65U);
    const WishKind beside = level.value_or(WishKind::required);
    auto wished = wished_world(beside, beside, seed);
    if (!wished) return std::nullopt;
    ZonedWorld given{std::move(wished->world), std::move(wished->gang), {}};
    if (!level) given.gang.wish = {};
    make_room(given.world, given.gang, cleared_percent(zone), dice);
    const auto too_large = [&] {
        const auto members = static_cast<std::int32_t>(given.gang.members());
        return brute::divisions(given.world, given.gang, members, kMostZonedDivisions) >= kMostZonedDivisions;
    };
    const auto look = [&] {
        given.unzoned = brute::search(given.world, given.gang, ranking(given.world, given.gang, seed).rules);
    };
    if (too_large()) return std::nullopt;
    look();
    if (!given.unzoned.fits && dice.chance(90)) {
        make_room(given.world, given.gang, 80, dice);
        if (too_large()) return std::nullopt;
        look();
    }
    Place place{given.unzoned.members, {}};
    place.fresh.resize(given.world.nodes.size());
    add_bound(given.world, given.gang, nullptr, place);
    const GangRequest rest = given.gang;
    give_zones(zone, place, given.world, rest, given.gang.wish, dice);
    return given;
}

std::optional<ZonedRoleWorld> zoned_role_world(ZoneWish zone, std::optional<RoleWishKind> level, std::uint64_t seed) {
    Dice dice(seed ^ 0x7a6f6e65U);
    auto rest = role_world_without_zones(level, dice.chance(50), seed);
    if (!rest) return std::nullopt;
    ZonedRoleWorld given{std::move(rest->first), {}, std::move(rest->second), 0, {}};
    const std::size_t roles = given.rest.roles.size();
    given.role = dice.below(static_cast<std::uint32_t>(roles) + 1);
    const auto wish_of = [&](GangRequest& gang) -> TopologyWish& {
        return given.role == roles ? gang.wish : gang.roles[given.role].wish;
    };
    if (wishes_already(wish_of(given.rest), zone, given.role < roles)) return std::nullopt;
    if (zone == ZoneWish::exclusive || any_exclusive(given.rest)) forget_unlike_bound(given.world, given.rest);
    make_room(given.world, given.rest, cleared_percent(zone), dice);
    if (!look_at_roles(given, seed)) return std::nullopt;
    if (!given.unzoned.fits && dice.chance(90)) {
        make_room(given.world, given.rest, 80, dice);
        if (!look_at_roles(given, seed)) return std::nullopt;
    }
    Place place{std::vector<std::int32_t>(given.world.nodes.size(), 0), {}};
    for (std::size_t node = 0; node < given.unzoned.members.size(); ++node) {
        const auto& here = given.unzoned.members[node];
        place.fresh[node] = given.role == roles ? std::accumulate(here.begin(), here.end(), 0) : here[given.role];
    }
    add_bound(given.world, given.rest, given.role == roles ? nullptr : &given.rest.roles[given.role].name, place);
    given.gang = given.rest;
    give_zones(zone, place, given.world, given.rest, wish_of(given.gang), dice);
    return given;
}

}  // namespace muster::test
