// Private to extender/service: the one implementation of SchedulerService. Its methods are spread by theme over
// service_*.cpp. Everything below `mutex_` is guarded by it. Methods whose name ends in _locked expect it to be held;
// what must happen outside (answers, writes that could not be queued) is collected in an Aftermath and performed by its
// owner.
#pragma once

#include "extender/service/scheduler_service.hpp"
#include "extender/service/sibling_pods.hpp"
#include "extender/service/write_pool.hpp"
#include "placement/cluster/cluster_state.hpp"
#include "placement/gang/gang_machine.hpp"
#include "placement/model/plan.hpp"
#include "placement/plan/links/gpu_tables.hpp"
#include "placement/plan/scores/node_scores.hpp"
#include "placement/plan/scores/waiting_gangs.hpp"
#include "placement/verify/verify_gpus.hpp"

#include <atomic>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace muster {

class Service final : public SchedulerService {
  public:
    Service(const Settings& settings, Policies policies, ClusterApi& api, const Clock& clock);
    ~Service() override;

    void node_seen(NodeFacts node) override;
    void node_gone(const NodeName& node) override;
    void pod_seen(PodFacts pod) override;
    void pod_gone(const PodUid& uid) override;
    void synced() override;
    void lead_until(TimePoint until) override;
    bool knows(const PodUid& uid) const override;
    wire::FilterResult filter(const wire::ExtenderArgs& args, const std::optional<PodFacts>& unseen) override;
    std::vector<wire::HostPriority> prioritize(const wire::ExtenderArgs& args,
                                               const std::optional<PodFacts>& unseen) override;
    std::vector<wire::MetaVictims> preempt(const wire::PreemptionArgs& args,
                                           const std::optional<PodFacts>& unseen) override;
    CallId bind(const wire::BindingArgs& args, BindAnswer answer) override;
    void withdraw(const PodUid& uid, CallId call) override;
    ServiceStatus status() const override;
    std::vector<GangView> gangs() const override;
    void drain(TimePoint deadline) override;

  private:
    struct Pod {
        PodFacts facts;
        bool plain_reserved = false;       // a bind of this pod (no gang member) holds its node
        bool nominated = false;            // its nomination counts as used (design §4 step 2)
        std::optional<GangKey> member_of;  // gang that has it as a member; differs from the label's while that changes
    };
    struct Gang {
        GangMachine machine;
        std::optional<TimePoint> deadline;  // as it stands in deadlines_
    };
    // What has to be done once the mutex is released.
    struct Aftermath {
        std::vector<std::pair<BindAnswer, std::string>> answers;
        std::vector<EventNote> notes;
        bool wake_planner = false;
    };

    // ---- service.cpp
    [[nodiscard]] bool ours(const PodFacts& pod) const;
    [[nodiscard]] bool leads_locked() const;   // not past the Lease, not stopped for good
    [[nodiscard]] bool acting_locked() const;  // leads, and every pod of the past has been touched
    void perform(Aftermath& after);
    // Runs one step of a gang and what follows from it at once. Creates and drops the gang's record.
    void step_locked(const GangKey& key, const GangEvent& event, Aftermath& after);
    void step_all_locked(const GangEvent& event, Aftermath& after);
    void wake_planner();

    // ---- service_watch.cpp
    void account_locked(const Pod* before, const PodFacts& now);
    void note_nomination_locked(Pod& pod);
    void space_freed_locked();
    void tell_gang_locked(Pod& pod, Aftermath& after);
    // An answer of the API shows the pod bound: its use counts from now on, the watch will say the same a little later.
    void count_bound_locked(const PodUid& uid, const NodeName& node);

    // ---- service_actions.cpp
    void act_locked(const GangKey& key, std::vector<GangAction> actions, Aftermath& after);
    void report_locked(const GangKey& key, const Report& report, Aftermath& after);
    void release_locked(const PodUid& uid, Aftermath& after);
    // Queues a write for a gang; its outcome comes back as an event of that gang.
    template <class Write, class Perform>
    void write_locked(const GangKey& key, Write write, Perform perform, bool urgent, Aftermath& after);
    [[nodiscard]] bool may_send(std::uint64_t stint);  // false ends the stint if its Lease has run out
    void give_up_locked(std::string_view why, Aftermath& after);
    void deliver(std::uint64_t stint, const GangKey& key, const GangEvent& event);
    void wake_refused_locked();
    void stop_for_good_locked(Term seen, Aftermath& after);

    // ---- service_plan.cpp
    void decide();  // the planner thread
    void plan_one(std::unique_lock<std::mutex>& lock, Aftermath& after);
    [[nodiscard]] Snapshot snapshot_locked();
    void tell_crossing_locked(const Fabric& fabric);
    void tick_locked(TimePoint now, Aftermath& after);
    [[nodiscard]] Millis idle_time_locked() const;

    // ---- service_lead.cpp
    void take_over_locked(Aftermath& after);
    void lose_lead_locked(Aftermath& after);
    void touch_plain_locked();  // as many as may be under way
    void touched_plain(std::uint64_t stint, const PodUid& uid, const WriteOutcome& outcome);

    // ---- service_bind.cpp
    void bind_plain_locked(Pod& pod, const NodeName& node, CallId call, Aftermath& after);
    void write_plain(std::uint64_t stint, PlainBinding write, CallId call);
    void settle_plain(std::uint64_t stint, const PodUid& uid, CallId call, const NodeName& bound,
                      const std::string& error, bool release);
    void answer_locked(CallId call, std::string error, Aftermath& after);

    // ---- service_filter.cpp
    [[nodiscard]] const PodFacts* facts_locked(const PodUid& uid, const std::optional<PodFacts>& unseen) const;
    [[nodiscard]] bool has_room(const Snapshot& snapshot, NodeIdx node, const PodFacts& pod, const PodUse* own) const;
    void remember_refused_locked(const PodUid& uid);

    // ---- service_scores.cpp
    // A gang has no place: what is known of it until its state says otherwise.
    void note_waiting_locked(const GangKey& key, AskPlan ask, const Shortfall& reason);
    void forget_waiting_locked(const GangKey& key);
    [[nodiscard]] const WaitingGangs& first_waiting_locked();
    [[nodiscard]] static bool waits_for_room(GangState state);
    [[nodiscard]] PodToScore pod_to_score_locked(const PodFacts& facts);

    const Settings settings_;
    const Policies policies_;
    GpuTables gpus_;           // planner thread only
    CheckedMachines checked_;  // the same
    ClusterApi& api_;
    const Clock& clock_;

    mutable std::mutex mutex_;
    ClusterState cluster_;
    bool levels_stale_ = true;
    bool labels_stale_ = true;             // of nodes, since levels that seem to cross were looked for
    std::set<std::string> told_crossing_;  // levels said to cross
    std::unordered_map<PodUid, Pod> pods_;
    SiblingPods siblings_;
    std::map<GangKey, Gang> gangs_;
    std::set<std::pair<TimePoint, GangKey>> deadlines_;
    std::map<GangKey, AskPlan> to_plan_;
    struct Waiting {
        std::int32_t priority = 0;
        std::int64_t oldest_s = 0;
        std::shared_ptr<const WaitingGang> gang;
    };
    std::map<GangKey, Waiting> waiting_;
    WaitingGangs first_waiting_;  // of waiting_, in the planner's order
    bool waiting_stale_ = false;  // waiting_ has changed since
    std::map<CallId, BindAnswer> calls_;
    CallId next_call_;
    std::unordered_map<PodUid, TimePoint> refused_;  // plain pods refused beside reservations → last woken
    TimePoint wake_refused_at_{};                    // before that none of them is due
    std::set<std::string> complaints_;
    bool synced_ = false;
    bool leading_ = false;
    bool stopped_for_good_ = false;
    bool draining_ = false;
    bool space_freed_ = false;
    TimePoint lead_until_{};
    std::uint64_t stint_ = 0;  // leaderships so far; outcomes of an earlier one are void
    Term term_;
    std::unordered_set<PodUid> touching_;  // plain pods of the past, not yet fenced in this takeover
    std::vector<PodUid> to_touch_;         // those of them that no write is under way for
    std::size_t touches_under_way_ = 0;
    std::set<GangKey> taking_over_;  // gangs whose members are being touched
    std::condition_variable planner_;
    bool planner_woken_ = false;
    bool stopping_ = false;

    std::mutex scoring_;    // held while scoring, never with mutex_
    GpuTables score_gpus_;  // guarded by scoring_

    WritePool writes_;
    std::thread planner_thread_;
};

}  // namespace muster
