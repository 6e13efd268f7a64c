// The XML and KFD dumps of real machines that lie beside the tree, where they do: each is read, with what it is known
// to hold, or refused for the reason that stands here.
#include "placement/model/link_rates.hpp"
#include "test/dialects/topology/graph_for_tests.hpp"
#include "test/dialects/topology/real_dumps.hpp"

#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

struct KnownTree {
    const char* file;
    std::size_t gpus, nics;
    bool nvswitch;
    LinkKind kind;
    std::int64_t links;
};

const std::vector<KnownTree> kKnownTrees = {
    {"aws-p4d-24xl-topo.xml", 8, 4, false, LinkKind::nvlink, 0},
    {"aws-p4de-24xl-topo.xml", 8, 4, false, LinkKind::nvlink, 0},
    {"azure-ncv4-topo.xml", 4, 1, false, LinkKind::nvlink, 0},
    {"azure-ndv2-topo.xml", 8, 1, false, LinkKind::nvlink, 0},
    {"azure-ndv4-topo.xml", 8, 8, false, LinkKind::nvlink, 0},
    {"azure-ndv5-topo.xml", 8, 8, false, LinkKind::nvlink, 0},
    {"nccl-hgx-h800-8x400g.xml", 8, 8, true, LinkKind::nvlink, 64},
    {"nccl-ibm-vpc-hgx-h100-8x200g-vf.xml", 8, 8, true, LinkKind::nvlink, 144},
    {"nccl-pcie-16xl20-8x400g.xml", 16, 8, false, LinkKind::nvlink, 0},
    {"nccl-pcie-2xrtx4090-cx4.xml", 2, 2, false, LinkKind::nvlink, 0},
    {"nccl-pcie-4xrtx4090-epyc-nps4.xml", 4, 16, false, LinkKind::nvlink, 0},
    {"nccl-pcie-4xrtxa6000.xml", 4, 10, false, LinkKind::nvlink, 0},
    {"nccl-pcie-8xrtx3090-ib.xml", 8, 1, false, LinkKind::nvlink, 0},
    {"nccl-vm-8xb200-8x400g-invisible-nvswitch.xml", 8, 13, true, LinkKind::nvlink, 144},
    {"rccl-topo_16p1h.xml", 16, 8, false, LinkKind::xgmi, 56},
    {"rccl-topo_16p1h_vm.xml", 16, 8, false, LinkKind::xgmi, 56},
    {"rccl-topo_3p_pcie.xml", 3, 1, false, LinkKind::xgmi, 0},
    {"rccl-topo_3p_pcie_1.xml", 3, 1, false, LinkKind::xgmi, 0},
    {"rccl-topo_4p1h.xml", 4, 1, false, LinkKind::xgmi, 4},
    {"rccl-topo_4p1h_1.xml", 4, 2, false, LinkKind::xgmi, 4},
    {"rccl-topo_4p2h.xml", 8, 1, false, LinkKind::xgmi, 8},
    {"rccl-topo_4p2h_1.xml", 8, 1, false, LinkKind::xgmi, 8},
    {"rccl-topo_4p2h_2nic.xml", 8, 2, false, LinkKind::xgmi, 8},
    {"rccl-topo_4p3l.xml", 4, 2, false, LinkKind::xgmi, 6},
    {"rccl-topo_4p3l_2h.xml", 8, 1, false, LinkKind::xgmi, 12},
    {"rccl-topo_4p3l_ia.xml", 8, 1, false, LinkKind::xgmi, 12},
    {"rccl-topo_4p3l_n2.xml", 8, 1, false, LinkKind::xgmi, 12},
    {"rccl-topo_4p3l_n2_1.xml", 8, 1, false, LinkKind::xgmi, 12},
    {"rccl-topo_4p3l_n4.xml", 8, 1, false, LinkKind::xgmi, 12},
    {"rccl-topo_4p4h.xml", 16, 16, false, LinkKind::xgmi, 24},
    {"rccl-topo_4p_940.xml", 4, 4, false, LinkKind::xgmi, 6},
    {"rccl-topo_8p1h.xml", 8, 4, false, LinkKind::xgmi, 26},
    {"rccl-topo_8p1h_1.xml", 8, 4, false, LinkKind::xgmi, 26},
    {"rccl-topo_8p1h_2.xml", 8, 2, false, LinkKind::xgmi, 26},
    {"rccl-topo_8p1h_3.xml", 8, 4, false, LinkKind::xgmi, 26},
    {"rccl-topo_8p1h_4.xml", 8, 8, false, LinkKind::xgmi, 26},
    {"rccl-topo_8p1h_5.xml", 8, 8, false, LinkKind::xgmi, 26},
    {"rccl-topo_8p1h_n1.xml", 8, 4, false, LinkKind::xgmi, 26},
    {"rccl-topo_8p6l.xml", 8, 1, false, LinkKind::xgmi, 24},
    {"rccl-topo_8p6l_1nic.xml", 8, 1, false, LinkKind::xgmi, 24},
    {"rccl-topo_8p6l_2nic.xml", 8, 2, false, LinkKind::xgmi, 24},
    {"rccl-topo_8p6l_3nic.xml", 8, 3, false, LinkKind::xgmi, 24},
    {"rccl-topo_8p6l_4nic.xml", 8, 4, false, LinkKind::xgmi, 24},
    {"rccl-topo_8p6l_5nic.xml", 8, 5, false, LinkKind::xgmi, 24},
    {"rccl-topo_8p6l_6nic.xml", 8, 6, false, LinkKind::xgmi, 24},
    {"rccl-topo_8p_4nics.xml", 8, 4, false, LinkKind::xgmi, 12},
    {"rccl-topo_8p_90a.xml", 8, 1, false, LinkKind::xgmi, 12},
    {"rccl-topo_8p_90a_1.xml", 8, 1, false, LinkKind::xgmi, 12},
    {"rccl-topo_8p_940.xml", 8, 8, false, LinkKind::xgmi, 28},
    {"rccl-topo_8p_940vm.xml", 8, 8, false, LinkKind::xgmi, 28},
    {"rccl-topo_8p_pcie.xml", 8, 1, false, LinkKind::xgmi, 0},
    {"rccl-topo_8p_pcie_1.xml", 8, 1, false, LinkKind::xgmi, 0},
    {"rccl-topo_8p_pcie_2nic.xml", 8, 2, false, LinkKind::xgmi, 0},
    {"rccl-topo_8p_rome.xml", 8, 1, false, LinkKind::xgmi, 8},
    {"rccl-topo_8p_rome_4n_1.xml", 8, 4, false, LinkKind::xgmi, 12},
    {"rccl-topo_8p_rome_4n_2.xml", 8, 4, false, LinkKind::xgmi, 12},
    {"rccl-topo_8p_rome_4nics.xml", 8, 4, false, LinkKind::xgmi, 12},
    {"rccl-topo_8p_rome_n2.xml", 8, 1, false, LinkKind::xgmi, 8},
    {"rccl-topo_8p_rome_n2_1.xml", 8, 2, false, LinkKind::xgmi, 8},
    {"rccl-topo_8p_rome_n2_2.xml", 8, 2, false, LinkKind::xgmi, 8},
    {"rccl-topo_8p_rome_n4.xml", 8, 1, false, LinkKind::xgmi, 8},
    {"rccl-topo_8p_rome_n4_1.xml", 8, 1, false, LinkKind::xgmi, 12},
    {"rccl-topo_8p_rome_pcie.xml", 8, 2, false, LinkKind::xgmi, 0},
    {"rccl-topo_8p_rome_vm1.xml", 8, 1, false, LinkKind::xgmi, 12},
    {"rccl-topo_8p_ts1.xml", 8, 2, false, LinkKind::xgmi, 8},
    {"rccl-topo_8p_ts1_1.xml", 8, 2, false, LinkKind::xgmi, 8},
    {"rccl-topo_8p_ts1_n4.xml", 8, 2, false, LinkKind::xgmi, 8},
    {"rccl-topo_8p_ts1_n4_1.xml", 8, 2, false, LinkKind::xgmi, 8},
    {"rccl-topo_8p_ts1_n4_2.xml", 8, 3, false, LinkKind::xgmi, 8},
    {"rccl-topo_collnet_n1.xml", 8, 1, false, LinkKind::xgmi, 12},
    {"rccl-topo_collnet_n4.xml", 8, 4, false, LinkKind::xgmi, 12},
    {"hwloc-nvidia-dgx2.xml", 16, 0, true, LinkKind::nvlink, 96},
    {"hwloc-power8-4xp100-nvlink.xml", 4, 0, false, LinkKind::nvlink, 12},
    {"kfd-mi210-8gpu-xgmi-pcie.txt", 8, 0, false, LinkKind::xgmi, 12},
    // 63 of the 64 partitions are in the file: 7 packages of 8 and one of 7, all joined to all.
    {"kfd-mi300-cpx-topology.txt", 63, 0, false, LinkKind::xgmi, 63 * 62 / 2},
    {"kfd-mi308-topology.txt", 32, 0, false, LinkKind::xgmi, 32 * 31 / 2},
};

const std::vector<test::RefusedDump> kRefusedTrees = {
    {"aws-g5.48xl-topo.xml", "no GPU in it: 9 PCI devices state no class"},
    {"aws-p5.48xl-topo.xml", "no GPU in it: 32 PCI devices state no class"},
    {"azure-ncv4-graph.xml", "is an NCCL_GRAPH_FILE"},
    {"hwloc-nvidia-dgx-gb10.xml", "no GPU in it, nor any other PCI device"},
    {"nccl-vm-8xb200-handedited-nic-affinity.xml",
     "126 NVLinks, and no GPU of compute capability 100 has more than 18"},
};

bool is_partitioned(const std::string& file) {
    return file == "kfd-mi300-cpx-topology.txt" || file == "kfd-mi308-topology.txt";
}

using RealMachineTrees = test::RealDumps;

TEST_F(RealMachineTrees, HoldWhatTheyAreKnownToHold) {
    for (const KnownTree& known : kKnownTrees) {
        SCOPED_TRACE(known.file);
        const auto machine = test::read_dump(known.file);
        ASSERT_TRUE(machine) << to_string(machine.error());
        EXPECT_EQ(machine->gpu_count(), known.gpus);
        EXPECT_EQ(machine->nic_count(), known.nics);
        EXPECT_EQ(count_of(*machine, PartKind::nvswitch), known.nvswitch ? 1U : 0U);
        const LinkSum sum = sum_of(*machine, known.kind);
        EXPECT_EQ(sum.count, known.links);
        const LinkKind other = known.kind == LinkKind::xgmi ? LinkKind::nvlink : LinkKind::xgmi;
        EXPECT_EQ(sum_of(*machine, other), LinkSum{});
        const std::int32_t arch = machine->part(machine->gpu(0)).arch;
        const std::int64_t rate = known.kind == LinkKind::xgmi ? xgmi_mbps(arch) : nvlink_mbps(arch);
        if (!is_partitioned(known.file)) {
            EXPECT_EQ(sum.mbps, known.links * rate);
        }
        for (std::size_t gpu = 0; gpu < machine->gpu_count(); ++gpu) {
            EXPECT_FALSE(machine->part(machine->gpu(gpu)).bus.empty());
            EXPECT_GE(machine->part(machine->gpu(gpu)).numa, 0);
        }
    }
}

TEST_F(RealMachineTrees, AreRefusedForTheReasonThatIsKnown) {
    for (const test::RefusedDump& refused : kRefusedTrees) {
        const auto machine = test::read_dump(refused.file);
        ASSERT_FALSE(machine) << refused.file;
        EXPECT_NE(to_string(machine.error()).find(refused.reason), std::string::npos) << to_string(machine.error());
        EXPECT_FALSE(machine.error().remedy.empty()) << refused.file;
    }
}

TEST_F(RealMachineTrees, AreAllInOneOfTheTwoLists) {
    std::set<std::string> listed;
    for (const KnownTree& known : kKnownTrees) EXPECT_TRUE(listed.insert(known.file).second) << known.file;
    for (const test::RefusedDump& refused : kRefusedTrees)
        EXPECT_TRUE(listed.insert(refused.file).second) << refused.file;
    EXPECT_EQ(test::dumps_of({"nccl-", "azure-", "aws-", "rccl-", "hwloc-", "kfd-"}), listed);
}

// A pair of partitions of different packages has a share of the packages' one link; of one package, what is stated.
TEST_F(RealMachineTrees, PartitionsOfAPackageShareItsLinks) {
    const auto machine = test::read_dump("kfd-mi308-topology.txt");
    ASSERT_TRUE(machine) << to_string(machine.error());
    EXPECT_EQ(count_of(*machine, PartKind::bridge), 8U);
    const std::int64_t inside = 8 * 6 * 819'200, between = 8 * 7 / 2 * xgmi_mbps(942);
    EXPECT_EQ(sum_of(*machine, LinkKind::xgmi).mbps, inside + between);
}

}  // namespace
}  // namespace muster
