#include "placement/topology/gpu_set_value.hpp"

#include "test/placement/topology/machines.hpp"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

using machines::set;
using machines::Wiring;

TEST(GpuSetValue, OneGpuIsLocal) {
    const MachineGraph machine = machines::pcie_8(CpuVendor::amd);
    GpuSetValues values(machine);
    EXPECT_EQ(values.value(set({3})),
              (GpuSetValue{.ring_mbps = kLocalMbps, .upper_mbps = kLocalMbps, .worst = PathClass::loc, .exact = true}));
}

TEST(GpuSetValue, NvswitchGivesEverySetTheSame) {
    const MachineGraph machine = machines::switched(8, 90, 18, 20'600);
    GpuSetValues values(machine);
    for (GpuMask some = 1; some < 256; ++some) {
        if (std::popcount(some) < 2) continue;
        const GpuSetValue& value = values.value(some);
        EXPECT_EQ(value.ring_mbps, 370'800);
        EXPECT_TRUE(value.exact);
        EXPECT_EQ(value.worst, PathClass::nvl);
    }
}

TEST(GpuSetValue, AGpuWithFewerLinksToTheSwitchSlowsItsSets) {
    Wiring wiring(Vendor::nvidia);
    const PartIdx fabric = wiring.nvswitch();
    for (const int links : {12, 12, 8}) wiring.nvlink(wiring.gpu(80), fabric, links, 20'000);
    const MachineGraph machine = wiring.build();
    GpuSetValues values(machine);
    EXPECT_EQ(values.value(0b011).ring_mbps, 240'000);
    EXPECT_EQ(values.value(0b111).ring_mbps, 160'000);
}

TEST(GpuSetValue, Dgx1vRingsCountInSingleLinks) {
    const MachineGraph machine = machines::dgx_1v();
    GpuSetValues values(machine);
    EXPECT_EQ(values.value(set({0, 3})).ring_mbps, 40'000);
    EXPECT_EQ(values.value(set({0, 1})).ring_mbps, 20'000);
    EXPECT_EQ(values.value(set({0, 1, 2, 3})).ring_mbps, 80'000);
    EXPECT_EQ(values.value(0xff).ring_mbps, 120'000);
    EXPECT_EQ(values.value(0xff).worst, PathClass::nvl);
    EXPECT_TRUE(values.value(0xff).exact);
}

TEST(GpuSetValue, Dgx1vQuintetWithoutARingHasItsTrees) {
    const MachineGraph machine = machines::dgx_1v();
    GpuSetValues values(machine);
    const GpuSetValue& value = values.value(set({1, 4, 5, 6, 7}));
    EXPECT_EQ(value.ring_mbps, 36'800);  // two trees of 20 GB/s, × 0.92
    EXPECT_EQ(value.worst, PathClass::nvb);
    EXPECT_TRUE(value.exact);
}

TEST(GpuSetValue, GpusOutsideTheSetPassNothingOn) {
    // 0 and 7 have two NVLinks to 3 each, and none between them.
    const MachineGraph machine = machines::dgx_1v();
    GpuSetValues values(machine);
    EXPECT_EQ(values.value(set({0, 7})).ring_mbps, 6'000);
    EXPECT_EQ(values.value(set({0, 7})).worst, PathClass::sys);
    EXPECT_EQ(values.value(set({0, 3, 7})).worst, PathClass::nvb);
}

TEST(GpuSetValue, PcieTreeCountsItsThinnestLink) {
    const MachineGraph machine = machines::pcie_8(CpuVendor::amd);
    GpuSetValues values(machine);
    EXPECT_EQ(values.value(set({0, 1})).worst, PathClass::pix);
    EXPECT_EQ(values.value(set({0, 1})).ring_mbps, 24'000);
    EXPECT_EQ(values.value(set({0, 1, 2, 3})).worst, PathClass::phb);
    EXPECT_EQ(values.value(set({0, 1, 2, 3})).ring_mbps, 24'000);
    EXPECT_EQ(values.value(set({0, 4})).worst, PathClass::sys);
    EXPECT_EQ(values.value(0xff).ring_mbps, 10'000);
    EXPECT_TRUE(values.value(0xff).exact);
}

TEST(GpuSetValue, AnIntelRootComplexTakesASixth) {
    const MachineGraph machine = machines::pcie_8(CpuVendor::intel);
    GpuSetValues values(machine);
    EXPECT_EQ(values.value(set({0, 1})).ring_mbps, 24'000);  // below one switch
    EXPECT_EQ(values.value(set({0, 2})).ring_mbps, 20'000);
    EXPECT_EQ(values.value(set({0, 1, 2, 3})).ring_mbps, 20'000);
    EXPECT_EQ(values.value(0xff).ring_mbps, 10'000);  // the sockets are thinner still
}

TEST(GpuSetValue, NvlinkPairsAcrossSocketsMeetInTheHost) {
    Wiring wiring(Vendor::nvidia);
    const PartIdx sockets[] = {wiring.numa(CpuVendor::intel), wiring.numa(CpuVendor::intel)};
    wiring.socket(sockets[0], sockets[1], 40'000);
    std::vector<PartIdx> gpus;
    for (int gpu = 0; gpu < 4; ++gpu) {
        gpus.push_back(wiring.gpu(86));
        wiring.pcie(gpus.back(), sockets[gpu / 2], 24'000);
    }
    wiring.nvlink(gpus[0], gpus[1], 4, 12'000);
    wiring.nvlink(gpus[2], gpus[3], 4, 12'000);
    const MachineGraph machine = wiring.build();
    GpuSetValues values(machine);
    EXPECT_EQ(values.value(0b0011).ring_mbps, 48'000);
    EXPECT_EQ(values.value(0b1111).ring_mbps, 20'000);
    EXPECT_EQ(values.value(0b0110).ring_mbps, 20'000);
    EXPECT_EQ(values.value(0b1111).worst, PathClass::sys);
}

TEST(GpuSetValue, HostBridgesOfOneNumaNodeAreClassNode) {
    Wiring wiring(Vendor::nvidia);
    const PartIdx numa = wiring.numa();
    for (int at = 0; at < 2; ++at) {
        const PartIdx host = wiring.host_bridge();
        wiring.pcie(host, numa, 24'000);
        for (int gpu = 0; gpu < 2; ++gpu) wiring.pcie(wiring.gpu(89), host, 24'000);
    }
    const MachineGraph machine = wiring.build();
    GpuSetValues values(machine);
    EXPECT_EQ(values.value(set({0, 1})).worst, PathClass::phb);
    EXPECT_EQ(values.value(set({0, 2})).worst, PathClass::node);
}

TEST(GpuSetValue, BandwidthToOtherMachinesCountsTheNicsNearTheSet) {
    const MachineGraph machine = machines::switched(8, 90, 18, 20'600);
    GpuSetValues values(machine);
    EXPECT_EQ(values.value(set({2})).nic_mbps, 48'000);  // 50 GB/s of NIC behind 48 GB/s of PCIe
    EXPECT_EQ(values.value(set({2, 5, 6})).nic_mbps, 144'000);
    EXPECT_EQ(values.value(0xff).nic_mbps, 384'000);
}

// §4.2, one machine, rings: what nccl-tests reached, GB/s of bus bandwidth. All within 10 %; no exceptions are left,
// because RCCL counts 48 GB/s for an MI300X link whose data sheet says 64 (47.7 / 64 and 312.9 / 448 would be 0.75 and
// 0.70, against 48 and 7 × 48 they are 0.99 and 0.93).
TEST(GpuSetValue, AgreesWithMeasuredMachines) {
    const MachineGraph h200 = machines::switched(8, 90, 18, 20'600);
    const MachineGraph b200 = machines::switched(8, 100, 18, 40'100);
    const MachineGraph mi300x = machines::mi300x();
    struct Case {
        const MachineGraph& machine;
        GpuMask set;
        std::int64_t measured_mbps;
    };
    const Case cases[] = {
        {h200, 0x0f, 363'000}, {h200, 0xff, 366'000},  {b200, 0x0f, 673'000},
        {b200, 0xff, 682'000}, {mi300x, 0x03, 47'700}, {mi300x, 0xff, 312'900},
    };
    for (const auto& [machine, gpus, measured] : cases) {
        GpuSetValues values(machine);
        const std::int64_t ring = values.value(gpus).ring_mbps;
        EXPECT_GE(measured * 10, ring * 9) << ring << " for " << measured;
        EXPECT_LE(measured * 10, ring * 11) << ring << " for " << measured;
    }
}

TEST(GpuSetValue, FourB200MachinesAreBoundByTheirNics) {
    // §4.2: 382 GB/s over four machines; min(ring, NICs) = 400, of which PCIe gen 5 lets through 384.
    const MachineGraph machine = machines::switched(8, 100, 18, 40'100);
    GpuSetValues values(machine);
    const GpuSetValue& all = values.value(0xff);
    const std::int64_t bound = std::min(all.ring_mbps, all.nic_mbps);
    EXPECT_GE(382'000 * 10, bound * 9);
    EXPECT_LE(382'000 * 10, bound * 11);
}

TEST(GpuSetValue, FewMi300xAreSlow) {
    const MachineGraph machine = machines::mi300x();
    GpuSetValues values(machine);
    for (int gpus = 2; gpus <= 8; ++gpus) {
        EXPECT_EQ(values.value((GpuMask{1} << gpus) - 1).ring_mbps, 48'000 * (gpus - 1));
    }
}

TEST(BestSet, IsNothingWhenTooFewAreFree) {
    const MachineGraph machine = machines::dgx_1v();
    GpuSetValues values(machine);
    EXPECT_EQ(values.best(0b111, 4), std::nullopt);
    EXPECT_EQ(values.best(0b111, 0), std::nullopt);
    EXPECT_EQ(values.best(0, 1), std::nullopt);
}

TEST(BestSet, OfFiveDgx1vGpusHoldsARing) {
    const MachineGraph machine = machines::dgx_1v();
    GpuSetValues values(machine);
    const GpuMask best = values.best(0xff, 5).value();
    EXPECT_EQ(values.value(best).worst, PathClass::nvl);
    EXPECT_GE(values.value(best).ring_mbps, values.value(set({1, 4, 5, 6, 7})).ring_mbps);
}

TEST(BestSet, OfEqualsIsTheLowest) {
    const MachineGraph machine = machines::dgx_1v();
    GpuSetValues values(machine);
    EXPECT_EQ(values.best(0xff, 4), set({0, 1, 2, 3}));
    EXPECT_EQ(values.best(set({0, 3, 4, 6}), 2), set({0, 3}));
}

TEST(BestSet, PrefersNearNicsAmongEqualRings) {
    Wiring wiring(Vendor::nvidia);
    const PartIdx fabric = wiring.nvswitch(), numa = wiring.numa();
    for (int gpu = 0; gpu < 4; ++gpu) {
        const PartIdx at = wiring.gpu(90), bridge = wiring.bridge();
        wiring.nvlink(at, fabric, 18, 20'600);
        wiring.pcie(bridge, numa, 48'000);
        wiring.pcie(at, bridge, 48'000);
        if (gpu == 1 || gpu == 3) wiring.pcie(wiring.nic(200'000), bridge, 24'000);
    }
    const MachineGraph machine = wiring.build();
    GpuSetValues values(machine);
    EXPECT_EQ(values.best(0b1111, 2), set({1, 3}));
    EXPECT_EQ(values.value(set({1, 3})).nic_mbps, 48'000);
    EXPECT_EQ(values.value(set({0, 2})).nic_mbps, 24'000);  // over the host bridges, at half
}

TEST(BestSet, PrefersTheNearerClassAtEqualBandwidth) {
    const MachineGraph machine = machines::pcie_8(CpuVendor::amd);
    GpuSetValues values(machine);
    EXPECT_EQ(values.value(set({1, 2})).ring_mbps, values.value(set({2, 3})).ring_mbps);
    EXPECT_EQ(values.best(set({1, 2, 3}), 2), set({2, 3}));
}

TEST(BestSet, StaysInOneIntelSocket) {
    Wiring wiring(Vendor::nvidia);
    const PartIdx sockets[] = {wiring.numa(CpuVendor::intel), wiring.numa(CpuVendor::intel)};
    wiring.socket(sockets[0], sockets[1], 22'000);
    for (int gpu = 0; gpu < 6; ++gpu) wiring.pcie(wiring.gpu(89), sockets[gpu % 2], 24'000);
    const MachineGraph machine = wiring.build();
    GpuSetValues values(machine);
    EXPECT_EQ(values.value(set({0, 2, 4})).ring_mbps, 20'000);
    EXPECT_EQ(values.value(set({0, 1, 2})).ring_mbps, 20'000);
    EXPECT_EQ(values.best(0b111111, 3), set({0, 2, 4}));
}

TEST(BestSet, LeavesAPairForTheNextBeforeItTakesTheLowest) {
    // A chain 2–0–1–3: the pair in the middle has the lowest ordinals and breaks both others.
    const MachineGraph machine = machines::mesh({{0, 2, 2, 0}, {2, 0, 0, 2}, {2, 0, 0, 0}, {0, 2, 0, 0}});
    GpuSetValues values(machine);
    EXPECT_EQ(values.best(0b1111, 2), set({0, 2}));
    EXPECT_EQ(values.best(0b0111, 2), set({0, 1}));  // nothing is left of any
}

TEST(BestSet, OfSixteenSwitchedGpusIsTheLowestEight) {
    const MachineGraph machine = machines::switched(16, 70, 6, 20'000);
    GpuSetValues values(machine);
    EXPECT_EQ(values.best(0xffff, 8), GpuMask{0xff});
    EXPECT_EQ(values.best(0xfffe, 8), GpuMask{0x1fe});
}

TEST(BestSet, OfAHugeMachineGrowsFromTheBestPair) {
    Wiring wiring(Vendor::amd);
    const PartIdx numa = wiring.numa();
    std::vector<PartIdx> gpus;
    for (int gpu = 0; gpu < 40; ++gpu) {
        gpus.push_back(wiring.gpu(942));
        wiring.pcie(gpus.back(), numa, 48'000);
    }
    for (std::size_t a = 20; a < 26; ++a) {
        for (std::size_t b = a + 1; b < 26; ++b) wiring.xgmi(gpus[a], gpus[b], 2, 48'000);
    }
    const MachineGraph machine = wiring.build();
    GpuSetValues values(machine);
    EXPECT_EQ(values.best(machine.all_gpus(), 6), GpuMask{0x3f} << 20);
}

TEST(ScorePermille, ComparesWithTheBestSetOfItsSize) {
    const MachineGraph machine = machines::dgx_1v();
    GpuSetValues values(machine);
    EXPECT_EQ(score_permille(values, set({0, 3})), 1000);
    EXPECT_EQ(score_permille(values, set({0, 1})), 500);
    EXPECT_EQ(score_permille(values, set({0, 7})), 150);
    EXPECT_EQ(score_permille(values, set({5})), 1000);
    EXPECT_EQ(score_permille(values, 0xff), 1000);
}

}  // namespace
}  // namespace muster
