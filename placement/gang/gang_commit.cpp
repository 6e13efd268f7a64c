// Arrivals, the barrier, and the commit. Before the first accepted Binding everything can be taken back; after it only
// forward.
#include "placement/gang/gang_rules.hpp"

#include <algorithm>
#include <utility>

namespace muster {

// Served and wave together are what the gang needs; else a bound member was lost since, and others must be planned with
// it.
bool GangRules::covered() const {
    return !g.needed_ || served() + static_cast<std::int32_t>(g.roster_.wave().size()) >= *g.needed_;
}

bool GangRules::all_of_wave(Fact fact) const {
    return tally().count(fact) == static_cast<std::int32_t>(g.roster_.wave().size());
}

// Rule 4. Bound members have left the wave (rule 8).
void GangRules::try_barrier() {
    if (!covered()) return abort("a bound member was deleted or has ended");
    if (g.roster_.wave().empty()) {  // all were bound by somebody else
        go(GangState::served);
        return reconsider();
    }
    if (g.draining_ || !all_of_wave(Fact::arrived)) return;
    go(GangState::committing);
    check_commit();
}

void GangRules::on(const BindParked& event) {
    Member* member = find(event.uid);
    const auto refuse_call = [&](const char* text) { act(AnswerBind{event.call, event.uid, false, text}); };
    if (member == nullptr) return refuse_call(gang_text::kStaleBind);
    if (is_bound(*member)) {
        const bool there = member->bound_node == event.node;
        act(AnswerBind{event.call, event.uid, there, there ? "" : gang_text::kStaleBind});
        return;
    }
    if (g.draining_ && g.state_ != GangState::committing) return refuse_call(gang_text::kDraining);
    const bool current = g.state_ == GangState::admitted || g.state_ == GangState::committing;
    // Rule 9: a call for another node than the present plan's is refused.
    if (!current || !alive(*member) || member->claim.empty() || member->claim != event.node)
        return refuse_call(gang_text::kStaleBind);
    answer(*member, event.uid, false, gang_text::kStaleBind);  // the newest connection wins
    member->call = event.call;
    member->parked_at = now_;
    if (!std::exchange(member->parked_once, true)) g.progress_at_ = now_;
}

void GangRules::on(const BindWithdrawn& event) {
    news_ = false;
    Member* member = find(event.uid);
    if (member != nullptr && member->call == event.call) member->call.reset();
}

void GangRules::on(const BindingDone& event) {
    Member* member = find(event.uid);
    if (member == nullptr) return;
    written(*member, event.outcome);
    switch (event.outcome.status) {
        case WriteStatus::ok: {
            const NodeName node = !member->claim.empty() ? member->claim : member->old_claim;
            if (!is_bound(*member) && !node.empty()) member_bound(event.uid, *member, node);
            return;
        }
        case WriteStatus::refused:  // a final word: there is nothing to read
            member->must_read = false;
            member->retry_at.reset();
            member->failed = true;
            g.trouble_.text = "Binding of " + member->pod.key.name + " was refused: " + event.outcome.message;
            return;
        case WriteStatus::gone:
            return member_lost(event.uid, *member, "a member was deleted");
        case WriteStatus::conflict:
            ++member->conflicts;
            return;  // rule 10: nothing is known before it is read
        case WriteStatus::unavailable:
            return;
    }
}

void GangRules::member_bound(const PodUid& uid, Member& member, const NodeName& node) {
    const bool as_planned = member.claim == node || member.claim.empty();
    if (!as_planned) answer(member, uid, false, gang_text::kStaleBind);
    member.bound_node = node;
    member.must_read = false;
    member.failed = false;
    member.acknowledged = false;  // from now on the newest version that is seen counts
    if (g.state_ != GangState::committing) answer(member, uid, true, "");
    leave_wave(uid, member);
    // The reservation turns into use when the watch shows the pod bound; the cluster's state sees to that.
    member.claim = NodeName();
    member.old_claim = NodeName();
    g.progress_at_ = now_;
}

// Calls of bound members stay open until the commit ends: each answer sends kube-scheduler to write an Event, and those
// writes would compete with the Bindings that are still to come.
void GangRules::answer_bound() {
    for (const SeatEntry& entry : g.members()) {
        if (is_bound(entry.second) && entry.second.call) answer(g.roster_.edit(entry), entry.first, true, "");
    }
}

void GangRules::leave_wave(const PodUid& uid, Member& member) {
    if (g.state_ == GangState::admitted || g.state_ == GangState::committing) g.roster_.leave_wave(uid);
    member.retry_at.reset();
}

// A member was deleted or ended. An epoch that has bound nobody ends; a commit goes on with the others. A terminating
// pod cannot be bound any more, so its claim needs no fence and nothing has to be written to it.
void GangRules::member_lost(const PodUid& uid, Member& member, const char* why) {
    const bool in_epoch = !member.claim.empty();
    if (in_epoch || !member.old_claim.empty()) act(ReleaseReservation{uid});
    member.claim = NodeName();
    member.old_claim = NodeName();
    member.must_read = false;
    member.must_touch = false;
    member.retry_at.reset();
    answer(member, uid, false, gang_text::kEpochEnded);
    if (!in_epoch) return;
    leave_wave(uid, member);
    if (g.state_ == GangState::admitted) abort(why);
}

// Before the first accepted Binding a commit that cannot become whole is given up; after it only forward.
bool GangRules::may_bind() const {
    return served() > 0 || (covered() && !tally().any(Fact::failed));
}

// Waits for every outcome; then the gang is whole, or goes on to repair, or (nobody bound) ends the epoch.
void GangRules::check_commit() {
    if (tally().any(Fact::unknown)) return;
    const bool failed = tally().any(Fact::failed);
    if (!may_bind()) return abort(failed ? g.trouble_.text : "a member was lost before the first was bound", failed);
    if (!all_of_wave(Fact::failed)) return;  // drive writes what is left
    const bool complete = missing() == 0;
    if (complete) report(Notice::bound, "all " + std::to_string(served()) + " members are bound");
    // Those refused for good leave their claims only behind a fence. Where the gang is partial they are planned again
    // beside the bound at once; growth, or the repair of a gang that was whole, can wait for its backoff.
    if (!g.roster_.wave().empty() && !g.partly_since_) return abort(g.trouble_.text, true);
    for (SeatEntry* entry : g.roster_.dissolve_wave()) end_claim(entry->first, entry->second);
    go(complete ? GangState::served : GangState::repairing);
    reconsider();
}

}  // namespace muster
