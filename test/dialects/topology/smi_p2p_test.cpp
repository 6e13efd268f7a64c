#include "dialects/topology/machine_dump.hpp"
#include "test/dialects/refusal_of.hpp"
#include "test/dialects/topology/graph_for_tests.hpp"

#include <string>

#include <gtest/gtest.h>

namespace muster {
namespace {

std::string p2p_refusal(const std::string& text) {
    return test::refusal_of(read_smi_p2p(text, "dump"));
}

TEST(SmiP2p, GpusThatMayReachEachOtherHangOnOneSwitch) {
    const MachineGraph machine = machine_or_fail(read_smi_p2p(
        "   GPU0 GPU1 GPU2\n GPU0 X OK CNS\n GPU1 OK X CNS\n GPU2 CNS CNS X\n\nLegend:\n\n  X = Self\n", "dump"));
    EXPECT_EQ(link_between(machine, "GPU0", "PCIe0", LinkKind::pcie).count, 1);
    EXPECT_EQ(link_between(machine, "GPU1", "PCIe0", LinkKind::pcie).count, 1);
    EXPECT_EQ(link_between(machine, "GPU2", "NUMA0", LinkKind::pcie).count, 1);
    EXPECT_TRUE(has_note(machine, "no peer access (chipset not supported) between GPU0-GPU2, GPU1-GPU2"));
    EXPECT_TRUE(has_note(machine, "not by which links"));
}

TEST(SmiP2p, AChainOfOksThatIsNotClosedIsParted) {
    const MachineGraph machine =
        machine_or_fail(read_smi_p2p(" GPU0 GPU1 GPU2\nGPU0 X OK NS\nGPU1 OK X OK\nGPU2 NS OK X\n", "dump"));
    EXPECT_EQ(count_of(machine, PartKind::bridge), 1U);
    EXPECT_EQ(link_between(machine, "GPU2", "NUMA0", LinkKind::pcie).count, 1);
    EXPECT_TRUE(has_note(machine, "only closed groups count"));
}

TEST(SmiP2p, FaultsNameTheirCells) {
    EXPECT_TRUE(p2p_refusal(" GPU0 GPU1\nGPU0 X OK\nGPU1 CNS X\n")
                    .starts_with("dump: line 3: row GPU1, column GPU0 is CNS, and the other way OK;"));
    EXPECT_TRUE(
        p2p_refusal(" GPU0 GPU1\nGPU0 OK OK\nGPU1 OK X\n").starts_with("dump: line 2: row GPU0, column GPU0 is OK;"));
    EXPECT_TRUE(p2p_refusal(" GPU0 GPU1\nGPU0 X NV4\nGPU1 NV4 X\n").find("\"NV4\" is no cell") != std::string::npos);
    EXPECT_TRUE(p2p_refusal(" GPU0 GPU7\nGPU0 X OK\nGPU7 OK X\n").find("row 2 is GPU7, expected GPU1") !=
                std::string::npos);
}

}  // namespace
}  // namespace muster
