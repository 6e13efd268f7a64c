#include "placement/topology/machine_profiles.hpp"

#include "placement/topology/machine_paths.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

struct Machine {
    explicit Machine(std::string_view name) : graph(machine_profile(name)), paths(*graph) {}
    std::shared_ptr<const MachineGraph> graph;
    MachinePaths paths;
};

// Names of the classes from a GPU to every GPU, or to every NIC.
std::string row(const Machine& machine, std::size_t gpu) {
    std::string text;
    for (std::size_t other = 0; other < machine.graph->gpu_count(); ++other)
        text += (other == 0 ? "" : " ") + std::string(name_of(machine.paths.between(gpu, other).path));
    return text;
}
std::string nic_row(const Machine& machine, std::size_t gpu) {
    std::string text;
    for (std::size_t nic = 0; nic < machine.graph->nic_count(); ++nic)
        text += (nic == 0 ? "" : " ") + std::string(name_of(machine.paths.to_nic(gpu, nic).path));
    return text;
}

TEST(MachineProfiles, NamesAreSortedAndEachIsAMachineOfThatNameWithNotes) {
    const auto names = machine_profile_names();
    EXPECT_EQ(names,
              (std::vector<std::string_view>{"dgx-1v", "dgx-2", "dgx-a100", "gb200-tray", "gb300-tray", "hgx-b200",
                                             "hgx-b300", "hgx-h100", "hgx-h20", "hgx-h200", "hgx-h800", "l40s-8",
                                             "mi210-8", "mi250-4", "mi250-8", "mi300x-8", "pcie-4", "pcie-8"}));
    for (const auto name : names) {
        const auto machine = machine_profile(name);
        ASSERT_NE(machine, nullptr) << name;
        EXPECT_EQ(machine->name(), name);
        EXPECT_FALSE(machine->notes().empty()) << name;
        EXPECT_EQ(machine_profile(name), machine) << name;
    }
    EXPECT_EQ(machine_profile("dgx-3"), nullptr);
    EXPECT_EQ(machine_profile(""), nullptr);
}

TEST(MachineProfiles, GpusNicsAndIslandsAreThoseOfTheMachine) {
    struct Expected {
        std::string_view name;
        std::size_t gpus, nics;
        std::vector<GpuMask> islands;
    };
    const std::vector<GpuMask> apart{1, 2, 4, 8, 16, 32, 64, 128};
    const Expected cases[] = {
        {"dgx-1v", 8, 4, {0xFF}},        {"dgx-2", 16, 8, {0xFFFF}},     {"dgx-a100", 8, 8, {0xFF}},
        {"gb200-tray", 4, 4, {0xF}},     {"gb300-tray", 4, 0, {0xF}},    {"hgx-b300", 8, 8, {0xFF}},
        {"hgx-h20", 8, 8, {0xFF}},       {"hgx-h800", 8, 8, {0xFF}},     {"hgx-b200", 8, 8, {0xFF}},
        {"hgx-h100", 8, 8, {0xFF}},      {"hgx-h200", 8, 8, {0xFF}},     {"l40s-8", 8, 0, apart},
        {"mi210-8", 8, 0, {0x0F, 0xF0}}, {"mi250-4", 8, 4, {0xFF}},      {"mi250-8", 16, 8, {0xFFFF}},
        {"mi300x-8", 8, 8, {0xFF}},      {"pcie-4", 4, 0, {1, 2, 4, 8}}, {"pcie-8", 8, 0, apart},
    };
    for (const auto& [name, gpus, nics, islands] : cases) {
        const Machine machine(name);
        EXPECT_EQ(machine.graph->gpu_count(), gpus) << name;
        EXPECT_EQ(machine.graph->nic_count(), nics) << name;
        EXPECT_EQ(machine.paths.islands(), islands) << name;
    }
}

TEST(MachineProfiles, EveryPairOfAnNvswitchBoardHasAllLinksOfAGpu) {
    struct Expected {
        std::string_view name;
        std::int32_t links;
        std::int64_t mbps;
    };
    // links × bw of reference gpu-topology §4.1: 120, 165, 240, 371 and 722 GB/s.
    const Expected cases[] = {{"dgx-2", 6, 120'000},      {"hgx-h800", 8, 164'800},    {"hgx-h20", 18, 370'800},
                              {"hgx-b300", 18, 721'800},  {"gb300-tray", 18, 721'800}, {"dgx-a100", 12, 240'000},
                              {"hgx-h100", 18, 370'800},  {"hgx-h200", 18, 370'800},   {"hgx-b200", 18, 721'800},
                              {"gb200-tray", 18, 721'800}};
    for (const auto& [name, links, mbps] : cases) {
        const Machine machine(name);
        for (std::size_t a = 0; a < machine.graph->gpu_count(); ++a) {
            for (std::size_t b = 0; b < a; ++b)
                EXPECT_EQ(machine.paths.between(a, b), (Path{PathClass::nvl, mbps, 2, links})) << name;
        }
    }
}

TEST(MachineProfiles, Dgx1vIsTheHybridCubeMesh) {
    const Machine machine("dgx-1v");
    // Links per pair as nvidia-smi topo -m prints them; 0 where it prints SYS.
    constexpr std::array<std::array<int, 8>, 8> kLinks{{{0, 1, 1, 2, 2, 0, 0, 0},
                                                        {1, 0, 2, 1, 0, 2, 0, 0},
                                                        {1, 2, 0, 2, 0, 0, 1, 0},
                                                        {2, 1, 2, 0, 0, 0, 0, 1},
                                                        {2, 0, 0, 0, 0, 1, 1, 2},
                                                        {0, 2, 0, 0, 1, 0, 2, 1},
                                                        {0, 0, 1, 0, 1, 2, 0, 2},
                                                        {0, 0, 0, 1, 2, 1, 2, 0}}};
    for (std::size_t a = 0; a < 8; ++a) {
        for (std::size_t b = 0; b < 8; ++b) {
            if (a == b) continue;
            const Path& path = machine.paths.between(a, b);
            EXPECT_EQ(path.links, kLinks[a][b]) << a << ' ' << b;
            EXPECT_EQ(path.path, kLinks[a][b] > 0 ? PathClass::nvl : PathClass::nvb) << a << ' ' << b;
            if (kLinks[a][b] > 0) {
                EXPECT_EQ(path.mbps, kLinks[a][b] * 20'000) << a << ' ' << b;
            }
        }
    }
    EXPECT_EQ(machine.paths.between(0, 5).mbps, 20'000);  // by GPU 1: NV1 and NV2
    EXPECT_EQ(machine.paths.between(3, 4).mbps, 40'000);  // by GPU 0: NV2 and NV2
    // GPU0 and GPU1 share a switch with the first rail and borrow the others from their NVLink peers; GPU0 has no
    // NVLink to GPU6 or GPU7, whose rail it reaches across the sockets.
    EXPECT_EQ(nic_row(machine, 0), "PIX PXN PXN SYS");
    EXPECT_EQ(nic_row(machine, 2), "PXN PIX SYS PXN");
    EXPECT_EQ(machine.paths.to_nic(0, 0).mbps, 12'000);
}

TEST(MachineProfiles, RailsOfHgxBoardsAreNearTheirOwnGpu) {
    for (const auto* name : {"hgx-h100", "hgx-h20", "hgx-h200", "hgx-h800", "hgx-b200"}) {
        const Machine machine(name);
        EXPECT_EQ(nic_row(machine, 0), "PXB PXN PXN PXN PXN PXN PXN PXN") << name;
        EXPECT_EQ(nic_row(machine, 5), "PXN PXN PXN PXN PXN PXB PXN PXN") << name;
        EXPECT_EQ(machine.paths.to_nic(5, 5).mbps, 48'000) << name;  // PCIe gen 5 is narrower than 400 Gbit/s
    }
    EXPECT_EQ(nic_row(Machine("hgx-b300"), 5), "PXN PXN PXN PXN PXN PIX PXN PXN");
    EXPECT_EQ(Machine("hgx-b300").paths.to_nic(5, 5).mbps, 96'000);  // PCIe gen 6 is narrower than 800 Gbit/s
    const Machine dgx2("dgx-2");
    EXPECT_EQ(nic_row(dgx2, 1), "PIX PXB PXN PXN PXN PXN PXN PXN");
    EXPECT_EQ(nic_row(dgx2, 15), "PXN PXN PXN PXN PXN PXN PXB PIX");
    EXPECT_EQ(dgx2.paths.to_nic(15, 7).mbps, 12'000);
    const Machine a100("dgx-a100");
    EXPECT_EQ(nic_row(a100, 0), "PXB PXB PXN PXN PXN PXN PXN PXN");
    EXPECT_EQ(nic_row(a100, 3), "PXN PXN PXB PXB PXN PXN PXN PXN");
    EXPECT_EQ(a100.paths.to_nic(3, 2).mbps, 24'000);
}

TEST(MachineProfiles, AGb200TrayReachesItsNicsByItsGrace) {
    const Machine machine("gb200-tray");
    EXPECT_EQ(nic_row(machine, 0), "P2C P2C PXN PXN");
    EXPECT_EQ(nic_row(machine, 3), "PXN PXN P2C P2C");
    EXPECT_EQ(machine.graph->part(machine.graph->gpu(2)).numa, 1);
}

TEST(MachineProfiles, CardsOfPcieServersMeetInTheCpu) {
    EXPECT_EQ(row(Machine("pcie-4"), 0), "LOC NODE SYS SYS");
    EXPECT_EQ(row(Machine("pcie-8"), 5), "SYS SYS SYS SYS NODE LOC NODE NODE");
    EXPECT_EQ(row(Machine("l40s-8"), 2), "NODE NODE LOC PIX SYS SYS SYS SYS");
    EXPECT_EQ(Machine("l40s-8").paths.between(0, 1).mbps, 24'000);
    EXPECT_EQ(Machine("l40s-8").paths.between(0, 2).mbps, 20'000);  // through an Intel root complex
    EXPECT_EQ(Machine("pcie-8").paths.between(0, 7).mbps, 16'000);
}

TEST(MachineProfiles, Mi210HasTwoHivesOfFour) {
    const Machine machine("mi210-8");
    EXPECT_EQ(row(machine, 1), "NVL LOC NVL NVL SYS SYS SYS SYS");
    EXPECT_EQ(row(machine, 6), "SYS SYS SYS SYS NVL NVL LOC NVL");
    EXPECT_EQ(machine.paths.between(4, 7), (Path{PathClass::nvl, 36'000, 1, 1}));
    EXPECT_EQ(machine.paths.between(3, 4).mbps, 16'000);
}

TEST(MachineProfiles, Mi250PackagesAreTwoGpusWithFourLinksBetween) {
    const Machine of_4("mi250-4"), of_8("mi250-8");
    for (std::size_t gpu = 0; gpu < 8; gpu += 2) EXPECT_EQ(of_4.paths.between(gpu, gpu + 1).mbps, 144'000);
    for (std::size_t gpu = 0; gpu < 16; gpu += 2) EXPECT_EQ(of_8.paths.between(gpu, gpu + 1).mbps, 144'000);
    // GPUs without a link between them go by PCIe: RCCL takes no GPU for an intermediate step.
    EXPECT_EQ(row(of_8, 0), "LOC NVL NVL PXB NVL SYS SYS SYS SYS SYS SYS SYS SYS SYS SYS SYS");
    EXPECT_EQ(nic_row(of_8, 0), "PXB PXB SYS SYS SYS SYS SYS SYS");
    EXPECT_EQ(of_8.paths.to_nic(0, 0).mbps, 12'000);  // 8 lanes of gen 4 to the GPU
    EXPECT_EQ(nic_row(of_4, 7), "SYS SYS PHB PXB");
}

// All xGMI links of a GPU, by GPU.
std::vector<std::int32_t> xgmi_links(const MachineGraph& machine) {
    std::vector<std::int32_t> counts;
    for (std::size_t gpu = 0; gpu < machine.gpu_count(); ++gpu) {
        std::int32_t count = 0;
        for (const std::uint32_t at : machine.links_of(machine.gpu(gpu))) {
            const Link& link = machine.links()[at];
            if (link.kind == LinkKind::xgmi) count += link.count;
        }
        counts.push_back(count);
    }
    return counts;
}

TEST(MachineProfiles, XgmiLinksPerGpuAreThoseOfTheDumps) {
    EXPECT_EQ(xgmi_links(*machine_profile("mi210-8")), (std::vector<std::int32_t>(8, 3)));
    EXPECT_EQ(xgmi_links(*machine_profile("mi250-4")), (std::vector<std::int32_t>{7, 6, 7, 6, 7, 6, 7, 6}));
    EXPECT_EQ(xgmi_links(*machine_profile("mi250-8")), (std::vector<std::int32_t>(16, 7)));
    EXPECT_EQ(xgmi_links(*machine_profile("mi300x-8")), (std::vector<std::int32_t>(8, 7)));
}

TEST(MachineProfiles, Mi300xIsAFullMeshOfSingleLinksWithARailPerGpu) {
    const Machine machine("mi300x-8");
    for (std::size_t a = 0; a < 8; ++a) {
        for (std::size_t b = 0; b < a; ++b)
            EXPECT_EQ(machine.paths.between(a, b), (Path{PathClass::nvl, 48'000, 1, 1}));
    }
    EXPECT_EQ(nic_row(machine, 1), "PHB PXB PHB PHB SYS SYS SYS SYS");
}

}  // namespace
}  // namespace muster
