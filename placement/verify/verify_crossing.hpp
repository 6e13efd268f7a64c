// The part of the checker that looks at wishes on node labels that are no level. Like verify_plan it shares no code
// with the planner.
#pragma once

#include "placement/cluster/snapshot.hpp"
#include "placement/model/gang.hpp"
#include "placement/model/ids.hpp"
#include "placement/model/plan.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace muster {

// Whether the name, which is no level, is a label that some node has. O(nodes).
[[nodiscard]] bool is_node_label(const Fabric& fabric, std::string_view name);

// nullopt when the placements are as the gang and each of its roles wished of such labels, preferred ones left aside,
// and Quality::crossing counts the values in use; else a sentence. `seats`: the node of each placement, in their order.
// New members that a wish counts are on nodes with the label; bound ones elsewhere count nowhere. A wish for balance
// takes slices that lie in one host as one. O(wishes × nodes × log nodes).
[[nodiscard]] std::optional<std::string> verify_crossing(const Snapshot& snapshot, const GangRequest& request,
                                                         const Plan& plan, std::span<const NodeIdx> seats);

}  // namespace muster
