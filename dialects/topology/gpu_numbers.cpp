#include "dialects/topology/gpu_numbers.hpp"

#include <algorithm>
#include <string_view>
#include <tuple>

namespace muster {

std::optional<std::int32_t> number_gpus(std::vector<GpuNumber>& gpus, MachineParts& machine) {
    std::ranges::stable_sort(gpus, {}, [](const GpuNumber& gpu) {
        return std::tuple(gpu.number < 0, gpu.number, std::string_view(gpu.bus));
    });
    std::vector<std::string> moved;
    std::int32_t next = 0;
    for (std::size_t i = 0; i < gpus.size(); ++i) {
        const std::int32_t number = gpus[i].number;
        if (i > 0 && number >= 0 && number == gpus[i - 1].number) return number;
        next = std::max(next, number);
        Part& part = machine.parts[gpus[i].part.value()];
        part.ordinal = static_cast<std::int32_t>(i);
        part.name = "GPU" + std::to_string(next++);
        if (next != part.ordinal + 1) moved.push_back(part.name);
    }
    if (!moved.empty()) {
        machine.notes.push_back("GPU numbers have gaps: " + list_names(moved) +
                                " keep theirs as names and move up in the order");
    }
    return std::nullopt;
}

}  // namespace muster
