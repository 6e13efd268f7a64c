// What a pod that is not planned would take from the gangs that wait for room (design §4, "Pods that are not planned").
#pragma once

#include "placement/cluster/snapshot.hpp"
#include "placement/model/gang.hpp"
#include "placement/model/ids.hpp"
#include "placement/model/plan.hpp"
#include "placement/model/pod_shape.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace muster {

// Gangs looked at: what the first of them need stays free, and more would cost each call time.
inline constexpr std::size_t kMostWaitingGangs = 8;

struct WaitingGang {
    GangRequest request;  // the members that have no place
    std::string domain;   // path of the domain that is nearest to holding them (Shortfall::domain); empty: the cluster
};

// In the planner's order: higher priority, then the older gang, then by key.
using WaitingGangs = std::vector<std::shared_ptr<const WaitingGang>>;

// Whether the gang waits because too little is free, so that the reason's domain is the one nearest to holding it.
[[nodiscard]] bool lacks_room(const Shortfall& reason);

// By entry of `nodes`, then by gang: for how many members fewer the gang's domain would have room if a pod of that
// shape were on the node. Each role is counted as if it were alone, wishes aside; 0 outside the domain, and where the
// fabric has no domain of that path. O(gangs × (domains + nodes × roles × resources)).
[[nodiscard]] std::vector<std::vector<std::int64_t>> room_lost(const Snapshot& snapshot, const PodShape& pod,
                                                               const WaitingGangs& gangs,
                                                               const std::vector<NodeIdx>& nodes);

}  // namespace muster
