// A scheduler service that only remembers what it was told. Thread-safe.
#pragma once

#include "extender/service/scheduler_service.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace muster::test {

class RecordingService final : public SchedulerService {
  public:
    void node_seen(NodeFacts node) override {
        const std::lock_guard lock(mutex_);
        log_.push_back("node " + node.name.str());
        nodes_[node.name.str()] = std::move(node);
    }
    void node_gone(const NodeName& node) override {
        const std::lock_guard lock(mutex_);
        log_.push_back("node-gone " + node.str());
        nodes_.erase(node.str());
    }
    void pod_seen(PodFacts pod) override {
        const std::lock_guard lock(mutex_);
        log_.push_back("pod " + pod.key.name);
        pods_[pod.uid.str()] = std::move(pod);
    }
    void pod_gone(const PodUid& uid) override {
        const std::lock_guard lock(mutex_);
        log_.push_back("pod-gone " + uid.str());
        pods_.erase(uid.str());
    }
    void synced() override {
        const std::lock_guard lock(mutex_);
        log_.push_back("synced");
    }
    void lead_until(TimePoint until) override {
        const std::lock_guard lock(mutex_);
        log_.push_back("lead");
        until_.push_back(until);
    }

    [[nodiscard]] bool knows(const PodUid& uid) const override {
        const std::lock_guard lock(mutex_);
        return pods_.contains(uid.str());
    }
    [[nodiscard]] wire::FilterResult filter(const wire::ExtenderArgs&, const std::optional<PodFacts>&) override {
        return {};
    }
    [[nodiscard]] std::vector<wire::HostPriority> prioritize(const wire::ExtenderArgs&,
                                                             const std::optional<PodFacts>&) override {
        return {};
    }
    [[nodiscard]] std::vector<wire::MetaVictims> preempt(const wire::PreemptionArgs&,
                                                         const std::optional<PodFacts>&) override {
        return {};
    }
    CallId bind(const wire::BindingArgs&, BindAnswer) override { return {}; }
    void withdraw(const PodUid&, CallId) override {}
    [[nodiscard]] ServiceStatus status() const override { return {}; }
    [[nodiscard]] std::vector<GangView> gangs() const override { return {}; }
    void drain(TimePoint) override {}

    // Whoever tells it something waits until the lock is gone.
    [[nodiscard]] std::unique_lock<std::mutex> hold() { return std::unique_lock(mutex_); }

    // ---- what it was told
    [[nodiscard]] std::vector<std::string> log() const {
        const std::lock_guard lock(mutex_);
        return log_;
    }
    [[nodiscard]] std::size_t count(const std::string& entry) const {
        const std::lock_guard lock(mutex_);
        return static_cast<std::size_t>(std::count(log_.begin(), log_.end(), entry));
    }
    [[nodiscard]] std::map<std::string, PodFacts> pods() const {
        const std::lock_guard lock(mutex_);
        return pods_;
    }
    [[nodiscard]] std::map<std::string, NodeFacts> nodes() const {
        const std::lock_guard lock(mutex_);
        return nodes_;
    }
    [[nodiscard]] std::vector<TimePoint> lead_times() const {
        const std::lock_guard lock(mutex_);
        return until_;
    }

  private:
    mutable std::mutex mutex_;
    std::vector<std::string> log_;
    std::map<std::string, PodFacts> pods_;
    std::map<std::string, NodeFacts> nodes_;
    std::vector<TimePoint> until_;
};

}  // namespace muster::test
