#include "placement/model/plan.hpp"

namespace muster {

std::string_view gpu_source_name(GpuSource source) {
    switch (source) {
        case GpuSource::none:
            return "none";
        case GpuSource::controlled:
            return "controlled";
        case GpuSource::predicted:
            return "predicted";
        case GpuSource::unknown:
            return "unknown";
    }
    return "";
}

std::vector<std::string> planned_devices(const Placement& placement) {
    std::vector<std::string> devices;
    if (placement.gpu_source != GpuSource::controlled) return devices;
    devices.reserve(placement.gpus.size());
    for (const std::int32_t ordinal : placement.gpus) devices.push_back("ordinal:" + std::to_string(ordinal));
    return devices;
}

}  // namespace muster
