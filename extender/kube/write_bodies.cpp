#include "extender/kube/write_bodies.hpp"

#include "dialects/own_vocabulary.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace muster::kube {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMaxNote = 1'024;  // limits of events.k8s.io/v1
constexpr std::size_t kMaxReason = 128;

// Texts come from pods and nodes; a broken UTF-8 sequence is replaced, never an exception.
std::string text_of(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json preconditions(const PodUid& uid, const std::string& resource_version) {
    Json metadata{{"uid", uid.str()}};
    if (!resource_version.empty()) metadata["resourceVersion"] = resource_version;
    return metadata;
}

Json binding(const PodKey& pod, const PodUid& uid, const std::string& resource_version, const NodeName& node) {
    Json metadata = preconditions(uid, resource_version);
    metadata["name"] = pod.name;
    metadata["namespace"] = pod.ns;
    return {{"apiVersion", "v1"},
            {"kind", "Binding"},
            {"metadata", std::move(metadata)},
            {"target", {{"apiVersion", "v1"}, {"kind", "Node"}, {"name", node.str()}}}};
}

// Cut at a character, not inside one.
std::string shortened(std::string text, std::size_t limit) {
    if (text.size() <= limit) return text;
    while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xC0) == 0x80) --limit;
    text.resize(limit);
    return text;
}

std::string base64(std::string_view text) {
    constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    for (std::size_t i = 0; i < text.size(); i += 3) {
        const std::size_t count = std::min<std::size_t>(3, text.size() - i);
        std::uint32_t bits = 0;
        for (std::size_t k = 0; k < 3; ++k)
            bits = bits << 8 | (k < count ? static_cast<unsigned char>(text[i + k]) : 0U);
        for (std::size_t k = 0; k < 4; ++k) out.push_back(k <= count ? kDigits[bits >> (18 - 6 * k) & 63] : '=');
    }
    return out;
}

std::string_view api_version_of(std::string_view kind) {
    if (kind == "Pod") return "v1";
    if (kind == "Job" || kind == "CronJob") return "batch/v1";
    if (kind == "StatefulSet" || kind == "ReplicaSet" || kind == "Deployment" || kind == "DaemonSet") return "apps/v1";
    return "";
}

}  // namespace

std::string nomination_patch(const PodUid& uid, const std::string& resource_version, const NodeName& node) {
    Json status;
    status["nominatedNodeName"] = node.empty() ? Json(nullptr) : Json(node.str());
    return text_of({{"metadata", preconditions(uid, resource_version)}, {"status", std::move(status)}});
}

std::string plan_patch(const PodUid& uid, const std::string& resource_version, const WrittenPlan& plan, bool ungate) {
    Json metadata = preconditions(uid, resource_version);
    metadata["annotations"] = {{std::string(kPlanAnnotation), encode_plan(plan)}};
    Json patch{{"metadata", std::move(metadata)}};
    if (ungate) {
        Json gone{{"name", std::string(kGate)}, {"$patch", "delete"}};
        patch["spec"] = {{"schedulingGates", Json::array({std::move(gone)})}};
    }
    return text_of(patch);
}

std::string wake_patch(const PodUid& uid, const std::string& resource_version, const std::string& token) {
    Json metadata = preconditions(uid, resource_version);
    metadata["annotations"] = {{std::string(kWakeAnnotation), token}};
    return text_of({{"metadata", std::move(metadata)}});
}

std::string gang_binding(const WriteBinding& write) {
    Json body = binding(write.pod, write.uid, write.resource_version, write.node);
    Json annotations{{std::string(kEpochAnnotation), std::to_string(write.epoch.value())}};
    if (write.rank >= 0) annotations[std::string(kRankAnnotation)] = std::to_string(write.rank);
    if (!write.domain.empty()) annotations[std::string(kDomainAnnotation)] = write.domain;
    if (!write.gpus.empty()) {
        std::string gpus;
        for (const std::int32_t gpu : write.gpus) gpus += (gpus.empty() ? "" : ",") + std::to_string(gpu);
        annotations[std::string(kGpusAnnotation)] = gpus;
        annotations[std::string(kGpuSourceAnnotation)] = gpu_source_name(write.gpu_source);
    }
    body["metadata"]["annotations"] = std::move(annotations);
    return text_of(body);
}

std::string plain_binding(const PlainBinding& write) {
    return text_of(binding(write.pod, write.uid, write.resource_version, write.node));
}

std::string disruption_patch(const DeleteMember& write, const std::string& now) {
    Json condition{{"type", "DisruptionTarget"},
                   {"status", "True"},
                   {"reason", "DeletionByMuster"},
                   {"message", write.reason},
                   {"lastTransitionTime", now}};
    return text_of({{"metadata", preconditions(write.uid, write.resource_version)},
                    {"status", {{"conditions", Json::array({std::move(condition)})}}}});
}

std::string delete_options(const PodUid& uid, const std::string& resource_version) {
    return text_of(
        {{"apiVersion", "v1"}, {"kind", "DeleteOptions"}, {"preconditions", preconditions(uid, resource_version)}});
}

std::string event_body(const EventNote& note, const std::string& name, const std::string& now,
                       const std::string& instance) {
    Json regarding{{"kind", note.kind}, {"namespace", note.pod.ns}, {"name", note.pod.name}};
    if (!note.uid.empty()) regarding["uid"] = note.uid.str();
    if (const auto version = api_version_of(note.kind); !version.empty())
        regarding["apiVersion"] = std::string(version);
    return text_of({{"apiVersion", "events.k8s.io/v1"},
                    {"kind", "Event"},
                    {"metadata", {{"name", name}, {"namespace", note.pod.ns}}},
                    {"eventTime", now},
                    {"reportingController", "muster.scheduler/muster"},
                    {"reportingInstance", shortened(instance, kMaxReason)},
                    {"action", "GangScheduling"},
                    {"reason", shortened(note.reason, kMaxReason)},
                    {"regarding", std::move(regarding)},
                    {"note", shortened(note.note, kMaxNote)},
                    {"type", note.warning ? "Warning" : "Normal"}});
}

std::string exec_info_json(const std::string& api_version, bool with_cluster, const std::string& server_url,
                           const std::string& ca_pem) {
    Json spec{{"interactive", false}};
    if (with_cluster) {
        spec["cluster"] = {{"server", server_url}};
        if (!ca_pem.empty()) spec["cluster"]["certificate-authority-data"] = base64(ca_pem);
    }
    return text_of({{"apiVersion", api_version}, {"kind", "ExecCredential"}, {"spec", std::move(spec)}});
}

}  // namespace muster::kube
