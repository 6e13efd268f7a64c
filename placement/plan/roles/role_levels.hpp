// The best placement of one request of several roles in the room that is given: levels from fine to coarse, the domains
// of a level by what they can cost at least.
#pragma once

#include "placement/model/plan.hpp"
#include "placement/plan/roles/role_box.hpp"
#include "placement/plan/roles/role_problem.hpp"
#include "placement/plan/roles/role_room.hpp"

#include <optional>
#include <vector>

namespace muster {

struct RolesPlaced {
    ObjectiveVector objective;
    std::vector<RoleShare> shares;  // path order
};

struct RolesAnswer {
    std::optional<RolesPlaced> best;
    // No placement that is not excluded has a smaller objective; it may be larger than that of `best`. Absent: `best`
    // is the best, or there is none.
    std::optional<ObjectiveVector> open;
    // Some domain has room, as far as is proved, and nothing in it is as policies and wishes have it.
    bool refused = false;
};

// First what fits (role_fit.hpp), for `fit` steps, then tables of costs (role_tables.hpp), for `cost` steps, in the
// domains of the lowest level that has a placement. Where steps are spent, roles are placed one by one
// (role_one_by_one.hpp). Chooses in the problem's wishes. No bound member is apart (RoleProblem::bound_apart).
[[nodiscard]] RolesAnswer best_of_levels(RoleProblem& problem, const RoleRoom& room, StepBudget& fit, StepBudget& cost);

}  // namespace muster
