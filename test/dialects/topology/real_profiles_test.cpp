// Built-in profiles beside dumps of such machines: what sets of GPUs are worth must be the same.
#include "placement/topology/gpu_set_value.hpp"
#include "placement/topology/machine_profiles.hpp"
#include "test/dialects/topology/real_dumps.hpp"

#include <gtest/gtest.h>

namespace muster {
namespace {

using RealProfiles = test::RealDumps;

TEST_F(RealProfiles, HgxH800IsWorthWhatItsNcclDumpSays) {
    const auto dump = test::read_dump("nccl-hgx-h800-8x400g.xml");
    ASSERT_TRUE(dump) << to_string(dump.error());
    GpuSetValues real(*dump);
    GpuSetValues built_in(*machine_profile("hgx-h800"));
    for (GpuMask set = 1; set < 256; ++set) {
        EXPECT_EQ(built_in.value(set).ring_mbps, real.value(set).ring_mbps) << set;
        EXPECT_EQ(built_in.value(set).nic_mbps, real.value(set).nic_mbps) << set;
    }
}

// The dump leaves the NICs out.
TEST_F(RealProfiles, Dgx2IsWorthWhatItsHwlocDumpSays) {
    const auto dump = test::read_dump("hwloc-nvidia-dgx2.xml");
    ASSERT_TRUE(dump) << to_string(dump.error());
    GpuSetValues real(*dump);
    GpuSetValues built_in(*machine_profile("dgx-2"));
    for (const GpuMask set : {0x1U, 0x3U, 0x8001U, 0xFU, 0x0F0FU, 0xFFU, 0x7FFFU, 0xFFFFU})
        EXPECT_EQ(built_in.value(set).ring_mbps, real.value(set).ring_mbps) << set;
}

}  // namespace
}  // namespace muster
