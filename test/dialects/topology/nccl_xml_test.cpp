#include "dialects/topology/machine_dump.hpp"
#include "test/dialects/refusal_of.hpp"
#include "test/dialects/topology/graph_for_tests.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

std::string nccl_refusal(const std::string& text) {
    return test::refusal_of(read_nccl_xml(text, "t.xml"));
}

std::string system_of(const std::string& content, const std::string& version = "1") {
    return "<system version=\"" + version + "\">\n" + content + "\n</system>";
}

std::string cpu_of(const std::string& content, const std::string& id = "0") {
    return "<cpu numaid=\"" + id + "\" arch=\"x86_64\" vendor=\"GenuineIntel\" familyid=\"6\" modelid=\"143\">" +
           content + "</cpu>";
}

std::string gpu_of(const std::string& bus, const std::string& dev, const std::string& links = "",
                   const std::string& sm = "90") {
    return "<pci busid=\"" + bus + "\" class=\"0x030200\" link_speed=\"32.0 GT/s PCIe\" link_width=\"16\"><gpu dev=\"" +
           dev + "\" sm=\"" + sm + "\" rank=\"0\" gdr=\"1\">" + links + "</gpu></pci>\n";
}

std::string nvlink(const std::string& target, int count, const std::string& tclass = "0x030200") {
    return "<nvlink target=\"" + target + "\" count=\"" + std::to_string(count) + "\" tclass=\"" + tclass + "\"/>";
}

TEST(NcclXml, ReadsSwitchesNicsAndNvswitchOfABoard) {
    const std::string links = nvlink("0000:c0:00.0", 9, "0x068000") + nvlink("0000:c1:00.0", 9, "0x068000");
    const auto side = [&](const std::string& id, const std::string& bus, const std::string& dev) {
        return cpu_of(
            "<pci busid=\"0000:" + bus + "0:00.0\" class=\"0x060400\" link_speed=\"16 GT/s\" link_width=\"16\">" +
                gpu_of("0000:" + bus + "1:00.0", dev, links) + "<pci busid=\"0000:" + bus +
                "2:00.0\" class=\"0x020700\" link_speed=\"32.0 GT/s PCIe\" link_width=\"8\"><nic><net name=\"mlx5_" +
                dev + "\" speed=\"400000\" gdr=\"1\"/></nic></pci></pci>",
            id);
    };
    const auto machine = machine_or_fail(read_nccl_xml(system_of(side("0", "1", "0") + side("1", "9", "1")), "t.xml"));
    EXPECT_EQ(machine.vendor(), Vendor::nvidia);
    EXPECT_EQ(machine.gpu_count(), 2U);
    EXPECT_EQ(machine.nic_count(), 2U);
    EXPECT_EQ(count_of(machine, PartKind::nvswitch), 1U) << "all switches of a board are one part";
    EXPECT_EQ(sum_of(machine, LinkKind::nvlink), (LinkSum{36, 36 * 20'600}));
    EXPECT_EQ(link_between(machine, "NUMA0", "NUMA1", LinkKind::socket), (LinkSum{1, 22'000}));
    EXPECT_EQ(link_between(machine, "NUMA0", "0000:10:00.0", LinkKind::pcie), (LinkSum{1, 24'000}));
    EXPECT_EQ(link_between(machine, "0000:10:00.0", "GPU0", LinkKind::pcie), (LinkSum{1, 48'000}));
    EXPECT_EQ(link_between(machine, "0000:90:00.0", "mlx5_1", LinkKind::pcie), (LinkSum{1, 24'000}));
    ASSERT_NE(part_of(machine, "mlx5_1"), nullptr);
    EXPECT_EQ(part_of(machine, "mlx5_1")->nic_mbps, 400'000);
    EXPECT_EQ(part_of(machine, "GPU1")->numa, 1);
    EXPECT_EQ(part_of(machine, "GPU1")->arch, 90);
    EXPECT_TRUE(machine.notes().empty()) << machine.notes().front();
}

TEST(NcclXml, WidthZeroIsSixteenAndAnEmptySpeedIsGenThree) {
    const std::string gpu =
        "<pci busid=\"0000:01:00.0\" class=\"0x030200\" link_speed=\"\" link_width=\"0\">"
        "<gpu dev=\"0\" sm=\"80\"/></pci>";
    const auto machine = machine_or_fail(read_nccl_xml(system_of(cpu_of(gpu)), "t.xml"));
    EXPECT_EQ(link_between(machine, "NUMA0", "GPU0", LinkKind::pcie), (LinkSum{1, 12'000}));
    EXPECT_TRUE(has_note(machine, "no NICs listed"));
}

TEST(NcclXml, BareDevicesAreWhatTheirClassSaysAndCountInPciOrder) {
    const std::string content =
        cpu_of(
            "<pci busid=\"ffff:ff:01.0\" class=\"0x060400\">"
            "<pci busid=\"0003:00:00.0\" class=\"0x030200\" vendor=\"0x10de\" device=\"0x20b2\"/>"
            "<pci busid=\"0103:00:00.0\" class=\"0x020700\"/></pci>") +
        cpu_of("<pci busid=\"0001:00:00.0\" class=\"0x030200\"/><pci busid=\"0009:00:00.0\"/>", "1");
    const auto machine = machine_or_fail(read_nccl_xml(system_of(content), "t.xml"));
    ASSERT_EQ(machine.gpu_count(), 2U);
    EXPECT_EQ(machine.part(machine.gpu(0)).bus, "0001:00:00.0");
    EXPECT_EQ(machine.part(machine.gpu(1)).arch, 80) << "by its device number";
    EXPECT_EQ(machine.nic_count(), 1U);
    EXPECT_TRUE(has_note(machine, "NCCL finds those at run time"));
    EXPECT_TRUE(has_note(machine, "1 PCI devices without a class left out"));
    EXPECT_TRUE(has_note(machine, "NICs without a speed stated"));
}

TEST(NcclXml, FilesThatNameNoGpuAreRefusedWithTheRemedy) {
    EXPECT_EQ(
        nccl_refusal(system_of(cpu_of("<pci busid=\"0000:45:00.0\"><pci busid=\"0000:4f:00.0\"/>"
                                      "<pci busid=\"0000:50:00.0\"/></pci>"))),
        "t.xml: line 1: no GPU in it: 2 PCI devices state no class, and NCCL finds out at run time what they are; "
        "dump the whole topology with NCCL_TOPO_DUMP_FILE, or add class=\"0x030200\" to the GPUs");
    EXPECT_NE(nccl_refusal(system_of(cpu_of("<pci busid=\"0000:4f:00.0\" class=\"0x020000\"/>")))
                  .find("no GPU in it: this is a hint file about NICs"),
              std::string::npos);
}

TEST(NcclXml, AnInvisibleNvswitchIsAnNvswitch) {
    const std::string links = nvlink("fffffff:ff:ff.0", 18, "0x068000");
    const auto machine = machine_or_fail(read_nccl_xml(
        system_of(cpu_of(gpu_of("0002:00:01.0", "0", links, "100") + gpu_of("0002:00:02.0", "1", links, "100"))), "t"));
    EXPECT_EQ(link_between(machine, "GPU0", "NVSwitch", LinkKind::nvlink), (LinkSum{18, 721'800}));
    EXPECT_TRUE(has_note(machine, "not visible"));
}

TEST(NcclXml, ANicRepeatedUnderEveryCpuIsOneNicNearToAll) {
    const std::string nic =
        "<nic><net name=\"eth0\" guid=\"0x1\" speed=\"10000\" gdr=\"0\"/>"
        "<net name=\"eth1\" guid=\"0x2\" speed=\"25000\"/></nic>";
    const auto machine = machine_or_fail(
        read_nccl_xml(system_of(cpu_of(gpu_of("0000:01:00.0", "0") + nic) + cpu_of(nic, "1")), "t.xml"));
    ASSERT_EQ(machine.nic_count(), 2U);
    EXPECT_FALSE(part_of(machine, "eth0")->gpu_direct);
    EXPECT_FALSE(part_of(machine, "eth1")->gpu_direct) << "absent is no, as NCCL reads it";
    EXPECT_EQ(link_between(machine, "NUMA0", "eth0", LinkKind::pcie).count, 1);
    EXPECT_EQ(link_between(machine, "NUMA1", "eth0", LinkKind::pcie).count, 1);
}

TEST(NcclXml, PortsOfOneNicAreNicsOfTheirOwnAndEqualNamesAreTold) {
    const std::string ports =
        "<pci busid=\"0000:41:00.0\" class=\"0x020000\" link_speed=\"8.0 GT/s PCIe\" link_width=\"8\">"
        "<nic><net name=\"bond\" port=\"1\"/><net name=\"bond\" port=\"2\" speed=\"200000000\"/></nic></pci>";
    const auto machine =
        machine_or_fail(read_nccl_xml(system_of(cpu_of(gpu_of("0000:01:00.0", "0") + ports)), "t.xml"));
    ASSERT_EQ(machine.nic_count(), 2U);
    EXPECT_NE(part_of(machine, "bond#2"), nullptr);
    EXPECT_EQ(part_of(machine, "bond#2")->nic_mbps, 0) << "no NIC is that fast";
    EXPECT_TRUE(has_note(machine, "ports of one NIC share its PCIe link"));
    EXPECT_TRUE(has_note(machine, "count as unknown: bond#2"));
}

TEST(NcclXml, LinksThatLeadBackToTheirOwnGpuJoinNothing) {
    const auto machine = machine_or_fail(
        read_nccl_xml(system_of(cpu_of(gpu_of("0001:00:00.0", "0", nvlink("0001:00:00.0", 12)))), "t.xml"));
    EXPECT_EQ(sum_of(machine, LinkKind::nvlink), LinkSum{});
    EXPECT_TRUE(has_note(machine, "lead back to their own GPU join nothing: GPU0"));
}

TEST(NcclXml, LinksToAGpuThatTheJobDoesNotSeeAreLeftOut) {
    const auto machine = machine_or_fail(
        read_nccl_xml(system_of(cpu_of(gpu_of("0001:00:00.0", "0", nvlink("0002:00:00.0", 4)))), "t.xml"));
    EXPECT_EQ(sum_of(machine, LinkKind::nvlink), LinkSum{});
    EXPECT_TRUE(has_note(machine, "not listed left out: 0002:00:00.0"));
}

TEST(NcclXml, PairsOfGpusHaveTheirLinksOnceAndBothEndsMustAgree) {
    const auto pair = [](int there, int back) {
        return system_of(cpu_of(gpu_of("0000:01:00.0", "0", nvlink("0000:02:00.0", there), "70") +
                                gpu_of("0000:02:00.0", "1", back == 0 ? "" : nvlink("0000:02:00.0", back), "70")));
    };
    const auto agreed = system_of(cpu_of(gpu_of("0000:01:00.0", "0", nvlink("0000:02:00.0", 2), "70") +
                                         gpu_of("0000:02:00.0", "1", nvlink("00000000:01:00.0", 2), "70")));
    EXPECT_EQ(link_between(machine_or_fail(read_nccl_xml(agreed, "t")), "GPU0", "GPU1", LinkKind::nvlink),
              (LinkSum{2, 40'000}));
    EXPECT_EQ(nccl_refusal(pair(2, 0)),
              "t.xml: line 2: GPU0 lists 2 links to GPU1, which lists 0 back; give the same count at both ends");
}

TEST(NcclXml, MoreLinksThanAGpuHasAreRefused) {
    std::string gpus;
    for (int a = 0; a < 8; ++a) {
        std::string links;
        for (int b = 0; b < 8; ++b) {
            if (a != b) links += nvlink("0000:0" + std::to_string(b) + ":00.0", 18);
        }
        gpus += gpu_of("0000:0" + std::to_string(a) + ":00.0", std::to_string(a), links, "100");
    }
    EXPECT_NE(nccl_refusal(system_of(cpu_of(gpus))).find("126 NVLinks"), std::string::npos)
        << nccl_refusal(system_of(cpu_of(gpus)));
}

TEST(NcclXml, GpuNumbersAreDevAndNotRankAndMayHaveGaps) {
    const auto gpu = [](const std::string& bus, const std::string& dev, const std::string& rank) {
        return "<pci busid=\"" + bus + "\" class=\"0x030200\"><gpu dev=\"" + dev + "\" rank=\"" + rank +
               "\" sm=\"89\"/></pci>";
    };
    const auto machine =
        machine_or_fail(read_nccl_xml(system_of(cpu_of(gpu("0000:01:00.0", "4", "0") + gpu("0000:02:00.0", "0", "1") +
                                                       gpu("0000:03:00.0", "1", "2"))),
                                      "t.xml"));
    EXPECT_EQ(machine.part(machine.gpu(0)).bus, "0000:02:00.0");
    EXPECT_EQ(machine.part(machine.gpu(2)).name, "GPU4");
    EXPECT_TRUE(has_note(machine, "GPU numbers have gaps: GPU4"));
    EXPECT_NE(nccl_refusal(system_of(cpu_of(gpu("0000:01:00.0", "3", "0") + "\n" + gpu("0000:02:00.0", "3", "1"))))
                  .find("line 3: a second GPU with dev=\"3\""),
              std::string::npos);
}

TEST(NcclXml, CpusOnNvlinkAndC2cAreJoined) {
    const std::string power = "<cpu numaid=\"8\" arch=\"ppc64\" vendor=\"IBM\">" +
                              gpu_of("0004:04:00.0", "0", nvlink("0004:00:00.0", 3, "0x068001"), "70") + "</cpu>";
    EXPECT_EQ(link_between(machine_or_fail(read_nccl_xml(system_of(power), "t")), "NUMA8", "GPU0", LinkKind::nvlink),
              (LinkSum{3, 60'000}));
    const std::string grace = "<cpu numaid=\"0\" arch=\"arm64\" vendor=\"ARM\">" +
                              gpu_of("0008:01:00.0", "0", "<c2c bw=\"44712\" count=\"10\"/>", "100") + "</cpu>";
    const auto machine = machine_or_fail(read_nccl_xml(system_of(grace), "t"));
    EXPECT_EQ(link_between(machine, "NUMA0", "GPU0", LinkKind::c2c), (LinkSum{10, 447'120}));
    EXPECT_EQ(part_of(machine, "NUMA0")->cpu, CpuVendor::arm);
}

TEST(NcclXml, RcclFilesHaveXgmiAndNameTheirChipInSeveralWays) {
    const auto gpu = [](const std::string& bus, const std::string& dev, const std::string& gcn,
                        const std::string& peer) {
        return "<pci busid=\"" + bus + "\" class=\"0x038000\"><gpu dev=\"" + dev + "\" sm=\"104\" gcn=\"" + gcn +
               "\" arch=\"38911\" gdr=\"0\"><xgmi target=\"" + peer +
               "\" count=\"4\" tclass=\"0x038000\"/></gpu></pci>";
    };
    for (const auto& [gcn, arch, mbps] :
         {std::tuple("906", 906, 96'000), std::tuple("910", 910, 144'000), std::tuple("gfx90a", 910, 144'000),
          std::tuple("gfx942", 942, 192'000), std::tuple("940", 940, 192'000)}) {
        const auto machine =
            machine_or_fail(read_nccl_xml(system_of(cpu_of(gpu("0000:c1:00.0", "0", gcn, "0000:c5:00.0") +
                                                           gpu("0000:c5:00.0", "1", gcn, "0000:c1:00.0")),
                                                    "2"),
                                          "t.xml"));
        EXPECT_EQ(machine.vendor(), Vendor::amd);
        EXPECT_EQ(machine.part(machine.gpu(0)).arch, arch) << gcn;
        EXPECT_FALSE(machine.part(machine.gpu(0)).gpu_direct);
        EXPECT_EQ(link_between(machine, "GPU0", "GPU1", LinkKind::xgmi), (LinkSum{4, mbps})) << gcn;
    }
}

TEST(NcclXml, WhatIsNoTopologyIsRefusedWithTheReason) {
    struct Case {
        std::string text, part;
    };
    const std::string gpu = gpu_of("0000:01:00.0", "0");
    for (const Case& c : std::vector<Case>{
             {"<graphs version=\"1\"><graph id=\"0\"/></graphs>", "line 1: is an NCCL_GRAPH_FILE"},
             {"<topology/>", "line 1: begins with <topology>"},
             {"<system>", "not well-formed"},
             {system_of(cpu_of(gpu + gpu)), "line 3: a second GPU at 0000:01:00.0, after line 2"},
             {system_of(cpu_of("<pci class=\"0x030200\"/>")), "line 2: a GPU without busid"},
             {system_of("<cpu numaid=\"0\" host_hash=\"0x1\">" + gpu + "</cpu>\n<cpu numaid=\"0\" host_hash=\"0x2\"/>"),
              "the file holds several machines"},
             {system_of(cpu_of(gpu_of("0000:01:00.0", "0", "<nvlink target=\"0000:02:00.0\" tclass=\"0x030200\"/>"))),
              "without a count of links"},
             {system_of(cpu_of(gpu_of("0000:01:00.0", "0", "<nvlink target=\"0000:02:00.0\" count=\"2\"/>"))),
              "leads to \"0000:02:00.0\", which is not in the file"},
             {system_of(cpu_of(gpu_of("0000:01:00.0", "0", "<c2c count=\"1\"/>"))), "without a bandwidth"},
         }) {
        EXPECT_NE(nccl_refusal(c.text).find(c.part), std::string::npos) << c.part << "\ngot: " << nccl_refusal(c.text);
    }
    std::string cpus;
    for (int i = 0; i < 200; ++i) cpus += cpu_of("", std::to_string(i));
    EXPECT_NE(nccl_refusal(system_of(cpus)).find("more than 128 <cpu>"), std::string::npos);
}

}  // namespace
}  // namespace muster
