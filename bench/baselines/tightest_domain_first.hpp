// The tightest domain that could hold the gang, pods one after the other: how KAI-Scheduler allocates a pod group with
// a topology constraint (reference peers.md §2.3). Own implementation, for comparison only.
//
// 1. Which domains might do? Pods of one kind: enough room by number of pods, each as large as the largest. Pods of
//    different kinds: the sum of requests is at most the sum of what is free, for each resource.
// 2. Candidates are the domains from the preferred up to the required level (or the root), fine before coarse, and of
//    one level the tightest first: the largest ratio of request to free amount over the resources.
// 3. In each candidate in turn, until all have a place: each role's own constraint is treated the same way inside, then
//    its pods go one by one to the node of the best score. Without a place everything in that candidate is undone.
// Scores: with a preferred level, by the place of the node's domain in that order, in ten buckets, the last the best;
// then the node with the least free GPUs (cpu for a pod without GPUs). The rest of KAI's scores have no say in these
// worlds. Ties by node in path order.
#pragma once

#include "bench/baselines/baseline.hpp"
#include "placement/cluster/snapshot.hpp"
#include "placement/model/gang.hpp"

namespace muster::baselines {

// Required and preferred level are read from the gang's wish and the roles' wishes; nothing bound, no slices.
// O(pods × nodes) for each candidate that is tried.
[[nodiscard]] Answer tightest_domain_first(const Snapshot& snapshot, const GangRequest& request);

}  // namespace muster::baselines
