#include "test/property/gang_world.hpp"

#include <algorithm>

namespace muster::gangworld {

GangWorld::GangWorld(Options options, std::uint64_t seed, bool trace) : left_(options), dice_(seed), tracing_(trace) {
    for (int n = 0; n < options.nodes; ++n) nodes_.emplace_back("n" + std::to_string(n));
    const auto add = [this](const std::string& name, int gang) {
        Pod pod;
        pod.name = name;
        pod.gang = gang;
        pods_.push_back(pod);
    };
    for (int g = 0; g < options.gangs; ++g) {
        for (int m = 0; m < options.members; ++m) add("g" + std::to_string(g) + "-" + std::to_string(m), g);
    }
    for (int x = 0; x < options.plain; ++x) add("x" + std::to_string(x), -1);
    watch_.resize(pods_.size());
    watched_.resize(pods_.size());
    scheduler_.resize(pods_.size());
    const auto gangs = static_cast<std::size_t>(options.gangs);
    was_whole_.resize(gangs);
    partial_since_.resize(gangs);
    allowance_.resize(gangs, GangTiming{}.repair_limit + Millis(3'000));
    for (std::size_t p = 0; p < pods_.size(); ++p) create(p);
    start();
}

std::size_t GangWorld::pod_of(const PodUid& uid) const {
    for (std::size_t p = 0; p < pods_.size(); ++p) {
        if (pods_[p].uid == uid && pods_[p].exists) return p;
    }
    return pods_.size();
}

// What goes on in any world: at rest none of these is left.
void GangWorld::add_necessary(std::vector<Step>& steps) {
    for (std::size_t i = 0; i < writes_.size(); ++i) {
        const bool awaited = writes_[i].sender == process_ && !writes_[i].dropped;
        if (awaited || hurried_ || dice_.chance(5)) steps.push_back({Kind::land, i});
    }
    for (std::size_t p = 0; p < pods_.size(); ++p) {
        const Pod& pod = pods_[p];
        if (!pod.exists || pod.terminating) steps.push_back({Kind::owner, p});
        if (!up_) continue;
        if (!watch_[p].empty()) steps.push_back({Kind::watch, p});
        if (schedulable(p)) steps.push_back({Kind::schedule, p});
        const bool travels = scheduler_[p].call == SchedulerSide::Call::travels;
        if (travels && (hurried_ || dice_.chance(30))) steps.push_back({Kind::call, p});
        if (!scheduler_[p].vanished.empty()) steps.push_back({Kind::vanish, p});
    }
    if (!up_) return steps.push_back({Kind::start, 0});
    for (std::size_t i = 0; i < answers_.size(); ++i) steps.push_back({Kind::answer, i});
    const bool may_plan = left_.broken == Broken::rebuilt_claims || !taking_over();
    for (const auto& [gang, ask] : asked_) {
        if (may_plan) steps.push_back({Kind::plan, static_cast<std::size_t>(gang)});
    }
    if (space_freed_) steps.push_back({Kind::space, 0});
    for (std::size_t g = 0; g < machines_.size(); ++g) {
        const auto due = machines_[g].next_deadline();
        if (due && *due <= now_) steps.push_back({Kind::tick, g});
    }
}

// Rare, so that they spread over the whole run.
void GangWorld::add_faults(std::vector<Step>& steps) {
    if (!dice_.chance(15)) return;
    const auto any = [this](std::size_t size) { return std::size_t{dice_.below(static_cast<std::uint32_t>(size))}; };
    const auto add = [&](int budget, Kind kind, std::size_t index) {
        if (budget > 0) steps.push_back({kind, index});
    };
    add(1, Kind::advance, 0);
    add(left_.jumps, Kind::jump, 0);
    if (up_) add(left_.crashes, Kind::crash, 0);
    if (up_) add(left_.releads, Kind::relead, 0);
    add(left_.scheduler_restarts, Kind::restart, 0);
    if (!writes_.empty()) add(left_.drops, Kind::drop, any(writes_.size()));
    const std::size_t p = any(pods_.size());
    if (!pods_[p].exists) return;
    add(left_.bumps, Kind::bump, p);
    if (!pods_[p].terminating) add(left_.deletions, Kind::remove, p);
    if (scheduler_[p].call != SchedulerSide::Call::none && pods_[p].node.empty()) add(left_.timeouts, Kind::timeout, p);
    if (up_ && pods_[p].gang >= 0) add(left_.bad_nodes, Kind::bad_node, p);
}

std::string GangWorld::run() {
    std::vector<Step> steps;
    for (int i = 0; i < left_.steps && failure_.empty(); ++i) {
        steps.clear();
        add_necessary(steps);
        add_faults(steps);
        if (steps.empty()) steps.push_back({Kind::advance, 0});
        now_ += Millis(1);
        perform(steps[dice_.below(static_cast<std::uint32_t>(steps.size()))]);
        check_partial();
    }
    hurried_ = true;
    constexpr int kPatience = 20'000;  // steps: far more than any fair run needs
    for (int i = 0; i < kPatience && failure_.empty(); ++i) {
        steps.clear();
        add_necessary(steps);
        if (steps.empty()) {
            if (left_.refused_member && now_.time_since_epoch() > std::chrono::hours(1)) break;  // tries for ever
            if (advance_to_deadline()) continue;
            check_rest();
            return failure_;
        }
        now_ += Millis(1);
        perform(steps[dice_.below(static_cast<std::uint32_t>(steps.size()))]);
        check_partial();
    }
    if (failure_.empty() && !left_.refused_member) broken("CYCLE", "the world does not come to rest");
    return failure_;
}

bool GangWorld::advance_to_deadline() {
    std::optional<TimePoint> next;
    const auto earliest = [&](TimePoint at) { next = next ? std::min(*next, at) : at; };
    for (const GangMachine& gang : machines_) {
        if (const auto due = gang.next_deadline()) earliest(*due);
    }
    for (const SchedulerSide& side : scheduler_) {
        if (side.backoff_until > now_) earliest(side.backoff_until);
    }
    if (!next) return false;
    note("clock " + std::to_string(next->time_since_epoch().count()));
    now_ = std::max(now_, *next);
    return true;
}

void GangWorld::perform(const Step& step) {
    const std::size_t i = step.index;
    switch (step.kind) {
        case Kind::land:
            return land(i);
        case Kind::answer: {
            const Answer answer = std::move(answers_[i]);
            answers_.erase(answers_.begin() + static_cast<std::ptrdiff_t>(i));
            return receive(answer);
        }
        case Kind::watch:
            return deliver_watch(i);
        case Kind::plan:
            return plan(static_cast<int>(i));
        case Kind::space:
            note("space freed");
            space_freed_ = false;
            for (int g = 0; g < left_.gangs; ++g) give(g, SpaceFreed{});
            return;
        case Kind::tick:
            note("tick g" + std::to_string(i));
            return give(static_cast<int>(i), Tick{});
        case Kind::owner:
            note("owner " + pods_[i].name);
            if (pods_[i].exists) return vanish_from_api(i);
            return create(i);
        case Kind::schedule:
            return schedule(i);
        case Kind::call:
            return call_arrives(i);
        case Kind::vanish: {
            const CallId call = scheduler_[i].vanished.back();
            scheduler_[i].vanished.pop_back();
            if (pods_[i].gang >= 0) give(pods_[i].gang, BindWithdrawn{pods_[i].uid, call});
            return;
        }
        case Kind::start:
            return start();
        case Kind::crash:
        case Kind::relead:
        case Kind::restart:
        case Kind::timeout:
        case Kind::remove:
        case Kind::drop:
        case Kind::bump:
        case Kind::jump:
        case Kind::bad_node:
        case Kind::advance:
            return perform_fault(step);
    }
}

void GangWorld::perform_fault(const Step& step) {
    const std::size_t i = step.index;
    const auto spend = [this](int& budget, const std::string& what) {
        --budget;
        note("! " + what);
    };
    if (step.kind == Kind::advance) now_ += Millis(dice_.between(1, 60));
    if (step.kind == Kind::crash) {
        spend(left_.crashes, "crash");
        for (Millis& allowed : allowance_) allowed += GangTiming{}.repair_limit + Millis(1'000);
        crash();
    } else if (step.kind == Kind::relead) {
        spend(left_.releads, "relead");
        relead();
    } else if (step.kind == Kind::restart) {
        spend(left_.scheduler_restarts, "scheduler restart");
        for (std::size_t p = 0; p < pods_.size(); ++p) forget(p, true);
    } else if (step.kind == Kind::timeout) {
        spend(left_.timeouts, "bind timeout " + pods_[i].name);
        forget(i, true);
    } else if (step.kind == Kind::remove) {
        spend(left_.deletions, "delete " + pods_[i].name);
        pods_[i].terminating = true;
        changed(i);
    } else if (step.kind == Kind::drop) {
        spend(left_.drops, "give up write to " + pods_[writes_[i].pod].name);
        drop(i);
    } else if (step.kind == Kind::bump) {
        spend(left_.bumps, "foreign write " + pods_[i].name);
        changed(i);
    } else if (step.kind == Kind::jump) {
        spend(left_.jumps, "clock jumps");
        const Millis jump(dice_.chance(50) ? 5'000 : 40'000);
        for (Millis& allowed : allowance_) allowed += jump;
        now_ += jump;
    } else if (step.kind == Kind::bad_node) {
        spend(left_.bad_nodes, "bad node");
        for (int g = 0; g < left_.gangs; ++g)
            give(g, NodesBad{{nodes_[dice_.below(static_cast<std::uint32_t>(nodes_.size()))]}});
    }
}

}  // namespace muster::gangworld
