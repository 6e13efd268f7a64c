#include "placement/topology/machine_profiles.hpp"

#include <string>

#include <gtest/gtest.h>

namespace muster {
namespace {

struct Case {
    const char* product;
    std::int32_t count;
    const char* instance_type;
    const char* profile;
};

void expect(const Case& row) {
    EXPECT_EQ(choose_machine_profile({row.product, row.count, row.instance_type}), row.profile)
        << row.count << " x " << row.product << " in " << row.instance_type;
}

TEST(MachineChoice, ProductAndCountTellTheMachine) {
    const Case cases[] = {
        {"Tesla-V100-SXM2-32GB", 8, "", "dgx-1v"},
        {"Tesla-V100-SXM3-32GB", 8, "", ""},  // half a DGX-2
        {"Tesla-V100-SXM3-32GB-H", 16, "", "dgx-2"},
        {"NVIDIA-A100-SXM4-80GB", 8, "", "dgx-a100"},
        {"A100-SXM4-40GB", 8, "", "dgx-a100"},
        {"NVIDIA-A100-SXM4-80GB-SHARED", 8, "", "dgx-a100"},
        {"NVIDIA-H100-80GB-HBM3", 8, "", "hgx-h100"},
        {"NVIDIA-H200", 8, "", "hgx-h200"},
        {"NVIDIA-H800", 8, "", "hgx-h800"},
        {"NVIDIA-H20", 8, "", "hgx-h20"},
        {"NVIDIA-H20-3e", 8, "", "hgx-h20"},
        {"NVIDIA-B200", 8, "", "hgx-b200"},
        {"NVIDIA-B300-SXM6-AC", 8, "", "hgx-b300"},
        {"NVIDIA-GB200", 4, "", "gb200-tray"},
        {"NVIDIA-GB300", 4, "", "gb300-tray"},
        {"NVIDIA-H800-PCIe", 8, "", "pcie-8"},
        {"NVIDIA-L40S", 8, "", "l40s-8"},
        {"NVIDIA-L40S", 4, "", "pcie-4"},
        {"NVIDIA-A100-80GB-PCIe", 4, "", "pcie-4"},
        {"NVIDIA-H100-PCIe", 8, "", "pcie-8"},
        {"Tesla-T4", 4, "", "pcie-4"},
        {"NVIDIA-A10G", 8, "", "pcie-8"},
        {"AMD_Instinct_MI210", 8, "", "mi210-8"},
        {"AMD Instinct MI250X", 8, "", "mi250-4"},
        {"AMD_Instinct_MI250", 16, "", "mi250-8"},
        {"AMD_Instinct_MI300X_OAM", 8, "", "mi300x-8"},
        {"74b5", 8, "", "mi300x-8"},
        {"740C", 16, "", "mi250-8"},
    };
    for (const auto& row : cases) expect(row);
}

TEST(MachineChoice, WhatIsNoWholeKnownMachineIsAPlainSet) {
    const Case cases[] = {
        {"", 0, "", ""},
        {"", 8, "", ""},
        {"NVIDIA-H100-80GB-HBM3", 4, "", ""},
        {"NVIDIA-H100-80GB-HBM3", 0, "", ""},
        {"NVIDIA-H100-80GB-HBM3", -8, "", ""},
        {"NVIDIA-H100-NVL", 8, "", ""},
        {"NVIDIA-H200-NVL", 8, "", ""},
        {"NVIDIA-A100-SXM4-40GB", 16, "", ""},
        {"NVIDIA-A100-SXM4-40GB-MIG-1g.5gb", 8, "", ""},
        {"NVIDIA-GB300", 8, "", ""},
        {"NVIDIA-GeForce-RTX-4090", 8, "", ""},
        {"AMD_Instinct_MI300X_OAM", 64, "", ""},  // CPX
    };
    for (const auto& row : cases) expect(row);
}

TEST(MachineChoice, AWellKnownInstanceTypeGoesBeforeTheProduct) {
    const Case cases[] = {
        {"", 0, "p5.48xlarge", "hgx-h100"},
        {"", 8, "p5en.48xlarge", "hgx-h200"},
        {"NVIDIA-A100-SXM4-40GB", 8, "p4d.24xlarge", "dgx-a100"},
        {"Tesla-V100-SXM2-32GB", 8, "Standard_ND40rs_v2", "dgx-1v"},
        {"NVIDIA-H100-80GB-HBM3", 8, "a3-megagpu-8g", "hgx-h100"},
        {"NVIDIA-B200", 8, "a4-highgpu-8g", "hgx-b200"},
        {"NVIDIA-B300-SXM6-AC", 8, "p6-b300.48xlarge", "hgx-b300"},
        {"NVIDIA-GB200", 4, "BM.GPU.GB200.4", "gb200-tray"},
        {"", 8, "Standard_ND96isr_MI300X_v5", "mi300x-8"},
        {"NVIDIA-H100-80GB-HBM3", 8, "some-new-type", "hgx-h100"},
        // Fewer GPUs than the machine has, or partitions of them.
        {"NVIDIA-H100-80GB-HBM3", 7, "p5.48xlarge", ""},
        {"NVIDIA-A100-SXM4-40GB-MIG-1g.5gb", 56, "p4d.24xlarge", ""},
    };
    for (const auto& row : cases) expect(row);
}

}  // namespace
}  // namespace muster
