#include "dialects/topology/machine_dump.hpp"
#include "placement/model/link_rates.hpp"
#include "test/dialects/refusal_of.hpp"
#include "test/dialects/topology/graph_for_tests.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

// Rows of cells, a row's name first; the header comes of the rows.
std::string matrix(const std::vector<std::vector<std::string>>& rows, const std::string& titles = "") {
    std::string text;
    for (const auto& row : rows) text += "\t" + row.front();
    text += titles + "\n";
    for (const auto& row : rows) {
        for (std::size_t i = 0; i < row.size(); ++i) text += (i == 0 ? "" : "\t") + row[i];
        text += "\n";
    }
    return text;
}

// All GPUs alike.
std::string uniform(std::size_t gpus, const std::string& cell, const std::vector<std::string>& tails = {}) {
    std::vector<std::vector<std::string>> rows;
    for (std::size_t a = 0; a < gpus; ++a) {
        rows.push_back({"GPU" + std::to_string(a)});
        for (std::size_t b = 0; b < gpus; ++b) rows.back().push_back(a == b ? " X " : cell);
        if (!tails.empty()) rows.back().push_back(tails[a]);
    }
    return matrix(rows, tails.empty() ? "" : "\tCPU Affinity\tNUMA Affinity");
}

MachineGraph read_matrix(const std::string& text) {
    return machine_or_fail(read_smi_matrix(text, "dump"));
}

std::string matrix_refusal(const std::string& text) {
    return test::refusal_of(read_smi_matrix(text, "dump"));
}

// What each device hangs on, up to its NUMA node.
std::string way_up(const MachineGraph& machine, std::string_view name) {
    std::string way;
    std::string at(name);
    for (;;) {
        std::string above;
        for (const Link& link : machine.links()) {
            if (link.kind != LinkKind::pcie) continue;
            const Part &a = machine.part(link.a), &b = machine.part(link.b);
            // Parts are sorted leaves first, but a bridge above has the smaller number.
            if (a.name != at && b.name != at) continue;
            const Part& other = a.name == at ? b : a;
            const bool from_leaf = at.starts_with("GPU") || at.starts_with("NIC") || at.starts_with("mlx");
            const bool up = other.kind == PartKind::numa || other.kind == PartKind::host_bridge ||
                            (other.kind == PartKind::bridge && (from_leaf || other.name < at));
            if (up && !at.starts_with("NUMA") && !(at.starts_with("Root") && other.kind != PartKind::numa))
                above = other.name;
        }
        if (above.empty()) return way;
        way += (way.empty() ? "" : " ") + above;
        at = above;
    }
}

TEST(SmiMatrix, ClassesBecomeATreeOfSwitchesHostBridgesAndNumaNodes) {
    const MachineGraph machine = read_matrix(matrix({{"GPU0", "X", "PIX", "PXB", "PHB", "NODE", "SYS"},
                                                     {"GPU1", "PIX", "X", "PXB", "PHB", "NODE", "SYS"},
                                                     {"GPU2", "PXB", "PXB", "X", "PHB", "NODE", "SYS"},
                                                     {"GPU3", "PHB", "PHB", "PHB", "X", "NODE", "SYS"},
                                                     {"GPU4", "NODE", "NODE", "NODE", "NODE", "X", "SYS"},
                                                     {"GPU5", "SYS", "SYS", "SYS", "SYS", "SYS", "X"}}));
    EXPECT_EQ(way_up(machine, "GPU0"), "PCIe1 PCIe0 Root0 NUMA0");
    EXPECT_EQ(way_up(machine, "GPU1"), "PCIe1 PCIe0 Root0 NUMA0");
    EXPECT_EQ(way_up(machine, "GPU2"), "PCIe2 PCIe0 Root0 NUMA0");
    EXPECT_EQ(way_up(machine, "GPU3"), "Root0 NUMA0");
    EXPECT_EQ(way_up(machine, "GPU4"), "Root1 NUMA0");
    EXPECT_EQ(way_up(machine, "GPU5"), "NUMA1");
    EXPECT_EQ(sum_of(machine, LinkKind::socket).count, 1);
    EXPECT_TRUE(has_note(machine, "PCIe rates are not in the table: gen 3"));
    EXPECT_TRUE(has_note(machine, "lists no NICs"));
}

TEST(SmiMatrix, TheOldWordForSysIsRead) {
    const MachineGraph machine = read_matrix(uniform(2, "SOC"));
    EXPECT_EQ(count_of(machine, PartKind::numa), 2U);
}

TEST(SmiMatrix, NicsHaveTheNamesOfTheLegend) {
    const MachineGraph machine = read_matrix(matrix({{"GPU0", "X", "PIX"}, {"NIC0", "PIX", "X"}}) +
                                             "\nLegend:\n\n  X    = Self\n\nNIC Legend:\n\n  NIC0: mlx5_bond_0\n");
    ASSERT_EQ(machine.nic_count(), 1U);
    EXPECT_EQ(machine.part(machine.nic(0)).name, "mlx5_bond_0");
    EXPECT_TRUE(has_note(machine, "NIC rates are not in the table"));
}

TEST(SmiMatrix, EqualCountsBeyondWhatAGpuHasAreASwitch) {
    const MachineGraph machine = read_matrix(uniform(8, "NV18"));
    EXPECT_EQ(link_between(machine, "GPU3", "NVSwitch", LinkKind::nvlink), (LinkSum{18, 18 * nvlink_mbps(90)}));
    EXPECT_EQ(link_between(machine, "GPU0", "GPU1", LinkKind::nvlink), LinkSum{});
    EXPECT_TRUE(has_note(machine, "Blackwell"));
}

TEST(SmiMatrix, EqualCountsThatAGpuCanHaveAreAMesh) {
    const MachineGraph machine = read_matrix(uniform(4, "NV4"));
    EXPECT_EQ(count_of(machine, PartKind::nvswitch), 0U);
    EXPECT_EQ(link_between(machine, "GPU1", "GPU3", LinkKind::nvlink), (LinkSum{4, 4 * nvlink_mbps(80)}));
}

TEST(SmiMatrix, CountsNameTheGeneration) {
    struct Case {
        std::size_t gpus;
        const char* cell;
        std::int32_t arch;
        std::size_t switches;
    };
    for (const Case& c :
         {Case{16, "NV6", 70, 1}, Case{8, "NV12", 80, 1}, Case{8, "NV8", 90, 1}, Case{2, "NV4", 86, 0},
          Case{2, "NV12", 80, 0}, Case{4, "NV6", 90, 0}, Case{3, "NV3", 70, 0}, Case{4, "NV36", 107, 1}}) {
        const MachineGraph machine = read_matrix(uniform(c.gpus, c.cell));
        EXPECT_EQ(machine.part(machine.gpu(0)).arch, c.arch) << c.gpus << " × " << c.cell;
        EXPECT_EQ(count_of(machine, PartKind::nvswitch), c.switches) << c.gpus << " × " << c.cell;
    }
}

TEST(SmiMatrix, TwoGpusACpuOf72CoresAreGraceBlackwell) {
    const MachineGraph machine = read_matrix(uniform(4, "NV18", {"0-71\t0", "0-71\t0", "72-143\t1", "72-143\t1"}));
    EXPECT_EQ(machine.part(machine.gpu(0)).arch, 100);
    EXPECT_EQ(part_of(machine, "NUMA0")->cpu, CpuVendor::arm);
    EXPECT_EQ(sum_of(machine, LinkKind::nvlink).mbps, 4 * 18 * nvlink_mbps(100));
}

TEST(SmiMatrix, HiddenPcieFollowsAffinity) {
    const MachineGraph machine = read_matrix(uniform(4, "NV12", {"0-7\t0", "0-7\t0", "8-15\t1", "8-15\t1"}));
    EXPECT_EQ(count_of(machine, PartKind::numa), 2U);
    EXPECT_EQ(way_up(machine, "GPU0").substr(6), "NUMA0");
    EXPECT_EQ(way_up(machine, "GPU3").substr(6), "NUMA1");
    EXPECT_EQ(machine.part(machine.gpu(3)).numa, 1);
    EXPECT_TRUE(has_note(machine, "placed by CPU and NUMA affinity"));
}

TEST(SmiMatrix, WhereClassesAndAffinityDisagreeTheClassesAreFollowed) {
    const MachineGraph far = read_matrix(uniform(2, "SYS", {"0-7\t0", "0-7\t0"}));
    EXPECT_EQ(count_of(far, PartKind::numa), 2U);
    EXPECT_TRUE(has_note(far, "GPUs of one NUMA affinity are SYS"));
    const MachineGraph near = read_matrix(uniform(2, "NODE", {"0-7\t0", "8-15\t1"}));
    EXPECT_EQ(count_of(near, PartKind::numa), 1U);
    EXPECT_TRUE(has_note(near, "GPUs of several NUMA affinities are NODE"));
}

TEST(SmiMatrix, TwoIslandsBehindSwitchesStayApart) {
    std::vector<std::vector<std::string>> rows;
    for (std::size_t a = 0; a < 8; ++a) {
        rows.push_back({"GPU" + std::to_string(a)});
        for (std::size_t b = 0; b < 8; ++b) rows.back().push_back(a == b ? "X" : a / 4 == b / 4 ? "NV12" : "SYS");
    }
    const MachineGraph machine = read_matrix(matrix(rows));
    EXPECT_EQ(link_between(machine, "GPU0", "NVSwitch", LinkKind::nvlink).count, 12);
    EXPECT_EQ(link_between(machine, "GPU4", "NVSwitch2", LinkKind::nvlink).count, 12);
}

TEST(SmiMatrix, WhatNoTreeHasIsRefused) {
    EXPECT_EQ(
        matrix_refusal(matrix({{"GPU0", "X", "PIX", "SYS"}, {"GPU1", "PIX", "X", "PIX"}, {"GPU2", "SYS", "PIX", "X"}})),
        "dump: line 2: row GPU0, column GPU2 is SYS, and the other cells put both within PIX: GPU1 is nearer to "
        "both; no tree of PCIe switches has such a table; check it for edits");
}

TEST(SmiMatrix, FaultsNameTheirCells) {
    EXPECT_TRUE(matrix_refusal(matrix({{"GPU0", "X", "PIX"}, {"GPU1", "PXB", "X"}}))
                    .starts_with("dump: line 3: row GPU1, column GPU0 is PXB, and row GPU0, column GPU1 is PIX;"));
    EXPECT_TRUE(matrix_refusal(matrix({{"GPU0", "PIX", "PIX"}, {"GPU1", "PIX", "X"}}))
                    .starts_with("dump: line 2: row GPU0, column GPU0 is PIX; X stands on the diagonal"));
    EXPECT_TRUE(matrix_refusal(matrix({{"GPU0", "X", "NV4"}, {"NIC0", "NV4", "X"}})).find("NVLinks join GPUs only") !=
                std::string::npos);
    EXPECT_TRUE(
        matrix_refusal(matrix({{"GPU0", "X", "PXBNODE"}, {"GPU1", "NODE", "X"}})).find("PXB and NODE run together") !=
        std::string::npos);
    EXPECT_TRUE(matrix_refusal(uniform(2, "NV0")).find("\"NV0\" is no cell") != std::string::npos);
    EXPECT_TRUE(matrix_refusal("nothing").starts_with("dump: has no line that names GPU0"));
    EXPECT_TRUE(matrix_refusal(std::string(kMaxDumpBytes + 1, ' ')).find("larger than the 16 MiB") !=
                std::string::npos);
}

TEST(SmiMatrix, MoreLinksThanAnyGpuHasAreRefused) {
    const std::string text = matrix({{"GPU0", "X", "NV18", "NV17", "NV18"},
                                     {"GPU1", "NV18", "X", "NV18", "NV18"},
                                     {"GPU2", "NV17", "NV18", "X", "NV18"},
                                     {"GPU3", "NV18", "NV18", "NV18", "X"}});
    EXPECT_TRUE(matrix_refusal(text).find("GPU0 has 53 NVLinks to its peers together") != std::string::npos)
        << matrix_refusal(text);
}

}  // namespace
}  // namespace muster
