// Clusters of hosts with machines inside, for the unit tests of GPU sets in plans.
#pragma once

#include "placement/model/machine_ref.hpp"
#include "placement/topology/machine_profiles.hpp"
#include "test/placement/plan/plan_world.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace muster::test {

// A host of one of the built-in machines (empty: nothing is known of it) in rack r1 of block b1.
struct GpuHost {
    std::string node;
    std::string_view machine;
    std::vector<std::int32_t> used = {};  // GPUs of a pod that says which it has
    std::int32_t untold = 0;              // GPUs of a pod that does not
};

inline ClusterState gpu_cluster(const std::vector<GpuHost>& hosts) {
    ClusterState state({{"block", "block"}, {"rack", "rack"}});
    for (const auto& host : hosts) {
        NodeFacts node = facts({host.node, "b1", "r1"});
        if (!host.machine.empty()) {
            node.machine = MachineRef(machine_profile(host.machine));
            node.gpu_resource = kGpu;
            node.allocatable.set(kGpu, static_cast<std::int64_t>(node.machine->gpu_count()));
        }
        state.apply(NodeSeen{node});
        PodBound told{
            PodUid(host.node + "-told"), node.name, {{kGpu, static_cast<std::int64_t>(host.used.size())}}, {}};
        for (const auto gpu : host.used) told.devices.push_back("ordinal:" + std::to_string(gpu));
        if (!host.used.empty()) state.apply(told);
        if (host.untold > 0) state.apply(PodBound{PodUid(host.node + "-untold"), node.name, {{kGpu, host.untold}}, {}});
    }
    return state;
}

// "a:0,3 b:?" : node and GPUs in member order.
inline std::string gpus(const Outcome& outcome) {
    std::string text;
    const Plan* plan = std::get_if<Plan>(&outcome);
    if (plan == nullptr) return text;
    for (const auto& placement : plan->placements) {
        text += (text.empty() ? "" : " ") + placement.node.str() + ":";
        if (placement.gpu_source == GpuSource::unknown) text += "?";
        for (std::size_t i = 0; i < placement.gpus.size(); ++i)
            text += (i == 0 ? "" : ",") + std::to_string(placement.gpus[i]);
    }
    return text;
}

}  // namespace muster::test
