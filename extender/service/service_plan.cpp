// The planner thread: deadlines, leadership and planning, one gang after the other in a total order.
#include "config/level_presets.hpp"
#include "extender/obs/log.hpp"
#include "extender/obs/metrics.hpp"
#include "extender/service/service.hpp"
#include "placement/plan/gang_planner.hpp"
#include "placement/topology/shared_values.hpp"
#include "placement/verify/verify_plan.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <tuple>
#include <utility>

namespace muster {
namespace {

constexpr Millis kLongestSleep{500};  // while something may have to be tried again
constexpr Millis kIdleSleep{2'000};

obs::PlanResult result_of(const Outcome& outcome) {
    if (std::holds_alternative<Plan>(outcome)) return obs::PlanResult::plan;
    if (std::holds_alternative<Wait>(outcome)) return obs::PlanResult::waits;
    return std::holds_alternative<NoFit>(outcome) ? obs::PlanResult::no_fit : obs::PlanResult::never_fits;
}

// Nothing where no room that comes free would help.
std::optional<Shortfall> reason_to_wait(const Outcome& outcome) {
    if (const auto* wait = std::get_if<Wait>(&outcome)) return wait->reason;
    if (const auto* no = std::get_if<NoFit>(&outcome)) return no->reason;
    return std::nullopt;
}

}  // namespace

// Each level once.
void Service::tell_crossing_locked(const Fabric& fabric) {
    for (const SharedValues& shared : shared_values(fabric)) {
        if (!told_crossing_.insert(shared.level).second) continue;
        log::warning("levels-cross", {{"level", shared.level},
                                      {"value", shared.values.front()},
                                      {"under", shared.parents.front()},
                                      {"and", shared.parents.back()},
                                      {"values", shared.values.size()}});
    }
}

Snapshot Service::snapshot_locked() {
    if (levels_stale_) {
        levels_stale_ = false;
        const Snapshot current = cluster_.snapshot();
        LevelChoice choice = choose_levels(current.fabric().nodes(), settings_.uplinks);
        if (choice.levels != cluster_.levels()) {
            log::info("levels", {{"preset", choice.preset}, {"levels", choice.levels.size()}});
            cluster_.set_levels(std::move(choice.levels));
        }
    }
    Snapshot snapshot = cluster_.snapshot();
    if (std::exchange(labels_stale_, false)) tell_crossing_locked(snapshot.fabric());
    return snapshot;
}

void Service::tick_locked(TimePoint now, Aftermath& after) {
    while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
        const GangKey key = deadlines_.begin()->second;
        const TimePoint due = deadlines_.begin()->first;
        step_locked(key, Tick{}, after);
        // A deadline that a tick does not move would spin; the next round looks again.
        if (!deadlines_.empty() && deadlines_.begin()->first == due && deadlines_.begin()->second == key) break;
    }
}

void Service::decide() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        Aftermath after;
        const TimePoint now = clock_.now();
        const bool may_lead = synced_ && !stopped_for_good_ && now < lead_until_;
        if (may_lead && !leading_) take_over_locked(after);
        if (!may_lead) lose_lead_locked(after);
        if (leads_locked()) {
            tick_locked(now, after);
            touch_plain_locked();
        }
        if (acting_locked()) {
            if (std::exchange(space_freed_, false)) step_all_locked(SpaceFreed{}, after);
            if (!draining_ && !to_plan_.empty()) plan_one(lock, after);
        }
        if (!after.answers.empty() || !after.notes.empty()) {
            lock.unlock();
            after.wake_planner = false;
            perform(after);
            lock.lock();
        }
        const bool more = acting_locked() && (space_freed_ || (!draining_ && !to_plan_.empty()));
        if (stopping_ || more || std::exchange(planner_woken_, false)) continue;
        planner_.wait_for(lock, idle_time_locked(), [this] { return stopping_ || planner_woken_; });
        planner_woken_ = false;
    }
}

// Until something is due that nobody will wake the planner for.
Millis Service::idle_time_locked() const {
    TimePoint due = clock_.now() + kLongestSleep;
    if (acting_locked()) due = std::min(clock_.now() + kIdleSleep, lead_until_);
    if (!deadlines_.empty()) due = std::min(due, deadlines_.begin()->first);
    return std::max(Millis(1), due - clock_.now());
}

// Higher priority first, then the older gang, then by key. The plan is made on a snapshot without the lock and counts
// only if it still holds on the state as it is then (design §4 step 2).
void Service::plan_one(std::unique_lock<std::mutex>& lock, Aftermath& after) {
    const auto first = std::ranges::min_element(to_plan_, {}, [](const auto& entry) {
        return std::tuple(-std::int64_t{entry.second.priority}, entry.second.oldest_s, entry.first);
    });
    AskPlan ask = std::move(first->second);
    to_plan_.erase(first);
    const Snapshot snapshot = snapshot_locked();
    const std::uint64_t stint = stint_;
    lock.unlock();
    const auto begin = std::chrono::steady_clock::now();
    Outcome outcome = plan_gang(snapshot, ask.gang, policies_, gpus_);
    const auto took = std::chrono::steady_clock::now() - begin;
    obs::metrics().plan(result_of(outcome), took);
    // What there is to find out about the plan's machines, so that the check under the lock is short.
    if (const auto* plan = std::get_if<Plan>(&outcome)) std::ignore = verify_plan(snapshot, ask.gang, *plan, checked_);
    lock.lock();
    const GangKey key = ask.gang.key;
    const auto at = gangs_.find(key);
    if (stint != stint_ || at == gangs_.end() || at->second.machine.wanted_plan() != ask.request) return;
    const auto* plan = std::get_if<Plan>(&outcome);
    log::info("plan", {{"gang", key.ns + "/" + key.name},
                       {"members", ask.gang.members()},
                       {"verdict", obs::kPlanResultNames[static_cast<std::size_t>(result_of(outcome))]},
                       {"domain", plan != nullptr ? plan->quality.domain : std::string()},
                       {"us", std::chrono::duration_cast<std::chrono::microseconds>(took).count()}});
    if (plan == nullptr) {
        const std::optional<Shortfall> reason = reason_to_wait(outcome);
        step_locked(key, Planned{ask.request, std::move(outcome)}, after);
        if (reason) note_waiting_locked(key, std::move(ask), *reason);
        return;
    }
    if (const auto fault = verify_plan(snapshot_locked(), ask.gang, *plan, checked_)) {
        log::warning("plan-refused", {{"gang", key.ns + "/" + key.name}, {"fault", *fault}});
        obs::metrics().plan(obs::PlanResult::refused, took);
        return step_locked(key, PlanRefused{ask.request}, after);
    }
    auto placed = plan->placements.begin();  // in member order, as verify_plan has just confirmed
    for (const RoleRequest& role : ask.gang.roles) {
        for (std::size_t i = 0; i < role.members.size(); ++i, ++placed) {
            cluster_.apply(Reserved{placed->uid,
                                    placed->node,
                                    role.shape.requests,
                                    role.shape.host_ports,
                                    planned_devices(*placed),
                                    role.shape.shares,
                                    {},
                                    gang_name(key)});
        }
    }
    step_locked(key, Planned{ask.request, std::move(outcome)}, after);
}

}  // namespace muster
