#include "extender/service/service.hpp"

#include "extender/obs/log.hpp"

#include <algorithm>

namespace muster {
namespace {

GangTiming timing_of(const Settings& settings) {
    GangTiming timing;
    timing.bind_timeout = settings.gang.bind_timeout;
    timing.repair_limit = settings.gang.repair_timeout;
    timing.max_members = static_cast<std::int32_t>(limits::kGangMembers);
    timing.nominate = settings.gang.pin == Pin::nomination;
    return timing;
}

}  // namespace

std::unique_ptr<SchedulerService> SchedulerService::create(const Settings& settings, Policies policies, ClusterApi& api,
                                                           const Clock& clock) {
    return std::make_unique<Service>(settings, std::move(policies), api, clock);
}

Service::Service(const Settings& settings, Policies policies, ClusterApi& api, const Clock& clock)
    : settings_(settings),
      policies_(std::move(policies)),
      gpus_(gpu_picker(settings.gpu_picker)),
      api_(api),
      clock_(clock),
      cluster_(settings.levels.value_or(std::vector<LevelSpec>{})),
      levels_stale_(!settings.levels),
      writes_(limits::kWriters, limits::kWriteQueue),
      planner_thread_([this] { decide(); }) {}

Service::~Service() {
    {
        const std::scoped_lock lock(mutex_);
        stopping_ = true;
    }
    planner_.notify_all();
    planner_thread_.join();
    writes_.stop();
}

bool Service::ours(const PodFacts& pod) const {
    return std::ranges::find(settings_.scheduler_names, pod.scheduler_name) != settings_.scheduler_names.end();
}

bool Service::leads_locked() const {
    return leading_ && !stopped_for_good_ && clock_.now() < lead_until_;
}

bool Service::acting_locked() const {
    return leads_locked() && touching_.empty() && taking_over_.empty();
}

void Service::perform(Aftermath& after) {
    for (auto& [answer, error] : after.answers) answer(error);
    for (EventNote& note : after.notes) api_.note(std::move(note));
    if (after.wake_planner) wake_planner();
    after = {};
}

void Service::wake_planner() {
    {
        const std::scoped_lock lock(mutex_);
        planner_woken_ = true;
    }
    planner_.notify_all();
}

void Service::step_locked(const GangKey& key, const GangEvent& event, Aftermath& after) {
    auto at = gangs_.find(key);
    if (at == gangs_.end()) {
        if (!std::holds_alternative<MemberSeen>(event)) return;
        at = gangs_.emplace(key, Gang{GangMachine(key, timing_of(settings_)), std::nullopt}).first;
    }
    Gang& gang = at->second;
    const GangState before = gang.machine.state();
    std::vector<GangAction> actions = gang.machine.step(event, clock_.now());
    if (gang.machine.state() != before) {
        log::info("gang-state", {{"gang", key.ns + "/" + key.name},
                                 {"from", name_of(before)},
                                 {"to", name_of(gang.machine.state())},
                                 {"epoch", gang.machine.epoch().value()},
                                 {"served", gang.machine.served()},
                                 {"needed", gang.machine.needed().value_or(0)},
                                 {"reason", gang.machine.trouble().text}});
    }
    if (!waits_for_room(gang.machine.state())) forget_waiting_locked(key);
    const std::optional<TimePoint> deadline = gang.machine.next_deadline();
    if (deadline != gang.deadline) {
        if (gang.deadline) deadlines_.erase({*gang.deadline, key});
        if (deadline) deadlines_.insert({*deadline, key});
        const bool sooner = deadline && deadlines_.begin()->second == key;
        gang.deadline = deadline;
        after.wake_planner = after.wake_planner || sooner;
    }
    if (!gang.machine.wanted_plan()) to_plan_.erase(key);
    const bool gone = gang.machine.empty();
    if (gang.machine.state() == GangState::takeover && !gone) {
        taking_over_.insert(key);
    } else if (taking_over_.erase(key) > 0 && taking_over_.empty()) {
        after.wake_planner = true;
    }
    act_locked(key, std::move(actions), after);
    if (gone) {
        if (gang.deadline) deadlines_.erase({*gang.deadline, key});
        gangs_.erase(at);
    }
}

void Service::step_all_locked(const GangEvent& event, Aftermath& after) {
    std::vector<GangKey> keys;
    keys.reserve(gangs_.size());
    for (const auto& [key, gang] : gangs_) keys.push_back(key);
    for (const GangKey& key : keys) step_locked(key, event, after);
}

}  // namespace muster
