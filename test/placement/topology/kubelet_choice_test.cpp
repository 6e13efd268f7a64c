#include "placement/topology/kubelet_choice.hpp"

#include "placement/topology/gpu_set_value.hpp"
#include "placement/topology/kubelet_rules.hpp"
#include "test/placement/topology/machines.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

using machines::set;
using machines::Wiring;

std::optional<GpuMask> predict(const MachineGraph& machine, GpuMask free, std::size_t k) {
    return predict_kubelet(machine, MachinePaths(machine), free, k);
}

TEST(PredictKubelet, GivesNothingWhenTooFewAreFree) {
    const MachineGraph machine = machines::dgx_1v();
    EXPECT_EQ(predict(machine, set({0, 1}), 3), std::nullopt);
    EXPECT_EQ(predict(machine, set({0, 1}), 0), std::nullopt);
    EXPECT_EQ(predict(machine, 0, 1), std::nullopt);
}

TEST(PredictKubelet, GivesAllWhenAllAreWanted) {
    EXPECT_EQ(predict(machines::dgx_1v(), set({1, 4, 6}), 3), set({1, 4, 6}));
}

// Four partitions of eight into 5 + 3 have the largest sum, 1,970; their quintets, 1,360 each, hold no NVLink ring.
// Which one the plugin meets first depends on the order in which the kubelet names the GPUs; ascending, it is the first
// here.
TEST(PredictKubelet, FiveOfAnIdleDgx1vHoldNoRing) {
    const MachineGraph machine = machines::dgx_1v();
    EXPECT_EQ(predict(machine, 0xff, 5), set({0, 1, 2, 3, 4}));
    GpuSetValues values(machine);
    for (const GpuMask five :
         {set({0, 1, 2, 3, 4}), set({0, 1, 2, 3, 5}), set({0, 4, 5, 6, 7}), set({1, 4, 5, 6, 7})}) {
        EXPECT_NE(values.value(five).worst, PathClass::nvl);
    }
    EXPECT_EQ(values.value(values.best(0xff, 5).value()).worst, PathClass::nvl);
}

// The same machine named from its other half: GPU 4 … 7 come first, and their partners are 0 … 3.
TEST(PredictKubelet, TheOrderOfTheGpusDecidesAmongEqualPartitions) {
    const MachineGraph machine = machines::dgx_1v();
    const HostTree tree(machine);
    const PairTable scores = nvidia_scores(machine, tree);
    const std::size_t order[] = {5, 4, 6, 7, 1, 0, 2, 3};
    PairTable reordered(64);
    for (std::size_t a = 0; a < 8; ++a) {
        for (std::size_t b = 0; b < 8; ++b) reordered[a * 8 + b] = scores[order[a] * 8 + order[b]];
    }
    GpuMask named = 0;
    const GpuMask chosen = nvidia_choice(reordered, 8, 0xff, 5);
    for (std::size_t at = 0; at < 8; ++at) {
        if ((chosen >> at & 1U) != 0) named |= GpuMask{1} << order[at];
    }
    EXPECT_EQ(named, set({1, 4, 5, 6, 7}));
}

TEST(PredictKubelet, QuadsAndPairsOfADgx1vAreTheStaticTables) {
    const MachineGraph machine = machines::dgx_1v();
    EXPECT_EQ(predict(machine, 0xff, 4), set({0, 1, 2, 3}));
    EXPECT_EQ(predict(machine, set({1, 4, 5, 6, 7}), 4), set({4, 5, 6, 7}));
    EXPECT_EQ(predict(machine, 0xff, 1), set({0}));
}

TEST(PredictKubelet, OneSetAloneIsNotWhatCounts) {
    // 1–2 is the widest pair, but 0–1 with 2–3 is the better partition.
    Wiring wiring(Vendor::nvidia);
    const PartIdx numa = wiring.numa();
    std::vector<PartIdx> gpus;
    for (int gpu = 0; gpu < 4; ++gpu) {
        gpus.push_back(wiring.gpu(70));
        wiring.pcie(gpus.back(), numa, 12'000);
    }
    wiring.nvlink(gpus[1], gpus[2], 3, 20'000);
    wiring.nvlink(gpus[0], gpus[1], 2, 20'000);
    wiring.nvlink(gpus[2], gpus[3], 2, 20'000);
    EXPECT_EQ(predict(wiring.build(), 0b1111, 2), set({0, 1}));
}

TEST(PredictKubelet, NvswitchCountsNothing) {
    // All eight reach each other at full width, yet four behind one host bridge are preferred to those across.
    Wiring wiring(Vendor::nvidia);
    const PartIdx fabric = wiring.nvswitch();
    const PartIdx sockets[] = {wiring.numa(), wiring.numa()};
    wiring.socket(sockets[0], sockets[1], 10'000);
    for (int gpu = 0; gpu < 4; ++gpu) {
        const PartIdx at = wiring.gpu(90);
        wiring.nvlink(at, fabric, 18, 20'600);
        wiring.pcie(at, sockets[gpu % 2], 48'000);
    }
    EXPECT_EQ(predict(wiring.build(), 0b1111, 2), set({0, 2}));
}

TEST(PredictKubelet, LeftoversAreNotGiven) {
    // The best partition of five by threes is {0,1} of NVLinks and {2,3,4}; the pair is the better set, but no answer.
    Wiring wiring(Vendor::nvidia);
    const PartIdx sockets[] = {wiring.numa(), wiring.numa()};
    wiring.socket(sockets[0], sockets[1], 10'000);
    std::vector<PartIdx> gpus;
    const PartIdx bridge = wiring.bridge();
    wiring.pcie(bridge, sockets[1], 12'000);
    for (int gpu = 0; gpu < 5; ++gpu) {
        gpus.push_back(wiring.gpu(70));
        wiring.pcie(gpus.back(), gpu < 2 ? sockets[0] : bridge, 12'000);
    }
    wiring.nvlink(gpus[0], gpus[1], 4, 20'000);
    EXPECT_EQ(predict(wiring.build(), 0b11111, 3), set({2, 3, 4}));
}

TEST(PredictKubelet, PairsBehindTheFifthAreForgotten) {
    // The seventh pair is by far the best, and the partition that has it is chosen; but the plugin looks for the best
    // pair when 12 and 13 have been parted in its memory, and all it finds there are equal.
    PairTable scores(14 * 14, 10);
    scores[12 * 14 + 13] = scores[13 * 14 + 12] = 500;
    EXPECT_EQ(nvidia_choice(scores, 14, 0x3fff, 2), set({0, 1}));
    EXPECT_EQ(nvidia_choice(scores, 14, 0x3ffc, 2), set({12, 13}));  // six pairs are kept
}

TEST(PredictKubelet, MoreFreeGpusThanThePluginCanPartitionGiveTheLowest) {
    Wiring wiring(Vendor::nvidia);
    const PartIdx numa = wiring.numa();
    for (int gpu = 0; gpu < 17; ++gpu) wiring.pcie(wiring.gpu(70), numa, 12'000);
    EXPECT_EQ(predict(wiring.build(), 0x1fffe, 4), set({1, 2, 3, 4}));  // 16 equal ones
    EXPECT_EQ(predict(wiring.build(), 0x1ffff, 4), set({0, 1, 2, 3}));
}

TEST(PredictKubelet, AmdTakesOneNumaNode) {
    const MachineGraph machine = machines::mi300x();
    EXPECT_EQ(predict(machine, 0xff, 4), set({0, 1, 2, 3}));
    EXPECT_EQ(predict(machine, set({0, 1, 2, 4, 5, 6, 7}), 4), set({4, 5, 6, 7}));
    EXPECT_EQ(predict(machine, set({3, 4, 7}), 2), set({4, 7}));
}

TEST(PredictKubelet, AmdPrefersXgmiToANumaNode) {
    Wiring wiring(Vendor::amd);
    const PartIdx sockets[] = {wiring.numa(), wiring.numa()};
    wiring.socket(sockets[0], sockets[1], 16'000);
    std::vector<PartIdx> gpus;
    for (int gpu = 0; gpu < 4; ++gpu) {
        gpus.push_back(wiring.gpu(910, "0000:0" + std::to_string(gpu) + ":00.0"));
        wiring.pcie(gpus.back(), sockets[gpu / 2], 24'000);
    }
    wiring.xgmi(gpus[1], gpus[2], 1, 36'000);
    EXPECT_EQ(predict(wiring.build(), 0b1111, 2), set({1, 2}));
}

TEST(PredictKubelet, AmdOrdersByPciAddress) {
    Wiring wiring(Vendor::amd);
    const PartIdx numa = wiring.numa();
    for (const char* bus : {"0000:c1:00.0", "0000:41:00.0", "0000:81:00.0"}) {
        wiring.pcie(wiring.gpu(910, bus), numa, 24'000);
    }
    EXPECT_EQ(predict(wiring.build(), 0b111, 1), set({1}));
    EXPECT_EQ(predict(wiring.build(), 0b111, 2), set({1, 2}));
}

TEST(PredictKubelet, AmdFillsThePartitionedGpuWithTheFewestFree) {
    Wiring wiring(Vendor::amd);
    const PartIdx numa = wiring.numa();
    for (int board = 0; board < 2; ++board) {
        for (int part = 0; part < 4; ++part) {
            wiring.pcie(wiring.gpu(942, "0000:0" + std::to_string(board) + ":00." + std::to_string(part)), numa,
                        24'000);
        }
    }
    const MachineGraph machine = wiring.build();
    EXPECT_EQ(predict(machine, 0xff, 2), set({0, 1}));
    EXPECT_EQ(predict(machine, set({0, 1, 2, 3, 6, 7}), 2), set({6, 7}));
    EXPECT_EQ(predict(machine, set({0, 1, 2, 3, 7}), 1), set({7}));
    EXPECT_EQ(predict(machine, set({0, 1, 2, 3, 7}), 3), set({0, 1, 2}));
}

TEST(PredictKubelet, OtherVendorsGiveTheLowest) {
    Wiring wiring(Vendor::other);
    const PartIdx numa = wiring.numa();
    for (int gpu = 0; gpu < 4; ++gpu) wiring.pcie(wiring.gpu(0), numa, 24'000);
    EXPECT_EQ(predict(wiring.build(), 0b1110, 2), set({1, 2}));
}

}  // namespace
}  // namespace muster
