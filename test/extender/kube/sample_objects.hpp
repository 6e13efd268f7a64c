// Pods, nodes and Jobs for tests, as JSON that the fake API server stores.
#pragma once

#include "test/extender/kube/fake_api_store.hpp"

#include <string>

namespace muster::test {

inline Json sample_pod(const std::string& name, const std::string& gang = "g") {
    Json pod = Json::parse(R"({"metadata": {"namespace": "ml"}, "spec": {"schedulerName": "muster",
        "schedulingGates": [{"name": "example.com/quota"}, {"name": "muster.scheduler/gang"}],
        "containers": [{"name": "c", "resources": {"requests": {"cpu": "1", "nvidia.com/gpu": "8"}, "limits": {"nvidia.com/gpu": "8"}}}]},
        "status": {"phase": "Pending"}})");
    pod["metadata"]["name"] = name;
    pod["metadata"]["uid"] = "uid-" + name;
    if (!gang.empty()) {
        pod["metadata"]["labels"]["muster.scheduler/gang"] = gang;
        pod["metadata"]["annotations"]["muster.scheduler/members"] = "2";
    }
    return pod;
}

// Without gates, so that it may be bound.
inline Json open_pod(const std::string& name) {
    Json pod = sample_pod(name);
    pod["spec"].erase("schedulingGates");
    return pod;
}

inline Json job_pod(const std::string& name, const std::string& job_uid) {
    Json pod = sample_pod(name);
    pod["metadata"]["annotations"].erase("muster.scheduler/members");
    pod["metadata"]["ownerReferences"] = Json::array(
        {{{"apiVersion", "batch/v1"}, {"kind", "Job"}, {"name", "train"}, {"uid", job_uid}, {"controller", true}}});
    return pod;
}

inline Json sample_job(const std::string& uid, int parallelism) {
    return {{"metadata", {{"namespace", "ml"}, {"name", "train"}, {"uid", uid}}},
            {"spec", {{"parallelism", parallelism}, {"completions", parallelism}}}};
}

inline Json sample_node(const std::string& name) {
    return {{"metadata", {{"name", name}, {"labels", {{"kubernetes.io/hostname", name}}}}},
            {"status",
             {{"allocatable", {{"cpu", "64"}, {"memory", "512Gi"}, {"pods", "110"}, {"nvidia.com/gpu", "8"}}},
              {"conditions", Json::array({{{"type", "Ready"}, {"status", "True"}}})}}}};
}

}  // namespace muster::test
