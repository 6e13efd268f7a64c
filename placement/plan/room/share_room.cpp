#include "placement/plan/room/share_room.hpp"

#include "placement/model/resources.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <numeric>
#include <utility>

namespace muster {
namespace {

using Slots = std::vector<std::int64_t>;  // by device, how many parts of the share it has room for

std::int64_t slots_in(std::int64_t free, std::int64_t amount) {
    return std::max<std::int64_t>(0, free) / amount;
}

Slots slots_of(std::span<const std::int64_t> free, std::int64_t amount) {
    Slots slots;
    slots.reserve(free.size());
    for (const std::int64_t left : free) slots.push_back(slots_in(left, amount));
    return slots;
}

// The most pods with a slot on each of `devices` different devices: the largest p with Σ min(slots, p) ≥ p × devices.
// No device serves more than p of them, and so many slots can be dealt out in turn. The two sides differ by a concave
// function of p that begins at 0, so halving finds it.
std::int64_t pods_with_slots(const Slots& slots, std::int64_t devices) {
    const std::int64_t all = std::accumulate(slots.begin(), slots.end(), std::int64_t{0});
    if (devices == 1) return all;
    std::int64_t fit = 0;
    std::int64_t beyond = all / devices + 1;
    while (fit + 1 < beyond) {
        const std::int64_t pods = fit + (beyond - fit) / 2;
        std::int64_t usable = 0;
        for (const std::int64_t here : slots) usable += std::min(here, pods);
        (usable >= pods * devices ? fit : beyond) = pods;
    }
    return fit;
}

// A slot less on one device costs at most one pod, the one that would have used it. So the bound for claims is what
// room there is by what is told, less the slots that they can take, counted in two ways of which the better holds: one
// by one, since a part of `a` takes at most ⌈a / amount⌉ slots of the one device that it lies on;
std::int64_t slots_by_parts(std::span<const std::int64_t> untold, std::int64_t amount) {
    std::int64_t lost = 0;
    for (const std::int64_t part : untold) lost += (part + amount - 1) / amount;
    return lost;
}

// and all together, cut into any pieces. A device's first slot is lost with one unit more than what is over there (free
// mod amount), each further one with `amount`, which is never less: taking the cheapest first slots first, then others,
// loses the most.
std::int64_t slots_by_pieces(std::span<const std::int64_t> free, std::int64_t claimed, std::int64_t amount) {
    std::vector<std::int64_t> first;
    for (const std::int64_t left : free) {
        if (left >= amount) first.push_back(left % amount + 1);
    }
    std::ranges::sort(first);
    std::int64_t lost = 0;
    for (const std::int64_t cost : first) {
        if (cost > claimed) return lost;
        claimed -= cost;
        ++lost;
    }
    return lost + claimed / amount;
}

std::int64_t lower_bound_of(const DeviceSpace& space, const DeviceShare& share, std::int64_t told) {
    const std::int64_t claimed = std::accumulate(space.untold.begin(), space.untold.end(), space.loose);
    std::int64_t lost = slots_by_pieces(space.free, claimed, share.amount);
    if (space.loose == 0) lost = std::min(lost, slots_by_parts(space.untold, share.amount));
    return std::max<std::int64_t>(0, told - lost);
}

// Whether all ways to lay the claims can be looked at.
bool few_ways(const DeviceSpace& space) {
    if (space.loose > 0) return false;
    std::int64_t ways = 1;
    for (std::size_t i = 0; i < space.untold.size() && ways <= kWaysLooked; ++i)
        ways *= static_cast<std::int64_t>(space.free.size());
    return ways <= kWaysLooked;
}

// The fewest pods over all ways to lay the claims from `next` on.
std::int64_t fewest_pods(std::vector<std::int64_t>& free, std::span<const std::int64_t> claims,
                         const DeviceShare& share) {
    if (claims.empty()) return pods_with_slots(slots_of(free, share.amount), share.devices);
    std::int64_t fewest = std::numeric_limits<std::int64_t>::max();
    for (std::size_t device = 0; device < free.size(); ++device) {
        const auto before = std::span(free).first(device);
        if (std::ranges::find(before, free[device]) != before.end()) continue;  // equal devices, equal ends
        free[device] -= claims.front();
        fewest = std::min(fewest, fewest_pods(free, claims.subspan(1), share));
        free[device] += claims.front();
    }
    return fewest;
}

void claim_for(const PodShape& shape, std::string_view resource, std::int32_t members, DeviceSpace& space) {
    const ShareClaim claim = share_claim(resource, space.free.size(), shape.requests, shape.shares, {});
    for (std::int64_t parts = std::int64_t{claim.untold} * members; parts > 0; --parts)
        space.untold.push_back(claim.amount);
    space.loose += claim.loose * members;
}

}  // namespace

std::optional<DeviceSpace> device_space(const Snapshot& snapshot, NodeIdx node, std::string_view resource,
                                        RoomBasis basis) {
    const auto& kinds = snapshot.fabric().node(node).shared_devices;
    const auto kind =
        std::ranges::find(kinds, resource, [](const auto& entry) { return std::string_view(entry.first); });
    const auto column = snapshot.resource(resource);
    if (kind == kinds.end() || !column) return std::nullopt;
    const ShareClaims& claims = snapshot.share_claims(node)[static_cast<std::size_t>(kind - kinds.begin())];
    DeviceSpace space;
    const auto devices = static_cast<std::int64_t>(claims.told().size());
    for (const std::int64_t used : claims.told()) {
        const std::int64_t whole = snapshot.allocatable(node, *column) / devices;
        space.free.push_back(basis == RoomBasis::now ? std::max<std::int64_t>(0, whole - used) : whole);
    }
    if (basis == RoomBasis::ever) return space;
    space.untold.assign(claims.untold().begin(), claims.untold().end());
    space.loose = claims.loose();
    return space;
}

std::int64_t share_room(const DeviceSpace& space, const DeviceShare& share, std::int64_t most) {
    std::int64_t room = pods_with_slots(slots_of(space.free, share.amount), share.devices);
    if (room > 0 && (!space.untold.empty() || space.loose > 0)) {
        std::vector<std::int64_t> free = space.free;
        room = few_ways(space) ? fewest_pods(free, space.untold, share) : lower_bound_of(space, share, room);
    }
    return std::min(room, most);
}

bool shares_fit(const Snapshot& snapshot, NodeIdx node, std::span<const RoleRequest> roles,
                std::span<const std::int32_t> counts) {
    for (std::size_t role = 0; role < roles.size(); ++role) {
        if (counts[role] == 0) continue;
        for (const auto& share : roles[role].shape.shares) {
            auto space = device_space(snapshot, node, share.resource, RoomBasis::now);
            if (!space) continue;
            for (std::size_t other = 0; other < roles.size(); ++other) {
                if (other != role) claim_for(roles[other].shape, share.resource, counts[other], *space);
            }
            if (share_room(*space, share, counts[role]) < counts[role]) return false;
        }
    }
    return true;
}

std::vector<std::string> unchecked_shares(const Snapshot& snapshot, const GangRequest& request,
                                          std::span<const Placement> placements) {
    std::vector<std::string> unchecked;
    auto placement = placements.begin();
    for (const auto& role : request.roles) {
        for (std::size_t i = 0; i < role.members.size() && placement != placements.end(); ++i, ++placement) {
            const auto node = snapshot.fabric().find(placement->node.str());
            for (const auto& share : role.shape.shares) {
                if (node && !device_space(snapshot, *node, share.resource, RoomBasis::ever))
                    unchecked.push_back(std::string(kShareOfDevice) + share.resource);
            }
        }
    }
    std::ranges::sort(unchecked);
    const auto repeated = std::ranges::unique(unchecked);
    unchecked.erase(repeated.begin(), repeated.end());
    return unchecked;
}

}  // namespace muster
