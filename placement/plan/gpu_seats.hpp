// Which GPUs the members of a plan get, and what the plan says about them.
#pragma once

#include "placement/cluster/snapshot.hpp"
#include "placement/model/gang.hpp"
#include "placement/model/plan.hpp"
#include "placement/plan/gpu_tables.hpp"

#include <cstdint>

namespace muster {

// Fills gpus and gpu_source of every placement, and bus_mbps and gpu_picker of the quality; gives the plan's bandwidth
// class. On each host the members of a role, in their order (member_before), take the rule's sets in theirs. Members
// that ask for different numbers of GPUs of one host: controlled, those that ask for most choose first; predicted, the
// order in which the kubelet meets them is not known, so neither are their GPUs, and each counts as getting the worst
// set of its size. O(members × log members) once the machines' states are known.
[[nodiscard]] std::int32_t seat_gpus(const Snapshot& snapshot, const GangRequest& request, GpuTables& tables,
                                     Plan& plan);

}  // namespace muster
