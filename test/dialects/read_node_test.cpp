#include "test/dialects/objects_for_tests.hpp"
#include "test/dialects/refusal_of.hpp"

#include <string>

#include <gtest/gtest.h>

namespace muster {
namespace {

using testing::yaml;

std::string node_refusal(std::string_view text) {
    return test::refusal_of(read_node(yaml(text)));
}

TEST(ReadNode, EverythingThatThePlannerUsesIsRead) {
    const auto node = read_node(yaml(R"(
metadata: {name: n1, labels: {b: "2", a: x}}
spec:
  unschedulable: true
  taints:
  - {key: gpu, value: "yes", effect: NoSchedule}
  - {key: soft, effect: PreferNoSchedule}
status:
  capacity: {cpu: 99}
  allocatable: {cpu: 7500m, memory: 64Gi, nvidia.com/gpu: "8", pods: "110"}
  conditions: [{type: MemoryPressure, status: "True"}, {type: Ready, status: "True"}]
)"));
    ASSERT_TRUE(node) << to_string(node.error());
    EXPECT_EQ(node->name.str(), "n1");
    EXPECT_EQ(node->labels, (Labels{{"a", "x"}, {"b", "2"}}));
    EXPECT_TRUE(node->unschedulable);
    EXPECT_TRUE(node->ready);
    EXPECT_EQ(node->taints, (std::vector<Taint>{{"gpu", "yes", TaintEffect::no_schedule},
                                                {"soft", "", TaintEffect::prefer_no_schedule}}));
    EXPECT_EQ(
        node->allocatable,
        (ResourceAmounts{{"cpu", 7'500}, {"memory", std::int64_t{64} << 30}, {"nvidia.com/gpu", 8}, {"pods", 110}}));
}

TEST(ReadNode, ANodeIsReadyWhenItSaysSoOrSaysNothing) {
    const auto ready = [](const char* conditions) {
        return read_node(yaml("metadata: {name: n1}\nstatus: {conditions: " + std::string(conditions) + "}\n"))->ready;
    };
    EXPECT_TRUE(read_node(yaml("metadata: {name: n1}\n"))->ready);
    EXPECT_TRUE(ready("[{type: DiskPressure, status: \"False\"}]"));
    EXPECT_FALSE(ready("[{type: Ready, status: \"False\"}]"));
    EXPECT_FALSE(ready("[{type: Ready, status: Unknown}]"));
}

TEST(ReadNode, AbsentAllocatableIsTheCapacity) {
    const auto node = read_node(yaml("metadata: {name: n1}\nstatus: {capacity: {cpu: 4, pods: 10}}\n"));
    EXPECT_EQ(node->allocatable, (ResourceAmounts{{"cpu", 4'000}, {"pods", 10}}));
    EXPECT_TRUE(
        read_node(yaml("metadata: {name: n1}\nstatus: {allocatable: {}, capacity: {cpu: 4}}\n"))->allocatable.empty());
}

TEST(ReadNode, BadNodesNameTheirField) {
    EXPECT_EQ(node_refusal("status: {}\n"), "node without a name: metadata.name: is missing; give the node a name");
    EXPECT_EQ(node_refusal("metadata: {name: n1, labels: {gpus: 8}}\n"),
              "node n1: metadata.labels[gpus]: is a number (8); write a string, in quotes");
    EXPECT_EQ(node_refusal("metadata: {name: n1}\nstatus: {allocatable: {nvidia.com/gpu: -8}}\n"),
              "node n1: status.allocatable[nvidia.com/gpu]: \"-8\" is negative; write 0 or more");
    EXPECT_EQ(
        node_refusal("metadata: {name: n1}\nstatus: {allocatable: {cpu: 1e30}}\n"),
        "node n1: status.allocatable[cpu]: \"1e30\" is larger than any machine (beyond 2^63); write a smaller amount");
    EXPECT_EQ(node_refusal("metadata: {name: n1}\nspec: {taints: [{key: a}]}\n"),
              "node n1: spec.taints[0].effect: is missing; write NoSchedule, PreferNoSchedule or NoExecute");
    EXPECT_EQ(node_refusal("metadata: {name: n1}\nspec: {unschedulable: \"true\"}\n"),
              "node n1: spec.unschedulable: is a string (true); write a boolean");
}

}  // namespace
}  // namespace muster
