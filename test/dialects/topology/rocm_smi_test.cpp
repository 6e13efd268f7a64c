#include "dialects/topology/machine_dump.hpp"
#include "placement/model/link_rates.hpp"
#include "test/dialects/refusal_of.hpp"
#include "test/dialects/topology/graph_for_tests.hpp"

#include <functional>
#include <string>

#include <gtest/gtest.h>

namespace muster {
namespace {

using Cell = std::function<std::string(std::size_t a, std::size_t b)>;

std::string block(const std::string& title, std::size_t gpus, const Cell& cell) {
    std::string text = "==== " + title + " ====\n      ";
    for (std::size_t i = 0; i < gpus; ++i) text += " GPU" + std::to_string(i);
    for (std::size_t a = 0; a < gpus; ++a) {
        text += "\nGPU" + std::to_string(a);
        for (std::size_t b = 0; b < gpus; ++b) text += "  " + (a == b ? "0" : cell(a, b));
    }
    return text + "\n\n";
}

// Pairs of neighbours are joined by xGMI, everything else by PCIe, or all by xGMI.
std::string show_topo(std::size_t gpus, bool mesh) {
    const auto joined = [mesh](std::size_t a, std::size_t b) { return mesh || a / 2 == b / 2; };
    return "==== ROCm System Management Interface ====\n" +
           block("Hops between two GPUs", gpus, [&](auto a, auto b) { return joined(a, b) ? "1" : "2"; }) +
           block("Link Type between two GPUs", gpus, [&](auto a, auto b) { return joined(a, b) ? "XGMI" : "PCIE"; });
}

std::string rocm_smi_refusal(const std::string& text) {
    return test::refusal_of(read_rocm_smi(text, "dump"));
}

TEST(RocmSmi, SevenPeersOverXgmiAreMi300) {
    const MachineGraph machine = machine_or_fail(read_rocm_smi(show_topo(8, true), "dump"));
    EXPECT_EQ(machine.vendor(), Vendor::amd);
    EXPECT_EQ(machine.part(machine.gpu(0)).arch, 942);
    EXPECT_EQ(sum_of(machine, LinkKind::xgmi), (LinkSum{28, 28 * xgmi_mbps(942)}));
    EXPECT_TRUE(has_note(machine, "MI300 is assumed"));
    EXPECT_TRUE(has_note(machine, "NUMA node is not told"));
}

TEST(RocmSmi, OnlyPairsOfOneHopHaveALink) {
    const MachineGraph machine = machine_or_fail(read_rocm_smi(show_topo(4, false), "dump"));
    EXPECT_EQ(sum_of(machine, LinkKind::xgmi), (LinkSum{2, 2 * xgmi_mbps(910)}));
    EXPECT_EQ(link_between(machine, "GPU0", "GPU2", LinkKind::xgmi), LinkSum{});
    std::string far = show_topo(4, true);
    for (std::size_t at = 0; (at = far.find("  1", at)) != std::string::npos;) far.replace(at, 3, "  2");
    EXPECT_EQ(sum_of(machine_or_fail(read_rocm_smi(far, "dump")), LinkKind::xgmi).count, 0);
}

TEST(RocmSmi, TheGenerationIsTakenWhereItIsPrinted) {
    const MachineGraph machine =
        machine_or_fail(read_rocm_smi(show_topo(4, true) + "GPU[0] : GFX Version: gfx90a\n", "dump"));
    EXPECT_EQ(machine.part(machine.gpu(0)).arch, 910);
    EXPECT_FALSE(has_note(machine, "is assumed,"));
    const MachineGraph older =
        machine_or_fail(read_rocm_smi(show_topo(2, true) + "GPU[0] : GFX Version: gfx908\n", "dump"));
    EXPECT_EQ(older.part(older.gpu(0)).arch, 908);
}

TEST(RocmSmi, NumaNodesOfOldAndNewVersionsAreRead) {
    for (const char* form : {"GPU[%]\t: (Topology) Numa Node: ", "GPU %   : (Topology) Numa Node: "}) {
        std::string text = show_topo(2, true) + "==== Numa Nodes ====\n";
        for (const char* gpu : {"0", "1"}) {
            std::string line = form;
            line.replace(line.find('%'), 1, gpu);
            text += line + gpu + "\n";
        }
        const MachineGraph machine = machine_or_fail(read_rocm_smi(text, "dump"));
        EXPECT_EQ(machine.part(machine.gpu(1)).numa, 1) << form;
        EXPECT_EQ(link_between(machine, "GPU1", "NUMA1", LinkKind::pcie).count, 1) << form;
        EXPECT_EQ(link_between(machine, "NUMA0", "NUMA1", LinkKind::socket).mbps, socket_mbps(CpuVendor::amd, 0));
    }
}

TEST(RocmSmi, FaultsNameBlockAndCell) {
    const auto hop = [](std::size_t, std::size_t) { return std::string("1"); };
    const auto xgmi = [](std::size_t, std::size_t) { return std::string("XGMI"); };
    EXPECT_TRUE(rocm_smi_refusal(block("Hops between two GPUs", 2, hop))
                    .starts_with("dump: has no block \"Link Type between two GPUs\";"));
    EXPECT_TRUE(rocm_smi_refusal("== Link Type between two GPUs ==\n== Hops between two GPUs ==\n")
                    .starts_with("dump: line 1: no table follows"));
    EXPECT_TRUE(rocm_smi_refusal(block("Hops between two GPUs", 3, hop) + block("Link Type between two GPUs", 2, xgmi))
                    .find("name different GPUs") != std::string::npos);
    const auto crooked = [](std::size_t a, std::size_t b) { return std::string(a < b ? "XGMI" : "PCIE"); };
    EXPECT_TRUE(
        rocm_smi_refusal(block("Hops between two GPUs", 2, hop) + block("Link Type between two GPUs", 2, crooked))
            .find("row GPU1, column GPU0 is PCIE, and the other way XGMI") != std::string::npos);
}

}  // namespace
}  // namespace muster
