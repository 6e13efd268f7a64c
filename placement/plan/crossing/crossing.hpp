// Plans gangs with wishes on node labels that are no level of the fabric: power feeds, maintenance zones, whatever may
// lie across racks and blocks.
#pragma once

#include "placement/cluster/snapshot.hpp"
#include "placement/model/gang.hpp"
#include "placement/model/plan.hpp"
#include "placement/plan/crossing/crossing_search.hpp"
#include "placement/plan/policy.hpp"

#include <optional>

namespace muster {

// The answer to a request with such a wish (of the gang or of a role); nullopt: it has none.
//
// The objective is that of plan_gang, which knows the fabric's levels only. Required: all members in one value.
// Preferred, as for preferred levels of roles: required where the gang then has a place, the gang's before those of
// roles, which give theirs up one by one, the last first; no term of the objective. With hold_preferred: Wait where the
// gang has a place, but not within its preferred level or label. Spread and exclusive as on levels; new members
// are only put on nodes with the label, bound ones elsewhere count nowhere. Slices are refused (slice_crosses).
// Together with all wishes on levels.
//
// Optimal while the budget of search_crossing lasts, then bounded, or search_exhausted. Quality::crossing tells how
// many values of each such label the gang uses.
//
// When there is no place: what plan_gang says without these wishes, if that is no plan; else the first of these wishes
// (CrossingWish::Kind's order) that, with those before it, leaves no place. `level` is the label, `domain` of a
// required label the value with the most room. NeverFits where the room for ever, or the number of values, is too
// small.
[[nodiscard]] std::optional<Outcome> plan_crossing(const Snapshot& snapshot, const GangRequest& request,
                                                   const Policies& policies, const TreePlanner& planner);

}  // namespace muster
