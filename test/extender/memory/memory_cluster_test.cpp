#include "extender/memory/memory_cluster.hpp"

#include "config/settings.hpp"
#include "test/extender/kube/recording_service.hpp"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include <gtest/gtest.h>

namespace muster {
namespace {

using test::RecordingService;

const std::string kCluster = R"(
apiVersion: v1
kind: Node
metadata: {name: n1}
status: {allocatable: {cpu: "64", memory: 512Gi, pods: "110", nvidia.com/gpu: "8"}}
---
apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: Node, metadata: {name: n2}, status: {allocatable: {cpu: "64", pods: "110"}}}
- apiVersion: v1
  kind: Pod
  metadata: {name: a, namespace: ml, uid: uid-a, labels: {muster.scheduler/gang: g}, annotations: {muster.scheduler/members: "2"}}
  spec: {schedulerName: muster, schedulingGates: [{name: muster.scheduler/gang}], containers: [{name: c}]}
- apiVersion: v1
  kind: Pod
  metadata: {name: open, namespace: ml}
  spec: {schedulerName: muster, containers: [{name: c}]}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: ignored}
---
apiVersion: batch/v1
kind: Job
metadata: {name: train, namespace: ml}
spec:
  parallelism: 2
  completions: 2
  template:
    metadata: {labels: {muster.scheduler/gang: train}}
    spec: {schedulerName: muster, containers: [{name: c}]}
)";

template <class Condition>
bool eventually(Condition condition) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!condition()) {
        if (std::chrono::steady_clock::now() > deadline) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return true;
}

class MemoryClusterTest : public ::testing::Test {
  protected:
    MemoryClusterTest() { EXPECT_TRUE(cluster.create(*parse_yaml(kCluster, "test"))); }
    PodFacts now(const std::string& name) { return cluster.read({"ml", name}).value().value(); }
    static Admit admit_of(const PodFacts& pod) {
        return {pod.uid, pod.key, pod.resource_version, {Epoch(3), Term(1), NodeName("n1"), 0}, true, true};
    }
    static WriteBinding binding_of(const PodFacts& pod) {
        return {pod.uid, pod.key, pod.resource_version, NodeName("n1"), Epoch(3), 1, "b1"};
    }
    RecordingService service;
    MemoryCluster cluster{{"muster"}};
};

TEST_F(MemoryClusterTest, ReadsNodesPodsAndTheJobsPods) {
    EXPECT_EQ(cluster.nodes(), 2U);
    std::vector<std::string> names;
    for (const auto& pod : cluster.pods()) names.push_back(pod.key.name);
    EXPECT_EQ(names, (std::vector<std::string>{"a", "open", "train-0", "train-1"}));
    EXPECT_EQ(now("train-0").gang->needed, 2) << "the Job's parallelism";
    EXPECT_FALSE(now("open").uid.empty());
    EXPECT_NE(now("open").uid, now("train-0").uid);
}

TEST_F(MemoryClusterTest, LoadsAFileAndNamesWhatIsWrong) {
    std::string name = std::filesystem::temp_directory_path() / "memory-cluster-test-XXXXXX";
    const std::filesystem::path folder = mkdtemp(name.data());
    std::ofstream(folder / "cluster.yaml") << kCluster;
    MemoryCluster other({"muster"});
    EXPECT_TRUE(other.load(folder / "cluster.yaml"));
    EXPECT_EQ(other.nodes(), 2U);
    EXPECT_FALSE(other.load(folder / "missing.yaml"));
    std::filesystem::remove_all(folder);
}

TEST_F(MemoryClusterTest, NodesHaveTheirMachinesAndPodsTheirDevices) {
    const auto objects = parse_yaml(
        "{kind: Node, metadata: {name: n9, labels: {nvidia.com/gpu.product: NVIDIA-H200}}, status: {allocatable: "
        "{nvidia.com/gpu: 8}}}\n---\n{kind: Pod, metadata: {name: told, namespace: ml}, spec: {nodeName: n9, "
        "containers: "
        "[{name: c}]}, status: {phase: Running, containerStatuses: [{name: c, allocatedResourcesStatus: [{name: "
        "nvidia.com/gpu, resources: [{resourceID: GPU-1}]}]}]}}",
        "test");
    ASSERT_TRUE(cluster.create(*objects));
    EXPECT_EQ(now("told").devices, std::vector<std::string>{"GPU-1"});
    cluster.start(service);
    ASSERT_TRUE(eventually([&] { return service.nodes().contains("n9"); }));
    const MachineRef machine = service.nodes().at("n9").machine;
    ASSERT_TRUE(machine);
    EXPECT_EQ(machine->name(), "hgx-h200");
    cluster.stop();
}

TEST_F(MemoryClusterTest, OneBadObjectRefusesAll) {
    const auto objects = parse_yaml(
        "{kind: Node, metadata: {name: n9}}\n---\n{kind: Pod, metadata: {name: a, namespace: ml}, spec: {containers: "
        "[{name: c}]}}",
        "test");
    const auto added = cluster.create(*objects);
    ASSERT_FALSE(added);
    EXPECT_EQ(added.error().code, ErrorCode::conflict) << "pod ml/a is there already";
    EXPECT_EQ(cluster.nodes(), 2U);
    EXPECT_FALSE(cluster.create({Object::map({})})) << "no kind";
}

TEST_F(MemoryClusterTest, AdmitWritesPlanAndNominationAndLiftsTheGate) {
    const WriteOutcome outcome = cluster.admit(admit_of(now("a")));
    ASSERT_EQ(outcome.status, WriteStatus::ok);
    EXPECT_FALSE(now("a").own_gate);
    EXPECT_EQ(now("a").nominated_node.str(), "n1");
    EXPECT_EQ(now("a").plan->epoch, Epoch(3));
    EXPECT_EQ(now("a").resource_version, outcome.resource_version);
}

TEST_F(MemoryClusterTest, EveryWriteMovesTheVersionAndAnOldOneIsAConflict) {
    const PodFacts old = now("open");
    EXPECT_EQ(cluster.touch(old.key, old.uid, old.resource_version, "t").status, WriteStatus::ok);
    EXPECT_EQ(cluster.touch(old.key, old.uid, old.resource_version, "t").status, WriteStatus::conflict);
    EXPECT_EQ(cluster.touch(old.key, old.uid, "", "t").status, WriteStatus::ok) << "no precondition";
    EXPECT_EQ(cluster.admit(admit_of(old)).status, WriteStatus::conflict);
    EXPECT_EQ(cluster.fence({old.uid, old.key, old.resource_version, {}, true}).status, WriteStatus::conflict);
    EXPECT_EQ(cluster.bind(binding_of(old)).status, WriteStatus::conflict);
    EXPECT_EQ(cluster.remove({old.uid, old.key, old.resource_version, "why"}).status, WriteStatus::conflict);
    EXPECT_FALSE(now("open").bound());
}

TEST_F(MemoryClusterTest, APodIsBoundOnceAndNeverWhileGated) {
    EXPECT_EQ(cluster.bind(binding_of(now("a"))).status, WriteStatus::conflict) << "gated";
    const WriteOutcome bound = cluster.bind(binding_of(now("train-0")));
    EXPECT_EQ(bound.status, WriteStatus::ok);
    EXPECT_EQ(bound.node.str(), "n1");
    EXPECT_EQ(now("train-0").gang->rank, 1) << "the Binding's annotation";
    EXPECT_EQ(cluster.bind(binding_of(now("train-0"))).status, WriteStatus::conflict)
        << "already bound, even to that node";
    const PodFacts open = now("open");
    EXPECT_EQ(cluster.bind_plain({PodUid("other"), open.key, "", NodeName("n1")}).status, WriteStatus::conflict)
        << "another UID";
    EXPECT_EQ(cluster.bind_plain({open.uid, open.key, open.resource_version, NodeName("n2")}).status, WriteStatus::ok);
}

TEST_F(MemoryClusterTest, FenceEndsThePlan) {
    ASSERT_EQ(cluster.admit(admit_of(now("a"))).status, WriteStatus::ok);
    const PodFacts pod = now("a");
    EXPECT_EQ(cluster.fence({pod.uid, pod.key, pod.resource_version, {Epoch(3), Term(1), NodeName(), -1}, true}).status,
              WriteStatus::ok);
    EXPECT_TRUE(now("a").nominated_node.empty());
    EXPECT_TRUE(now("a").plan->node.empty());
    EXPECT_EQ(cluster.bind(binding_of(pod)).status, WriteStatus::conflict) << "no Binding of the old plan can land";
}

TEST_F(MemoryClusterTest, ARemovedPodIsGone) {
    const PodFacts pod = now("a");
    EXPECT_EQ(cluster.remove({pod.uid, pod.key, pod.resource_version, "why"}).status, WriteStatus::ok);
    EXPECT_EQ(cluster.read(pod.key).value(), std::nullopt);
    EXPECT_EQ(cluster.touch(pod.key, pod.uid, "", "t").status, WriteStatus::gone);
}

TEST_F(MemoryClusterTest, TheServiceSeesTheClusterThenEveryChangeInOrder) {
    cluster.start(service);
    ASSERT_TRUE(eventually([&] { return !service.lead_times().empty(); }));
    EXPECT_EQ(service.log(), (std::vector<std::string>{"node n1", "node n2", "pod a", "pod open", "pod train-0",
                                                       "pod train-1", "synced", "lead"}));
    EXPECT_EQ(service.lead_times().back(), TimePoint::max());
    EXPECT_EQ(cluster.admit(admit_of(now("a"))).status, WriteStatus::ok);
    EXPECT_EQ(cluster.bind(binding_of(now("a"))).status, WriteStatus::ok);
    EXPECT_TRUE(cluster.delete_pod({"ml", "open"}));
    EXPECT_FALSE(cluster.delete_pod({"ml", "open"}));
    EXPECT_TRUE(cluster.delete_node(NodeName("n2")));
    ASSERT_TRUE(eventually([&] { return service.count("node-gone n2") == 1; }));
    const auto log = service.log();
    EXPECT_EQ(std::vector<std::string>(log.begin() + 8, log.end()),
              (std::vector<std::string>{"pod a", "pod a", "pod a", "pod-gone pod.ml.open", "node-gone n2"}))
        << "nominated, admitted, bound, deleted";
    EXPECT_EQ(service.pods().at("uid-a").node.str(), "n1");
}

TEST_F(MemoryClusterTest, WritesAreRefusedWhenTheServiceDoesNotKeepUp) {
    cluster.start(service);
    ASSERT_TRUE(eventually([&] { return !service.lead_times().empty(); }));
    const auto held = service.hold();
    WriteOutcome outcome;
    std::size_t accepted = 0;
    while (outcome.status == WriteStatus::ok && accepted < 2 * limits::kWriteQueue) {
        outcome = cluster.touch({"ml", "a"}, PodUid("uid-a"), "", "t");
        ++accepted;
    }
    EXPECT_EQ(outcome.status, WriteStatus::unavailable);
    EXPECT_LE(accepted, limits::kWriteQueue + 2);
}

TEST_F(MemoryClusterTest, NotesAreKeptUpToALimit) {
    for (std::size_t i = 0; i < limits::kEventQueue + 5; ++i)
        cluster.note({PodUid("u"), {"ml", "a"}, "Pod", "R", std::to_string(i), false});
    ASSERT_EQ(cluster.notes().size(), limits::kEventQueue);
    EXPECT_EQ(cluster.notes().front().note, "5");
}

}  // namespace
}  // namespace muster
