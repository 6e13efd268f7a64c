#include "placement/model/link_rates.hpp"

#include <algorithm>

namespace muster {

std::int64_t nvlink_mbps(std::int32_t arch) {
    if (arch >= 100) return 40'100;
    if (arch >= 90) return 20'600;
    if (arch == 86) return 12'000;
    if (arch >= 70) return 20'000;
    if (arch >= 60) return 18'000;
    return 20'000;
}

std::int32_t nvlinks_of(std::int32_t arch) {
    // Reference gpu-topology §3, trap 6; NVIDIA's GA102 and TU102 whitepapers for 86 and 75.
    switch (arch) {
        case 60:
        case 86:
            return 4;
        case 70:
            return 6;
        case 75:
            return 2;
        case 80:
            return 12;
        case 90:
        case 100:
        case 103:
            return 18;
        case 107:
            return 36;
        default:
            return 0;
    }
}

std::int64_t xgmi_mbps(std::int32_t arch) {
    if (arch >= 940 && arch <= 959) return 48'000;
    if (arch == 910) return 36'000;
    return 24'000;
}

std::int64_t pcie_mbps(std::int32_t megatransfers, std::int32_t lanes) {
    struct Generation {
        std::int32_t megatransfers;
        std::int64_t lane_mbps_x80;  // of 80 lanes: NCCL counts in 16 × lane / 80 GB/s
    };
    static constexpr Generation kGenerations[] = {{64'000, 480'000}, {32'000, 240'000}, {16'000, 120'000},
                                                  {8'000, 60'000},   {5'000, 30'000},   {0, 15'000}};
    const std::int32_t speed = megatransfers <= 0 ? 8'000 : megatransfers;
    const std::int64_t width = lanes <= 0 ? 16 : std::min(lanes, 32);  // PCIe knows no wider link
    const auto* generation =
        std::ranges::find_if(kGenerations, [&](const Generation& g) { return speed >= g.megatransfers; });
    return generation->lane_mbps_x80 * width / 80;
}

std::int64_t socket_mbps(CpuVendor vendor, std::int32_t model) {
    switch (vendor) {
        case CpuVendor::intel:
            if (model >= 0xCF) return 40'000;  // Emerald Rapids
            if (model >= 0x8F) return 22'000;  // Sapphire Rapids
            if (model >= 0x55) return 10'000;  // Skylake
            return 6'000;                      // Broadwell
        case CpuVendor::amd:
            return 16'000;
        case CpuVendor::power:
            return 32'000;
        case CpuVendor::arm:
        case CpuVendor::zhaoxin:
        case CpuVendor::unknown:
            break;
    }
    return 6'000;
}

std::int64_t nic_mbps(std::int64_t mbit) {
    return (mbit <= 0 ? 10'000 : mbit) / 8;
}

std::int64_t through_intel_root(std::int64_t mbps) {
    return mbps * 5 / 6;
}

}  // namespace muster
