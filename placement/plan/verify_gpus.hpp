// The part of the checker that looks inside the hosts: GPU sets, where they come from, and the bandwidth that the plan
// states. Like verify_plan it shares no code with the planner: values of sets and the kubelet's rule are facts of
// placement/topology, and everything else is done again here.
#pragma once

#include "placement/cluster/snapshot.hpp"
#include "placement/model/gang.hpp"
#include "placement/model/ids.hpp"
#include "placement/model/plan.hpp"

#include <optional>
#include <span>
#include <string>

namespace muster {

// nullopt when every member that asks for GPUs of a machine says where they come from, and no other does; when known
// sets have the right size, are free, disjoint, and, if predicted, what the kubelet gives; when nothing is claimed
// where GPUs in use are not known, and nothing left open where it need not be; and when bandwidth class, bus bandwidth
// and rule are as stated. Where a controlling rule had to guess, class and bandwidth are checked as a range. Else a
// sentence. `seats`: the node of each placement, in their order. O(members), and once for each machine in use the
// values of the sets concerned.
[[nodiscard]] std::optional<std::string> verify_gpus(const Snapshot& snapshot, const GangRequest& request,
                                                     const Plan& plan, std::span<const NodeIdx> seats);

}  // namespace muster
