// GPU numbers of the vendor's tools → ordinals and names.
#pragma once

#include "dialects/topology/machine_parts.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace muster {

struct GpuNumber {
    PartIdx part;
    std::int32_t number = -1;  // of NVML, ROCm SMI, CUDA or HIP; -1 not stated
    std::string bus;
};

// Gives the GPUs dense ordinals in the order of their numbers, those without one after them in PCI order (as nvidia-smi
// counts), and the names "GPU" + number. Numbers may have gaps (a GPU that was hidden from the job): the name keeps the
// number, and a note says so. Sorts `gpus` by ordinal. A number that two GPUs have is given back.
[[nodiscard]] std::optional<std::int32_t> number_gpus(std::vector<GpuNumber>& gpus, MachineParts& machine);

}  // namespace muster
