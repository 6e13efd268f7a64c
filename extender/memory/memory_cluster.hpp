// A cluster without an API server, for `serve --cluster FILE` and tests: nodes and pods from plain Kubernetes objects,
// writes judged as the API server judges them (stale version or UID: conflict; bound once; no Binding while gated or
// terminating). There is no kubelet and no controller: a bound pod stays as it is, a deleted one does not come back.
#pragma once

#include "dialects/kubernetes.hpp"
#include "dialects/object.hpp"
#include "extender/service/cluster_api.hpp"
#include "extender/service/scheduler_service.hpp"
#include "placement/model/node.hpp"
#include "placement/model/pod.hpp"
#include "placement/model/result.hpp"
#include "placement/topology/machine_library.hpp"

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace muster {

// Thread-safe. What it shows to the service comes from one thread, in the order in which it happened.
class MemoryCluster final : public ClusterApi {
  public:
    // `machines` outlives it.
    explicit MemoryCluster(std::vector<std::string> scheduler_names,
                           const MachineSource& machines = built_in_machines());
    ~MemoryCluster() override;  // stops

    // Nodes, Pods, Jobs and Lists of them from a file (YAML or JSON). Other kinds are left out. Jobs come into force
    // before pods; a Job none of whose pods is in the file gets the pods that it would create. Pods without a UID get
    // one.
    [[nodiscard]] Result<void> load(const std::filesystem::path& file);
    // The same from objects; also after start, as `kubectl create` would. Errors leave nothing half added: one bad
    // object refuses all. An object that is there already: conflict.
    [[nodiscard]] Result<void> create(const std::vector<Object>& objects);
    // As a controller or a user would: the pod is gone at once. false: no such pod.
    bool delete_pod(const PodKey& pod);
    bool delete_node(const NodeName& node);
    // As any other writer would: the pod gets a new version and is shown to the service. false: no such pod.
    bool edit_pod(const PodKey& pod, const std::function<void(PodFacts&)>& edit);

    // Delivers all nodes and pods, then synced() and lead_until(the end of time), then every change. `service` outlives
    // it or stop().
    void start(SchedulerService& service);
    void stop();

    WriteOutcome admit(const Admit& write) override;
    WriteOutcome fence(const Fence& write) override;
    WriteOutcome bind(const WriteBinding& write) override;
    WriteOutcome bind_plain(const PlainBinding& write) override;
    WriteOutcome remove(const DeleteMember& write) override;
    WriteOutcome touch(const PodKey& pod, const PodUid& uid, const std::string& resource_version,
                       const std::string& token) override;
    Result<std::optional<PodFacts>> read(const PodKey& pod) override;
    void note(EventNote note) override;

    [[nodiscard]] std::vector<EventNote> notes() const;  // the latest, at most limits::kEventQueue
    [[nodiscard]] std::vector<PodFacts> pods() const;
    [[nodiscard]] std::size_t nodes() const;

  private:
    struct Additions;
    using Delivery = std::function<void(SchedulerService&)>;

    Result<void> read_objects(const Object& object, Additions& into) const;
    Result<void> add(Additions additions);
    // The pod that a write is meant for, or why it may not be written.
    PodFacts* find(const PodKey& pod, const PodUid& uid, const std::string& resource_version, WriteOutcome& refusal);
    WriteOutcome accept(PodFacts& pod);
    WriteOutcome bind_to(const PodKey& key, const PodUid& uid, const std::string& resource_version,
                         const NodeName& node, std::int32_t rank, std::vector<std::string> devices);
    void deliver(Delivery delivery);
    void run(SchedulerService& service);

    const std::vector<std::string> scheduler_names_;
    const MachineSource& machines_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::map<NodeName, NodeFacts> nodes_;
    std::map<PodKey, PodFacts> pods_;
    std::map<std::string, std::int32_t, std::less<>> jobs_;  // UID → parallelism
    std::uint64_t version_ = 0;
    std::deque<EventNote> notes_;
    std::deque<Delivery> deliveries_;  // only between start and stop; a full one refuses writes as unavailable
    bool running_ = false;
    std::thread thread_;
};

}  // namespace muster
