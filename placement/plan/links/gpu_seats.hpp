// Which GPUs the members of a plan get, and what the plan says about them.
#pragma once

#include "placement/cluster/snapshot.hpp"
#include "placement/model/gang.hpp"
#include "placement/model/plan.hpp"
#include "placement/plan/links/gpu_tables.hpp"

#include <cstdint>
#include <optional>

namespace muster {

// What the sets of a plan's members are worth.
struct SeatedSets {
    std::int32_t bandwidth_class = 0;        // of the slowest
    std::optional<std::int64_t> least_mbps;  // pod_mbps of the slowest; absent: no member's set has a bus
    bool unknown = false;                    // some member has devices on a node of whose machine nothing is known
};

// Fills gpus and gpu_source of every placement, and gpu_picker of the quality. On each host the members of a role, in
// their order (member_before), take the rule's sets in theirs. Members that ask for different numbers of GPUs of one
// host: controlled, those that ask for most choose first; predicted, the order in which the kubelet meets them is not
// known, so neither are their GPUs, and each counts as getting the worst set of its size. O(members × log members) once
// the machines' states are known.
[[nodiscard]] SeatedSets seat_gpus(const Snapshot& snapshot, const GangRequest& request, GpuTables& tables, Plan& plan);

}  // namespace muster
