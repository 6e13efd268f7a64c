// What the slices, the spread and the exclusive domains of a wish leave of each domain.
//
// Each of them says which numbers of members a domain may hold. All that is said by a number of members alone keeps one
// form, from the hosts up: a domain takes *base*, base + unit, base + 2 units, … up to its room. A limit cuts the room;
// whole slices make it a multiple of the unit, bound members counted; a base above 0 is what a slice lacks that bound
// members began. Any such number can be divided over the children, since the sums of their numbers have the same form.
// So "does not fit" is proved by the room alone, as without wishes, and the search stays exact in units (branches.hpp).
#pragma once

#include "placement/cluster/snapshot.hpp"
#include "placement/model/gang.hpp"
#include "placement/model/ids.hpp"
#include "placement/plan/room/node_room.hpp"
#include "placement/plan/tree/branches.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace muster {

// Of the domains of this level in the fabric; the root has depth 0.
[[nodiscard]] constexpr std::uint32_t depth_of(LevelIdx level) {
    return level.value() + 1;
}

// One thing that a wish says about the domains of one level.
struct WishLimit {
    enum class Kind { slice, most, exclusive };
    Kind kind = Kind::slice;
    std::uint32_t depth = 0;  // of its domains
    std::int32_t number = 0;  // members of a slice, or at most in a domain
};

// Slices from the smallest up, then the rest. Levels that the fabric lacks are left out. Empty for most gangs.
[[nodiscard]] std::vector<WishLimit> wish_limits(const Fabric& fabric, const TopologyWish& wish);

// By domain index; base and unit are empty where no slices are asked for.
struct WishRoom {
    std::vector<std::int64_t> room;
    std::vector<std::int32_t> base;
    std::vector<std::int32_t> unit;
    // A domain whose bound members began slices that the gang cannot complete: the gang does not fit at all.
    std::optional<DomainIdx> stuck;

    [[nodiscard]] Steps steps() const { return {base, unit}; }
};

// `room`: of domains without wishes, on the same basis. By `ever` nothing is bound, and it is an upper bound still:
// with bound members the number left to place need not be whole slices, which are then left aside. O(limits × domains),
// and O(nodes × devices) with exclusive domains.
[[nodiscard]] WishRoom wish_room(const Snapshot& snapshot, const GangRequest& request,
                                 std::span<const WishLimit> limits, std::span<const std::int64_t> room,
                                 RoomBasis basis);

}  // namespace muster
