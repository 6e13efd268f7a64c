#include "dialects/node_machine.hpp"

#include "dialects/kubernetes.hpp"
#include "placement/topology/machine_library.hpp"
#include "placement/topology/machine_profiles.hpp"
#include "test/dialects/objects_for_tests.hpp"

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

using testing::yaml;
using Strings = std::vector<std::string>;

struct Written {
    std::string labels;
    std::string annotations;
    std::string allocatable = "nvidia.com/gpu: 8";
};

NodeFacts read_with(const Written& node, const MachineSource& machines = built_in_machines()) {
    const auto facts =
        read_node(yaml("metadata:\n  name: n1\n  labels: {" + node.labels + "}\n  annotations: {" + node.annotations +
                       "}\nstatus: {allocatable: {pods: 10, " + node.allocatable + "}}\n"),
                  machines);
    EXPECT_TRUE(facts.has_value()) << (facts ? "" : to_string(facts.error()));
    return facts.value_or(NodeFacts());
}

std::string machine_of(const NodeFacts& facts) {
    return facts.machine ? facts.machine->name() : "plain";
}

// What is said, each without the place that all begin with.
Strings said(const NodeFacts& facts) {
    Strings texts;
    for (const auto& error : facts.machine_errors) texts.push_back(to_string(error));
    return texts;
}

constexpr const char* kH100 = "nvidia.com/gpu.product: NVIDIA-H100-80GB-HBM3, nvidia.com/gpu.count: '8'";

TEST(NodeMachine, LabelsOfNvidiasDiscoveryTellTheProfile) {
    const NodeFacts facts = read_with({kH100, ""});
    EXPECT_EQ(machine_of(facts), "hgx-h100");
    EXPECT_EQ(facts.machine.get(), machine_profile("hgx-h100").get());  // shared, not copied
    EXPECT_EQ(facts.gpu_resource, "nvidia.com/gpu");
    EXPECT_TRUE(facts.gpu_ids.empty());
    EXPECT_TRUE(facts.machine_errors.empty());
}

TEST(NodeMachine, WithoutACountWhatIsAllocatableCounts) {
    EXPECT_EQ(machine_of(read_with({"nvidia.com/gpu.product: NVIDIA-H100-80GB-HBM3", ""})), "hgx-h100");
    EXPECT_EQ(machine_of(read_with({"nvidia.com/gpu.product: NVIDIA-L40S", "", "nvidia.com/gpu: 4"})), "pcie-4");
}

TEST(NodeMachine, TheInstanceTypeTellsWhereNoProductDoes) {
    EXPECT_EQ(machine_of(read_with({"node.kubernetes.io/instance-type: p5.48xlarge", ""})), "hgx-h100");
    EXPECT_EQ(machine_of(read_with({"beta.kubernetes.io/instance-type: p4d.24xlarge", ""})), "dgx-a100");
}

TEST(NodeMachine, AmdsLabelsTellByNameOrByDeviceId) {
    const auto amd = [](const char* labels, int gpus) {
        const NodeFacts facts = read_with({labels, "", "amd.com/gpu: " + std::to_string(gpus)});
        EXPECT_EQ(facts.gpu_resource, facts.machine ? "amd.com/gpu" : "");
        return machine_of(facts);
    };
    EXPECT_EQ(amd("amd.com/gpu.product-name: AMD_Instinct_MI300X_OAM", 8), "mi300x-8");
    EXPECT_EQ(amd("amd.com/gpu.product-name: Unnamed, amd.com/gpu.device-id: 74a1", 8), "mi300x-8");
    EXPECT_EQ(amd("beta.amd.com/gpu.device-id.740f: '8'", 8), "mi210-8");
    EXPECT_EQ(amd("beta.amd.com/gpu.device-id.740f: '8'", 3), "plain");
}

TEST(NodeMachine, ANodeThatSaysNothingIsAPlainSetWithoutAWord) {
    for (const Written& node : {Written{"", ""}, Written{"", "", "cpu: 4"}, Written{kH100, "", "cpu: 4"},
                                Written{"nvidia.com/gpu.product: NVIDIA-Something", ""}}) {
        const NodeFacts facts = read_with(node);
        EXPECT_EQ(machine_of(facts), "plain");
        EXPECT_EQ(facts.gpu_resource, "");
        EXPECT_EQ(said(facts), Strings{});
    }
}

TEST(NodeMachine, SharesOfGpusAreNoDevices) {
    const std::string h100 = kH100;
    for (const auto& shared :
         {h100 + ", nvidia.com/gpu.replicas: '4'", h100 + ", nvidia.com/gpu.sharing-strategy: mps",
          std::string("nvidia.com/gpu.product: NVIDIA-H100-80GB-HBM3-SHARED, nvidia.com/gpu.count: '8'")}) {
        const NodeFacts facts = read_with({shared, ""});
        EXPECT_EQ(machine_of(facts), "plain") << shared;
        EXPECT_EQ(said(facts), Strings{});
    }
    EXPECT_EQ(
        machine_of(read_with({h100 + ", nvidia.com/gpu.replicas: '1', nvidia.com/gpu.sharing-strategy: none", ""})),
        "hgx-h100");
    EXPECT_EQ(
        said(read_with(
            {h100 + ", nvidia.com/gpu.replicas: '4'", "muster.scheduler/machine: hgx-h100", "nvidia.com/gpu: 32"})),
        (Strings{"node n1: metadata.annotations[muster.scheduler/machine]: the node's GPUs are shared, so what it "
                 "offers are shares and not devices; remove it, or end the sharing"}));
}

TEST(NodeMachine, GpusCutIntoPartitionsAreNoMachine) {
    EXPECT_EQ(machine_of(read_with({kH100, "", "nvidia.com/gpu: 8, nvidia.com/mig-1g.10gb: 7"})), "plain");
    EXPECT_EQ(machine_of(read_with({kH100, "", "nvidia.com/gpu: 8, nvidia.com/mig-1g.10gb: 0"})), "hgx-h100");
    // Strategy "single": partitions are offered as GPUs.
    EXPECT_EQ(machine_of(read_with({"nvidia.com/gpu.product: NVIDIA-H100-80GB-HBM3-MIG-7g.80gb, nvidia.com/gpu.count: "
                                    "'8', node.kubernetes.io/instance-type: p5.48xlarge",
                                    ""})),
              "plain");
    EXPECT_EQ(
        said(read_with({kH100, "muster.scheduler/machine: hgx-h100", "nvidia.com/gpu: 8, nvidia.com/mig-1g.10gb: 7"})),
        (Strings{"node n1: metadata.annotations[muster.scheduler/machine]: GPUs of the node are cut into MIG "
                 "partitions, which are no GPUs of a machine; remove it, or turn MIG off"}));
}

TEST(NodeMachine, GkeSaysInItsOwnWordsThatGpusAreSharedOrCut) {
    const std::string a100 = "node.kubernetes.io/instance-type: a2-highgpu-8g";
    EXPECT_EQ(machine_of(read_with({a100, ""})), "dgx-a100");
    EXPECT_EQ(machine_of(read_with({a100 + ", cloud.google.com/gke-gpu-sharing-strategy: time-sharing", ""})), "plain");
    EXPECT_EQ(machine_of(read_with({a100 + ", cloud.google.com/gke-gpu-partition-size: 7g.40gb", ""})), "plain");
}

TEST(NodeMachine, ACountThatDisagreesIsSaid) {
    const NodeFacts facts = read_with({kH100, "", "nvidia.com/gpu: 7"});
    EXPECT_EQ(machine_of(facts), "plain");
    EXPECT_EQ(said(facts), (Strings{"node n1: status.allocatable: hgx-h100 has 8 GPUs, and 7 of nvidia.com/gpu are "
                                    "allocatable, so which they are is not known; see why the others are missing, or "
                                    "give the machine as it is"}));
}

TEST(NodeMachine, AnAnnotationNamesAProfileOrAMachineOfTheOperator) {
    MachineGraph own = *machine_profile("pcie-8");
    own.add_note("ours");
    const MachineRef lab(std::make_shared<const MachineGraph>(own));
    const MachineLibrary library({{"lab", lab}});
    EXPECT_EQ(machine_of(read_with({kH100, "muster.scheduler/machine: dgx-1v"}, library)), "dgx-1v");
    EXPECT_EQ(read_with({"", "muster.scheduler/machine: lab"}, library).machine, lab);
}

TEST(NodeMachine, ANameThatNobodyKnowsIsSaidWithTheNearest) {
    const NodeFacts facts = read_with({kH100, "muster.scheduler/machine: hgx-h10"});
    EXPECT_EQ(machine_of(facts), "plain");
    EXPECT_EQ(facts.allocatable.get("nvidia.com/gpu"), 8);  // usable all the same
    EXPECT_EQ(said(facts), (Strings{"node n1: metadata.annotations[muster.scheduler/machine]: \"hgx-h10\" is no known "
                                    "machine; did you mean \"hgx-h100\"?"}));
}

TEST(NodeMachine, AMachineThatCannotBeTheNodesIsSaid) {
    EXPECT_EQ(said(read_with({"", "muster.scheduler/machine: mi300x-8"})),
              (Strings{"node n1: metadata.annotations[muster.scheduler/machine]: is a machine of another vendor than "
                       "nvidia.com/gpu; give the node's own"}));
    EXPECT_EQ(
        said(read_with({"", "muster.scheduler/machine: gb200-tray"})),
        (Strings{"node n1: metadata.annotations[muster.scheduler/machine]: gb200-tray has 4 GPUs, and 8 of "
                 "nvidia.com/gpu are allocatable, so which they are is not known; see why the others are missing, "
                 "or give the machine as it is"}));
    EXPECT_EQ(
        said(read_with({"", "muster.scheduler/machine: gb200-tray", "cpu: 4"})),
        (Strings{"node n1: metadata.annotations[muster.scheduler/machine]: the node offers neither nvidia.com/gpu "
                 "nor amd.com/gpu; remove it, or start the device plugin"}));
    EXPECT_EQ(said(read_with({"", "muster.scheduler/machine: dgx-1v", "nvidia.com/gpu: 8, amd.com/gpu: 8"})),
              (Strings{"node n1: metadata.annotations[muster.scheduler/machine]: the node offers GPUs of two vendors; "
                       "remove it"}));
}

constexpr const char* kPair = R"("\tGPU0\tGPU1\tCPU Affinity\nGPU0\t X \tNV2\t0-9\nGPU1\tNV2\t X \t0-9\n")";

TEST(NodeMachine, AnAnnotationCarriesADump) {
    const NodeFacts facts =
        read_with({"", std::string("muster.scheduler/machine-dump: ") + kPair, "nvidia.com/gpu: 2"});
    ASSERT_EQ(said(facts), Strings{});
    EXPECT_EQ(machine_of(facts), "machine-dump");
    EXPECT_EQ(facts.machine->gpu_count(), 2U);
}

TEST(NodeMachine, NodesWithEqualDumpsHaveEqualMachinesAndIdsOfTheirOwn) {
    const auto query = [](const std::string& id) {
        return read_with(
            {"", "muster.scheduler/machine-dump: '<nvidia_smi_log><gpu><uuid>" + id + "</uuid></gpu></nvidia_smi_log>'",
             "nvidia.com/gpu: 1"});
    };
    const NodeFacts one = query("GPU-1"), other = query("GPU-2");
    EXPECT_EQ(one.gpu_ids, Strings{"GPU-1"});
    EXPECT_EQ(other.gpu_ids, Strings{"GPU-2"});
    EXPECT_EQ(one.machine, other.machine);
}

TEST(NodeMachine, ABadDumpIsSaidWithItsLine) {
    const Strings cut = said(read_with({"", R"(muster.scheduler/machine-dump: "\tGPU0\tGPU1\nGPU0\t X \tNV2\n")"}));
    ASSERT_EQ(cut.size(), 1U);
    EXPECT_TRUE(
        cut.front().starts_with("node n1: metadata.annotations[muster.scheduler/machine-dump]: line 1: names 2 "
                                "columns, and 1 rows follow; "))
        << cut.front();
    EXPECT_EQ(said(read_with({"", "muster.scheduler/machine-dump: 'hello'"})).size(), 1U);
    EXPECT_EQ(said(read_with({"", "muster.scheduler/machine-dump: 'x', muster.scheduler/machine: dgx-1v"})),
              (Strings{"node n1: metadata.annotations[muster.scheduler/machine]: stands beside "
                       "muster.scheduler/machine-dump; keep one"}));
}

TEST(NodeMachine, IdsOfTheGpusStandInAnAnnotation) {
    const std::string two = std::string("muster.scheduler/machine-dump: ") + kPair;
    const auto ids = [&](const std::string& text) {
        return read_with({"", two + ", muster.scheduler/gpu-ids: " + text, "nvidia.com/gpu: 2"});
    };
    EXPECT_EQ(ids("'GPU-a, GPU-b'").gpu_ids, (Strings{"GPU-a", "GPU-b"}));
    EXPECT_EQ(ids(R"("GPU-a\nGPU-b\n")").gpu_ids, (Strings{"GPU-a", "GPU-b"}));
    for (const char* bad : {"GPU-a", "'GPU-a,GPU-a'", "'GPU-a,'", "'a,b,c'", "','", "''"}) {
        const NodeFacts facts = ids(bad);
        EXPECT_EQ(said(facts), (Strings{"node n1: metadata.annotations[muster.scheduler/gpu-ids]: is no list of 2 "
                                        "different ids separated by commas; write one for each GPU, by ordinal"}))
            << bad;
        EXPECT_EQ(facts.gpu_ids, Strings{}) << bad;
        EXPECT_EQ(machine_of(facts), "machine-dump") << bad;
    }
    EXPECT_EQ(
        said(read_with({"", "muster.scheduler/gpu-ids: 'a,b'"})),
        (Strings{"node n1: metadata.annotations[muster.scheduler/gpu-ids]: has no effect, since the node's machine "
                 "is not known; give it with muster.scheduler/machine, or remove it"}));
}

TEST(NodeMachine, UnknownWordsOfMusterAreSaid) {
    EXPECT_EQ(
        said(read_with({"", "muster.scheduler/machin: dgx-1v, other.org/machine: x"})),
        (Strings{"node n1: metadata.annotations[muster.scheduler/machin]: is no annotation of Muster for nodes; did "
                 "you mean \"muster.scheduler/machine\"?"}));
}

}  // namespace
}  // namespace muster
