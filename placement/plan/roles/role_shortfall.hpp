// Why a gang of several roles does not fit, as data. For other reasons than room: shortfall.hpp.
#pragma once

#include "placement/cluster/snapshot.hpp"
#include "placement/model/gang.hpp"
#include "placement/model/plan.hpp"
#include "placement/plan/roles/role_problem.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace muster {

// A level in a role's own wish that the fabric lacks.
[[nodiscard]] std::optional<Outcome> unknown_role_level(const Snapshot& snapshot, const GangRequest& request);

// Bound members of the gang, or of a role, already lie in different domains of the level that must hold them.
[[nodiscard]] Outcome roles_bound_apart(const GangRequest& request, std::string_view level);

// Proved: no domain of the required level (none: not even the cluster) has room for all roles at once. States the first
// role whose own level is too small for it alone, if there is one; else the gang, with the most members of all roles
// that fit at once into the domain with the most room for each role alone. NeverFits when the same is proved with every
// pod gone that can go away; `steps` are for that proof. Details name the role.
[[nodiscard]] Outcome roles_too_large(const RoleProblem& problem, std::int64_t steps);

// Neither a placement nor a proof that there is none was found.
[[nodiscard]] Outcome search_exhausted(const GangRequest& request);

}  // namespace muster
