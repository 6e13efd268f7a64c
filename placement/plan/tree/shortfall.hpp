// Why a gang does not fit, as data, and the proof that it never will.
#pragma once

#include "placement/cluster/snapshot.hpp"
#include "placement/model/gang.hpp"
#include "placement/model/ids.hpp"
#include "placement/model/plan.hpp"
#include "placement/plan/room/bound_members.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace muster {

// With the number of members to place; the rest is for the caller to say.
[[nodiscard]] Shortfall shortfall(ReasonCode code, const GangRequest& request);
// Features that the planner knows nothing of may be the true cause, so every refusal names them. Adds to the details.
void add_unmodelled(Shortfall& reason, const GangRequest& request);

// A level of the wish that the fabric lacks.
[[nodiscard]] std::optional<Outcome> unknown_level(const Snapshot& snapshot, const GangRequest& request);

// The first role, in order, that no node admits. NeverFits when no node would in any state that comes and goes.
[[nodiscard]] std::optional<Outcome> role_without_node(const Snapshot& snapshot, const GangRequest& request);

[[nodiscard]] Outcome several_roles(const GangRequest& request);

// Bound members already lie in different domains of the required level.
[[nodiscard]] Outcome bound_apart(const GangRequest& request);

// Wishes that contradict each other, or that this number of members cannot meet. Before anything is known about room.
[[nodiscard]] std::optional<Outcome> contradictory_wishes(const Snapshot& snapshot, const GangRequest& request);

// No domain of the required level (absent: not even the cluster) has room for the members as they wish it. NeverFits
// when that holds with every pod gone that can go away. Where there is room as such, the reason is the first wish, in
// the order of wish_limits, that leaves too little with those before it. `room`: of domains now, wishes aside.
// O(nodes × resources + limits² × domains).
[[nodiscard]] Outcome too_small(const Snapshot& snapshot, const GangRequest& request, std::optional<LevelIdx> required,
                                const BoundMembers& bound, std::span<const std::int64_t> room);

// The members have room, but the policies named refuse every division of them.
[[nodiscard]] Outcome refused(const GangRequest& request, std::vector<std::string> policies);

}  // namespace muster
