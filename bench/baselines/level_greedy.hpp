// Level by level, greedily, best fit last: how Kueue's topology-aware scheduling places a pod set (reference peers.md
// §2.1; its feature gates as they ship, balanced placement off). Own implementation, for comparison only.
//
// 1. Count the pods (and whole slices) that each host has room for, and sum upwards.
// 2. At the wished level take the smallest domain that holds all. `required`: else no. `preferred`: else one level up;
//    above the top level several domains, the roomiest first, the last by best fit.
// 3. Go down: from one level to the next, the children of all domains chosen are put in one list, roomiest first, and
//    filled greedily, the last by best fit. Below the slices' level this happens for each domain by itself.
// No wish at all is Kueue's `unconstrained`: at the hosts, the one with the least room that holds all, else one host
// after the other, the least room first.
#pragma once

#include "bench/baselines/baseline.hpp"
#include "placement/cluster/snapshot.hpp"
#include "placement/model/gang.hpp"

namespace muster::baselines {

// One role, nothing bound; required, preferred (not both) and slices, whose level is at or below the wished one, are
// read from the wish. A host without some level's label takes no part, as with Kueue. O(levels × domains × log).
[[nodiscard]] Answer level_greedy(const Snapshot& snapshot, const GangRequest& request);

}  // namespace muster::baselines
