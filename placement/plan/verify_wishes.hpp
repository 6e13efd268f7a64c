// The part of the checker that looks at slices, spread and exclusive domains. Like verify_plan it shares no code with
// the planner: it counts the members of a finished plan.
#pragma once

#include "placement/cluster/snapshot.hpp"
#include "placement/model/gang.hpp"
#include "placement/model/ids.hpp"
#include "placement/model/plan.hpp"

#include <optional>
#include <span>
#include <string>

namespace muster {

// nullopt when the placements are as wished; else a sentence naming the domain and the broken wish. `seats`: the node
// of each placement, in their order; `fixed`: the nodes of bound members that the fabric knows.
//
// Slices: every domain of the level holds whole slices, bound members counted, and with nothing bound the members of
// each slice, in the order of their ranks, share one domain. Where a domain is synthetic, those below hold the slices.
// Spread: no domain that gets members is above its maximum, bound members counted.
// Exclusive: in no domain that gets members does a pod that may go away use devices, other than those bound.
// O(wishes × members × (depth + log members)), and for exclusive domains their nodes × resources.
[[nodiscard]] std::optional<std::string> verify_wishes(const Snapshot& snapshot, const GangRequest& request,
                                                       const Plan& plan, std::span<const NodeIdx> seats,
                                                       std::span<const NodeIdx> fixed);

}  // namespace muster
