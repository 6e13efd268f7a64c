// GPUs of planned members on their way through the service: into the Binding, and into what the next plan knows.
#include "dialects/object.hpp"
#include "test/extender/service/service_world.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

namespace muster::test {
namespace {

TEST(GpuLife, ControlledGpusAreTakenForEverybodyElse) {
    Settings settings;
    settings.gpu_picker = "best-bandwidth";
    ServiceWorld world(settings);
    world.add_nodes(1, 1, 1, 8, "dgx-1v");
    world.add_gang("first", 1, 4);
    world.start();
    world.play_until("the first is bound", [&] { return world.bound_of("first").size() == 1; });
    world.add_gang("second", 2, 2);
    world.play_until("the second is bound", [&] { return world.bound_of("second").size() == 2; });
    std::set<std::string> used;
    for (const char* pod : {"first-0", "second-0", "second-1"}) {
        const auto devices = world.pod(pod)->devices;
        EXPECT_EQ(devices.size(), std::string(pod) == "first-0" ? 4U : 2U) << pod;
        used.insert(devices.begin(), devices.end());
    }
    EXPECT_EQ(used.size(), 8U) << "no GPU twice";
}

TEST(GpuLife, PredictedGpusAreNotToldAsTaken) {
    ServiceWorld world;
    world.add_nodes(1, 1, 1, 8, "dgx-1v");
    world.add_gang("only", 1, 4);
    world.start();
    world.play_until("it is bound", [&] { return world.bound_of("only").size() == 1; });
    EXPECT_TRUE(world.pod("only-0")->devices.empty());
}

// A DGX-1V whose GPUs have ids of their own, the last one first.
Object node_with_ids(const std::string& name) {
    return *parse_json(R"({"kind": "Node", "metadata": {"name": ")" + name + R"(",
          "labels": {"network.topology.nvidia.com/block": "b0", "network.topology.nvidia.com/rack": "r0"},
          "annotations": {"muster.scheduler/machine": "dgx-1v", "muster.scheduler/gpu-ids": "h,g,f,e,d,c,b,a"}},
        "status": {"allocatable": {"cpu": "128", "pods": "110", "nvidia.com/gpu": "8"}}})",
                       "test");
}

// A pod of another scheduler with GPUs as the kubelet reports them.
Object pod_with(const std::string& node, const std::string& ids) {
    std::string devices;
    for (const char id : ids) devices += std::string(devices.empty() ? "" : ", ") + R"({"resourceID": ")" + id + "\"}";
    const std::string count = std::to_string(ids.size());
    return *parse_json(R"({"kind": "Pod", "metadata": {"namespace": "ml", "name": "on-)" + node + R"("},
        "spec": {"schedulerName": "other", "nodeName": ")" +
                           node + R"(", "containers": [{"name": "main",
          "resources": {"requests": {"nvidia.com/gpu": ")" +
                           count + R"("}, "limits": {"nvidia.com/gpu": ")" + count +
                           R"("}}}]},
        "status": {"phase": "Running", "containerStatuses": [{"name": "main", "allocatedResourcesStatus": [
          {"name": "nvidia.com/gpu", "resources": [)" +
                           devices + "]}]}]}}",
                       "test");
}

TEST(GpuLife, WhatTheKubeletReportsDecidesWhereAGangGoes) {
    // GPUs 0 and 5 are left on the first node, which no NVLink joins; 0 and 3 on the second, which two join.
    Settings settings;
    settings.gpu_picker = "best-bandwidth";
    ServiceWorld world(settings);
    world.add_node(node_with_ids("n1"));
    world.add_node(node_with_ids("n2"));
    ASSERT_TRUE(world.cluster().create({pod_with("n1", "gfedba"), pod_with("n2", "gfdcba")}));
    world.add_gang("pair", 1, 2);
    world.start();
    world.play_until("it is bound", [&] { return world.bound_of("pair").size() == 1; });
    const auto member = world.pod("pair-0");
    EXPECT_EQ(member->node.str(), "n2");
    EXPECT_EQ(member->devices, (std::vector<std::string>{"ordinal:0", "ordinal:3"}));
}

}  // namespace
}  // namespace muster::test
