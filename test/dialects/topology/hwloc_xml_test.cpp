#include "dialects/topology/machine_dump.hpp"
#include "test/dialects/refusal_of.hpp"
#include "test/dialects/topology/graph_for_tests.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

std::string hwloc_refusal(const std::string& text) {
    return test::refusal_of(read_hwloc_xml(text, "t.xml"));
}

std::string gpu_object(const std::string& bus, int nvml,
                       const std::string& type = "0302 [10de:1db5] [10de:1249] a1 00") {
    const std::string number = std::to_string(nvml);
    return "<object type=\"PCIDev\" gp_index=\"10" + number + "\" pci_busid=\"" + bus + "\" pci_type=\"" + type +
           "\" pci_link_speed=\"15.753846\"><object type=\"OSDev\" gp_index=\"20" + number + "\" name=\"cuda" +
           std::to_string(7 - nvml) + "\" osdev_type=\"12\"/><object type=\"OSDev\" gp_index=\"30" + number +
           "\" name=\"nvml" + number +
           "\" osdev_type=\"12\"><info name=\"GPUModel\" value=\"V100\"/><info name=\"NVIDIAUUID\" value=\"GPU-" +
           number + "\"/></object></object>";
}

std::string bridge_of(const std::string& bus, const std::string& content) {
    return "<object type=\"Bridge\" bridge_type=\"1-1\" pci_busid=\"" + bus +
           "\" pci_type=\"0604 [10b5:9781] [0000:0000] b0 00\" pci_link_speed=\"7.876923\">" + content + "</object>";
}

std::string host_bridge_of(const std::string& content) {
    return "<object type=\"Bridge\" bridge_type=\"0-1\" bridge_pci=\"0000:[00-10]\">" + content + "</object>";
}

std::string package_of(int id, const std::string& content) {
    const std::string set = id == 0 ? "0x00000001" : "0x00000002,,0x0";
    const std::string os = std::to_string(id == 0 ? 0 : 65), gp = std::to_string(id);
    return "<object type=\"Package\" gp_index=\"4" + gp + "\" nodeset=\"" + set +
           "\"><info name=\"CPUVendor\" value=\"GenuineIntel\"/><info name=\"CPUModelNumber\" value=\"85\"/>"
           "<object type=\"NUMANode\" gp_index=\"5" +
           gp + "\" os_index=\"" + os + "\" nodeset=\"" + set + "\"/>" + content + "</object>\n";
}

std::string topology_of(const std::string& objects, const std::string& rest = "") {
    return "<?xml version=\"1.0\"?>\n<topology version=\"3.0\">\n<object type=\"Machine\" "
           "nodeset=\"0x00000002,,0x1\">" +
           objects + "</object>\n" + rest + "<info name=\"Architecture\" value=\"x86_64\"/></topology>";
}

std::string matrix_of(const std::string& name, int size, const std::string& indexes, const std::string& values) {
    return "<distances2hetero nbobjs=\"" + std::to_string(size) + "\" name=\"" + name + "\"><indexes length=\"1\">" +
           indexes + "</indexes><u64values length=\"1\">" + values + "</u64values></distances2hetero>";
}

TEST(HwlocXml, ReadsPackagesBridgesAndDevices) {
    const std::string nic =
        "<object type=\"PCIDev\" pci_busid=\"0000:05:00.0\" pci_type=\"0207 [15b3:101b] [15b3:0007] 00 00\" "
        "pci_link_speed=\"31.507692\"><object type=\"OSDev\" name=\"ib0\" osdev_type=\"2\"/>"
        "<object type=\"OSDev\" name=\"mlx5_0\" osdev_type=\"3\"/></object>";
    // Root port, then a switch of one upstream and three downstream ports.
    const std::string under = bridge_of(
        "0000:01:00.0", bridge_of("0000:02:00.0", bridge_of("0000:03:00.0", gpu_object("0000:04:00.0", 0)) +
                                                      bridge_of("0000:03:01.0", nic) +
                                                      bridge_of("0000:03:02.0", gpu_object("0000:06:00.0", 1))));
    const std::string bmc =
        "<object type=\"PCIDev\" pci_busid=\"0000:09:00.0\" pci_type=\"0300 [1a03:2000] [1a03:2000] 41 00\"/>";
    const auto machine = machine_or_fail(read_hwloc_xml(
        topology_of(package_of(0, host_bridge_of(under) + host_bridge_of(bmc)) +
                    package_of(1, host_bridge_of(bridge_of("0001:01:00.0", gpu_object("0001:04:00.0", 2))))),
        "t.xml"));
    EXPECT_EQ(machine.gpu_count(), 3U);
    EXPECT_EQ(machine.nic_count(), 1U);
    EXPECT_EQ(count_of(machine, PartKind::bridge), 1U) << "one part for a switch, none for root and downstream ports";
    EXPECT_EQ(count_of(machine, PartKind::host_bridge), 0U) << "one tree below each NUMA node";
    EXPECT_EQ(link_between(machine, "0000:02:00.0", "GPU1", LinkKind::pcie), (LinkSum{1, 12'000}));
    EXPECT_EQ(link_between(machine, "0000:02:00.0", "mlx5_0", LinkKind::pcie), (LinkSum{1, 24'000}));
    EXPECT_EQ(link_between(machine, "NUMA0", "0000:02:00.0", LinkKind::pcie), (LinkSum{1, 6'000}));
    EXPECT_EQ(link_between(machine, "NUMA65", "GPU2", LinkKind::pcie).count, 1);
    EXPECT_EQ(link_between(machine, "NUMA0", "NUMA65", LinkKind::socket), (LinkSum{1, 10'000}));
    EXPECT_EQ(part_of(machine, "GPU2")->uuid, "GPU-2");
    EXPECT_EQ(part_of(machine, "GPU2")->bus, "0001:04:00.0") << "NVML's number, not CUDA's";
    EXPECT_EQ(part_of(machine, "GPU2")->numa, 65);
    EXPECT_EQ(part_of(machine, "GPU2")->arch, 70);
    EXPECT_EQ(part_of(machine, "GPU2")->model, "V100");
}

TEST(HwlocXml, SeveralHostBridgesOfANodeAreToldApart) {
    const auto machine = machine_or_fail(read_hwloc_xml(
        topology_of(package_of(0, host_bridge_of(bridge_of("0000:01:00.0", gpu_object("0000:04:00.0", 0))) +
                                      host_bridge_of(bridge_of("0001:01:00.0", gpu_object("0001:04:00.0", 1))))),
        "t.xml"));
    EXPECT_EQ(count_of(machine, PartKind::host_bridge), 2U);
    EXPECT_TRUE(has_note(machine, "no NVLink or xGMI stated"));
    EXPECT_TRUE(has_note(machine, "no NICs listed"));
}

TEST(HwlocXml, MemoryOfGpusIsNoNumaNode) {
    const std::string memory = "<object type=\"NUMANode\" subtype=\"GPUMemory\" os_index=\"4\"/>";
    const auto machine = machine_or_fail(
        read_hwloc_xml(topology_of(package_of(0, memory + host_bridge_of(gpu_object("0000:04:00.0", 0)))), "t.xml"));
    EXPECT_EQ(count_of(machine, PartKind::numa), 1U);
}

TEST(HwlocXml, DevicesOfNoStatedNodeHangOnTheFirstPossible) {
    const auto machine = machine_or_fail(read_hwloc_xml(
        topology_of(host_bridge_of(gpu_object("0000:04:00.0", 0)) + package_of(0, "") + package_of(1, "")), "t.xml"));
    EXPECT_EQ(link_between(machine, "NUMA0", "GPU0", LinkKind::pcie).count, 1);
    EXPECT_TRUE(has_note(machine, "whose NUMA node is not told"));
}

TEST(HwlocXml, BandwidthMatricesGiveNvlinksToPeersSwitchesAndCpus) {
    const std::string nvswitch =
        "<object type=\"PCIDev\" gp_index=\"77\" subtype=\"NVSwitch\" pci_busid=\"0000:61:00.0\"/>";
    const std::string objects =
        package_of(0, host_bridge_of(gpu_object("0000:04:00.0", 0) + gpu_object("0000:05:00.0", 1) +
                                     bridge_of("0000:60:00.0", nvswitch)));
    const auto peers = machine_or_fail(
        read_hwloc_xml(topology_of(objects, matrix_of("NVLinkBandwidth", 3, "OSDev:300 OSDev:301 Package:40",
                                                      "1000000 50000 25000  50000 1000000 0  25000 0 1000000")),
                       "t"));
    EXPECT_EQ(link_between(peers, "GPU0", "GPU1", LinkKind::nvlink), (LinkSum{2, 40'000}));
    EXPECT_EQ(link_between(peers, "NUMA0", "GPU0", LinkKind::nvlink), (LinkSum{1, 20'000}));
    EXPECT_EQ(link_between(peers, "NUMA0", "GPU1", LinkKind::nvlink), LinkSum{});
    const auto switched = machine_or_fail(
        read_hwloc_xml(topology_of(objects, matrix_of("NVLinkBandwidth", 3, "OSDev:300 OSDev:301 PCIDev:77",
                                                      "0 0 150000 0 0 150000 150000 150000 0")),
                       "t"));
    EXPECT_EQ(link_between(switched, "NVSwitch", "GPU1", LinkKind::nvlink), (LinkSum{6, 120'000}));
}

TEST(HwlocXml, XgmiCountsWhereOneHopIsStated) {
    const auto gpu = [](const std::string& bus, int number) {
        const std::string n = std::to_string(number);
        return "<object type=\"PCIDev\" gp_index=\"1" + n + "\" pci_busid=\"" + bus +
               "\" pci_type=\"0380 [1002:740f] [1002:0c34] 02 00\"><object type=\"OSDev\" gp_index=\"2" + n +
               "\" name=\"rsmi" + n + "\" osdev_type=\"1\"/></object>";
    };
    const std::string objects =
        package_of(0, host_bridge_of(gpu("0000:03:00.0", 0) + gpu("0000:04:00.0", 1) + gpu("0000:05:00.0", 2)));
    const std::string matrices =
        matrix_of("XGMIBandwidth", 3, "20 21 22", "0 50000 50000 50000 0 50000 50000 50000 0") +
        matrix_of("XGMIHops", 3, "20 21 22", "0 1 2 1 0 1 2 1 0");
    const auto machine = machine_or_fail(read_hwloc_xml(topology_of(objects, matrices), "t"));
    EXPECT_EQ(machine.vendor(), Vendor::amd);
    EXPECT_EQ(sum_of(machine, LinkKind::xgmi), (LinkSum{2, 72'000}));
    EXPECT_EQ(link_between(machine, "GPU0", "GPU2", LinkKind::xgmi), LinkSum{});
}

TEST(HwlocXml, WhatIsNoMachineWithGpusIsRefusedWithTheReason) {
    struct Case {
        std::string text, part;
    };
    const std::string gpu = package_of(0, host_bridge_of(gpu_object("0000:04:00.0", 0)));
    for (const Case& c : std::vector<Case>{
             {"<system/>", "begins with <system>"},
             {topology_of(package_of(0, "")), "line 2: no GPU in it, nor any other PCI device"},
             {topology_of(package_of(0, host_bridge_of("<object type=\"PCIDev\" pci_type=\"0200 [8086:1533] x\"/>"))),
              "line 2: no GPU in it; run lstopo"},
             {topology_of(package_of(0, host_bridge_of(gpu_object("0000:04:00.0", 0) + gpu_object("0000:05:00.0", 0)))),
              "two GPUs have the number 0"},
             {topology_of(gpu + package_of(0, "")), "a second NUMA node 0"},
             {topology_of(gpu, matrix_of("NVLinkBandwidth", 2, "OSDev:300 OSDev:301", "0 1 2")),
              "a matrix of 2 objects with 3 values"},
             {topology_of(gpu, matrix_of("NVLinkBandwidth", 1, "OSDev:x", "0")), "a matrix of 1 objects"},
         }) {
        EXPECT_NE(hwloc_refusal(c.text).find(c.part), std::string::npos)
            << c.part << "\ngot: " << hwloc_refusal(c.text);
    }
}

}  // namespace
}  // namespace muster
