#include "placement/topology/collective_time.hpp"

#include <cstdint>

#include <gtest/gtest.h>

namespace muster {
namespace {

// Measured with NVLS over the ring's model, §4.2: GB/s.
TEST(NvlsPermille, AgreesWithMeasuredMachines) {
    struct Case {
        std::int32_t arch;
        std::size_t gpus;
        std::int64_t ring_mbps, measured_mbps;
    };
    const Case cases[] = {
        {90, 5, 363'000, 414'000},  {90, 6, 365'000, 436'000},  {90, 7, 365'000, 460'000},  {90, 8, 366'000, 473'000},
        {100, 6, 676'000, 778'000}, {100, 7, 680'000, 811'000}, {100, 8, 682'000, 838'000}, {100, 5, 676'000, 676'000},
    };
    for (const auto& [arch, gpus, ring, measured] : cases) {
        const std::int64_t model = ring * nvls_permille(arch, gpus) / 1000;
        EXPECT_GE(measured * 100, model * 97) << arch << ", " << gpus;
        EXPECT_LE(measured * 100, model * 103) << arch << ", " << gpus;
    }
}

TEST(NvlsPermille, IsNoGainForFewGpusOrBeforeHopper) {
    EXPECT_EQ(nvls_permille(90, 4), 1000);
    EXPECT_EQ(nvls_permille(80, 8), 1000);
    EXPECT_EQ(nvls_permille(0, 8), 1000);
    EXPECT_EQ(nvls_permille(90, 16), nvls_permille(90, 8));
}

TEST(AllReduceNs, IsLatencyForSmallAndBandwidthForLarge) {
    EXPECT_EQ(all_reduce_ns(8, PathClass::nvl, 0, 370'800), 14 * 3'400);
    EXPECT_EQ(all_reduce_ns(8, PathClass::phb, 0, 20'000), 14 * 5'700);
    // 2 · 7/8 of 80 MB at 100 GB/s are 1,400 µs.
    EXPECT_EQ(all_reduce_ns(8, PathClass::nvl, 80'000'000, 100'000), 14 * 3'400 + 1'400'000);
    EXPECT_EQ(net_all_reduce_ns(4, 0, 50'000), 6 * 14'000);
}

TEST(AllReduceNs, OneRankHasNothingToSend) {
    EXPECT_EQ(all_reduce_ns(1, PathClass::loc, 1'000'000, 0), 0);
}

TEST(AllReduceNs, HoldsForAPetabyte) {
    EXPECT_EQ(net_all_reduce_ns(2, 1'000'000'000'000'000, 50'000), 2 * 14'000 + 20'000'000'000'000);
}

}  // namespace
}  // namespace muster
