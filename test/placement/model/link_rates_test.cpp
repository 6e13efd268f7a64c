#include "placement/model/link_rates.hpp"

#include <limits>

#include <gtest/gtest.h>

namespace muster {
namespace {

TEST(LinkRates, NvlinksOfWholeGpusCarryWhatNcclCounts) {
    EXPECT_EQ(nvlink_mbps(60) * nvlinks_of(60), 72'000);
    EXPECT_EQ(nvlink_mbps(70) * nvlinks_of(70), 120'000);
    EXPECT_EQ(nvlink_mbps(80) * nvlinks_of(80), 240'000);
    EXPECT_EQ(nvlink_mbps(86) * nvlinks_of(86), 48'000);
    EXPECT_EQ(nvlink_mbps(90) * nvlinks_of(90), 370'800);
    EXPECT_EQ(nvlink_mbps(100) * nvlinks_of(100), 721'800);
}

TEST(LinkRates, UnlistedGenerationsGetTheRateOfTheNewestOlderOne) {
    EXPECT_EQ(nvlink_mbps(75), nvlink_mbps(70));
    EXPECT_EQ(nvlink_mbps(89), nvlink_mbps(80));
    EXPECT_EQ(nvlink_mbps(103), nvlink_mbps(100));
    EXPECT_EQ(nvlink_mbps(0), nvlink_mbps(80));
    EXPECT_EQ(nvlinks_of(0), 0);
    EXPECT_EQ(nvlinks_of(89), 0);
}

TEST(LinkRates, XgmiIsByGeneration) {
    EXPECT_EQ(xgmi_mbps(906), 24'000);
    EXPECT_EQ(xgmi_mbps(908), 24'000);
    EXPECT_EQ(xgmi_mbps(910), 36'000);
    EXPECT_EQ(xgmi_mbps(940), 48'000);
    EXPECT_EQ(xgmi_mbps(942), 48'000);
    EXPECT_EQ(xgmi_mbps(950), 48'000);
    EXPECT_EQ(xgmi_mbps(0), 24'000);
}

TEST(LinkRates, PcieIsBySpeedAndWidth) {
    struct Case {
        std::int32_t megatransfers, lanes;
        std::int64_t mbps;
    };
    const Case cases[] = {
        {2'500, 16, 3'000},   {5'000, 16, 6'000},   {8'000, 16, 12'000}, {16'000, 16, 24'000}, {32'000, 16, 48'000},
        {64'000, 16, 96'000}, {16'000, 8, 12'000},  {8'000, 1, 750},     {0, 16, 12'000},      {32'000, 0, 48'000},
        {0, 0, 12'000},       {12'000, 16, 12'000}, {1'000, 16, 3'000},  {-1, -1, 12'000},     {128'000, 16, 96'000},
    };
    for (const auto& [megatransfers, lanes, mbps] : cases) {
        EXPECT_EQ(pcie_mbps(megatransfers, lanes), mbps) << megatransfers << " MT/s, " << lanes << " lanes";
    }
    EXPECT_GT(pcie_mbps(std::numeric_limits<std::int32_t>::max(), std::numeric_limits<std::int32_t>::max()), 0);
}

TEST(LinkRates, SocketsAreByMakeAndIntelModel) {
    EXPECT_EQ(socket_mbps(CpuVendor::intel, 79), 6'000);    // Broadwell
    EXPECT_EQ(socket_mbps(CpuVendor::intel, 85), 10'000);   // Skylake
    EXPECT_EQ(socket_mbps(CpuVendor::intel, 106), 10'000);  // Ice Lake
    EXPECT_EQ(socket_mbps(CpuVendor::intel, 143), 22'000);  // Sapphire Rapids
    EXPECT_EQ(socket_mbps(CpuVendor::intel, 207), 40'000);  // Emerald Rapids
    EXPECT_EQ(socket_mbps(CpuVendor::amd, 49), 16'000);
    EXPECT_EQ(socket_mbps(CpuVendor::arm, 0), 6'000);
    EXPECT_EQ(socket_mbps(CpuVendor::power, 0), 32'000);
    EXPECT_EQ(socket_mbps(CpuVendor::unknown, 0), 6'000);
}

TEST(LinkRates, NicsCarryTheirLineRateAndUnknownOnesTenGigabit) {
    EXPECT_EQ(nic_mbps(400'000), 50'000);
    EXPECT_EQ(nic_mbps(100'000), 12'500);
    EXPECT_EQ(nic_mbps(0), 1'250);
}

TEST(LinkRates, PeersThroughAnIntelRootGetAShare) {
    EXPECT_EQ(through_intel_root(12'000), 10'000);
    EXPECT_EQ(through_intel_root(24'000), 20'000);
}

}  // namespace
}  // namespace muster
