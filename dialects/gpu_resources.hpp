// The extended resources whose devices are whole GPUs, by vendor.
#pragma once

#include "placement/model/machine_graph.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace muster {

struct GpuResource {
    std::string_view name;
    Vendor vendor;
};
// MIG partitions (nvidia.com/mig-1g.10gb, …) and shares (nvidia.com/gpu.shared) are resources of their own: plain
// amounts, never the GPUs of a machine.
inline constexpr std::array kGpuResources{
    GpuResource{"nvidia.com/gpu", Vendor::nvidia},
    GpuResource{"amd.com/gpu", Vendor::amd},
};

[[nodiscard]] constexpr bool is_gpu_resource(std::string_view name) {
    return std::ranges::find(kGpuResources, name, &GpuResource::name) != kGpuResources.end();
}

// Resources of which a container gets its part of one device each (gpushare, HAMi, Koordinator, Volcano). A node offers
// their sum over its devices, and 600 + 600 on two of them is no 1,200: that they fit is more than the amounts tell.
inline constexpr std::array<std::string_view, 12> kDeviceShares{
    "aliyun.com/gpu-mem",        "alibabacloud.com/gpu-milli",
    "nvidia.com/gpumem",         "nvidia.com/gpumem-percentage",
    "nvidia.com/gpucores",       "koordinator.sh/gpu-core",
    "koordinator.sh/gpu-memory", "koordinator.sh/gpu-memory-ratio",
    "volcano.sh/gpu-memory",     "volcano.sh/vgpu-cores",
    "volcano.sh/vgpu-memory",    "volcano.sh/vgpu-memory-percentage",
};

[[nodiscard]] constexpr bool is_device_share(std::string_view resource) {
    return std::ranges::find(kDeviceShares, resource) != kDeviceShares.end();
}

// The annotation by which the openb traces ask for thousandths of a device; 1000 is a whole one.
inline constexpr std::string_view kMilliAnnotation = "alibabacloud.com/gpu-milli";

}  // namespace muster
