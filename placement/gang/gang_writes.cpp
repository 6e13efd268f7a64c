// The one write that a member needs next, and what its outcome means.
#include "placement/gang/gang_rules.hpp"

#include <algorithm>
#include <utility>

namespace muster {

// A bound member's open call is for the node where it is: whatever ends the wait, its Binding was done.
void GangRules::answer(Member& member, const PodUid& uid, bool bound, const char* error) {
    if (!member.call) return;
    const bool done = bound || is_bound(member);
    act(AnswerBind{*member.call, uid, done, done ? "" : error});
    member.call.reset();
}

// What stands on the pod when our write is done: the claim under our term; for a bound member its own plan, unchanged
// but for the term; otherwise a fence.
WrittenPlan GangRules::plan_of(const Member& member) const {
    if (is_bound(member) && member.pod.plan) {
        WrittenPlan plan = *member.pod.plan;
        plan.term = g.term_;
        return plan;
    }
    return WrittenPlan{g.epoch_, g.term_, member.claim, member.claim.empty() ? -1 : member.rank, g.was_whole_};
}

GangRules::Permission GangRules::permission() const {
    return {g.state_ == GangState::admitted && !g.draining_, g.state_ == GangState::committing && may_bind(),
            g.state_ == GangState::rolling_back && all_fenced()};
}

// Whoever `drive` could ask something for, in order of UIDs.
std::vector<const SeatEntry*> GangRules::next_to_write(Permission may) const {
    std::vector<const SeatEntry*> next;
    const auto add = [&](List list, bool allowed) {
        if (allowed) next.insert(next.end(), tally().list(list).begin(), tally().list(list).end());
    };
    add(List::urgent, true);
    add(List::to_admit, may.admit);
    add(List::to_bind, may.bind);
    add(List::to_remove, may.remove);
    for (const auto& [at, entry] : tally().retries()) {
        if (now_ < at) break;
        next.push_back(entry);
    }
    std::ranges::sort(next, ByUid{});
    return next;
}

void GangRules::drive_all() {
    const Permission may = permission();
    for (const SeatEntry* entry : next_to_write(may)) drive(entry->first, g.roster_.edit(*entry), may);
}

void GangRules::drive(const PodUid& uid, Member& member, Permission may) {
    if (!alive(member) || member.writing || (member.retry_at && now_ < *member.retry_at)) return;
    const PodFacts& pod = member.pod;
    member.retry_at.reset();
    const auto write = [&](auto action) {
        member.writing = true;
        act(std::move(action));
    };
    if (member.must_read) return write(ReadMember{uid, pod.key});
    const bool bound = is_bound(member);
    if (needs_fence(member)) {
        const bool clear = !bound && (member.nominated || !pod.nominated_node.empty());
        return write(Fence{uid, pod.key, member.resource_version, plan_of(member), clear});
    }
    if (is_planned(member) && may.admit && !member.acknowledged) {
        member.nominated = g.timing_.nominate;
        return write(Admit{uid, pod.key, member.resource_version, plan_of(member), g.timing_.nominate, pod.own_gate});
    }
    if (is_planned(member) && may.bind && !member.failed) {
        const std::string domain = g.quality_ ? g.quality_->domain : std::string();
        return write(WriteBinding{uid, pod.key, member.resource_version, member.claim, g.epoch_, member.rank, domain,
                                  member.gpus, member.gpu_source});
    }
    if (bound && may.remove) {
        return write(DeleteMember{uid, pod.key, member.resource_version, "the gang could not be completed"});
    }
}

// What every outcome of a write tells.
void GangRules::written(Member& member, const WriteOutcome& outcome) {
    member.writing = false;
    member.contended = outcome.status == WriteStatus::conflict;
    switch (outcome.status) {
        case WriteStatus::ok:
            if (!outcome.resource_version.empty()) member.resource_version = outcome.resource_version;
            return;
        case WriteStatus::gone:
            member.pod.terminating = true;
            return;
        case WriteStatus::conflict:
            member.must_read = true;
            return;
        case WriteStatus::refused:
        case WriteStatus::unavailable:
            member.must_read = true;
            member.retry_at = now_ + g.timing_.write_retry;
            return;
    }
}

void GangRules::on(const AdmitDone& event) {
    Member* member = find(event.uid);
    if (member == nullptr) return;
    const WrittenPlan plan = plan_of(*member);
    written(*member, event.outcome);
    if (event.outcome.status == WriteStatus::gone) return member_lost(event.uid, *member, "a member was deleted");
    if (g.state_ != GangState::admitted || event.epoch != g.epoch_ || member->claim.empty()) return;
    if (event.outcome.status == WriteStatus::refused) {
        return abort("the plan could not be written to " + member->pod.key.name + ": " + event.outcome.message, true);
    }
    if (event.outcome.status != WriteStatus::ok) return;
    member->pod.plan = plan;
    member->pod.own_gate = false;
    member->acknowledged = true;
    g.progress_at_ = now_;
}

void GangRules::on(const FenceDone& event) {
    Member* member = find(event.uid);
    if (member == nullptr) return;
    const WrittenPlan plan = plan_of(*member);
    written(*member, event.outcome);
    if (event.outcome.status == WriteStatus::gone) return member_lost(event.uid, *member, "a member was deleted");
    if (event.outcome.status != WriteStatus::ok || !alive(*member)) return;
    member->must_touch = false;
    member->pod.plan = plan;
    if (!event.outcome.node.empty()) {
        if (!is_bound(*member)) member_bound(event.uid, *member, event.outcome.node);
        return;
    }
    member->pod.nominated_node = NodeName();
    member->nominated = false;
    if (!std::exchange(member->old_claim, NodeName()).empty()) act(ReleaseReservation{event.uid});
}

void GangRules::on(const DeleteDone& event) {
    Member* member = find(event.uid);
    if (member == nullptr) return;
    written(*member, event.outcome);
    if (event.outcome.status == WriteStatus::ok) member->pod.terminating = true;
}

// Rule 10: the pod itself is the judge. What has to be written next follows from its facts in `drive`.
void GangRules::on(const MemberRead& event) {
    Member* member = find(event.uid);
    if (member == nullptr) return;
    member->writing = false;
    if (!event.answered) {
        member->retry_at = now_ + g.timing_.write_retry;
        return;
    }
    member->must_read = false;
    if (!event.exists) {
        member->pod.terminating = true;
        return member_lost(event.uid, *member, "a member was deleted");
    }
    if (g.term_ != Term() && event.pod.plan && event.pod.plan->term > g.term_)
        return stop_for_good(event.pod.plan->term);
    const bool was_alive = alive(*member);
    member->acknowledged = false;  // so that the version just read is taken, whoever wrote it
    static_cast<void>(update_facts(*member, event.pod));
    if (was_alive && !alive(*member)) return member_lost(event.uid, *member, "a member was deleted or has ended");
    if (member->claim.empty() || is_bound(*member)) return;
    const auto& plan = event.pod.plan;
    if (g.state_ == GangState::takeover) {
        // What was taken for the rest of a cut commit has been planned or fenced by somebody since.
        const bool kept = plan && plan->node == member->claim;
        if (!kept) member->old_claim = std::exchange(member->claim, NodeName());
        return;
    }
    const bool stands =
        plan && plan->epoch == g.epoch_ && plan->term == g.term_ && plan->node == member->claim && !event.pod.own_gate;
    member->acknowledged = stands;
    if (g.state_ == GangState::admitted && stands)
        g.progress_at_ = now_;  // the write had landed, only its answer was lost
    if (g.state_ != GangState::committing || member->failed) return;
    // Somebody else wrote a plan, or it goes on failing: only a fence and a new epoch can tell where it goes. A
    // conflict is tried again even at the limit, which a fail-over alone can use up: it costs a moment, a roll-back the
    // gang.
    const bool too_long = partly_too_long() && !member->contended;
    if (stands && member->conflicts < g.timing_.conflicts && !too_long) return;
    member->failed = true;
    g.trouble_.text = "Binding of " + member->pod.key.name + " does not succeed";
}

}  // namespace muster
