// Planning: which members are planned together, and what becomes of the planner's answer. Rule 1: the reservations of a
// wave are made in one step by whoever performs AskPlan, all or none.
#include "placement/gang/gang_rules.hpp"
#include "placement/model/check.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace muster {
// The next members in the order in which they are planned.
std::vector<const SeatEntry*> GangRules::choose_wave(std::int32_t size) const {
    std::vector<const SeatEntry*> wave;
    for (const auto& [rank, entry] : tally().countable()) {
        if (wave.size() == static_cast<std::size_t>(size)) break;
        wave.push_back(entry);
    }
    return wave;
}

// No epoch is under way: is there something to plan? Growth beyond the needed members is a wave of its own (rule 14),
// one member at a time, so that as many as fit are placed.
void GangRules::reconsider() {
    if (g.draining_) return;
    if (refuse_declarations()) return;
    if (partly_too_long()) return begin_roll_back();
    if (g.state_ == GangState::blocked) {
        g.blocked_until_.reset();
        g.trouble_ = {};
        go(g.partly_since_ ? GangState::repairing : GangState::gathering);
    }
    const std::int32_t size = !g.needed_ ? 0 : std::max(1, *g.needed_ - served());
    if (size > 0 && tally().count_countable() >= size) {
        g.lonely_since_.reset();
        if (!g.complete_since_) g.complete_since_ = now_;
        return ask_plan(size);
    }
    stay_unplanned(size);
}

// Reads what the members declare. True: it was refused, and that is settled. A gang that is partly bound is not left in
// blocked: its time goes on to run, and ends in a roll-back unless the declarations are put right.
bool GangRules::refuse_declarations() {
    std::vector<Error> errors = read_declarations();
    retire_finished_run(false);
    const std::int32_t countable = tally().count_countable();
    const bool starts = served() == 0 && !g.was_whole_;
    if (errors.empty() && g.needed_ && starts && countable > g.max_members_) {
        errors.push_back({ErrorCode::bad_input, "gang " + g.key_.ns + "/" + g.key_.name,
                          std::to_string(countable) + " members exist, but muster.scheduler/members says " +
                              std::to_string(*g.needed_),
                          "delete the surplus or set muster.scheduler/max-members"});
    }
    if (errors.empty() && g.needed_ && starts && countable >= *g.needed_)
        errors = g.roster_.declarations().unused_roles(g.roles_, "gang " + g.key_.ns + "/" + g.key_.name);
    if (errors.empty() || countable == 0) return false;
    const std::string text = to_string(errors.front());
    g.trouble_ = GangTrouble{{}, false, {}, std::move(errors), text};
    g.lonely_since_.reset();
    if (!g.partly_since_) {
        block(Notice::bad_declaration, text, true);
        return true;
    }
    g.roster_.dissolve_wave();
    go(GangState::repairing);
    report(Notice::bad_declaration, text);
    if (partly_too_long()) begin_roll_back();
    return true;
}

// Served already, or too few are there.
void GangRules::stay_unplanned(std::int32_t size) {
    g.roster_.dissolve_wave();
    g.complete_since_.reset();
    if (g.needed_ && served() >= *g.needed_) {
        g.failed_epochs_ = 0;
        g.backoff_ = Millis(0);
        g.trouble_ = {};
        g.lonely_since_.reset();
        return go(GangState::served);
    }
    if (g.state_ != GangState::gathering && g.state_ != GangState::repairing) g.trouble_ = {};
    go(g.partly_since_ ? GangState::repairing : GangState::gathering);
    const Tally::Ranking& waiting = tally().countable();
    const bool one_at_a_time =
        size > 1 && waiting.size() == 1 && waiting.begin()->second->second.pod.controller_kind == "StatefulSet";
    if (!one_at_a_time)
        g.lonely_since_.reset();
    else if (!g.lonely_since_)
        g.lonely_since_ = now_;
}

void GangRules::ask_plan(std::int32_t size) {
    const auto choice = [&] { return GangMachine::Choice{size, tally().choice_changes(), g.roster_.wave_changes()}; };
    const bool asked = g.state_ == GangState::planning || g.state_ == GangState::waiting;
    if (asked && g.choice_ == choice()) return;
    const std::vector<const SeatEntry*> wave = choose_wave(size);
    const bool same = wave.size() == g.roster_.wave().size() &&
                      std::ranges::all_of(wave, [](const SeatEntry* entry) { return entry->second.in_wave; });
    if (!same) {
        g.roster_.dissolve_wave();
        for (const SeatEntry* entry : wave) g.roster_.join_wave(entry->first);
    }
    g.choice_ = choice();
    // Nothing new for the planner: it is at work on these, or has said that they do not fit until space is freed.
    if (same && asked) return;
    go(GangState::planning);
    ++g.request_;
    std::int32_t priority = INT32_MIN;
    std::int64_t oldest_s = INT64_MAX;
    for (const SeatEntry* entry : wave) {
        priority = std::max(priority, entry->second.pod.priority);
        oldest_s = std::min(oldest_s, entry->second.pod.created_s);
    }
    act(AskPlan{g.request_, build_request(wave), priority, oldest_s});
}

GangRequest GangRules::build_request(const std::vector<const SeatEntry*>& wave) const {
    GangRequest request;
    request.key = g.key_;
    request.wish = g.wish_;
    request.hold_preferred = now_ < waits_until();
    for (const auto& [uid, member] : g.members()) {
        if (!alive(member) || !is_bound(member)) continue;
        const auto& gang = member.pod.gang;
        request.fixed.push_back({uid, member.bound_node, gang ? gang->role : std::string(),
                                 gang && gang->rank ? *gang->rank : member.rank, member.pod.devices});
    }
    for (const SeatEntry* entry : wave) {
        const Member* member = &entry->second;
        const std::string& role = member->pod.gang->role;
        auto at = std::ranges::find_if(
            request.roles, [&](const RoleRequest& r) { return r.name == role && r.shape == member->pod.shape; });
        if (at == request.roles.end()) {
            const auto wish = std::ranges::find(g.roles_, role, &RoleWish::role);
            request.roles.push_back(
                {role, member->pod.shape, {}, wish == g.roles_.end() ? TopologyWish() : wish->wish});
            at = std::prev(request.roles.end());
        }
        at->members.push_back({member->pod.uid, member->pod.key, member->pod.gang->rank.value_or(-1)});
    }
    for (const auto& [node, learnt] : g.lessons_) {
        if (now_ - learnt < g.timing_.lesson_age) request.avoid.push_back(node);
    }
    return request;
}

void GangRules::on(const Planned& event) {
    if (g.wanted_plan() != event.request) return;
    if (const auto* plan = std::get_if<Plan>(&event.outcome)) return accept(*plan);
    GangTrouble trouble;
    if (const auto* no = std::get_if<NoFit>(&event.outcome)) {
        trouble.shortfall = no->reason;
        return refuse(std::move(trouble), Notice::does_not_fit);
    }
    if (const auto* wait = std::get_if<Wait>(&event.outcome)) {
        trouble.shortfall = wait->reason;
        trouble.wait_until = waits_until();
        return refuse(std::move(trouble), Notice::waits_for_level);
    }
    trouble.shortfall = std::get<NeverFits>(event.outcome).reason;
    trouble.never = true;
    refuse(std::move(trouble), Notice::never_fits);
}

void GangRules::on(const PlanRefused& event) {
    if (g.wanted_plan() != event.request) return;
    g.roster_.dissolve_wave();  // reconsider asks again, with a new number
    go(GangState::gathering);
}

void GangRules::accept(const Plan& plan) {
    go(GangState::admitted);
    g.epoch_ = g.epoch_.next();
    g.trouble_ = {};
    g.quality_ = plan.quality;
    g.progress_at_ = now_;
    MUSTER_CHECK(plan.placements.size() == g.roster_.wave().size());
    for (const Placement& placement : plan.placements) {
        MUSTER_CHECK(g.roster_.in_wave(placement.uid));
        Member& member = *g.roster_.edit(placement.uid);
        member.claim = placement.node;
        member.rank = placement.rank;
        member.gpus = placement.gpus;
        member.gpu_source = placement.gpu_source;
        member.acknowledged = false;
        member.parked_once = false;
        member.filtered = false;
        member.failed = false;
        member.conflicts = 0;
        member.first_miss.reset();
        member.message_at_admission = member.pod.unschedulable_message;
    }
    report(Notice::admitted, std::to_string(plan.placements.size()) + " members planned in " +
                                 (plan.quality.domain.empty() ? std::string("the whole cluster")
                                                              : plan.quality.level + " " + plan.quality.domain));
}

// Only a gang that starts waits: a part of it is never held back from those that run. A deadline that a replan, a
// lesson or freed space does not move, so the wait is bounded; a process that takes over begins it anew.
TimePoint GangRules::waits_until() const {
    const bool starts = served() == 0 && !g.was_whole_ && !g.partly_since_;
    if (!starts || !g.wish_.preferred || !g.complete_since_) return TimePoint::min();
    return *g.complete_since_ + std::chrono::seconds(g.wish_.wait_s);
}

void GangRules::refuse(GangTrouble trouble, Notice notice) {
    const GangTrouble& known = g.trouble_;
    const bool same =
        known.shortfall == trouble.shortfall && known.never == trouble.never && known.wait_until == trouble.wait_until;
    if (!same) {
        g.trouble_ = std::move(trouble);
        report(notice, "");
    }
    go(GangState::waiting);
}

void GangRules::on(const SpaceFreed& /*event*/) {
    if (g.state_ != GangState::waiting) return;
    g.roster_.dissolve_wave();  // ask again for the same members
}

// Design §4 step 4: a planned node that is not offered is a lesson only after two misses far enough apart, because the
// scheduler's snapshot may be older than ours.
void GangRules::learn_miss(Member& member) {
    if (!member.first_miss) {
        member.first_miss = now_;
        return;
    }
    if (now_ - *member.first_miss < g.timing_.lesson_gap) return;
    forget_old_lessons();
    g.lessons_[member.claim] = now_;
    abort("kube-scheduler does not offer node " + member.claim.str() + " to " + member.pod.key.name);
}

bool GangRules::forget_old_lessons() {
    return std::erase_if(g.lessons_, [this](const auto& l) { return now_ - l.second >= g.timing_.lesson_age; }) > 0;
}

void GangRules::on(const Filtered& event) {
    news_ = false;
    Member* member = find(event.uid);
    if (member == nullptr || g.state_ != GangState::admitted || member->claim.empty()) return;
    member->filtered = true;
    if (event.offered)
        member->first_miss.reset();
    else
        learn_miss(*member);
}

}  // namespace muster
