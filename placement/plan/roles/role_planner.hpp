// Plans gangs whose members differ in shape (leader + workers, prefill + decode, parameter servers), all roles at once.
#pragma once

#include "placement/cluster/snapshot.hpp"
#include "placement/model/gang.hpp"
#include "placement/model/plan.hpp"
#include "placement/plan/links/gpu_tables.hpp"
#include "placement/plan/policy.hpp"

#include <cstdint>

namespace muster {

// Steps (StepBudget) after which a search is cut off: some 10 and 100 ms. `fit` decides whether the roles fit at all
// and on how few domains, `cost` finds the best placement. The search without a limit on the bandwidth class has so
// many, and all those within one together as many again.
struct RoleBudget {
    std::int64_t fit = 10'000'000;
    std::int64_t cost = 30'000'000;
};

// As plan_gang, for any number of roles, one included. All levels are known to the fabric; preferred levels of roles
// are left aside (wish_planner.hpp). Slices and spread: role_wishes.hpp, with mixed() false; exclusive domains:
// role_room.hpp. Why there is no place is said as if it were for want of room, or of policies; wish_planner.hpp finds
// the wish.
//
// All roles together satisfy the gang's wish. Objective as for one role, over the whole gang: the level term; domains
// used by any role, once each; policies (role_problem.hpp says what a domain costs). Of equal placements, in the first
// domain in index order (coarse to fine, each depth in path order) in which they differ, the one wins that has more
// members there, of the first role, in request order, in which they differ there. Ranks: role_seats.hpp.
//
// The bandwidth class stands before all that. First comes the best placement in all other terms; when links in it are
// slower than some host could give to each role alone, searches within a class follow, from the best possible one on,
// for each set of levels whose uplinks the gang may cross (role_classes.hpp). The first class with a placement ends
// them, and the best of that class is the plan.
//
// Exact while the budget lasts (role_levels.hpp). When it is spent, roles are placed one by one; the plan then says
// Proof::bounded, with the best objective that is not excluded, unless it reaches that. Without any plan the answer is
// NoFit with search_exhausted: nothing is proved. NoFit for want of room, and NeverFits, are always proofs.
[[nodiscard]] Outcome plan_roles(const Snapshot& snapshot, const GangRequest& request, const Policies& policies,
                                 GpuTables& gpus, RoleBudget budget = {});
[[nodiscard]] Outcome plan_roles(const Snapshot& snapshot, const GangRequest& request, const Policies& policies,
                                 RoleBudget budget = {});

}  // namespace muster
