// The members of a cover (crossing_cover.hpp), host by host.
#pragma once

#include "placement/plan/crossing/cover_rooms.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace muster {

// Host domains that a cover may or does use.
struct CoverHosts {
    std::span<const Gain> chosen;  // those of the cover, largest gain first; with the paid ones they hold all members
    std::vector<std::uint32_t> open;  // all that it might have chosen, in path order
    std::span<const std::uint32_t> paid;
};

// New members by node, within problem.room and problem.most: over the hosts chosen, then over the paid ones. A host
// that would stay partly free is exchanged for the open one that its members fill best. O(chosen × open).
[[nodiscard]] std::vector<std::int32_t> divide_cover(const CoverProblem& problem, const ValueRooms& rooms,
                                                     CoverHosts hosts);

}  // namespace muster
