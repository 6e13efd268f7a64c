#include "extender/kube/kube_cluster.hpp"

#include "extender/obs/log.hpp"

#include <utility>

namespace muster {

namespace {

// Holds back the first list of pods until the Jobs are known.
class AfterJobs final : public kube::ObjectSink {
  public:
    AfterJobs(kube::ObjectSink& pods, const kube::StopFlag& jobs_listed, Millis patience)
        : pods_(pods), jobs_listed_(jobs_listed), patience_(patience) {}
    void list_begins() override {
        const Millis patience = std::exchange(patience_, Millis(0));
        if (!jobs_listed_.wait_for(patience) && patience.count() > 0) {
            log::warning(
                "jobs-unknown",
                {{"remedy", "allow get, list and watch of jobs.batch, or give each pod muster.scheduler/members"}});
        }
        pods_.list_begins();
    }
    void seen(const Object& object) override { pods_.seen(object); }
    void gone(const Object& object) override { pods_.gone(object); }
    void list_ends() override { pods_.list_ends(); }

  private:
    kube::ObjectSink& pods_;
    const kube::StopFlag& jobs_listed_;
    Millis patience_;
};

}  // namespace

KubeCluster::KubeCluster(const Settings& settings, const Clock& clock, const MachineSource& machines,
                         KubeClusterOptions options)
    : settings_(settings), clock_(clock), machines_(machines), options_(std::move(options)) {}

KubeCluster::~KubeCluster() {
    stop();
}

Result<std::unique_ptr<KubeCluster>> KubeCluster::create(const Settings& settings, kube::ApiAccess access,
                                                         const Clock& clock, const MachineSource& machines,
                                                         KubeClusterOptions options) {
    std::unique_ptr<KubeCluster> cluster(new KubeCluster(settings, clock, machines, std::move(options)));
    MUSTER_TRY(cluster->client_, kube::ApiClient::create(std::move(access), cluster->options_.requests));
    cluster->writes_ = std::make_unique<kube::KubeClusterApi>(*cluster->client_, cluster->job_defaults_,
                                                              settings.scheduler_names, cluster->options_.host_name);
    return cluster;
}

Result<void> KubeCluster::start(SchedulerService& service) {
    service_ = &service;
    nodes_ = std::make_unique<kube::NodeFeed>(service, machines_, [this] { one_listed(); });
    pods_ =
        std::make_unique<kube::PodFeed>(service, job_defaults_, settings_.scheduler_names, [this] { one_listed(); });
    pods_after_jobs_ = std::make_unique<AfterJobs>(*pods_, jobs_listed_, options_.jobs_patience);
    job_defaults_.on_change([this](const std::string& uid) { pods_->job_changed(uid); });
    job_defaults_.on_listed([this] { jobs_listed_.set(); });
    const std::pair<const char*, kube::ObjectSink*> resources[] = {{"/apis/batch/v1/jobs", &job_defaults_},
                                                                   {"/api/v1/nodes", nodes_.get()},
                                                                   {"/api/v1/pods", pods_after_jobs_.get()}};
    for (const auto& [path, sink] : resources) {
        kube::ReflectorOptions options;
        options.path = path;
        options.silence = options_.watch_silence;
        options.backoff = options_.backoff;
        reflectors_.push_back(std::make_unique<kube::Reflector>(*client_, options, *sink));
        if (auto started = reflectors_.back()->start(); !started) return started;
    }
    lease_ = std::make_unique<kube::LeaseFollower>(*client_, settings_.leadership, clock_, options_.host_name,
                                                   [&service](TimePoint until) { service.lead_until(until); });
    return lease_->start();
}

void KubeCluster::one_listed() {
    if (--lists_missing_ == 0) service_->synced();
}

void KubeCluster::stop() {
    jobs_listed_.set();
    if (lease_) lease_->stop();
    for (auto& reflector : reflectors_) reflector->stop();
}

}  // namespace muster
