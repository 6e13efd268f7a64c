// Which member of each role sits where, and what the plan states about itself.
#pragma once

#include "placement/model/plan.hpp"
#include "placement/plan/roles/role_problem.hpp"

#include <span>

namespace muster {

// The plan of a placement, whose objective is given; its proof is left `optimal`.
//
// Within a role members in their order (member_before) take its shares in path order. Members without a rank get the
// smallest ones free in the whole gang, role by role, in that order; so each role's ranks are numbered along the tree,
// and a leader that is the first role gets 0. With bound members, whose ranks are not known here, they keep none.
// O(members log members).
[[nodiscard]] Plan seat_roles(const RoleProblem& problem, std::span<const RoleShare> shares, ObjectiveVector objective);

}  // namespace muster
