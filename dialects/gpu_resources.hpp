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

}  // namespace muster
