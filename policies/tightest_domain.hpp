// Best fit: prefers the domains that are left with the least room.
//
// Room of a domain: how many members its free amounts would hold, node by node: 0 on nodes that the members' shape is
// not allowed on (judge_node), at most 1 where two members exclude each other on a node (one per host, host ports).
// Cost of m ≥ 1 members in a domain of any level below the cluster: its room − m, 0 at least. Summed over the domains
// that get members, at all levels, this is the room that the gang does not use where it goes.
#pragma once

#include "placement/plan/policy.hpp"

#include <memory>
#include <string_view>

namespace muster {

inline constexpr std::string_view kTightestDomain = "tightest_domain";

[[nodiscard]] std::shared_ptr<const DomainPolicy> make_tightest_domain();

}  // namespace muster
