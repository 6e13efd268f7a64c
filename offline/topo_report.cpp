#include "offline/topo_report.hpp"

#include "placement/topology/kubelet_choice.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <set>
#include <utility>

namespace muster {
namespace {

constexpr std::size_t kAllSizesUpTo = 16;
constexpr std::array<std::size_t, 12> kSomeSizes{2, 3, 4, 6, 8, 12, 16, 24, 32, 40, 48, 56};

std::vector<std::size_t> sizes_of(std::size_t gpus) {
    std::vector<std::size_t> sizes;
    if (gpus <= kAllSizesUpTo) {
        for (std::size_t k = 2; k <= gpus; ++k) sizes.push_back(k);
        if (gpus == 1) sizes.push_back(1);
        return sizes;
    }
    for (const std::size_t k : kSomeSizes) {
        if (k < gpus) sizes.push_back(k);
    }
    sizes.push_back(gpus);
    return sizes;
}

// "NVIDIA H200", or what else is known of the GPUs; several models are all named.
std::string model_of(const MachineGraph& machine) {
    std::set<std::string> models;
    for (std::size_t i = 0; i < machine.gpu_count(); ++i) {
        const Part& gpu = machine.part(machine.gpu(i));
        if (!gpu.model.empty()) models.insert(gpu.model);
    }
    std::string text;
    for (const auto& model : models) text += (text.empty() ? "" : " / ") + model;
    return text.empty() ? "GPU" : text;
}

std::string counted(std::size_t count, std::string_view one) {
    return std::to_string(count) + " " + std::string(one) + (count == 1 ? "" : "s");
}

}  // namespace

TopoReport report_topology(const MachineGraph& machine, std::string source) {
    GpuSetValues values(machine);
    TopoReport report{machine, values.paths(), std::move(source), {}};
    const GpuMask all = machine.all_gpus();
    for (const std::size_t k : sizes_of(machine.gpu_count())) {
        const auto best = values.best(all, k);
        if (!best) continue;
        SizeReport size{k, {*best, values.value(*best)}, std::nullopt};
        if (const auto given = predict_kubelet(machine, report.paths, all, k))
            size.kubelet = GpuSetChoice{*given, values.value(*given)};
        report.sizes.push_back(size);
    }
    return report;
}

std::string machine_title(const MachineGraph& machine) {
    const auto nodes = static_cast<std::size_t>(std::ranges::count(machine.parts(), PartKind::numa, &Part::kind));
    std::string text = std::to_string(machine.gpu_count()) + " × " + model_of(machine);
    if (machine.nic_count() > 0) text += ", " + counted(machine.nic_count(), "NIC");
    if (nodes > 0) text += ", " + counted(nodes, "NUMA node");
    if (std::ranges::count(machine.parts(), PartKind::nvswitch, &Part::kind) > 0) text += ", NVSwitch";
    return text;
}

std::string gpu_list(GpuMask gpus) {
    std::string text;
    while (gpus != 0) {
        const int first = std::countr_zero(gpus);
        const int run = std::countr_one(gpus >> static_cast<unsigned>(first));
        if (!text.empty()) text += ',';
        text += std::to_string(first);
        if (run > 1) text += (run == 2 ? "," : "-") + std::to_string(first + run - 1);
        if (first + run >= 64) break;
        gpus &= ~GpuMask{0} << static_cast<unsigned>(first + run);
    }
    return text;
}

std::string path_word(const MachineGraph& machine, const Path& path) {
    if (path.path != PathClass::nvl) return std::string(name_of(path.path));
    if (machine.vendor() != Vendor::amd) return "NV" + std::to_string(path.links);
    return path.links > 1 ? "XG" + std::to_string(path.links) : "XGMI";
}

std::string gigabytes(std::int64_t mbps) {
    const auto scaled = [&](std::int64_t unit, std::size_t digits) {
        const std::int64_t value = (mbps + unit / 2) / unit;
        std::string text = std::to_string(value);
        if (digits == 0) return text;
        if (text.size() <= digits) text.insert(0, digits + 1 - text.size(), '0');
        text.insert(text.size() - digits, ".");
        return text;
    };
    if (mbps >= 99'950) return scaled(1'000, 0);
    if (mbps >= 9'995 || mbps % 100 == 0) return scaled(100, 1);
    return scaled(10, 2);
}

std::int64_t percent_of_best(const SizeReport& size) {
    const std::int64_t best = size.best.value.ring_mbps;
    if (!size.kubelet) return 0;
    return best <= 0 ? 100 : size.kubelet->value.ring_mbps * 100 / best;
}

bool knows_nic_rates(const MachineGraph& machine) {
    return std::ranges::any_of(machine.parts(), [](const Part& part) { return part.nic_mbps > 0; });
}

NearNics near_nics(const TopoReport& report, std::size_t gpu) {
    NearNics near;
    for (std::size_t nic = 0; nic < report.machine.nic_count(); ++nic) {
        const Path& path = report.paths.to_nic(gpu, nic);
        if (path.path > near.path || path.path == PathClass::dis) continue;
        if (path.path < near.path) near = {path.path, {}};
        near.nics.push_back(nic);
    }
    return near;
}

}  // namespace muster
