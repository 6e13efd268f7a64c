// A service whose answers a test sets: everything passes, binds are parked until the test answers them.
#pragma once

#include "dialects/kubernetes.hpp"
#include "extender/service/scheduler_service.hpp"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace muster::test {

class FakeService : public SchedulerService {
  public:
    struct Behaviour {
        ServiceStatus status;
        std::vector<GangView> gangs;
        bool knows_all = true;
        bool answer_binds_at_once = false;
        std::function<wire::FilterResult(const wire::ExtenderArgs&)> filter;
    };
    FakeService() { behaviour_.status.synced = true; }
    void change(const std::function<void(Behaviour&)>& edit) {
        const std::scoped_lock lock(mutex_);
        edit(behaviour_);
    }
    // The pod that came with the last scheduling call.
    [[nodiscard]] std::optional<PodFacts> last_unseen() const {
        const std::scoped_lock lock(mutex_);
        return last_unseen_;
    }

    // Waits until exactly `count` binds are parked.
    bool wait_parked(std::size_t count, std::chrono::seconds patience = std::chrono::seconds(60)) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, patience, [&] { return parked_.size() == count; });
    }
    bool wait_withdrawn(std::size_t count, std::chrono::seconds patience = std::chrono::seconds(60)) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, patience, [&] { return withdrawn_.size() == count; });
    }
    [[nodiscard]] std::vector<PodUid> withdrawn() const {
        const std::scoped_lock lock(mutex_);
        return withdrawn_;
    }
    // Answers all parked binds on the caller's thread, outside the lock; `error(uid)` makes the text.
    void answer_all(const std::function<std::string(const PodUid&)>& error) {
        std::map<std::uint64_t, Parked> parked;
        {
            const std::scoped_lock lock(mutex_);
            parked.swap(parked_);
        }
        for (const auto& [call, bind] : parked) bind.answer(error(bind.args.uid));
    }
    void forget_all() {  // drops the answers, as a defect would
        std::map<std::uint64_t, Parked> parked;
        const std::scoped_lock lock(mutex_);
        parked.swap(parked_);
    }

    // ---- SchedulerService
    void node_seen(NodeFacts /*node*/) override {}
    void node_gone(const NodeName& /*node*/) override {}
    void pod_seen(PodFacts /*pod*/) override {}
    void pod_gone(const PodUid& /*uid*/) override {}
    void synced() override {}
    void lead_until(TimePoint /*until*/) override {}
    [[nodiscard]] bool knows(const PodUid& /*uid*/) const override { return behaviour().knows_all; }
    [[nodiscard]] wire::FilterResult filter(const wire::ExtenderArgs& args,
                                            const std::optional<PodFacts>& unseen) override {
        remember(unseen);
        if (const auto answer = behaviour().filter) return answer(args);
        wire::FilterResult result;
        result.node_names.assign(args.node_names.begin(), args.node_names.end());
        return result;
    }
    [[nodiscard]] std::vector<wire::HostPriority> prioritize(const wire::ExtenderArgs& args,
                                                             const std::optional<PodFacts>& unseen) override {
        remember(unseen);
        std::vector<wire::HostPriority> scores;
        for (const auto& name : args.node_names) scores.push_back({name, scores.empty() ? 10 : 0});
        return scores;
    }
    [[nodiscard]] std::vector<wire::MetaVictims> preempt(const wire::PreemptionArgs& args,
                                                         const std::optional<PodFacts>& unseen) override {
        remember(unseen);
        return args.nodes;
    }
    CallId bind(const wire::BindingArgs& args, BindAnswer answer) override {
        if (behaviour().answer_binds_at_once) {
            answer("");
            return CallId(0);
        }
        const std::scoped_lock lock(mutex_);
        parked_.emplace(++calls_, Parked{args, std::move(answer)});
        changed_.notify_all();
        return CallId(calls_);
    }
    void withdraw(const PodUid& uid, CallId call) override {
        const std::scoped_lock lock(mutex_);
        parked_.erase(call.value());
        withdrawn_.push_back(uid);
        changed_.notify_all();
    }
    [[nodiscard]] ServiceStatus status() const override { return behaviour().status; }
    [[nodiscard]] std::vector<GangView> gangs() const override { return behaviour().gangs; }
    void drain(TimePoint /*deadline*/) override {}

  private:
    struct Parked {
        wire::BindingArgs args;
        BindAnswer answer;
    };
    [[nodiscard]] Behaviour behaviour() const {
        const std::scoped_lock lock(mutex_);
        return behaviour_;
    }
    void remember(const std::optional<PodFacts>& unseen) {
        const std::scoped_lock lock(mutex_);
        last_unseen_ = unseen;
    }
    mutable std::mutex mutex_;
    Behaviour behaviour_;
    std::optional<PodFacts> last_unseen_;
    std::condition_variable changed_;
    std::map<std::uint64_t, Parked> parked_;
    std::uint64_t calls_ = 0;
    std::vector<PodUid> withdrawn_;
};

struct NoOwners : OwnerDefaults {
    [[nodiscard]] std::optional<std::int32_t> parallelism(std::string_view /*controller_uid*/) const override {
        return std::nullopt;
    }
};

}  // namespace muster::test
