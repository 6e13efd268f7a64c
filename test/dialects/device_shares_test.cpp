// Parts of devices: what nodes and pods tell of them, in the words of each kind.
#include "dialects/kubernetes.hpp"
#include "dialects/shared_devices.hpp"
#include "placement/topology/machine_library.hpp"
#include "test/dialects/objects_for_tests.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

using testing::yaml;
using Strings = std::vector<std::string>;
using Shares = std::vector<DeviceShare>;
using Devices = std::vector<std::int32_t>;

PodFacts read_pod_with(const std::string& annotations, const std::string& containers,
                       const std::string& spec = "nodeName: n1") {
    const auto pod = testing::read(yaml("metadata: {name: p, annotations: {" + annotations + "}}\nspec: {" + spec +
                                        ", containers: [" + containers + "]}\n"));
    EXPECT_TRUE(pod.has_value());
    return pod.value_or(PodFacts());
}

std::string container(const std::string& requests) {
    return "{resources: {requests: {" + requests + "}}}";
}

NodeFacts read_node_with(const std::string& allocatable, const std::string& annotation = "") {
    const std::string annotations = annotation.empty() ? "" : "muster.scheduler/shared-devices: '" + annotation + "'";
    const auto facts = read_node(yaml("metadata: {name: n1, annotations: {" + annotations +
                                      "}}\nstatus: {allocatable: {pods: 10, " + allocatable + "}}\n"),
                                 built_in_machines());
    EXPECT_TRUE(facts.has_value());
    return facts.value_or(NodeFacts());
}

Strings complaints(const std::string& annotation) {
    Strings texts;
    for (const auto& error : read_node_with("nvidia.com/gpucores: 800", annotation).machine_errors)
        texts.push_back(to_string(error));
    return texts;
}

TEST(PodShares, OpenbAsksInAnnotationsForSoMuchOfEachDevice) {
    const auto one = read_pod_with(
        "alibabacloud.com/gpu-milli: '600', alibabacloud.com/gpu-count: '1', alibabacloud.com/gpu-index: '2'",
        container("cpu: 1"));
    EXPECT_EQ(one.shape.shares, (Shares{{"alibabacloud.com/gpu-milli", 600, 1}}));
    EXPECT_EQ(one.shape.requests.get("alibabacloud.com/gpu-milli"), 600);
    EXPECT_EQ(one.share_devices, Devices{2});
    EXPECT_TRUE(one.shape.unmodelled.empty());

    const auto two = read_pod_with(
        "alibabacloud.com/gpu-milli: '1000', alibabacloud.com/gpu-count: '2', alibabacloud.com/gpu-index: '3-0'",
        container("cpu: 1"));
    EXPECT_EQ(two.shape.shares, (Shares{{"alibabacloud.com/gpu-milli", 1'000, 2}}));
    EXPECT_EQ(two.shape.requests.get("alibabacloud.com/gpu-milli"), 2'000);
    EXPECT_EQ(two.share_devices, (Devices{0, 3}));
}

TEST(PodShares, AnnotationsThatAskForNothingOrSayNothingAreNoShare) {
    const auto none =
        read_pod_with("alibabacloud.com/gpu-milli: '0', alibabacloud.com/gpu-count: '0'", container("cpu: 1"));
    EXPECT_TRUE(none.shape.shares.empty());
    EXPECT_TRUE(none.shape.unmodelled.empty());
    for (const char* wrong :
         {"alibabacloud.com/gpu-milli: '700'", "alibabacloud.com/gpu-milli: half, alibabacloud.com/gpu-count: '1'",
          "alibabacloud.com/gpu-milli: '700', alibabacloud.com/gpu-count: '65'",
          "alibabacloud.com/gpu-milli: '1500', alibabacloud.com/gpu-count: '1'"}) {
        const auto pod = read_pod_with(wrong, container("cpu: 1"));
        EXPECT_TRUE(pod.shape.shares.empty()) << wrong;
        EXPECT_EQ(pod.shape.unmodelled, Strings{"share of one device: alibabacloud.com/gpu-milli"}) << wrong;
    }
}

TEST(PodShares, AllContainersOfAGpushareUseOneDevice) {
    const auto pod = read_pod_with("ALIYUN_COM_GPU_MEM_IDX: '1'",
                                   container("aliyun.com/gpu-mem: 3") + ", " + container("aliyun.com/gpu-mem: 5"));
    EXPECT_EQ(pod.shape.shares, (Shares{{"aliyun.com/gpu-mem", 8, 1}}));
    EXPECT_EQ(pod.share_devices, Devices{1});
    EXPECT_TRUE(pod.shape.unmodelled.empty());
}

TEST(PodShares, DevicesAreOfABoundPodAndEachOnce) {
    const std::string request = container("aliyun.com/gpu-mem: 3");
    EXPECT_TRUE(read_pod_with("ALIYUN_COM_GPU_MEM_IDX: '1'", request, "priority: 0").share_devices.empty());
    for (const char* wrong : {"'-1'", "'1-'", "''", "'1,2'", "'1-1'", "'64'", "one"}) {
        const auto pod = read_pod_with("ALIYUN_COM_GPU_MEM_IDX: " + std::string(wrong), request);
        EXPECT_TRUE(pod.share_devices.empty()) << wrong;
    }
}

TEST(PodShares, PartsOfSeveralContainersOrForOneAreNotModelled) {
    const std::string part = container("nvidia.com/gpucores: 30");
    EXPECT_EQ(read_pod_with("", part).shape.shares, (Shares{{"nvidia.com/gpucores", 30, 1}}));
    EXPECT_TRUE(read_pod_with("", part).shape.unmodelled.empty());
    for (const std::string& other : {part + ", " + part, container("nvidia.com/gpu: 2, nvidia.com/gpucores: 30"),
                                     container("koordinator.sh/gpu-core: 30")}) {
        const auto pod = read_pod_with("", other);
        EXPECT_TRUE(pod.shape.shares.empty()) << other;
        EXPECT_EQ(pod.shape.unmodelled.size(), 1U) << other;
    }
}

TEST(PodShares, PartsOfOneDeviceThatMustBeTogetherAreModelledAndNamed) {
    const auto pod = read_pod_with("", container("nvidia.com/gpucores: 30, nvidia.com/gpumem: 4000"));
    EXPECT_EQ(pod.shape.shares, (Shares{{"nvidia.com/gpucores", 30, 1}, {"nvidia.com/gpumem", 4'000, 1}}));
    EXPECT_EQ(pod.shape.unmodelled,
              (Strings{"share of one device: nvidia.com/gpucores", "share of one device: nvidia.com/gpumem"}));
    const auto slot = read_pod_with("", container("nvidia.com/gpu: 1, nvidia.com/gpumem: 4000"));
    EXPECT_EQ(slot.shape.shares, (Shares{{"nvidia.com/gpumem", 4'000, 1}}));
    EXPECT_EQ(slot.shape.unmodelled, Strings{"share of one device: nvidia.com/gpumem"});
}

using Shared = std::vector<std::pair<std::string, std::int32_t>>;

TEST(SharedDevices, TheStatusTellsTheNumberOfDevices) {
    EXPECT_EQ(read_node_with("aliyun.com/gpu-mem: 64, aliyun.com/gpu-count: 4").shared_devices,
              (Shared{{"aliyun.com/gpu-mem", 4}}));
    for (const char* unknown : {"aliyun.com/gpu-mem: 64", "aliyun.com/gpu-count: 4", "nvidia.com/gpucores: 800",
                                "aliyun.com/gpu-mem: 64, aliyun.com/gpu-count: 65", "nvidia.com/gpu: 8"})
        EXPECT_TRUE(read_node_with(unknown).shared_devices.empty()) << unknown;
}

TEST(SharedDevices, OpenbWritesTheSumOrWhatOneDeviceHas) {
    for (const char* milli : {"1000", "4000"}) {
        const auto node =
            read_node_with("alibabacloud.com/gpu-count: 4, alibabacloud.com/gpu-milli: " + std::string(milli));
        EXPECT_EQ(node.shared_devices, (Shared{{"alibabacloud.com/gpu-milli", 4}}));
        EXPECT_EQ(node.allocatable.get("alibabacloud.com/gpu-milli"), 4'000);
    }
}

TEST(SharedDevices, TheOperatorTellsWhatNothingElseDoes) {
    const auto node = read_node_with("nvidia.com/gpucores: 800, aliyun.com/gpu-mem: 64, aliyun.com/gpu-count: 4",
                                     R"({"nvidia.com/gpucores": 8, "aliyun.com/gpu-mem": 2})");
    EXPECT_EQ(node.shared_devices, (Shared{{"aliyun.com/gpu-mem", 2}, {"nvidia.com/gpucores", 8}}));
    EXPECT_TRUE(node.machine_errors.empty());
}

TEST(SharedDevices, WrongAnnotationsNameTheEntryAndHideNothing) {
    const std::string place = "node n1: metadata.annotations[muster.scheduler/shared-devices]";
    EXPECT_EQ(complaints(R"({"nvidia.com/gpucore": 8})"),
              Strings{place + ".nvidia.com/gpucore: is no resource of which pods get parts of one device; did you mean "
                              "\"nvidia.com/gpucores\"?"});
    for (const char* count : {"0", "65", "eight", "1.5"}) {
        EXPECT_EQ(complaints("{\"nvidia.com/gpucores\": \"" + std::string(count) + "\"}"),
                  Strings{place + ".nvidia.com/gpucores: \"" + count + "\" is no number of devices; write 1 to 64"});
    }
    EXPECT_EQ(complaints("8"), Strings{place + ": is a number; write a map, e.g. {\"nvidia.com/gpucores\": 8}"});
    EXPECT_EQ(complaints(std::string(1'025, 'x')),
              Strings{place + ": is too long; write e.g. {\"nvidia.com/gpucores\": 8}"});
    EXPECT_EQ(complaints("{").size(), 1U);
    const auto node = read_node_with("nvidia.com/gpucores: 800", R"({"a": 1, "nvidia.com/gpucores": 8})");
    EXPECT_EQ(node.shared_devices, (Shared{{"nvidia.com/gpucores", 8}}));
    EXPECT_EQ(node.machine_errors.size(), 1U);
}

}  // namespace
}  // namespace muster
