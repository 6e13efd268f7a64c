// What PCI addresses, classes, speeds and device numbers say, and what vendors state for one link.
#pragma once

#include "placement/model/machine_graph.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace muster {

// Lower case, with a domain of four digits where four are enough: "00000000:1B:00.0", "1b:00.0" → "0000:1b:00.0". Any
// other text only in lower case.
[[nodiscard]] std::string pci_address(std::string_view text);

enum class PciRole {
    unknown,  // no class stated
    bridge,   // and whatever else NCCL takes for one
    gpu,
    nic,
    nvswitch,
    cpu,  // an NVLink bridge of POWER's
};
// As NCCL reads its classes: "0x030200", "0x120000"; any prefix that tells is enough.
[[nodiscard]] PciRole pci_role(std::string_view class_code);

// "16.0 GT/s PCIe" → 16000. 0: empty, or no speed.
[[nodiscard]] std::int32_t pcie_megatransfers(std::string_view speed);

inline constexpr std::int64_t kPciNvidia = 0x10de;
inline constexpr std::int64_t kPciAmd = 0x1002;

struct GpuChip {
    std::int32_t arch = 0;  // as Part::arch; 0 unknown
    std::string_view model;
};
// Of data-centre GPUs (pci.ids).
[[nodiscard]] GpuChip gpu_chip(std::int64_t vendor, std::int64_t device);

// "906", "gfx90a", "gfx942:sramecc+:xnack-" → 906, 910, 942. 0: neither.
[[nodiscard]] std::int32_t amd_arch(std::string_view name);

// Links that carry this many MB/s together by the vendor's own figure for one of them (which NCCL's constants are below
// of): V100 and newer 25,000, B200 50,000, P100 20,000; MI50 and MI100 46,000, MI200 50,000, MI300 64,000. At least 1.
[[nodiscard]] std::int32_t links_of_bandwidth(LinkKind kind, std::int32_t arch, std::int64_t mbps);

// A CPU's maker by architecture ("x86_64", "ppc64le") and vendor word ("GenuineIntel").
[[nodiscard]] CpuVendor cpu_vendor(std::string_view architecture, std::string_view vendor);

}  // namespace muster
