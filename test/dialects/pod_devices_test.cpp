#include "dialects/pod_devices.hpp"

#include "test/dialects/objects_for_tests.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

using Strings = std::vector<std::string>;

Strings devices(const std::string& status, const std::string& annotations = "",
                const std::string& spec = "nodeName: n1") {
    const auto pod = testing::read(testing::yaml("metadata: {name: p, annotations: {" + annotations + "}}\nspec: {" +
                                                 spec + "}\nstatus: {" + status + "}\n"));
    EXPECT_TRUE(pod.has_value());
    return pod ? pod->devices : Strings{"refused"};
}

std::string reported(const std::string& resource, const std::string& ids) {
    return "containerStatuses: [{name: c, allocatedResourcesStatus: [{name: '" + resource + "', resources: [" + ids +
           "]}]}]";
}

TEST(PodDevices, TheKubeletReportsIdsPerContainerAndResource) {
    EXPECT_EQ(devices(R"(containerStatuses:
    [{name: a, allocatedResourcesStatus: [{name: nvidia.com/gpu, resources: [{resourceID: GPU-2, health: Healthy},
                                                                             {resourceID: GPU-1}]},
                                          {name: rdma/hca, resources: [{resourceID: "0000:1b:00.0"}]}]},
     {name: b, allocatedResourcesStatus: [{name: nvidia.com/gpu, resources: [{resourceID: GPU-3, health: Unhealthy}]}]}],
  initContainerStatuses: [{name: i, allocatedResourcesStatus: [{name: nvidia.com/gpu, resources: [{resourceID: GPU-1}]}]}])"),
              (Strings{"GPU-1", "GPU-2", "GPU-3"}));
    EXPECT_EQ(devices(reported("amd.com/gpu", "{resourceID: '0000:c1:00.0'}")), Strings{"0000:c1:00.0"});
}

TEST(PodDevices, PartitionsSharesAndClaimsAreNoGpus) {
    for (const char* other : {"nvidia.com/mig-1g.10gb", "nvidia.com/gpu.shared", "claim:gpus/one"})
        EXPECT_EQ(devices(reported(other, "{resourceID: GPU-1}")), Strings{}) << other;
}

TEST(PodDevices, AStatusThatSaysNothingOrNonsenseTellsNothing) {
    EXPECT_EQ(devices(""), Strings{});
    EXPECT_EQ(devices("containerStatuses: [{name: c, allocatedResourcesStatus: 7}, 8]"), Strings{});
    EXPECT_EQ(devices(reported("nvidia.com/gpu", "{resourceID: 7}, {}, {resourceID: ''}")), Strings{});
    std::string many;
    for (int i = 0; i < 65; ++i) many += (i == 0 ? "" : ", ") + ("{resourceID: g" + std::to_string(i)) + "}";
    EXPECT_EQ(devices(reported("nvidia.com/gpu", many)), Strings{});
}

TEST(PodDevices, APodThatIsNotBoundHasNone) {
    EXPECT_EQ(devices(reported("nvidia.com/gpu", "{resourceID: GPU-1}"), "", ""), Strings{});
}

TEST(PodDevices, WhatThePlanControlledCountsWhereTheStatusIsSilent) {
    const std::string controlled = "muster.scheduler/gpus: '2,10', muster.scheduler/gpu-source: controlled";
    EXPECT_EQ(devices("", controlled), (Strings{"ordinal:10", "ordinal:2"}));
    EXPECT_EQ(devices(reported("nvidia.com/gpu", "{resourceID: GPU-1}"), controlled), Strings{"GPU-1"});
    EXPECT_EQ(devices("", controlled, ""), Strings{});
}

TEST(PodDevices, APredictionTellsNothing) {
    EXPECT_EQ(devices("", "muster.scheduler/gpus: '2', muster.scheduler/gpu-source: predicted"), Strings{});
    EXPECT_EQ(devices("", "muster.scheduler/gpus: '2'"), Strings{});
    for (const char* bad : {"'2,x'", "'64'", "'-1'", "','", "'1,,2'", "''"})
        EXPECT_EQ(devices("", std::string("muster.scheduler/gpu-source: controlled, muster.scheduler/gpus: ") + bad),
                  Strings{})
            << bad;
}

}  // namespace
}  // namespace muster
