#include "extender/kube/kube_cluster_api.hpp"

#include "dialects/object.hpp"
#include "extender/kube/write_bodies.hpp"
#include "extender/obs/log.hpp"

#include <utility>

namespace muster::kube {

namespace {

constexpr std::string_view kJson = "application/json";

std::string path_of(const PodKey& pod, std::string_view subresource = "") {
    std::string path = "/api/v1/namespaces/" + percent_encode(pod.ns) + "/pods/" + percent_encode(pod.name);
    if (!subresource.empty()) path.append("/").append(subresource);
    return path;
}

WriteStatus status_of(int code) {
    if (code >= 200 && code < 300) return WriteStatus::ok;
    switch (code) {
        case 404:
            return WriteStatus::gone;
        case 409:
            return WriteStatus::conflict;
        // Rights and load change without us: worth another attempt.
        case 401:
        case 408:
        case 429:
            return WriteStatus::unavailable;
        default:
            return code >= 400 && code < 500 ? WriteStatus::refused : WriteStatus::unavailable;
    }
}

// A patch whose UID is not the pod's is refused as the change of an immutable field: that pod has been made again.
bool is_about_another_pod(const ApiAnswer& answer) {
    if (answer.status != 422) return false;
    const auto status = parse_json(answer.body, "answer");
    if (!status) return false;
    for (const Object& cause : (*status)["details"]["causes"].items()) {
        if (cause["field"].string_or("") == "metadata.uid") return true;
    }
    return false;
}

WriteOutcome outcome_of(const Result<ApiAnswer>& answer) {
    WriteOutcome outcome;
    if (!answer) {
        outcome.status = WriteStatus::unavailable;
        outcome.message = to_string(answer.error());
        return outcome;
    }
    outcome.status = is_about_another_pod(*answer) ? WriteStatus::conflict : status_of(answer->status);
    if (outcome.status != WriteStatus::ok) {
        outcome.message = describe_answer(*answer);
        return outcome;
    }
    // A pod, its metadata alone, or a Status without either field.
    if (const auto object = parse_json(answer->body, "answer")) {
        outcome.resource_version = (*object)["metadata"]["resourceVersion"].string_or("");
        outcome.node = NodeName(std::string((*object)["spec"]["nodeName"].string_or("")));
    }
    return outcome;
}

// The first of two requests. Without the version that it made the second would have no precondition.
bool may_go_on(WriteOutcome& first) {
    if (first.status == WriteStatus::ok && first.resource_version.empty()) {
        first.status = WriteStatus::unavailable;
        first.message = "the API server's answer carries no resourceVersion";
    }
    return first.status == WriteStatus::ok;
}

}  // namespace

KubeClusterApi::KubeClusterApi(ApiClient& api, const OwnerDefaults& owners, std::vector<std::string> scheduler_names,
                               std::string instance)
    : api_(api), owners_(owners), scheduler_names_(std::move(scheduler_names)), events_(api, std::move(instance)) {}

WriteOutcome KubeClusterApi::write(std::string_view method, const std::string& path, std::string_view content_type,
                                   std::string body, std::string_view accept) {
    ApiRequest request;
    request.headers.emplace_back("Accept", accept);
    request.method = method;
    request.path = path;
    request.content_type = content_type;
    request.body = std::move(body);
    return outcome_of(api_.send(std::move(request)));
}

WriteOutcome KubeClusterApi::patch(const PodKey& pod, std::string_view subresource, std::string body,
                                   std::string_view accept) {
    return write("PATCH", path_of(pod, subresource), kStrategicMerge, std::move(body), accept);
}

// A nomination is a hint: where it is forbidden the plan still holds, so `refused` becomes ok with the old version.
WriteOutcome KubeClusterApi::nominate(const PodKey& pod, const PodUid& uid, const std::string& resource_version,
                                      const NodeName& node) {
    WriteOutcome outcome = patch(pod, "status", nomination_patch(uid, resource_version, node), kMetadataOnly);
    if (outcome.status == WriteStatus::refused) {
        log::warning("nomination-refused", {{"pod", pod.ns + "/" + pod.name}, {"error", outcome.message}});
        outcome = {.status = WriteStatus::ok, .resource_version = resource_version, .node = {}, .message = {}};
    }
    return outcome;
}

WriteOutcome KubeClusterApi::admit(const Admit& write) {
    std::string version = write.resource_version;
    if (write.nominate) {
        WriteOutcome nominated = nominate(write.pod, write.uid, version, write.plan.node);
        if (!may_go_on(nominated)) return nominated;
        version = nominated.resource_version;
    }
    return patch(write.pod, "", plan_patch(write.uid, version, write.plan, write.ungate), kMetadataOnly);
}

WriteOutcome KubeClusterApi::fence(const Fence& write) {
    std::string version = write.resource_version;
    if (write.clear_nomination) {
        WriteOutcome cleared = nominate(write.pod, write.uid, version, NodeName());
        if (!may_go_on(cleared)) return cleared;
        version = cleared.resource_version;
    }
    return patch(write.pod, "", plan_patch(write.uid, version, write.plan, false));
}

WriteOutcome KubeClusterApi::post_binding(const PodKey& pod, const NodeName& node, std::string body) {
    WriteOutcome outcome = write("POST", path_of(pod, "binding"), kJson, std::move(body));
    if (outcome.status == WriteStatus::ok) outcome.node = node;
    return outcome;
}

WriteOutcome KubeClusterApi::bind(const WriteBinding& write) {
    return post_binding(write.pod, write.node, gang_binding(write));
}

WriteOutcome KubeClusterApi::bind_plain(const PlainBinding& write) {
    return post_binding(write.pod, write.node, plain_binding(write));
}

WriteOutcome KubeClusterApi::remove(const DeleteMember& write) {
    WriteOutcome marked = patch(write.pod, "status", disruption_patch(write, wall_clock_micro().substr(0, 19) + "Z"));
    if (!may_go_on(marked)) return marked;
    return this->write("DELETE", path_of(write.pod), kJson, delete_options(write.uid, marked.resource_version));
}

WriteOutcome KubeClusterApi::touch(const PodKey& pod, const PodUid& uid, const std::string& resource_version,
                                   const std::string& token) {
    return patch(pod, "", wake_patch(uid, resource_version, token));
}

// Without a resourceVersion a GET is as new as any write that was acknowledged before it.
Result<std::optional<PodFacts>> KubeClusterApi::read(const PodKey& pod) {
    ApiRequest request;
    request.path = path_of(pod);
    MUSTER_TRY(const ApiAnswer answer, api_.send(std::move(request)));
    if (answer.status == 404) return std::nullopt;
    const std::string where = "pod " + pod.ns + "/" + pod.name;
    if (!answer.ok()) return std::unexpected(Error{ErrorCode::dependency, where, describe_answer(answer), ""});
    MUSTER_TRY(const Object object, parse_json(answer.body, where));
    MUSTER_TRY(PodFacts facts, read_pod(object, scheduler_names_, owners_));
    return facts;
}

}  // namespace muster::kube
