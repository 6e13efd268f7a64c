#include "dialects/pod_requests.hpp"

#include "test/dialects/objects_for_tests.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

using testing::pod_with_spec;
using testing::read;
using testing::yaml;

ResourceAmounts requests(const Object& pod) {
    const auto facts = read(pod);
    EXPECT_TRUE(facts.has_value()) << (facts ? "" : to_string(facts.error()));
    return facts ? facts->shape.requests : ResourceAmounts();
}

TEST(PodRequests, ContainersAreSummedAndOnePodSlotIsAdded) {
    const Object pod = pod_with_spec(
        "  containers:\n"
        "  - resources: {requests: {cpu: 500m, memory: 1Gi, nvidia.com/gpu: 4}}\n"
        "  - resources: {requests: {cpu: 1, nvidia.com/gpu: \"4\"}}\n");
    EXPECT_EQ(requests(pod),
              (ResourceAmounts{{"cpu", 1'500}, {"memory", 1 << 30}, {"nvidia.com/gpu", 8}, {"pods", 1}}));
}

TEST(PodRequests, APodWithoutRequestsStillTakesASlot) {
    EXPECT_EQ(requests(pod_with_spec("  containers: [{name: a}]\n")), (ResourceAmounts{{"pods", 1}}));
}

TEST(PodRequests, AbsentRequestsAreTheLimits) {
    const Object pod = pod_with_spec(
        "  containers:\n"
        "  - resources: {limits: {cpu: 2, nvidia.com/gpu: 8}, requests: {cpu: 1}}\n"
        "  - resources: {limits: {memory: 1Ki}}\n");
    EXPECT_EQ(requests(pod), (ResourceAmounts{{"cpu", 1'000}, {"memory", 1'024}, {"nvidia.com/gpu", 8}, {"pods", 1}}));
}

TEST(PodRequests, ARequestOfZeroIsNotDefaultedFromTheLimit) {
    const Object pod = pod_with_spec("  containers:\n  - resources: {limits: {cpu: 2}, requests: {cpu: 0}}\n");
    EXPECT_EQ(requests(pod), (ResourceAmounts{{"pods", 1}}));
}

TEST(PodRequests, AnInitContainerCountsOnlyAsFarAsItsPeakIsHigher) {
    const Object pod = pod_with_spec(
        "  initContainers:\n"
        "  - resources: {requests: {cpu: 4, memory: 1}}\n"
        "  - resources: {requests: {cpu: 1, nvidia.com/gpu: 1}}\n"
        "  containers:\n"
        "  - resources: {requests: {cpu: 2, memory: 8, nvidia.com/gpu: 8}}\n");
    EXPECT_EQ(requests(pod), (ResourceAmounts{{"cpu", 4'000}, {"memory", 8}, {"nvidia.com/gpu", 8}, {"pods", 1}}));
}

TEST(PodRequests, SidecarsAddToLaterInitContainersAndToTheMainSum) {
    // Moments: init 5; sidecar 1; sidecar + init 1 + 3; all sidecars 1 + 2; main 1 + 2 + 2.
    const Object pod = pod_with_spec(
        "  initContainers:\n"
        "  - resources: {requests: {cpu: 5}}\n"
        "  - {restartPolicy: Always, resources: {requests: {cpu: 1, memory: 10}}}\n"
        "  - resources: {requests: {cpu: 3, memory: 100}}\n"
        "  - {restartPolicy: Always, resources: {requests: {cpu: 2}}}\n"
        "  containers:\n"
        "  - resources: {requests: {cpu: 2}}\n");
    EXPECT_EQ(requests(pod), (ResourceAmounts{{"cpu", 5'000}, {"memory", 110}, {"pods", 1}}));
}

TEST(PodRequests, OverheadIsAdded) {
    const Object pod = pod_with_spec(
        "  overhead: {cpu: 250m, memory: 64}\n"
        "  containers: [{resources: {requests: {cpu: 1}}}]\n");
    EXPECT_EQ(requests(pod), (ResourceAmounts{{"cpu", 1'250}, {"memory", 64}, {"pods", 1}}));
}

TEST(PodRequests, PodLevelRequestsReplaceWhatPodLevelSupports) {
    const Object pod = pod_with_spec(
        "  resources: {requests: {cpu: 3, nvidia.com/gpu: 99}, limits: {cpu: 4}}\n"
        "  overhead: {cpu: 1}\n"
        "  containers: [{resources: {requests: {cpu: 1, memory: 7, nvidia.com/gpu: 8}}}]\n");
    EXPECT_EQ(requests(pod), (ResourceAmounts{{"cpu", 4'000}, {"memory", 7}, {"nvidia.com/gpu", 8}, {"pods", 1}}));
}

TEST(PodRequests, PodLevelLimitsCountWhereNobodyRequests) {
    const Object pod = pod_with_spec(
        "  resources: {limits: {cpu: 4, memory: 100, hugepages-2Mi: 4Mi}}\n"
        "  containers: [{resources: {requests: {cpu: 1}, limits: {hugepages-2Mi: 2Mi}}}]\n");
    EXPECT_EQ(requests(pod),
              (ResourceAmounts{{"cpu", 1'000}, {"hugepages-2Mi", 4 << 20}, {"memory", 100}, {"pods", 1}}));
}

TEST(PodRequests, AResizedContainerCountsWithTheMoreOfWantedAndAllocated) {
    const char* spec =
        "spec: {containers: [{name: a, resources: {requests: {cpu: 1}}}, {name: b, resources: {requests: {cpu: "
        "1}}}]}\n";
    const std::string head = "metadata: {name: p}\n" + std::string(spec);
    EXPECT_EQ(requests(yaml(head + "status: {containerStatuses: [{name: a, allocatedResources: {cpu: 3}, resources: "
                                   "{requests: {cpu: 2}}}]}\n"))
                  .get("cpu"),
              4'000);
    EXPECT_EQ(
        requests(yaml(head + "status: {containerStatuses: [{name: a, allocatedResources: {cpu: 500m}}]}\n")).get("cpu"),
        2'000);
    EXPECT_EQ(requests(yaml(head + "status:\n  conditions: [{type: PodResizePending, reason: Infeasible}]\n"
                                   "  containerStatuses: [{name: a, allocatedResources: {cpu: 500m}}, {name: b, "
                                   "allocatedResources: {cpu: 200m}}]\n"))
                  .get("cpu"),
              700);
}

TEST(PodRequests, SumsBeyondTheRangeSaturate) {
    const Object pod = pod_with_spec(
        "  containers:\n  - resources: {requests: {memory: 9223372036854775807}}\n  - resources: {requests: {memory: "
        "9223372036854775807}}\n");
    EXPECT_EQ(requests(pod).get("memory"), INT64_MAX);
}

TEST(PodRequests, BadAmountsNameObjectFieldAndRemedy) {
    struct Case {
        const char* spec;
        const char* message;
    };
    for (const Case& c : std::vector<Case>{
             {"  containers: [{}, {resources: {requests: {nvidia.com/gpu: -1}}}]\n",
              "pod ml/p: spec.containers[1].resources.requests[nvidia.com/gpu]: \"-1\" is negative; write 0 or more"},
             {"  containers: [{resources: {limits: {cpu: 4gb}}}]\n",
              "pod ml/p: spec.containers[0].resources.limits[cpu]: \"4gb\" is not a quantity; write a number with an "
              "optional unit, e.g. 2, 500m, 1.5Gi or 1e3"},
             {"  initContainers: [{resources: {requests: {memory: \"\"}}}]\n",
              "pod ml/p: spec.initContainers[0].resources.requests[memory]: the quantity is empty; write a number with "
              "an optional unit, e.g. 2, 500m, 1.5Gi or 1e3"},
             {"  containers: [{resources: {requests: {memory: 1000000000000000000000000000000}}}]\n",
              "pod ml/p: spec.containers[0].resources.requests[memory]: \"1000000000000000000000000000000\" is larger "
              "than any machine (beyond 2^63); write a smaller amount"},
             {"  containers: [{resources: {requests: {nvidia.com/gpu: 500m}}}]\n",
              "pod ml/p: spec.containers[0].resources.requests[nvidia.com/gpu]: \"500m\" is a part of an indivisible "
              "resource; write a whole number"},
             {"  containers: [{resources: {requests: {cpu: [1]}}}]\n",
              "pod ml/p: spec.containers[0].resources.requests[cpu]: is a list; write a quantity, e.g. 2, 500m or 4Gi"},
             {"  containers: [{resources: 3}]\n",
              "pod ml/p: spec.containers[0].resources: is a number (3); write a map"},
             {"  containers: {a: b}\n", "pod ml/p: spec.containers: is a map; write a list"},
             {"  containers: [x]\n", "pod ml/p: spec.containers[0]: is a string; write a map"},
             {"  overhead: {cpu: abc}\n",
              "pod ml/p: spec.overhead[cpu]: \"abc\" is not a quantity; write a number with an optional unit, e.g. 2, "
              "500m, 1.5Gi or 1e3"}}) {
        const auto facts = read(pod_with_spec(c.spec));
        ASSERT_FALSE(facts) << c.spec;
        EXPECT_EQ(to_string(facts.error()), c.message);
    }
}

}  // namespace
}  // namespace muster
