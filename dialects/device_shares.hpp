// Resources of which a pod gets parts of single devices (gpushare, openb, HAMi, Volcano, Koordinator). A node offers
// their sum over its devices, and 600 + 600 on two of them is no 1,200: that they fit is more than the amounts tell.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

namespace muster {

// One kind of parts, and where Kubernetes' objects tell of its devices. Empty: nothing that we know of tells it.
struct DeviceShareKind {
    std::string_view resource;
    std::string_view node_devices = {};  // resource of a node: the number of its devices
    std::string_view pod_devices = {};   // annotation of a bound pod: its devices, "2" or "0-1", counted from 0
    // Resource by which a container asks for several such parts; devices limit their number too.
    std::string_view parts = {};
    bool whole_pod = false;  // what all containers of a pod ask for comes from one device
};

// Those that the planner models. Sources: AliyunContainerService/gpushare-scheduler-extender pkg/utils (a pod's limits
// are summed, and put on one device); hkust-adsl/kubernetes-scheduler-simulator pkg/type/open-gpu-share/utils (openb).
inline constexpr std::string_view kGpuMilli = "alibabacloud.com/gpu-milli";
inline constexpr std::array kDeviceShareKinds{
    DeviceShareKind{kGpuMilli, "alibabacloud.com/gpu-count", "alibabacloud.com/gpu-index"},
    DeviceShareKind{"aliyun.com/gpu-mem", "aliyun.com/gpu-count", "ALIYUN_COM_GPU_MEM_IDX", {}, true},
    DeviceShareKind{"nvidia.com/gpucores", {}, {}, "nvidia.com/gpu"},
    DeviceShareKind{"nvidia.com/gpumem", {}, {}, "nvidia.com/gpu"},
    DeviceShareKind{"volcano.sh/vgpu-cores", {}, {}, "volcano.sh/vgpu-number"},
    DeviceShareKind{"volcano.sh/vgpu-memory", {}, {}, "volcano.sh/vgpu-number"},
};

// The others. Above 100, Koordinator's are parts of several devices; percentages are of devices of any size.
inline constexpr std::array<std::string_view, 6> kOtherShares{
    "koordinator.sh/gpu-core",      "koordinator.sh/gpu-memory",         "koordinator.sh/gpu-memory-ratio",
    "nvidia.com/gpumem-percentage", "volcano.sh/vgpu-memory-percentage", "volcano.sh/gpu-memory",
};

// openb: pods ask in annotations, for thousandths of each of `gpu-count` devices (1000 is a whole one); some nodes
// write what they have of each device, some the sum.
inline constexpr std::string_view kGpuCountAnnotation = "alibabacloud.com/gpu-count";
inline constexpr std::int64_t kMilliOfDevice = 1000;

// nullptr: none that the planner models.
[[nodiscard]] constexpr const DeviceShareKind* device_share_kind(std::string_view resource) {
    const auto* const at = std::ranges::find(kDeviceShareKinds, resource, &DeviceShareKind::resource);
    return at == kDeviceShareKinds.end() ? nullptr : at;
}

[[nodiscard]] constexpr bool is_device_share(std::string_view resource) {
    return device_share_kind(resource) != nullptr || std::ranges::find(kOtherShares, resource) != kOtherShares.end();
}

}  // namespace muster
