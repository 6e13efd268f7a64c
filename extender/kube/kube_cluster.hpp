// A cluster behind an API server: its nodes, pods and leadership for the service, and the service's writes.
#pragma once

#include "config/settings.hpp"
#include "extender/kube/api_client.hpp"
#include "extender/kube/job_defaults.hpp"
#include "extender/kube/kube_cluster_api.hpp"
#include "extender/kube/kubeconfig.hpp"
#include "extender/kube/lease.hpp"
#include "extender/kube/node_feed.hpp"
#include "extender/kube/pod_feed.hpp"
#include "extender/kube/reflector.hpp"
#include "extender/kube/stop_flag.hpp"
#include "extender/service/cluster_api.hpp"
#include "extender/service/scheduler_service.hpp"
#include "placement/model/machine_source.hpp"

#include <atomic>
#include <memory>

namespace muster {

struct KubeClusterOptions {
    kube::Timeouts requests;
    kube::BackoffTiming backoff;
    Millis watch_silence{150'000};
    // Pods are listed after the Jobs, which give gangs their size; this long at most, since Jobs may be forbidden to
    // us.
    Millis jobs_patience{10'000};
    std::string host_name = kube::host_name();
};

class KubeCluster {
  public:
    // Nothing is asked yet. `clock` and `machines` outlive it. Errors: certificates or keys that cannot be used.
    [[nodiscard]] static Result<std::unique_ptr<KubeCluster>> create(const Settings& settings, kube::ApiAccess access,
                                                                     const Clock& clock, const MachineSource& machines,
                                                                     KubeClusterOptions options = {});
    ~KubeCluster();  // stops

    [[nodiscard]] ClusterApi& api() { return *writes_; }
    // What the watched Jobs say of their pods.
    [[nodiscard]] const OwnerDefaults& owners() const { return job_defaults_; }
    // Feeds the service, which outlives the feeding: nodes and pods, synced() after both lists, lead_until.
    [[nodiscard]] Result<void> start(SchedulerService& service);
    // After it the service is told nothing more. Writes still work.
    void stop();

  private:
    KubeCluster(const Settings& settings, const Clock& clock, const MachineSource& machines,
                KubeClusterOptions options);
    void one_listed();

    const Settings settings_;
    const Clock& clock_;
    const MachineSource& machines_;
    const KubeClusterOptions options_;
    std::unique_ptr<kube::ApiClient> client_;
    kube::JobDefaults job_defaults_;
    std::unique_ptr<kube::KubeClusterApi> writes_;
    SchedulerService* service_ = nullptr;
    kube::StopFlag jobs_listed_;  // set too by stop(), so that nobody waits on
    std::atomic<int> lists_missing_ = 2;
    std::unique_ptr<kube::NodeFeed> nodes_;
    std::unique_ptr<kube::PodFeed> pods_;
    std::unique_ptr<kube::ObjectSink> pods_after_jobs_;
    std::vector<std::unique_ptr<kube::Reflector>> reflectors_;
    std::unique_ptr<kube::LeaseFollower> lease_;
};

}  // namespace muster
