// What the GPUs of a host are worth to members of a gang, from the definitions alone (see brute_force.hpp): reads the
// world's pods, tries every set, and knows of placement/topology only what one set is worth and which one a kubelet
// gives.
#pragma once

#include "placement/model/gang.hpp"
#include "test/property/brute_force.hpp"
#include "test/property/role_planner_brute_force.hpp"
#include "test/property/world_gen.hpp"

#include <string_view>

namespace muster::brute {

// The bandwidth class of m members on a node under the rule of this name, predict-kubelet or best-bandwidth.
[[nodiscard]] HostClass bandwidth_class(const world::World& world, const GangRequest& gang, std::string_view picker);

// The bandwidth class of members of several roles on a node, as the kubelet gives GPUs: where they ask for different
// numbers of them, any order is possible, so each counts as getting the worst set of its size.
[[nodiscard]] RoleHostClass role_bandwidth_class(const world::World& world, const GangRequest& gang);

}  // namespace muster::brute
