// Scores of the nodes that a pod may go to: for pods that are not planned, and for every pod where Muster only advises
// (design §4).
//
// Each term judges the nodes that can take the pod by a list of integers, compared from the front, smaller is better.
// They make classes: equal lists are one class, the best is class 0. A node's sum is Σ weight × 1000 × class / (classes
// − 1), so each term spans the same range whatever it counts, and a term that tells no nodes apart adds nothing. Nodes
// are ordered by sum, then by their classes in the order of the terms, then by node index.
//
// - gang_completeness, for members of a gang: level by level from coarse to fine, how many of the gang's members cannot
//   be in the node's domain: all, less those there already, less those of the rest that it has room for
//   (node_room.hpp).
// - failure_domain: siblings are pods of the same gang or controller that are on a node or have one reserved. A gang
//   that asks for `spread`: at each level of those wishes how many siblings are in the node's domain. One that asks for
//   a required or preferred level instead: how many are not in the node's domain of that level. One that asks for
//   neither: nothing. Pods of no gang: by ScoreRules::siblings, `apart` as for spread at all levels from coarse to
//   fine, `near` how many are not in the node's domain, from coarse to fine.
// - waiting_gangs: gang by gang of those that wait, for how many members fewer its domain would have room beside the
//   pod (waiting_gangs.hpp). The pod's own gang is left out.
// - link_locality: the bandwidth class (bandwidth_class.hpp) of the set of GPUs that the pod gets of the node's
//   machine, as gpu_tables.hpp tells it: the kubelet's choice where all GPUs in use are known, else the worst that may
//   be. Class 0 without machine, or when the pod asks for no GPU of it.
// - policies: what one more pod costs by each policy (score_nodes.hpp).
#pragma once

#include "placement/cluster/snapshot.hpp"
#include "placement/model/gang.hpp"
#include "placement/model/ids.hpp"
#include "placement/model/score_rules.hpp"
#include "placement/plan/links/gpu_tables.hpp"
#include "placement/plan/policy.hpp"
#include "placement/plan/scores/waiting_gangs.hpp"

#include <cstdint>
#include <vector>

namespace muster {

// kube-scheduler's MaxExtenderPriority.
inline constexpr std::int64_t kTopScore = 10;

struct PodToScore {
    GangRequest pod;                 // one role, whose first member is the pod; wish and bound members of its gang
    std::vector<NodeName> siblings;  // one entry for each that is on a node; unknown nodes count for nothing
    std::int32_t gang_size = 0;      // members of the gang, those on nodes and the pod included; 0: of no gang
    WaitingGangs waiting = {};       // at most kMostWaitingGangs are looked at
};

struct NodeScore {
    NodeIdx node;
    std::int64_t score = 0;             // 0…kTopScore
    std::vector<std::int64_t> classes;  // by term of the rules; empty: the node cannot take the pod
    auto operator<=>(const NodeScore&) const = default;
};

// Each offered node once, best first; of nodes that cannot take the pod by node index, behind all others, score 0. The
// first alone has kTopScore, even if none can take it: kube-scheduler breaks ties at random (reference
// traces-and-simulators §0). The others: 1…9 in proportion to their sums, 9 where all are equal. `gpus` changes no
// answer. O(nodes × resources + offered × (levels × policies + waiting × resources + log offered)) once the machines'
// states are known.
[[nodiscard]] std::vector<NodeScore> node_scores(const Snapshot& snapshot, const PodToScore& pod,
                                                 const Policies& policies, const ScoreRules& rules,
                                                 const std::vector<NodeIdx>& offered, GpuTables& gpus);

}  // namespace muster
