#include "dialects/reason_text.hpp"
#include "dialects/timestamp.hpp"
#include "offline/placement_report.hpp"
#include "offline/quality_gap.hpp"

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace muster {
namespace {

using Json = nlohmann::ordered_json;

Json reason_of(const GangPlacement& item) {
    Json reason;
    reason["code"] = item.reason_code;
    if (item.shortfall) {
        const Shortfall& shortfall = *item.shortfall;
        if (!shortfall.level.empty()) reason["level"] = shortfall.level;
        if (shortfall.need > 0) {
            reason["need"] = shortfall.need;
            reason["best"] = shortfall.best;
        }
        if (!shortfall.domain.empty()) reason["domain"] = shortfall.domain;
        if (!shortfall.resource.empty()) reason["resource"] = shortfall.resource;
        if (shortfall.limit > 0) reason["limit"] = shortfall.limit;
    } else if (item.verdict == Verdict::waits) {
        reason["need"] = item.needed;
        reason["best"] = item.served + item.waiting;
    }
    reason["message"] = item.reason;
    return reason;
}

// GB/s with one digit: more is not known.
double rounded_gigabytes(std::int64_t mbps) {
    const std::int64_t tenths = (mbps + 50) / 100;
    return static_cast<double>(tenths) / 10;
}

Json quality_of(const Quality& quality) {
    Json domains = Json::object();
    for (const auto& count : quality.domains) domains[count.level] = count.domains;
    Json json;
    json["level"] = quality.level;
    if (!quality.domain.empty()) json["domain"] = quality.domain;
    json["domains"] = std::move(domains);
    for (const auto& count : quality.crossing) json["labelValues"][count.level] = count.domains;
    if (quality.bus_mbps > 0) json["busBandwidthGBps"] = rounded_gigabytes(quality.bus_mbps);
    if (const auto& uplink = quality.slowest_uplink) {
        json["slowestUplink"] = {{"level", uplink->level},
                                 {"domain", uplink->domain},
                                 {"capacityGBps", rounded_gigabytes(uplink->mbps)},
                                 {"gangs", uplink->gangs}};
    }
    if (!quality.gpu_picker.empty()) json["gpuPicker"] = quality.gpu_picker;
    json["proof"] = proof_name(quality.proof);
    if (quality.proof == Proof::bounded) {
        json["objective"] = quality.objective;
        json["bound"] = quality.bound;
        if (const auto gap = quality_gap(quality))
            json["gap"] = {{"term", gap->term}, {"found", gap->found}, {"bound", gap->bound}};
    }
    return json;
}

Json item_of(const GangPlacement& item) {
    Json pods = Json::array();
    for (const auto& pod : item.pods) {
        Json json{{"namespace", pod.pod.ns}, {"name", pod.pod.name}, {"node", pod.node.str()}};
        if (!pod.gpus.empty()) json["gpus"] = pod.gpus;
        if (pod.gpu_source != GpuSource::none) json["gpuSource"] = gpu_source_name(pod.gpu_source);
        json["rank"] = pod.rank;
        pods.push_back(std::move(json));
    }
    Json json;
    json["namespace"] = item.key.ns;
    json["gang"] = item.key.name;
    if (!item.owner.empty()) json["owner"] = item.owner;
    json["verdict"] = verdict_name(item.verdict);
    if (item.until_s) json["until"] = format_timestamp(*item.until_s);
    json["members"] = {{"needed", item.needed}, {"served", item.served}, {"pending", item.waiting}};
    json["pods"] = std::move(pods);
    if (!item.machines.empty()) json["machines"] = item.machines;
    if (item.quality) json["quality"] = quality_of(*item.quality);
    if (!item.unmodelled.empty()) json["unmodelled"] = item.unmodelled;
    if (!item.reason_code.empty()) json["reason"] = reason_of(item);
    return json;
}

}  // namespace

std::string placement_json(const PlacementList& list) {
    Json items = Json::array();
    for (const auto& item : list.items) items.push_back(item_of(item));
    Json json;
    json["apiVersion"] = "muster.scheduler/v1alpha1";
    json["kind"] = "PlacementList";
    json["items"] = std::move(items);
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace muster
