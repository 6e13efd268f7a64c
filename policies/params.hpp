// Typed parameters of all policies, with their defaults. Standard library only: config/ includes this file.
#pragma once

#include <string>
#include <vector>

namespace muster {

struct WholeCellsParams {
    // Resources that make a host worth keeping whole. Extended resources such as NICs are left out on purpose: they are
    // shared or come in numbers that no gang uses up.
    std::vector<std::string> devices = {"nvidia.com/gpu", "amd.com/gpu", "gpu.intel.com/i915", "gpu.intel.com/xe"};
    auto operator<=>(const WholeCellsParams&) const = default;
};

struct PolicyParams {
    WholeCellsParams whole_cells;
    auto operator<=>(const PolicyParams&) const = default;
};

}  // namespace muster
