// Bounded wait for locality: whether a gang that has a place takes it, or waits for its preferred level.
#pragma once

#include "placement/cluster/snapshot.hpp"
#include "placement/model/gang.hpp"
#include "placement/model/plan.hpp"
#include "placement/plan/links/gpu_tables.hpp"
#include "placement/plan/policy.hpp"

namespace muster {

// plan_gang for a request that may wait (GangRequest::hold_preferred). The plan within the preferred level, if there is
// one. Wait, if only coarser domains have room and waiting may help. Else as if there were nothing to wait for: the
// gang has no place at all, or its preferred level can never hold it (proved), or bound members lie apart already.
// At most two runs of the planner.
[[nodiscard]] Outcome plan_or_wait(const Snapshot& snapshot, const GangRequest& request, const Policies& policies,
                                   GpuTables& gpus);

}  // namespace muster
