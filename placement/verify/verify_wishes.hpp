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

// nullopt when the placements are as the gang and each of its roles wished; else a sentence naming the domain and the
// broken wish. `seats`: the node of each placement, in their order. Bound members on nodes that the fabric knows count
// with those placed, for the wish of a role those of its name.
//
// Slices: with nothing bound the members of each slice, in the order of their ranks, share one domain, and so they do
// where the ranks of all are known, rank r being in slice r / size; else every domain of the level holds whole slices.
// Where a domain is synthetic, those below hold the slices.
// Spread: no domain that gets members is above its maximum; enough domains hold some; balanced: the numbers in them
// differ by at most one, or one slice that lies in one. The latter two put nobody into a synthetic domain, and count
// none there. Exclusive: in no domain that gets members does a pod that may go away use devices, other than those
// bound. O(wishes × members × (depth + log members)), and for exclusive domains their nodes × resources × bound
// members. Wishes on labels that are no level are left to verify_crossing.
[[nodiscard]] std::optional<std::string> verify_wishes(const Snapshot& snapshot, const GangRequest& request,
                                                       const Plan& plan, std::span<const NodeIdx> seats);

}  // namespace muster
