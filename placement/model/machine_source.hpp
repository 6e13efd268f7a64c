// Where the machines come from that a node's labels and annotations name.
#pragma once

#include "placement/model/machine_ref.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace muster {

// What labels tell about a node's GPUs.
struct GpuFacts {
    // nvidia.com/gpu.product ("NVIDIA-H100-80GB-HBM3"), amd.com/gpu.product-name ("AMD_Instinct_MI300X_OAM") or, where
    // the labeller finds no name, amd.com/gpu.device-id ("74b5").
    std::string product;
    std::int32_t count = 0;     // GPUs of the machine, time-sliced replicas not counted; 0 not known
    std::string instance_type;  // node.kubernetes.io/instance-type, may be empty
};

// Any number of threads may ask at once.
class MachineSource {
  public:
    virtual ~MachineSource() = default;
    // Empty: there is none of this name.
    [[nodiscard]] virtual MachineRef named(std::string_view name) const = 0;
    // What nodes with such labels have inside. Empty: not known.
    [[nodiscard]] virtual MachineRef fitting(const GpuFacts& facts) const = 0;
    // Every name that named() knows, sorted.
    [[nodiscard]] virtual std::vector<std::string_view> names() const = 0;
};

}  // namespace muster
