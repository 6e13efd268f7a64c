#include "offline/topo_report.hpp"

#include <bit>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace muster {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kMbpsPerGBps = 1'000.0;

double rate(std::int64_t mbps) {
    return static_cast<double>(mbps) / kMbpsPerGBps;
}

Json gpus_in(GpuMask mask) {
    Json list = Json::array();
    for (; mask != 0; mask &= mask - 1) list.push_back(std::countr_zero(mask));
    return list;
}

std::string_view vendor_name(Vendor vendor) {
    switch (vendor) {
        case Vendor::nvidia:
            return "nvidia";
        case Vendor::amd:
            return "amd";
        case Vendor::other:
            return "other";
    }
    return "";
}

Json gpu_of(const TopoReport& report, std::size_t index) {
    const MachineGraph& machine = report.machine;
    const Part& gpu = machine.part(machine.gpu(index));
    Json json;
    json["index"] = index;
    json["name"] = gpu.name;
    if (!gpu.model.empty()) json["model"] = gpu.model;
    if (!gpu.bus.empty()) json["pciAddress"] = gpu.bus;
    if (gpu.arch > 0) json["architecture"] = gpu.arch;
    if (gpu.numa >= 0) json["numaNode"] = gpu.numa;
    const NearNics near = near_nics(report, index);
    if (near.nics.empty()) return json;
    Json names = Json::array();
    for (const std::size_t nic : near.nics) names.push_back(machine.part(machine.nic(nic)).name);
    json["nearestNics"] = {{"class", name_of(near.path)}, {"names", std::move(names)}};
    return json;
}

Json nic_of(const Part& nic) {
    Json json;
    json["name"] = nic.name;
    if (!nic.bus.empty()) json["pciAddress"] = nic.bus;
    if (nic.nic_mbps > 0) json["lineRateMbps"] = nic.nic_mbps;
    return json;
}

Json paths_of(const TopoReport& report) {
    Json list = Json::array();
    for (std::size_t a = 0; a < report.machine.gpu_count(); ++a) {
        for (std::size_t b = a + 1; b < report.machine.gpu_count(); ++b) {
            const Path& path = report.paths.between(a, b);
            Json json{{"gpus", {a, b}}, {"class", name_of(path.path)}, {"bandwidthGBps", rate(path.mbps)}};
            if (path.links > 0) json["links"] = path.links;
            list.push_back(std::move(json));
        }
    }
    return list;
}

Json choice_of(const GpuSetChoice& choice, std::size_t size, bool nics) {
    Json json{{"gpus", gpus_in(choice.gpus)}};
    if (size > 1) {
        json["busBandwidthGBps"] = rate(choice.value.ring_mbps);
        if (!choice.value.exact) json["upperBoundGBps"] = rate(choice.value.upper_mbps);
        json["worstClass"] = name_of(choice.value.worst);
        json["exact"] = choice.value.exact;
    }
    if (nics && choice.value.nic_mbps > 0) json["nicBandwidthGBps"] = rate(choice.value.nic_mbps);
    return json;
}

Json sizes_of(const TopoReport& report) {
    Json list = Json::array();
    const bool nics = knows_nic_rates(report.machine);
    for (const auto& size : report.sizes) {
        Json json{{"size", size.size}, {"best", choice_of(size.best, size.size, nics)}};
        if (size.kubelet) {
            json["kubelet"] = choice_of(*size.kubelet, size.size, nics);
            if (size.size > 1) json["kubelet"]["percentOfBest"] = percent_of_best(size);
        }
        list.push_back(std::move(json));
    }
    return list;
}

}  // namespace

std::string topo_json(const TopoReport& report) {
    const MachineGraph& machine = report.machine;
    Json json;
    json["apiVersion"] = "muster.scheduler/v1alpha1";
    json["kind"] = "MachineTopology";
    json["name"] = machine.name();
    json["source"] = report.source;
    json["vendor"] = vendor_name(machine.vendor());
    json["gpus"] = Json::array();
    for (std::size_t i = 0; i < machine.gpu_count(); ++i) json["gpus"].push_back(gpu_of(report, i));
    json["nics"] = Json::array();
    for (std::size_t i = 0; i < machine.nic_count(); ++i) json["nics"].push_back(nic_of(machine.part(machine.nic(i))));
    json["islands"] = Json::array();
    for (const GpuMask island : report.paths.islands()) json["islands"].push_back(gpus_in(island));
    json["paths"] = paths_of(report);
    json["sets"] = sizes_of(report);
    json["notes"] = Json::array();
    for (const auto& note : machine.notes()) json["notes"].push_back(note);
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace muster
