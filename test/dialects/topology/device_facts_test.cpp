#include "dialects/topology/device_facts.hpp"

#include <gtest/gtest.h>

namespace muster {
namespace {

TEST(DeviceFacts, AddressesAreWrittenInOneWay) {
    EXPECT_EQ(pci_address("0000:1B:00.0"), "0000:1b:00.0");
    EXPECT_EQ(pci_address("00000000:1B:00.0"), "0000:1b:00.0");
    EXPECT_EQ(pci_address("00010000:1B:00.0"), "00010000:1b:00.0");
    EXPECT_EQ(pci_address("1B:00.0"), "0000:1b:00.0");
    EXPECT_EQ(pci_address("fffffff:ff:ff.0"), "fffffff:ff:ff.0");
    EXPECT_EQ(pci_address(""), "");
}

TEST(DeviceFacts, ClassesAreReadAsNcclReadsThem) {
    EXPECT_EQ(pci_role(""), PciRole::unknown);
    EXPECT_EQ(pci_role("0x"), PciRole::unknown);
    EXPECT_EQ(pci_role("0x060400"), PciRole::bridge);
    EXPECT_EQ(pci_role("0x060000"), PciRole::bridge);
    EXPECT_EQ(pci_role("0x068000"), PciRole::nvswitch);
    EXPECT_EQ(pci_role("0x068001"), PciRole::cpu);
    EXPECT_EQ(pci_role("0x030200"), PciRole::gpu);
    EXPECT_EQ(pci_role("0x038000"), PciRole::gpu);
    EXPECT_EQ(pci_role("0x120000"), PciRole::gpu);
    EXPECT_EQ(pci_role("0302"), PciRole::gpu);
    EXPECT_EQ(pci_role("0x020700"), PciRole::nic);
    EXPECT_EQ(pci_role("0X0200"), PciRole::nic);
}

TEST(DeviceFacts, SpeedsAreReadInAllTheirSpellings) {
    EXPECT_EQ(pcie_megatransfers("16.0 GT/s PCIe"), 16'000);
    EXPECT_EQ(pcie_megatransfers("16 GT/s"), 16'000);
    EXPECT_EQ(pcie_megatransfers("2.5 GT/s PCIe"), 2'500);
    EXPECT_EQ(pcie_megatransfers("32 GT/s PCIe/s"), 32'000);
    EXPECT_EQ(pcie_megatransfers("8"), 8'000);
    for (const char* none : {"", "Unknown", "-8 GT/s", "99999999999 GT/s", "2000 GT/s"}) {
        EXPECT_EQ(pcie_megatransfers(none), 0) << none;
    }
}

TEST(DeviceFacts, AmdNamesGiveOneNumberInAllTheirSpellings) {
    EXPECT_EQ(amd_arch("906"), 906);
    EXPECT_EQ(amd_arch("910"), 910);
    EXPECT_EQ(amd_arch("gfx90a"), 910);
    EXPECT_EQ(amd_arch("gfx942"), 942);
    EXPECT_EQ(amd_arch("gfx942:sramecc+:xnack-"), 942);
    EXPECT_EQ(amd_arch("gfx1100"), 1100);
    for (const char* none : {"", "gfx", "gfx9", "gfxabc", "gfx-42", "mi300", "-906", "99999", "gfx94z"}) {
        EXPECT_EQ(amd_arch(none), 0) << none;
    }
}

TEST(DeviceFacts, KnownChipsHaveTheirGeneration) {
    EXPECT_EQ(gpu_chip(kPciNvidia, 0x2330).arch, 90);
    EXPECT_EQ(gpu_chip(kPciNvidia, 0x2330).model, "H100-SXM5-80GB");
    EXPECT_EQ(gpu_chip(kPciAmd, 0x74a1).arch, 942);
    EXPECT_EQ(gpu_chip(kPciAmd, 0x2330).arch, 0);
    EXPECT_EQ(gpu_chip(0, 0).model, "");
}

TEST(DeviceFacts, BandwidthIsCountedInLinks) {
    EXPECT_EQ(links_of_bandwidth(LinkKind::nvlink, 70, 25'000), 1);
    EXPECT_EQ(links_of_bandwidth(LinkKind::nvlink, 60, 40'000), 2);
    EXPECT_EQ(links_of_bandwidth(LinkKind::nvlink, 80, 300'000), 12);
    EXPECT_EQ(links_of_bandwidth(LinkKind::nvlink, 100, 900'000), 18);
    EXPECT_EQ(links_of_bandwidth(LinkKind::xgmi, 910, 200'000), 4);
    EXPECT_EQ(links_of_bandwidth(LinkKind::xgmi, 942, 64'000), 1);
    EXPECT_EQ(links_of_bandwidth(LinkKind::xgmi, 942, 1), 1) << "a link that is there is at least one";
    EXPECT_EQ(links_of_bandwidth(LinkKind::nvlink, 70, INT64_MAX), 1'000);
}

TEST(DeviceFacts, CpusAreKnownByArchitectureAndVendor) {
    EXPECT_EQ(cpu_vendor("x86_64", "GenuineIntel"), CpuVendor::intel);
    EXPECT_EQ(cpu_vendor("x86_64", "AuthenticAMD"), CpuVendor::amd);
    EXPECT_EQ(cpu_vendor("x86_64", "  Shanghai  "), CpuVendor::zhaoxin);
    EXPECT_EQ(cpu_vendor("ppc64le", ""), CpuVendor::power);
    EXPECT_EQ(cpu_vendor("arm64", "ARM"), CpuVendor::arm);
    EXPECT_EQ(cpu_vendor("aarch64", ""), CpuVendor::arm);
    EXPECT_EQ(cpu_vendor("", ""), CpuVendor::unknown);
}

}  // namespace
}  // namespace muster
