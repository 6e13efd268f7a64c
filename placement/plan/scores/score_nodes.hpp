// How a pod that is not planned would change each policy's cost on each node it is offered: −Δ at m = 1 is its score
// (design §4, "Pods that are not planned").
#pragma once

#include "placement/cluster/snapshot.hpp"
#include "placement/model/gang.hpp"
#include "placement/model/ids.hpp"
#include "placement/plan/policy.hpp"

#include <cstdint>
#include <vector>

namespace muster {

// The change of each policy if one pod of this shape went to the node, as a penalty; smaller is better. Used to score
// pods that are not planned.
struct NodePenalty {
    NodeIdx node;
    std::vector<std::int64_t> penalty;  // one entry per policy
    auto operator<=>(const NodePenalty&) const = default;
};
// Best first: penalties compared from the front, ties by node index; each offered node once. Left out: nodes that have
// no room, that a policy refuses, or that miss the required level beside bound members. `single` has one role; its
// first member stands for the pod. O(offered × (resources + levels × policies)) after preparing the policies.
[[nodiscard]] std::vector<NodePenalty> score_nodes(const Snapshot& snapshot, const GangRequest& single,
                                                   const Policies& policies, const std::vector<NodeIdx>& offered);

// The same, not sorted: in the order offered. A node that is offered twice is there twice.
[[nodiscard]] std::vector<NodePenalty> node_penalties(const Snapshot& snapshot, const GangRequest& single,
                                                      const Policies& policies, const std::vector<NodeIdx>& offered);

}  // namespace muster
