// The part of the checker that looks at several roles: each role's own level, and what a plan states about its proof.
// Like verify_plan it shares no code with the planner.
#pragma once

#include "placement/model/gang.hpp"
#include "placement/model/ids.hpp"
#include "placement/model/plan.hpp"
#include "placement/topology/fabric.hpp"

#include <optional>
#include <span>
#include <string>

namespace muster {

// nullopt when the members of each role that requires a level, with the bound ones of its name, lie in one domain of
// that level or below (synthetic ones hold nothing), and the plan states a bound if and only if it is not proved
// optimal, as long as the objective and smaller. Else a sentence. `seats`: the node of each placement, in their order.
// O(members × (bound members + depth)).
[[nodiscard]] std::optional<std::string> verify_roles(const Fabric& fabric, const GangRequest& request,
                                                      const Plan& plan, std::span<const NodeIdx> seats);

}  // namespace muster
