// The tables and nvidia-smi queries of real machines that lie beside the tree, where they do: each is read, with what
// it is known to hold, or refused for the reason that stands here.
#include "dialects/topology/machine_dump.hpp"
#include "test/dialects/topology/graph_for_tests.hpp"
#include "test/dialects/topology/real_dumps.hpp"

#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

struct KnownTable {
    const char* file;
    DumpFormat format;
    std::size_t gpus, nics, numas, switches;
    std::int64_t links;  // NVLink or xGMI
};

const std::vector<KnownTable> kKnownTables = {
    {"nvidia-smi-qx-a100.xml", DumpFormat::smi_query, 1, 0, 1, 0, 0},
    {"nvidia-smi-qx-b200.xml", DumpFormat::smi_query, 8, 0, 1, 1, 144},
    {"nvidia-smi-qx-gb200.xml", DumpFormat::smi_query, 4, 0, 1, 1, 72},
    {"nvidia-smi-qx-gb300.xml", DumpFormat::smi_query, 4, 0, 1, 1, 72},
    {"nvidia-smi-qx-h100.xml", DumpFormat::smi_query, 8, 0, 1, 1, 144},
    {"nvidia-smi-qx-l40s.xml", DumpFormat::smi_query, 1, 0, 1, 0, 0},
    {"nvidia-smi-qx-t4.xml", DumpFormat::smi_query, 1, 0, 1, 0, 0},
    {"rocm-showtopo-8xmi308x.txt", DumpFormat::rocm_smi, 8, 0, 2, 0, 28},
    {"rocm-showtopo-archer2-4xmi210.txt", DumpFormat::rocm_smi, 4, 0, 4, 0, 6},
    {"smi-p2p-2xl4.txt", DumpFormat::smi_p2p, 2, 0, 1, 0, 0},
    {"smi-p2p-8xh100.txt", DumpFormat::smi_p2p, 8, 0, 1, 0, 0},
    {"smi-topo-2gpu-nv2.txt", DumpFormat::smi_matrix, 2, 0, 1, 0, 2},
    {"smi-topo-2gpu-phb.txt", DumpFormat::smi_matrix, 2, 0, 1, 0, 0},
    {"smi-topo-2x1080ti-phb.txt", DumpFormat::smi_matrix, 2, 0, 1, 0, 0},
    {"smi-topo-4xa10-sys.txt", DumpFormat::smi_matrix, 4, 2, 5, 0, 0},
    {"smi-topo-8gpu-pcie-2numa.txt", DumpFormat::smi_matrix, 8, 0, 2, 0, 0},
    {"smi-topo-8gpu-pcie-nodephb.txt", DumpFormat::smi_matrix, 8, 0, 2, 0, 0},
    {"smi-topo-8xtitanv-pix-phb-sys.txt", DumpFormat::smi_matrix, 8, 0, 2, 0, 0},
    {"smi-topo-8xv100-sxm2-1nic.txt", DumpFormat::smi_matrix, 8, 1, 2, 0, 24},
    {"smi-topo-ac922-4xv100-4nic.txt", DumpFormat::smi_matrix, 4, 4, 2, 0, 6},
    {"smi-topo-b200-8-16nic.txt", DumpFormat::smi_matrix, 8, 16, 2, 1, 144},
    {"smi-topo-dgx-h200-8-12nic.txt", DumpFormat::smi_matrix, 8, 12, 2, 1, 144},
    {"smi-topo-dgx1p-8xp100-4ib-soc.txt", DumpFormat::smi_matrix, 8, 4, 2, 0, 16},
    {"smi-topo-dgx1v-8xv100-4xib.txt", DumpFormat::smi_matrix, 8, 4, 2, 0, 24},
    {"smi-topo-gb200-tray-4gpu.txt", DumpFormat::smi_matrix, 4, 0, 2, 1, 72},
    {"smi-topo-hgx-a100-8-17nic.txt", DumpFormat::smi_matrix, 8, 17, 5, 1, 96},
    {"smi-topo-hgx-a100-8-8nic.txt", DumpFormat::smi_matrix, 8, 8, 2, 1, 96},
    {"smi-topo-hgx-a100-8.txt", DumpFormat::smi_matrix, 8, 0, 2, 1, 96},
    {"smi-topo-hgx-h100-8-6nic-dell.txt", DumpFormat::smi_matrix, 8, 6, 1, 1, 144},
    {"smi-topo-hgx-h100-8-ht.txt", DumpFormat::smi_matrix, 8, 0, 2, 1, 144},
    {"smi-topo-hgx-h100-8.txt", DumpFormat::smi_matrix, 8, 0, 2, 1, 144},
    {"smi-topo-vm-2xnvl-pairs.txt", DumpFormat::smi_matrix, 4, 0, 2, 0, 24},
};

const std::vector<test::RefusedDump> kRefusedTables = {
    {"smi-topo-b200-8-16nic-mangled-paste.txt",
     "line 4: row \"GPU2\", column \"NIC8\": \"PXBNODE\" is PXB and NODE run together"},
};

using RealTables = test::RealDumps;

TEST_F(RealTables, EachIsReadAsWhatItIs) {
    for (const KnownTable& known : kKnownTables) {
        SCOPED_TRACE(known.file);
        const std::string text = test::dump_text(known.file);
        EXPECT_EQ(recognise_dump(text), known.format);
        const MachineGraph machine = machine_or_fail(read_machine_dump(text, known.file));
        EXPECT_EQ(machine.gpu_count(), known.gpus);
        EXPECT_EQ(machine.nic_count(), known.nics);
        EXPECT_EQ(count_of(machine, PartKind::numa), known.numas);
        EXPECT_EQ(count_of(machine, PartKind::nvswitch), known.switches);
        EXPECT_EQ(sum_of(machine, LinkKind::nvlink).count + sum_of(machine, LinkKind::xgmi).count, known.links);
        EXPECT_FALSE(machine.notes().empty());
    }
}

TEST_F(RealTables, EachRefusalHasItsReason) {
    for (const test::RefusedDump& refused : kRefusedTables) {
        const auto machine = read_machine_dump(test::dump_text(refused.file), refused.file);
        ASSERT_FALSE(machine) << refused.file;
        EXPECT_NE(to_string(machine.error()).find(refused.reason), std::string::npos) << to_string(machine.error());
    }
}

TEST_F(RealTables, NoneIsLeftOut) {
    std::set<std::string> expected;
    for (const KnownTable& known : kKnownTables) expected.insert(known.file);
    for (const test::RefusedDump& refused : kRefusedTables) expected.insert(refused.file);
    EXPECT_EQ(test::dumps_of({"smi-", "nvidia-smi-", "rocm-"}), expected);
}

}  // namespace
}  // namespace muster
