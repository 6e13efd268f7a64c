// The policies as their headers define them, from the world's own lists alone: for exhaustive search.
#pragma once

#include "placement/model/gang.hpp"
#include "policies/params.hpp"
#include "test/property/brute_force.hpp"
#include "test/property/world_gen.hpp"

#include <string>

namespace muster::brute {

// The world outlives the rules.
[[nodiscard]] Rule pairwise_distance(const world::World& world, const GangRequest& gang, bool hosts);
[[nodiscard]] Rule least_fragment(const world::World& world, const GangRequest& gang,
                                  const LeastFragmentParams& params);
[[nodiscard]] Rule tightest_domain(const world::World& world, const GangRequest& gang);
[[nodiscard]] Rule spread_failure_domains(const world::World& world, const GangRequest& gang, const std::string& level);
// Hosts with (or without) this label and value cost 1 for each member.
[[nodiscard]] Rule label_cost(const world::World& world, const LabelValue& label, bool with);
// In worlds whose pods tell their GPUs as "ordinal:N", or nothing. Knows of placement/topology only which NICs are near
// and what a kubelet gives.
[[nodiscard]] Rule rail_aligned(const world::World& world, const GangRequest& gang);

}  // namespace muster::brute
