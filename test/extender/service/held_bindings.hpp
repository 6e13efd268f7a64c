// A cluster's API whose Bindings of one pod do not come back until they are let go; everything else passes through.
#pragma once

#include "extender/service/cluster_api.hpp"

#include <condition_variable>
#include <mutex>
#include <string>
#include <utility>

namespace muster::test {

class HeldBindings final : public ClusterApi {
  public:
    explicit HeldBindings(ClusterApi& api) : api_(api) {}

    void hold(std::string pod) {
        const std::scoped_lock lock(mutex_);
        held_ = std::move(pod);
    }
    void let_go() {
        {
            const std::scoped_lock lock(mutex_);
            held_.clear();
        }
        changed_.notify_all();
    }

    WriteOutcome admit(const Admit& write) override { return api_.admit(write); }
    WriteOutcome fence(const Fence& write) override { return api_.fence(write); }
    WriteOutcome bind(const WriteBinding& write) override {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return held_ != write.pod.name; });
        lock.unlock();
        return api_.bind(write);
    }
    WriteOutcome bind_plain(const PlainBinding& write) override { return api_.bind_plain(write); }
    WriteOutcome remove(const DeleteMember& write) override { return api_.remove(write); }
    WriteOutcome touch(const PodKey& pod, const PodUid& uid, const std::string& resource_version,
                       const std::string& token) override {
        return api_.touch(pod, uid, resource_version, token);
    }
    Result<std::optional<PodFacts>> read(const PodKey& pod) override { return api_.read(pod); }
    void note(EventNote note) override { api_.note(std::move(note)); }

  private:
    ClusterApi& api_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::string held_;
};

}  // namespace muster::test
