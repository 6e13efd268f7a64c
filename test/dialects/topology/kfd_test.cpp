#include "dialects/topology/machine_dump.hpp"
#include "test/dialects/refusal_of.hpp"
#include "test/dialects/topology/graph_for_tests.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

std::string kfd_refusal(const std::string& text) {
    return test::refusal_of(read_kfd(text, "t.txt"));
}

std::string cpu_node(int node) {
    return "### nodes/" + std::to_string(node) + "/properties\ncpu_cores_count 64\nsimd_count 0\n";
}

std::string gpu_node(int node, int location, int version = 90010) {
    return "### nodes/" + std::to_string(node) + "/gpu_id\n4711\n### nodes/" + std::to_string(node) +
           "/properties\ncpu_cores_count 0\nsimd_count 416\ngfx_target_version " + std::to_string(version) +
           "\nvendor_id 4098\ndevice_id 29711\nlocation_id " + std::to_string(location) +
           "\ndomain 1\nhive_id 12609507387757274807\n";
}

std::string link_of(int from, int to, int type, int mbps) {
    return "### nodes/" + std::to_string(from) + "/io_links/" + std::to_string(to) + "/properties\ntype " +
           std::to_string(type) + "\nnode_from " + std::to_string(from) + "\nnode_to " + std::to_string(to) +
           "\nweight 15\nmin_bandwidth 0\nmax_bandwidth " + std::to_string(mbps) + "\n";
}

std::string both(int a, int b, int type, int mbps) {
    return link_of(a, b, type, mbps) + link_of(b, a, type, mbps);
}

TEST(Kfd, ReadsCpusGpusAndLinks) {
    const auto machine = machine_or_fail(
        read_kfd(cpu_node(0) + cpu_node(1) + gpu_node(2, 0x6300) + gpu_node(3, 0x0308) + both(0, 1, 1, 0) +
                     both(2, 0, 2, 32'000) + both(3, 1, 2, 0) + both(2, 3, 11, 100'000) +
                     "### nodes/2/p2p_links/0/properties\ntype 2\nnode_from 2\nnode_to 3\nmax_bandwidth 0\n",
                 "t.txt"));
    EXPECT_EQ(machine.vendor(), Vendor::amd);
    ASSERT_EQ(machine.gpu_count(), 2U);
    const Part& first = machine.part(machine.gpu(0));
    EXPECT_EQ(first.bus, "0001:63:00.0");
    EXPECT_EQ(machine.part(machine.gpu(1)).bus, "0001:03:01.0");
    EXPECT_EQ(first.arch, 910);
    EXPECT_EQ(first.model, "Instinct MI210");
    EXPECT_EQ(first.numa, 0);
    EXPECT_EQ(link_between(machine, "GPU0", "NUMA0", LinkKind::pcie), (LinkSum{1, 24'000}));
    EXPECT_EQ(link_between(machine, "GPU1", "NUMA1", LinkKind::pcie), (LinkSum{1, 12'000})) << "not stated: gen 3";
    EXPECT_EQ(link_between(machine, "GPU0", "GPU1", LinkKind::xgmi), (LinkSum{2, 72'000}));
    EXPECT_EQ(link_between(machine, "NUMA0", "NUMA1", LinkKind::socket), (LinkSum{1, 16'000}));
    EXPECT_TRUE(has_note(machine, "KFD knows none"));
}

TEST(Kfd, PartitionsShareTheLinksOfTheirPackage) {
    std::string text = cpu_node(0);
    for (int i = 0; i < 4; ++i) {
        text += gpu_node(1 + i, (i < 2 ? 0x500 : 0x2700) + i % 2, 90402) + both(1 + i, 0, 2, 64'000);
    }
    text += both(1, 2, 11, 819'200) + both(3, 4, 11, 819'200);
    for (const int a : {1, 2}) text += both(a, 3, 11, 0) + both(a, 4, 11, 0);
    const auto machine = machine_or_fail(read_kfd(text, "t.txt"));
    EXPECT_EQ(machine.gpu_count(), 4U);
    EXPECT_EQ(count_of(machine, PartKind::bridge), 2U) << "one for each package";
    EXPECT_EQ(link_between(machine, "package 0001:05:00", "NUMA0", LinkKind::pcie), (LinkSum{1, 48'000}));
    EXPECT_EQ(link_between(machine, "GPU0", "GPU1", LinkKind::xgmi), (LinkSum{1, 819'200}));
    EXPECT_EQ(link_between(machine, "GPU0", "GPU3", LinkKind::xgmi), (LinkSum{1, 12'000}))
        << "the four pairs of two packages have one link of 48,000 together";
    EXPECT_TRUE(has_note(machine, "partitions of one package"));
}

TEST(Kfd, LinksThatOneEndListsAreLeftOut) {
    const auto machine =
        machine_or_fail(read_kfd(cpu_node(0) + gpu_node(1, 0x100) + gpu_node(2, 0x200) + link_of(1, 0, 2, 0) +
                                     link_of(2, 0, 2, 0) + link_of(1, 2, 11, 50'000),
                                 "t.txt"));
    EXPECT_EQ(sum_of(machine, LinkKind::xgmi), LinkSum{});
    EXPECT_TRUE(has_note(machine, "only one end lists"));
}

TEST(Kfd, NodesThatTheKernelHidesAreLeftOut) {
    const auto machine = machine_or_fail(read_kfd(
        cpu_node(0) + gpu_node(1, 0x100) + "### nodes/2/properties\n" + both(1, 0, 2, 0) + both(1, 2, 11, 50'000),
        "t.txt"));
    EXPECT_EQ(machine.gpu_count(), 1U);
    EXPECT_TRUE(has_note(machine, "1 nodes without properties"));
}

TEST(Kfd, AnApuIsBothInOneNode) {
    const auto machine = machine_or_fail(
        read_kfd("### /sys/class/kfd/kfd/topology/nodes/0/properties\ncpu_cores_count 8\nsimd_count 16\n"
                 "gfx_target_version 90002\n",
                 "t.txt"));
    EXPECT_EQ(machine.gpu_count(), 1U);
    EXPECT_EQ(count_of(machine, PartKind::numa), 1U);
    EXPECT_EQ(machine.part(machine.gpu(0)).arch, 902);
}

TEST(Kfd, WhatIsNoDumpOfOneMachineIsRefusedWithTheLine) {
    struct Case {
        std::string text, part;
    };
    for (const Case& c : std::vector<Case>{
             {"", "line 1: no node in it"},
             {"nonsense\n", "line 1: no node in it"},
             {cpu_node(0), "no GPU in it: no node has a simd_count above 0"},
             {cpu_node(0) + "simd\n", "line 4: no property in \"simd\""},
             {cpu_node(0) + "simd_count -1\n", "line 4: no property in"},
             {cpu_node(0) + "simd_count 18446744073709551616\n", "line 4: no property in"},
             {cpu_node(0) + cpu_node(0), "line 4: nodes/0/properties stands here a second time"},
             {cpu_node(0) + "### other/nodes/0/properties\n", "line 4: node 0 stands here a second time"},
             {cpu_node(5'000), "line 1: node 5000 is beyond any machine"},
             {cpu_node(0) + "### nodes/0/io_links/0/properties\ntype 2\nnode_from 0\n",
              "line 4: nodes/0/io_links/0/properties "
              "has no node_to"},
             {cpu_node(0) + "### nodes/0/io_links/0/properties\ntype 2\nnode_from 1\nnode_to 0\n",
              "joins node 1 to node 0; a link stands below the node that it begins at"},
             {cpu_node(0) + gpu_node(1, 0x100), "no path joins it"},
         }) {
        EXPECT_NE(kfd_refusal(c.text).find(c.part), std::string::npos) << c.part << "\ngot: " << kfd_refusal(c.text);
    }
}

}  // namespace
}  // namespace muster
