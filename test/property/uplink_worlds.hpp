// Worlds whose racks and blocks have uplinks of known capacity, over which other gangs talk already, and the bandwidth
// class of a placement in them from the definitions alone.
#pragma once

#include "placement/model/gang.hpp"
#include "test/property/brute_force.hpp"
#include "test/property/role_planner_brute_force.hpp"
#include "test/property/world_gen.hpp"

#include <cstdint>
#include <string_view>

namespace muster::test {

struct UplinkWorld {
    world::World world;
    GangRequest gang;
};

// 3–6 hosts under 1–3 levels, some labels missing; uplinks of some levels are known, from too small for one gang to
// more than any host sends. Hosts have DGX-1V or PCIe machines, or nothing is known of their inside. 0–5 other gangs of
// 1–3 members, which use next to nothing. The gang: 2–5 members of 0–4 GPUs; in part of the worlds with a level
// required or preferred, slices, a maximum per domain, bound members with GPUs that are told, or not, or a member that
// has lost its place in the request and still has its node.
[[nodiscard]] UplinkWorld uplink_world(std::uint64_t seed);

// The same worlds with the gang's members in two roles of 0–4 GPUs each, without slices.
[[nodiscard]] UplinkWorld role_uplink_world(std::uint64_t seed);

// The class of new members' divisions under the rule of this name: of GPU sets, of those that bound members have, and
// of what the gang gets over the boundaries of domains in which it has some of its members, not all. `links` false: of
// new members' sets alone, as if nothing were known of anything else.
[[nodiscard]] brute::GangClass gang_class(const UplinkWorld& given, std::string_view picker, bool links = true);
// The same for members of several roles, as the kubelet gives GPUs.
[[nodiscard]] brute::RoleGangClass role_gang_class(const UplinkWorld& given, bool links = true);

}  // namespace muster::test
