#include "dialects/topology/machine_dump.hpp"
#include "placement/model/link_rates.hpp"
#include "test/dialects/topology/graph_for_tests.hpp"

#include <string>

#include <gtest/gtest.h>

namespace muster {
namespace {

constexpr const char* kNoFabric = "00000000-0000-0000-0000-000000000000";

struct Gpu {
    std::string product = "NVIDIA H100 80GB HBM3";
    std::string architecture = "Hopper";
    std::string state = "Completed";
    std::string cluster = kNoFabric;
    std::string mig = "Disabled";
    std::string generation = "5";
};

std::string gpu_element(const Gpu& gpu, int index) {
    const std::string bus = "00000000:8" + std::to_string(index) + ":0A.0";
    return "<gpu id=\"" + bus + "\"><uuid>GPU-" + std::to_string(index) + "</uuid><product_name>" + gpu.product +
           "</product_name><product_architecture>" + gpu.architecture +
           "</product_architecture><mig_mode><current_mig>" + gpu.mig +
           "</current_mig></mig_mode><platformInfo><module_id>" + std::to_string(9 - index) +
           "</module_id></platformInfo><pci><pci_bus_id>" + bus +
           "</pci_bus_id><pci_gpu_link_info><pcie_gen><max_link_gen>" + gpu.generation +
           "</max_link_gen></pcie_gen><link_widths><max_link_width>8x</max_link_width></link_widths>"
           "</pci_gpu_link_info></pci><fabric><state>" +
           gpu.state + "</state><cliqueId>7</cliqueId><clusterUuid>" + gpu.cluster + "</clusterUuid></fabric></gpu>\n";
}

std::string log_of(const std::vector<Gpu>& gpus, int attached = -1) {
    std::string text =
        "<?xml version=\"1.0\" ?>\n<!DOCTYPE nvidia_smi_log SYSTEM \"nvsmi_device_v13.dtd\">\n<nvidia_smi_log>\n";
    text += "<attached_gpus>" + std::to_string(attached < 0 ? static_cast<int>(gpus.size()) : attached) +
            "</attached_gpus>\n";
    for (std::size_t i = 0; i < gpus.size(); ++i) text += gpu_element(gpus[i], static_cast<int>(i));
    return text + "</nvidia_smi_log>\n";
}

MachineGraph read_log(const std::vector<Gpu>& gpus) {
    return machine_or_fail(read_smi_query(log_of(gpus), "dump"));
}

TEST(SmiQuery, ProductAddressAndSlotAreTaken) {
    const MachineGraph machine = read_log({Gpu{}});
    const Part& gpu = machine.part(machine.gpu(0));
    EXPECT_EQ(gpu.model, "NVIDIA H100 80GB HBM3");
    EXPECT_EQ(gpu.bus, "0000:80:0a.0");
    EXPECT_EQ(gpu.uuid, "GPU-0");
    EXPECT_EQ(gpu.arch, 90);
    EXPECT_EQ(gpu.numa, -1);
    EXPECT_EQ(link_between(machine, "GPU0", "NUMA0", LinkKind::pcie).mbps, pcie_mbps(32'000, 8));
    EXPECT_TRUE(has_note(machine, "NUMA nodes, PCIe switches and NICs are not in"));
}

TEST(SmiQuery, OneArchitectureHasSeveralComputeCapabilities) {
    struct Case {
        const char* product;
        const char* architecture;
        std::int32_t arch;
    };
    for (const Case& c : {Case{"NVIDIA A100-SXM4-40GB", "Ampere", 80}, Case{"NVIDIA A10G", "Ampere", 86},
                          Case{"NVIDIA L40S", "Ada Lovelace", 89}, Case{"NVIDIA GB200", "Blackwell", 100},
                          Case{"NVIDIA GB300", "Blackwell", 103}, Case{"NVIDIA RTX PRO 6000", "Blackwell", 120},
                          Case{"Tesla P40", "Pascal", 61}, Case{"Something", "Later", 0}}) {
        Gpu gpu;
        gpu.product = c.product;
        gpu.architecture = c.architecture;
        const MachineGraph machine = read_log({gpu});
        EXPECT_EQ(machine.part(machine.gpu(0)).arch, c.arch) << c.product;
    }
}

TEST(SmiQuery, GpusRegisteredWithAFabricHangOnNvswitches) {
    Gpu alone;
    alone.state = "N/A";
    const MachineGraph machine = read_log({Gpu{}, Gpu{}, alone});
    EXPECT_EQ(link_between(machine, "GPU1", "NVSwitch", LinkKind::nvlink), (LinkSum{18, 18 * nvlink_mbps(90)}));
    EXPECT_EQ(link_between(machine, "GPU2", "NVSwitch", LinkKind::nvlink), LinkSum{});
    EXPECT_TRUE(has_note(machine, "NVLinks are not listed: 2 of 3 GPUs"));
    Gpu fewer;
    fewer.product = "NVIDIA H800";
    EXPECT_EQ(sum_of(read_log({fewer, fewer}), LinkKind::nvlink).count, 16);
}

TEST(SmiQuery, GpusOfNoFabricAreJoinedByPcie) {
    Gpu gpu;
    gpu.product = "NVIDIA L40S";
    gpu.architecture = "Ada Lovelace";
    gpu.state = "N/A";
    const MachineGraph machine = read_log({gpu, gpu});
    EXPECT_EQ(count_of(machine, PartKind::nvswitch), 0U);
    EXPECT_TRUE(has_note(machine, "NVLinks are not in nvidia-smi -q -x"));
}

TEST(SmiQuery, TheAllZeroClusterIsNoFabricOfSeveralNodes) {
    EXPECT_FALSE(has_note(read_log({Gpu{}}), "multi-node"));
    Gpu member;
    member.cluster = "00000001-0000-0000-0000-000000000001";
    const MachineGraph machine = read_log({member, member});
    EXPECT_TRUE(has_note(machine, "00000001-0000-0000-0000-000000000001.7: GPU0, GPU1"));
    EXPECT_TRUE(has_note(read_log({member, Gpu{}, Gpu{}}), ".7: GPU0"));
}

TEST(SmiQuery, MigAndModuleIdsAreNoted) {
    Gpu sliced;
    sliced.mig = "Enabled";
    const MachineGraph machine = read_log({Gpu{}, sliced});
    EXPECT_TRUE(has_note(machine, "MIG is on, slices are not shown: GPU1"));
    EXPECT_TRUE(has_note(machine, "module ids by GPU: 9, 8"));
}

TEST(SmiQuery, ACutFileIsRefused) {
    const auto cut = read_smi_query(log_of({Gpu{}, Gpu{}}, 8), "dump");
    ASSERT_FALSE(cut);
    EXPECT_EQ(to_string(cut.error()),
              "dump: line 3: <attached_gpus> is 8, and 2 <gpu> are there; give the whole output of nvidia-smi -q -x");
    const auto other = read_smi_query("<system/>", "dump");
    ASSERT_FALSE(other);
    EXPECT_NE(other.error().what.find("expected <nvidia_smi_log>"), std::string::npos);
    const auto none = read_smi_query("<nvidia_smi_log/>", "dump");
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().what, "holds no <gpu>");
}

}  // namespace
}  // namespace muster
