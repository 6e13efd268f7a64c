#include "offline/cluster_input.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

using Strings = std::vector<std::string>;

ClusterInput read(std::vector<SourceText> sources) {
    return read_cluster_input(sources, {"muster"});
}
ClusterInput read(const std::string& text) {
    return read({{"in.yaml", text}});
}

Strings faults(const ClusterInput& input) {
    Strings texts;
    for (const auto& error : input.errors) texts.push_back(to_string(error));
    return texts;
}

Strings pod_names(const ClusterInput& input) {
    Strings names;
    for (const auto& pod : input.pods) names.push_back(pod.key.ns + "/" + pod.key.name);
    return names;
}

const std::string kNode =
    "kind: Node\napiVersion: v1\nmetadata: {name: n1}\nstatus: {allocatable: {cpu: 4, pods: 10}}\n";

TEST(ClusterInput, DocumentsListsAndTypedListsAreTheSame) {
    const ClusterInput documents = read(kNode + "---\nkind: Pod\nmetadata: {name: a}\nspec: {nodeName: n1}\n");
    const ClusterInput list = read(
        "kind: List\nitems:\n- {kind: Node, metadata: {name: n1}, status: {allocatable: {cpu: 4, pods: 10}}}\n"
        "- {kind: Pod, metadata: {name: a}, spec: {nodeName: n1}}\n");
    const ClusterInput typed = read(
        {{"nodes.json",
          R"({"kind":"NodeList","items":[{"metadata":{"name":"n1"},"status":{"allocatable":{"cpu":"4","pods":10}}}]})"},
         {"pods.json", R"({"kind":"PodList","items":[{"metadata":{"name":"a"},"spec":{"nodeName":"n1"}}]})"}});
    for (const auto* input : {&documents, &list, &typed}) {
        EXPECT_TRUE(input->errors.empty());
        ASSERT_EQ(input->nodes.size(), 1U);
        EXPECT_EQ(input->nodes.front(), documents.nodes.front());
        EXPECT_EQ(pod_names(*input), (Strings{"default/a"}));
        EXPECT_EQ(input->pods.front().uid.str(), "default/a");
    }
}

TEST(ClusterInput, UnboundPodsOfOtherSchedulersAreIgnoredAndBoundOnesKept) {
    const ClusterInput input = read(
        "kind: List\nitems:\n- {kind: Pod, metadata: {name: foreign}}\n- {kind: Pod, metadata: {name: bound}, spec: "
        "{nodeName: n1}}\n"
        "- {kind: Pod, metadata: {name: ours}, spec: {schedulerName: muster}}\n");
    EXPECT_EQ(pod_names(input), (Strings{"default/bound", "default/ours"}));
    EXPECT_EQ(input.notes, (Strings{"1 pending pods of no gang left out"}));
}

TEST(ClusterInput, OtherKindsAreLeftOutAndCounted) {
    const ClusterInput input = read(
        "kind: List\nitems: [{kind: Service, metadata: {name: s}}, {kind: Service, metadata: {name: t}}, "
        "{kind: Job, apiVersion: batch.volcano.sh/v1alpha1, metadata: {name: j}}]\n");
    EXPECT_TRUE(input.errors.empty());
    EXPECT_EQ(input.notes, (Strings{"1 of kind Job left out", "2 of kind Service left out"}));
}

const std::string kJob =
    "kind: Job\napiVersion: batch/v1\nmetadata: {name: j, namespace: ml, uid: u1}\n"
    "spec: {parallelism: 2, completions: 2, template: {metadata: {labels: {muster.scheduler/gang: g}}, spec: "
    "{schedulerName: muster}}}\n";

TEST(ClusterInput, AJobWithoutPodsIsExpandedAndTellsTheSizeOfItsGang) {
    const ClusterInput input = read(kJob);
    EXPECT_EQ(pod_names(input), (Strings{"ml/j-0", "ml/j-1"}));
    EXPECT_EQ(input.pods[0].gang->needed, 2);
}

TEST(ClusterInput, AJobWhosePodsAreGivenIsNotExpanded) {
    const ClusterInput input = read(
        kJob +
        "---\nkind: Pod\nmetadata: {name: j-abcde, namespace: ml, labels: {muster.scheduler/gang: g}, ownerReferences: "
        "[{kind: Job, name: j, uid: u1, controller: true}]}\nspec: {schedulerName: muster}\n");
    EXPECT_EQ(pod_names(input), (Strings{"ml/j-abcde"}));
    EXPECT_EQ(input.pods[0].gang->needed, 2);
}

TEST(ClusterInput, SuspendedFinishedAndForeignJobsAreNotExpanded) {
    EXPECT_TRUE(
        read("kind: Job\nmetadata: {name: j}\nspec: {suspend: true, template: {spec: {schedulerName: muster}}}\n")
            .pods.empty());
    EXPECT_TRUE(read("kind: Job\nmetadata: {name: j}\nspec: {template: {spec: {schedulerName: muster}}}\n"
                     "status: {completionTime: \"2026-08-18T09:30:00Z\"}\n")
                    .pods.empty());
    EXPECT_TRUE(read("kind: Job\nmetadata: {name: j}\nspec: {template: {spec: {}}}\n").pods.empty());
}

TEST(ClusterInput, APriorityClassGivesItsPodsTheirPriority) {
    const ClusterInput input = read(
        "kind: List\nitems:\n- {kind: Pod, metadata: {name: a}, spec: {schedulerName: muster, priorityClassName: "
        "high}}\n"
        "- {kind: Pod, metadata: {name: b}, spec: {schedulerName: muster, priorityClassName: high, priority: 7}}\n"
        "- {kind: Pod, metadata: {name: c}, spec: {schedulerName: muster, priorityClassName: unknown}}\n"
        "- {kind: PriorityClass, metadata: {name: high}, value: 1000}\n");
    ASSERT_EQ(input.pods.size(), 3U);
    EXPECT_EQ(input.pods[0].priority, 1'000);
    EXPECT_EQ(input.pods[1].priority, 7);
    EXPECT_EQ(input.pods[2].priority, 0);
}

TEST(ClusterInput, EveryBadObjectIsReportedWithItsPlaceAndTheOthersAreRead) {
    const ClusterInput input = read(
        {{"a.yaml",
          kNode +
              "---\nkind: Node\nmetadata: {name: n2}\nstatus: {allocatable: {cpu: lots}}\n---\nmetadata: {name: x}\n"},
         {"b.json", R"({"kind":"List","items":[{"kind":"Pod"},7]})"},
         {"c.yaml", "a: [\n"}});
    EXPECT_EQ(input.nodes.size(), 1U);
    const Strings texts = faults(input);
    ASSERT_EQ(texts.size(), 5U);
    EXPECT_EQ(texts[0], "a.yaml:10 (document 3): is not a Kubernetes object; give it apiVersion and kind");
    EXPECT_EQ(texts[1], "b.json items[1]: is not a Kubernetes object; give it apiVersion and kind");
    EXPECT_EQ(texts[2].substr(0, 17), "c.yaml: bad YAML:");
    EXPECT_EQ(texts[3],
              "a.yaml:6 (document 2): node n2: status.allocatable[cpu]: \"lots\" is not a quantity; write a number "
              "with an optional unit, e.g. 2, 500m, "
              "1.5Gi or 1e3");
    EXPECT_EQ(texts[4], "b.json items[0]: pod without a name: metadata.name: is missing; give the pod a name");
}

TEST(ClusterInput, TheSameObjectTwiceIsAFault) {
    const ClusterInput input = read({{"a.yaml", kNode}, {"b.yaml", kNode}});
    EXPECT_EQ(input.nodes.size(), 1U);
    EXPECT_EQ(faults(input), (Strings{"b.yaml:1: node n1: is given twice, first in a.yaml:1; remove one"}));
}

TEST(ClusterInput, AFaultOfATemplateIsReportedOnce) {
    const ClusterInput input = read(
        "kind: Job\nmetadata: {name: j}\nspec: {parallelism: 9, template: {metadata: {labels: {muster.scheduler/gang: "
        "g}, annotations: "
        "{muster.scheduler/members: x}}, spec: {schedulerName: muster}}}\n");
    EXPECT_EQ(input.errors.size(), 1U);
    EXPECT_EQ(input.pods.size(), 9U);
    EXPECT_EQ(read("kind: Job\nmetadata: {name: j}\nspec: {parallelism: 9, template: {spec: {schedulerName: muster, "
                   "overhead: {cpu: x}}}}\n")
                  .errors.size(),
              1U);
}

TEST(ClusterInput, NodesGetTheirMachinesAndWhatIsWrongWithOneIsANote) {
    const std::string node =
        "kind: Node\nmetadata:\n  name: NAME\n  labels: {nvidia.com/gpu.product: NVIDIA-H200}\n  annotations: {NOTE}\n"
        "status: {allocatable: {pods: 10, nvidia.com/gpu: 8}}\n---\n";
    const auto written = [&](const std::string& name, const std::string& note) {
        std::string text = node;
        return text.replace(text.find("NAME"), 4, name).replace(text.find("NOTE"), 4, note);
    };
    const ClusterInput input = read(written("a", "") + written("b", "muster.scheduler/machine: hgx-h2000"));
    EXPECT_EQ(faults(input), Strings());
    ASSERT_EQ(input.nodes.size(), 2U);
    ASSERT_TRUE(input.nodes[0].machine);
    EXPECT_EQ(input.nodes[0].machine->name(), "hgx-h200");
    EXPECT_FALSE(input.nodes[1].machine);
    EXPECT_EQ(
        input.notes,
        (Strings{"in.yaml:8 (document 2): node b: metadata.annotations[muster.scheduler/machine]: \"hgx-h2000\" is no "
                 "known machine; did you mean \"hgx-h200\"?; its GPUs count as equals"}));
}

}  // namespace
}  // namespace muster
