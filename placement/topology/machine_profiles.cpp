#include "placement/topology/machine_profiles.hpp"

#include "placement/model/link_rates.hpp"
#include "placement/topology/machine_draft.hpp"

#include <algorithm>
#include <functional>
#include <map>

namespace muster {
namespace {

constexpr std::string_view kStandardNics = "NICs of the standard machine: a cloud's instance may have others";
constexpr std::string_view kNoNics = "no NICs listed: servers of this kind differ";

// x86 model numbers, as socket_mbps reads them.
constexpr std::int32_t kBroadwell = 0x4F;
constexpr std::int32_t kSkylake = 0x55;
constexpr std::int32_t kSapphireRapids = 0x8F;
constexpr std::int32_t kEmeraldRapids = 0xCF;
constexpr std::int32_t kGraniteRapids = 0xAD;

std::int64_t gen3() {
    return pcie_mbps(8'000, 16);
}
std::int64_t gen4() {
    return pcie_mbps(16'000, 16);
}
std::int64_t gen5() {
    return pcie_mbps(32'000, 16);
}
std::int64_t gen6() {
    return pcie_mbps(64'000, 16);
}

// Hybrid cube mesh of 8 V100 with 6 NVLinks each, links as nvidia-smi topo -m prints them (microsoft/msccl-tools at
// 030a750); two Xeon E5-2698 v4, below each two PCIe switches of two GPUs and one EDR rail (DGX-1 with V100, system
// architecture white paper).
MachineGraph dgx_1v() {
    MachineDraft draft("dgx-1v", Vendor::nvidia);
    draft.gpus_are("Tesla V100-SXM2", 70);
    draft.add_nodes(2, CpuVendor::intel, kBroadwell,
                    {.switches = 2, .gpus = 2, .nics = 1, .mbps = gen3(), .nic_mbit = 100'000});
    draft.add_mesh({{0, 1, 1},
                    {0, 2, 1},
                    {0, 3, 2},
                    {0, 4, 2},
                    {1, 2, 2},
                    {1, 3, 1},
                    {1, 5, 2},
                    {2, 3, 2},
                    {2, 6, 1},
                    {3, 7, 1},
                    {4, 5, 1},
                    {4, 6, 1},
                    {4, 7, 2},
                    {5, 6, 2},
                    {5, 7, 1},
                    {6, 7, 2}},
                   LinkKind::nvlink, nvlink_mbps(70));
    draft.add_note(kStandardNics);
    return std::move(draft).finish();
}

// 16 V100 with 6 NVLinks each to NVSwitches of two boards; PCIe as in open-mpi/hwloc's dump of a DGX-2H at 3b37b02: two
// host bridges per socket, below each a switch over two switches of two GPUs. The third port of each inner switch has
// one of eight EDR rails (DGX-2 user guide), which the dump leaves out.
MachineGraph dgx_2() {
    MachineDraft draft("dgx-2", Vendor::nvidia);
    draft.gpus_are("Tesla V100-SXM3", 70);
    draft.add_nodes(2, CpuVendor::intel, kSkylake, {.switches = 0});
    for (std::int32_t quad = 0; quad < 4; ++quad) {
        const std::int32_t numa = quad / 2;
        const PartIdx host = draft.add_bridge(PartKind::host_bridge);
        draft.add_link(host, PartIdx(static_cast<std::uint32_t>(numa)), LinkKind::pcie, gen3());
        const PartIdx outer = draft.add_bridge();
        draft.add_link(outer, host, LinkKind::pcie, gen3());
        for (int pair = 0; pair < 2; ++pair) {
            const PartIdx inner = draft.add_bridge();
            draft.add_link(inner, outer, LinkKind::pcie, gen3());
            for (int i = 0; i < 2; ++i) draft.add_link(draft.add_gpu(numa), inner, LinkKind::pcie, gen3());
            draft.add_link(draft.add_nic(numa, 100'000), inner, LinkKind::pcie, gen3());
        }
    }
    draft.add_nvswitch(6);
    draft.add_note(kStandardNics);
    return std::move(draft).finish();
}

// Two EPYC 7742, below each two PCIe switches of two GPUs and two HDR rails, 12 NVLinks per GPU to the NVSwitches (DGX
// A100 system architecture white paper); classes as nvidia-smi prints them of an HGX A100 with 8 NICs: PXB to the own
// switch's NICs, NODE within the socket. NUMA nodes as with NPS1.
MachineGraph dgx_a100() {
    MachineDraft draft("dgx-a100", Vendor::nvidia);
    draft.gpus_are("A100-SXM4", 80);
    draft.add_nodes(2, CpuVendor::amd, 0,
                    {.switches = 2,
                     .gpus = 2,
                     .nics = 2,
                     .host_bridges = true,
                     .gpu_ports = true,
                     .mbps = gen4(),
                     .nic_mbit = 200'000});
    draft.add_nvswitch(12);
    draft.add_note(kStandardNics);
    return std::move(draft).finish();
}

// HGX with one 400 Gbit/s rail per GPU: NVLinks to the NVSwitches, two sockets, a PCIe gen 5 switch per GPU (DGX H100,
// H200 and B200 user guides: Xeon 8480C, 8480C, 8570). nvidia-smi prints PXB to the own rail, NODE within the socket,
// SYS across. H800 has 8 NVLinks of the 18 (NCCL dump of zy-uestc/yccl at d76a1b0, whose PCIe tree is this one); H20
// all of them (900 GB/s in its published data), and the board of H100 is assumed for it.
MachineGraph hgx(std::string_view name, std::string_view model, std::int32_t arch, std::int32_t cpu_model,
                 std::int32_t nvlinks = 18) {
    MachineDraft draft(name, Vendor::nvidia);
    draft.gpus_are(model, arch);
    draft.add_nodes(
        2, CpuVendor::intel, cpu_model,
        {.switches = 4, .nics = 1, .host_bridges = true, .gpu_ports = true, .mbps = gen5(), .nic_mbit = 400'000});
    draft.add_nvswitch(nvlinks);
    draft.add_note(kStandardNics);
    return std::move(draft).finish();
}

// HGX B300: 18 NVLinks, and on the GPU board a ConnectX-8 per GPU, whose PCIe gen 6 switch the GPU hangs from: 800
// Gbit/s (DGX B300 user guide: two Xeon 6776P).
MachineGraph hgx_b300() {
    MachineDraft draft("hgx-b300", Vendor::nvidia);
    draft.gpus_are("B300", 103);
    draft.add_nodes(2, CpuVendor::intel, kGraniteRapids,
                    {.switches = 4, .nics = 1, .host_bridges = true, .mbps = gen6(), .nic_mbit = 800'000});
    draft.add_nvswitch(18);
    draft.add_note(kStandardNics);
    draft.add_note("PCIe gen 6 up to the CPUs assumed");
    return std::move(draft).finish();
}

// One compute tray of an NVL72: two Grace CPUs with two GPUs each; 18 NVLinks per GPU to switches outside the tray
// (NVIDIA/k8s-test-infra issue 371; GB200 and GB300 NVL72 product pages). NVLink-C2C gives a Grace 900 GB/s for both
// its GPUs and both directions, so 225 GB/s per GPU and direction. `nics`: a 400 Gbit/s ConnectX-7 per GPU at the
// Grace, as in GB200; those of GB300 hang at GPU and Grace at once, which no source here shows.
MachineGraph grace_tray(std::string_view name, std::string_view model, std::int32_t arch, bool nics) {
    constexpr std::int64_t kC2cMbps = 225'000;
    MachineDraft draft(name, Vendor::nvidia);
    draft.gpus_are(model, arch);
    draft.add_nodes(2, CpuVendor::arm, 0, {.switches = 0});
    for (std::int32_t numa = 0; numa < 2; ++numa) {
        const PartIdx grace(static_cast<std::uint32_t>(numa));  // the first parts
        for (int i = 0; i < 2; ++i) {
            draft.add_link(draft.add_gpu(numa), grace, LinkKind::c2c, kC2cMbps);
            if (nics) draft.add_link(draft.add_nic(numa, 400'000), grace, LinkKind::pcie, gen5());
        }
    }
    draft.add_nvswitch(18);
    draft.add_note(nics ? kStandardNics : "no NICs listed");
    draft.add_note("the NVLink domain goes beyond this machine");
    return std::move(draft).finish();
}

// Servers of 4 or 8 PCIe cards in two sockets, each card at a host bridge of its own: what nvidia-smi prints of plain
// 8-GPU servers with EPYC (NODE within a socket, SYS across).
MachineGraph pcie_cards(std::string_view name, int per_socket) {
    MachineDraft draft(name, Vendor::nvidia);
    draft.add_nodes(2, CpuVendor::amd, 0, {.switches = per_socket, .host_bridges = true, .mbps = gen4()});
    draft.add_note(kNoNics);
    draft.add_note("PCIe gen 4 and no NVLink bridges assumed");
    return std::move(draft).finish();
}

// 8 L40S, PCIe gen 4 x16 and no NVLink (L40S data sheet): four PCIe switches of two cards in two sockets, as in
// NVIDIA's OVX reference design; servers with one switch per socket exist.
MachineGraph l40s_8() {
    MachineDraft draft("l40s-8", Vendor::nvidia);
    draft.gpus_are("L40S", 89);
    draft.add_nodes(2, CpuVendor::intel, kSapphireRapids,
                    {.switches = 2, .gpus = 2, .host_bridges = true, .mbps = gen4()});
    draft.add_note(kNoNics);
    draft.add_note("two cards per PCIe switch assumed");
    return std::move(draft).finish();
}

// 8 MI210 in two hives of four, each pair of a hive joined by one xGMI link, a hive per socket (KFD dump of
// ROCm/k8s-device-plugin at ed76468).
MachineGraph mi210_8() {
    MachineDraft draft("mi210-8", Vendor::amd);
    draft.gpus_are("AMD Instinct MI210", 910);
    draft.add_nodes(2, CpuVendor::amd, 0, {.switches = 4, .mbps = gen4()});
    draft.add_mesh({{0, 1, 1},
                    {0, 2, 1},
                    {0, 3, 1},
                    {1, 2, 1},
                    {1, 3, 1},
                    {2, 3, 1},
                    {4, 5, 1},
                    {4, 6, 1},
                    {4, 7, 1},
                    {5, 6, 1},
                    {5, 7, 1},
                    {6, 7, 1}},
                   LinkKind::xgmi, xgmi_mbps(910));
    draft.add_note(kNoNics);
    return std::move(draft).finish();
}

// 4 packages MI250 or MI250X of two GPUs each: 4 links inside a package, 1 or 2 between packages (rccl model
// topo_8p1h_1 at 0cbce2a). Device plugins count 8 GPUs.
MachineGraph mi250_4() {
    MachineDraft draft("mi250-4", Vendor::amd);
    draft.gpus_are("AMD Instinct MI250", 910);
    draft.add_nodes(2, CpuVendor::amd, 0,
                    {.switches = 2, .gpus = 2, .nics = 1, .gpu_ports = true, .mbps = gen4(), .nic_mbit = 200'000});
    draft.add_mesh({{0, 1, 4},
                    {0, 2, 1},
                    {0, 6, 2},
                    {1, 3, 1},
                    {1, 5, 1},
                    {2, 3, 4},
                    {2, 4, 2},
                    {3, 7, 1},
                    {4, 5, 4},
                    {4, 6, 1},
                    {5, 7, 1},
                    {6, 7, 4}},
                   LinkKind::xgmi, xgmi_mbps(910));
    draft.add_note(kStandardNics);
    return std::move(draft).finish();
}

// 8 packages MI250 of two GPUs each, so device plugins count 16 GPUs: 7 links per GPU, NPS4, a GPU's PCIe port 8 lanes
// wide, one HDR NIC per package (rccl model topo_16p1h at 0cbce2a).
MachineGraph mi250_8() {
    MachineDraft draft("mi250-8", Vendor::amd);
    draft.gpus_are("AMD Instinct MI250", 910);
    draft.add_nodes(4, CpuVendor::amd, 0,
                    {.switches = 2,
                     .gpus = 2,
                     .nics = 1,
                     .root_switch = true,
                     .gpu_ports = true,
                     .mbps = gen4(),
                     .port_mbps = pcie_mbps(16'000, 8),
                     .nic_mbit = 200'000});
    draft.add_mesh({{0, 1, 4},  {0, 2, 1},  {0, 4, 2},   {1, 2, 1},   {1, 3, 1},   {1, 5, 1},   {2, 3, 4},
                    {2, 6, 1},  {3, 7, 2},  {4, 5, 4},   {4, 12, 1},  {5, 13, 1},  {5, 14, 1},  {6, 7, 4},
                    {6, 13, 1}, {6, 14, 1}, {7, 15, 1},  {8, 9, 4},   {8, 10, 1},  {8, 12, 2},  {9, 10, 1},
                    {9, 11, 1}, {9, 13, 1}, {10, 11, 4}, {10, 14, 1}, {11, 15, 2}, {12, 13, 4}, {14, 15, 4}},
                   LinkKind::xgmi, xgmi_mbps(910));
    draft.add_note(kStandardNics);
    return std::move(draft).finish();
}

// 8 MI300X, every pair joined by one xGMI link; a 400 Gbit/s rail per GPU below its PCIe switch, two Sapphire Rapids
// sockets (rccl model topo_8p_940 at 0cbce2a).
MachineGraph mi300x_8() {
    MachineDraft draft("mi300x-8", Vendor::amd);
    draft.gpus_are("AMD Instinct MI300X", 942);
    draft.add_nodes(2, CpuVendor::intel, kSapphireRapids,
                    {.switches = 4, .nics = 1, .gpu_ports = true, .mbps = gen5(), .nic_mbit = 400'000});
    std::vector<MachineDraft::Pair> pairs;
    for (int a = 0; a < 8; ++a) {
        for (int b = a + 1; b < 8; ++b) pairs.push_back({a, b, 1});
    }
    draft.add_mesh(pairs, LinkKind::xgmi, xgmi_mbps(942));
    draft.add_note(kStandardNics);
    return std::move(draft).finish();
}

using Profiles = std::map<std::string_view, std::shared_ptr<const MachineGraph>, std::less<>>;

const Profiles& profiles() {
    static const Profiles kAll = [] {
        Profiles all;
        const auto add = [&](std::string_view name, MachineGraph machine) {
            all.emplace(name, std::make_shared<const MachineGraph>(std::move(machine)));
        };
        add("dgx-1v", dgx_1v());
        add("dgx-2", dgx_2());
        add("dgx-a100", dgx_a100());
        add("gb200-tray", grace_tray("gb200-tray", "GB200", 100, true));
        add("gb300-tray", grace_tray("gb300-tray", "GB300", 103, false));
        add("hgx-b200", hgx("hgx-b200", "B200", 100, kEmeraldRapids));
        add("hgx-b300", hgx_b300());
        add("hgx-h100", hgx("hgx-h100", "H100 80GB HBM3", 90, kSapphireRapids));
        add("hgx-h20", hgx("hgx-h20", "H20", 90, kSapphireRapids));
        add("hgx-h200", hgx("hgx-h200", "H200", 90, kSapphireRapids));
        add("hgx-h800", hgx("hgx-h800", "H800", 90, kSapphireRapids, 8));
        add("l40s-8", l40s_8());
        add("mi210-8", mi210_8());
        add("mi250-4", mi250_4());
        add("mi250-8", mi250_8());
        add("mi300x-8", mi300x_8());
        add("pcie-4", pcie_cards("pcie-4", 2));
        add("pcie-8", pcie_cards("pcie-8", 4));
        return all;
    }();
    return kAll;
}

}  // namespace

std::vector<std::string_view> machine_profile_names() {
    std::vector<std::string_view> names;
    for (const auto& [name, machine] : profiles()) names.push_back(name);
    return names;
}

std::shared_ptr<const MachineGraph> machine_profile(std::string_view name) {
    const auto at = profiles().find(name);
    return at == profiles().end() ? nullptr : at->second;
}

}  // namespace muster
