// How far apart the members are: for each pair, the number of levels at which they are in different domains (an
// ultrametric distance; reference gpu-topology §6.2).
//
// Cost of m members in a domain of a level above the hosts (rack, block, …; of the hosts too where that is asked for),
// with M members to place in all, b of B bound members in the domain: m (M − m) + 2 m (B − b), that is, for each new
// member in it, the new members elsewhere once and the bound members elsewhere twice. Summed over the domains of a
// level this is twice the number of pairs that are apart at that level, of which at least one member is new: a pair of
// new members is counted from both its ends. So it is never negative, 0 exactly where all are together, and needs no
// offset. The whole cluster costs 0, and so do hosts that do not count.
//
// It leads for gangs of pattern all-to-all: there each pair of members talks, so one member more outside costs as much
// wherever it is (gpu-topology §4.4, formula 8), and the sum over the pairs counts, not how many domains there are.
//
// With several roles M counts one role: pairs of different roles cost nothing, pairs with bound members do, whatever
// the role. Members whose nodes lack a level's label count as together at that level, as they count as one domain.
#pragma once

#include "placement/plan/policy.hpp"
#include "policies/params.hpp"

#include <memory>
#include <string_view>

namespace muster {

inline constexpr std::string_view kPairwiseDistance = "pairwise_distance";

[[nodiscard]] std::shared_ptr<const DomainPolicy> make_pairwise_distance(const PairwiseDistanceParams& params);

}  // namespace muster
