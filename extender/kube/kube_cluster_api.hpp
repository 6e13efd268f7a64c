// The service's writes, over the API server. Each is one or two requests with the pod's UID and resourceVersion as
// preconditions; the second one carries the version that the first one made.
#pragma once

#include "dialects/kubernetes.hpp"
#include "extender/kube/api_client.hpp"
#include "extender/kube/event_writer.hpp"
#include "extender/service/cluster_api.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace muster::kube {

// Thread-safe; as many requests at once as there are callers.
class KubeClusterApi final : public ClusterApi {
  public:
    // All outlive it. `instance`: who reports Events.
    KubeClusterApi(ApiClient& api, const OwnerDefaults& owners, std::vector<std::string> scheduler_names,
                   std::string instance);

    WriteOutcome admit(const Admit& write) override;
    WriteOutcome fence(const Fence& write) override;
    WriteOutcome bind(const WriteBinding& write) override;
    WriteOutcome bind_plain(const PlainBinding& write) override;
    WriteOutcome remove(const DeleteMember& write) override;
    WriteOutcome touch(const PodKey& pod, const PodUid& uid, const std::string& resource_version,
                       const std::string& token) override;
    Result<std::optional<PodFacts>> read(const PodKey& pod) override;
    void note(EventNote note) override { events_.add(std::move(note)); }

  private:
    static constexpr std::string_view kWholeObject = "application/json";
    // Enough where the precondition leaves only the new version to learn; spares both sides the rest of the pod.
    static constexpr std::string_view kMetadataOnly = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";
    WriteOutcome write(std::string_view method, const std::string& path, std::string_view content_type,
                       std::string body, std::string_view accept = kWholeObject);
    WriteOutcome patch(const PodKey& pod, std::string_view subresource, std::string body,
                       std::string_view accept = kWholeObject);
    WriteOutcome nominate(const PodKey& pod, const PodUid& uid, const std::string& resource_version,
                          const NodeName& node);
    WriteOutcome post_binding(const PodKey& pod, const NodeName& node, std::string body);

    ApiClient& api_;
    const OwnerDefaults& owners_;
    const std::vector<std::string> scheduler_names_;
    EventWriter events_;
};

}  // namespace muster::kube
