// Plans what numbers of members per domain alone cannot say in the form base + k × unit (wishes.hpp): members over at
// least so many domains, in equal numbers, and the wishes of gangs of several roles.
#pragma once

#include "placement/cluster/snapshot.hpp"
#include "placement/model/gang.hpp"
#include "placement/model/plan.hpp"
#include "placement/plan/links/gpu_tables.hpp"
#include "placement/plan/policy.hpp"
#include "placement/plan/roles/role_planner.hpp"

#include <optional>

namespace muster {

// Whether a request is one for plan_wished: several roles, a role with a wish of its own, a minimum of domains,
// balance.
[[nodiscard]] bool needs_counts(const GangRequest& request);

// As plan_gang, for such a request whose levels are known and whose wishes do not contradict each other.
//
// One role: first without minimum and balance. No place then is no place with them, and the best place, if it is as
// wished, is the best with them too. Else, and for several roles, the tables of role_planner.hpp, which hold any
// numbers: optimal while its budget lasts, then bounded by what was found out, or search_exhausted.
//
// A level that a role prefers is required where the gang then has a place; roles give theirs up one by one, the last
// first. It is no term of the objective.
//
// Shortfall: the first wish, in the order slices, most members, exclusive, minimum, balance, that with those before it
// leaves no place. NeverFits as for plan_gang, and for too few domains with the level's label.
[[nodiscard]] Outcome plan_wished(const Snapshot& snapshot, const GangRequest& request, const Policies& policies,
                                  GpuTables& gpus, RoleBudget budget = {});

}  // namespace muster
