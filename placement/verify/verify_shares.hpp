// The part of the checker that looks at parts of devices. Like verify_plan it shares no code with the planner.
#pragma once

#include "placement/cluster/snapshot.hpp"
#include "placement/model/gang.hpp"
#include "placement/model/ids.hpp"

#include <optional>
#include <span>
#include <string>

namespace muster {

// nullopt when on every node that tells its devices the members of each role find their parts, wherever the claims lie
// whose devices nobody tells, and wherever the other roles' members there have theirs. Where the ways to lay these are
// few, each is tried, with the members placed one after the other; else the members must fit beside as many slots as
// the claims can take. Never stricter than share_room (share_room.hpp) promises. Else a sentence naming node and
// resource. `seats`: the node of each placement, in their order. O(nodes of the plan × roles × (2^12 × members ×
// devices)).
[[nodiscard]] std::optional<std::string> verify_shares(const Snapshot& snapshot, const GangRequest& request,
                                                       std::span<const NodeIdx> seats);

}  // namespace muster
