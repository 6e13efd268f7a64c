#include "dialects/field_reader.hpp"
#include "dialects/kubernetes.hpp"
#include "dialects/own_vocabulary.hpp"
#include "dialects/pod_devices.hpp"
#include "dialects/pod_requests.hpp"
#include "dialects/pod_rules.hpp"
#include "dialects/pod_shares.hpp"
#include "dialects/timestamp.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <string_view>

namespace muster {
namespace {

constexpr std::array<std::pair<std::string_view, PodPhase>, 5> kPhases{{{"Pending", PodPhase::pending},
                                                                        {"Running", PodPhase::running},
                                                                        {"Succeeded", PodPhase::succeeded},
                                                                        {"Failed", PodPhase::failed},
                                                                        {"Unknown", PodPhase::unknown}}};

std::int64_t read_time(FieldReader& reader, const Object& metadata, std::string_view field) {
    const std::string_view text = reader.text(metadata, field);
    if (text.empty()) return 0;
    const auto seconds = parse_timestamp(text);
    if (seconds) return *seconds;
    const auto step = reader.enter(field);
    reader.fail("\"" + std::string(text.substr(0, 40)) + "\" is not a time", "write e.g. 2026-08-18T09:30:00Z");
    return 0;
}

void read_controller(FieldReader& reader, const Object& metadata, PodFacts& facts) {
    const auto owners = reader.list(metadata, "ownerReferences");
    const auto step = reader.enter("ownerReferences");
    for (std::size_t i = 0; i < owners.size(); ++i) {
        const auto at = reader.enter(i);
        const Object& owner = reader.item_map(owners[i]);
        if (!reader.flag(owner, "controller")) continue;
        facts.controller_uid = std::string(reader.text(owner, "uid"));
        facts.controller_kind = reader.text(owner, "kind");
        facts.controller_name = reader.text(owner, "name");
        return;
    }
}

void read_metadata(FieldReader& reader, const Object& pod, PodFacts& facts) {
    const Object& metadata = reader.map(pod, "metadata");
    const auto step = reader.enter("metadata");
    facts.uid = PodUid(std::string(reader.text(metadata, "uid")));
    const std::string_view ns = reader.text(metadata, "namespace");
    facts.key = {std::string(ns.empty() ? "default" : ns), std::string(reader.text(metadata, "name"))};
    if (facts.key.name.empty()) {
        const auto field = reader.enter("name");
        reader.fail("is missing", "give the pod a name");
    }
    facts.resource_version = reader.text(metadata, "resourceVersion");
    facts.terminating = !reader.text(metadata, "deletionTimestamp").empty();
    facts.created_s = read_time(reader, metadata, "creationTimestamp");
    read_controller(reader, metadata, facts);
    const Object& annotations = reader.map(metadata, "annotations");
    // Pods that the API cannot remove, or that come back at once: a mirror of a static pod, and a DaemonSet's.
    facts.stays = facts.controller_kind == "DaemonSet" || annotations.has("kubernetes.io/config.mirror");
    facts.plan = decode_plan(annotations[kPlanAnnotation].text());
}

void read_spec(FieldReader& reader, const Object& pod, PodFacts& facts) {
    const Object& spec = reader.map(pod, "spec");
    const auto step = reader.enter("spec");
    const std::string_view scheduler = reader.text(spec, "schedulerName");
    facts.scheduler_name = scheduler.empty() ? "default-scheduler" : scheduler;
    facts.node = NodeName(std::string(reader.text(spec, "nodeName")));
    const std::int64_t priority = reader.integer(spec, "priority").value_or(0);
    if (priority < std::numeric_limits<std::int32_t>::min() || priority > std::numeric_limits<std::int32_t>::max()) {
        const auto field = reader.enter("priority");
        reader.fail(std::to_string(priority) + " is out of range", "write a 32-bit number");
    } else {
        facts.priority = static_cast<std::int32_t>(priority);
    }
    const auto gates = reader.list(spec, "schedulingGates");
    const auto inner = reader.enter("schedulingGates");
    for (std::size_t i = 0; i < gates.size(); ++i) {
        const auto at = reader.enter(i);
        const bool own = reader.text(reader.item_map(gates[i]), "name") == kGate;
        (own ? facts.own_gate : facts.foreign_gates) = true;
    }
}

void read_status(FieldReader& reader, const Object& pod, PodFacts& facts) {
    const Object& status = reader.map(pod, "status");
    const auto step = reader.enter("status");
    facts.nominated_node = NodeName(std::string(reader.text(status, "nominatedNodeName")));
    const std::string_view text = reader.text(status, "phase");
    const auto phase = std::ranges::find(kPhases, text, &std::pair<std::string_view, PodPhase>::first);
    if (phase != kPhases.end()) {
        facts.phase = phase->second;
    } else if (!text.empty()) {
        facts.phase = PodPhase::unknown;
    }
    for (const auto& condition : reader.list(status, "conditions")) {
        if (condition["type"].text() == "PodScheduled" && condition["status"].text() == "False" &&
            condition["reason"].text() == "Unschedulable") {
            facts.unschedulable_message = condition["message"].text();
        }
    }
}

}  // namespace

Result<PodFacts> read_pod(const Object& pod, const std::vector<std::string>& scheduler_names,
                          const OwnerDefaults& owners) {
    FieldReader reader("pod", pod);
    PodFacts facts;
    read_metadata(reader, pod, facts);
    read_spec(reader, pod, facts);
    read_status(reader, pod, facts);
    facts.shape.requests = read_pod_requests(reader, pod);
    read_pod_shares(pod, facts);
    read_pod_rules(reader, pod, facts.shape);
    facts.devices = read_pod_devices(pod);
    if (!reader.ok()) return std::unexpected(reader.error());
    if (std::ranges::find(scheduler_names, facts.scheduler_name) != scheduler_names.end()) {
        auto declaration = read_declaration(pod, owners);
        facts.gang = std::move(declaration.gang);
        facts.gang_errors = std::move(declaration.errors);
    }
    return facts;
}

}  // namespace muster
