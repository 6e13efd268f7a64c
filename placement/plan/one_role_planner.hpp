// The planner for gangs of one role, by the tree of domains: classes of bandwidth from best to worst, within each the
// levels from fine to coarse.
#pragma once

#include "placement/cluster/snapshot.hpp"
#include "placement/model/gang.hpp"
#include "placement/model/plan.hpp"
#include "placement/plan/links/gpu_tables.hpp"
#include "placement/plan/policy.hpp"

namespace muster {

// As plan_gang, for a request that is none for plan_wished (wish_planner.hpp), whose levels are known, whose wishes do
// not contradict each other, and some node admits. Exact.
[[nodiscard]] Outcome plan_one_role(const Snapshot& snapshot, const GangRequest& request, const Policies& policies,
                                    GpuTables& gpus);

}  // namespace muster
