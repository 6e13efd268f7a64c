// The JSON of every write to the API server. Pure text making: tests compare it, and the real API server is asked in
// e2e. Every patch is a strategic merge patch that carries the UID (and the resourceVersion where one is given) in its
// metadata: the API server answers 409 when the version differs, and 422 (metadata.uid is immutable) when only the UID
// does.
#pragma once

#include "extender/service/cluster_api.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace muster::kube {

inline constexpr std::string_view kStrategicMerge = "application/strategic-merge-patch+json";

// For pods/NAME/status; an empty node clears the nomination.
[[nodiscard]] std::string nomination_patch(const PodUid& uid, const std::string& resource_version,
                                           const NodeName& node);
// For pods/NAME: the plan's annotation, and our gate taken away when `ungate`.
[[nodiscard]] std::string plan_patch(const PodUid& uid, const std::string& resource_version, const WrittenPlan& plan,
                                     bool ungate);
[[nodiscard]] std::string wake_patch(const PodUid& uid, const std::string& resource_version, const std::string& token);
// For pods/NAME/binding.
[[nodiscard]] std::string gang_binding(const WriteBinding& write);
[[nodiscard]] std::string plain_binding(const PlainBinding& write);
// For pods/NAME/status: condition DisruptionTarget. `now`: RFC 3339.
[[nodiscard]] std::string disruption_patch(const DeleteMember& write, const std::string& now);
[[nodiscard]] std::string delete_options(const PodUid& uid, const std::string& resource_version);

// events.k8s.io/v1. `now`: RFC 3339 with microseconds; `name`: unique in the namespace.
[[nodiscard]] std::string event_body(const EventNote& note, const std::string& name, const std::string& now,
                                     const std::string& instance);

// What KUBERNETES_EXEC_INFO holds for an exec plugin.
[[nodiscard]] std::string exec_info_json(const std::string& api_version, bool with_cluster,
                                         const std::string& server_url, const std::string& ca_pem);

}  // namespace muster::kube
