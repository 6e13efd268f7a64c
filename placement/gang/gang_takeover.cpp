// Taking over, after a restart or a change of leader: what a process of the past wrote may still land, so every member
// that such a write could hit is touched with our term before anything else happens (rules 6, 7, 11, 12).
#include "placement/gang/gang_rules.hpp"

#include <algorithm>
#include <utility>

namespace muster {

void GangRules::forget_volatile() {
    g.roster_.dissolve_wave();
    g.trouble_ = {};
    g.quality_.reset();
    g.failed_epochs_ = 0;
    g.block_next_ = false;
    g.backoff_ = Millis(0);
    g.blocked_until_.reset();
    g.lonely_since_.reset();
    g.complete_since_.reset();
    g.progress_at_.reset();
    g.last_report_.clear();
    g.lessons_.clear();
    g.stopped_ = false;
    g.roster_.edit_each([this](const PodUid& uid, Member& member) {
        answer(member, uid, false, gang_text::kNotLeading);
        Member kept;
        kept.pod = std::move(member.pod);
        kept.retired = member.retired;
        // Known from an accepted Binding, perhaps, that the watch has not shown yet.
        kept.bound_node = member.bound_node.empty() ? kept.pod.node : member.bound_node;
        kept.resource_version = kept.pod.resource_version;
        // Reservations of our own epochs, written on the pod or not, end behind the fence like any other.
        if (kept.bound_node.empty()) kept.old_claim = member.claim.empty() ? member.old_claim : member.claim;
        member = std::move(kept);
    });
}

// Whether the gang, partial now, has never been whole. Who has led before knows; else the plans tell, since each says
// whether the gang had been whole when it was written. Those of unbound members count, as late as the bound ones' or
// later: of these the latest. Without one the gang is taken for one that was whole and has lost members.
bool GangRules::never_whole(Epoch bound_epoch) const {
    if (g.was_whole_) return false;
    if (g.term_ != Term()) return true;
    std::pair<Epoch, Term> latest(bound_epoch, Term());
    bool never = false;
    for (const auto& [uid, member] : g.members()) {
        if (!alive(member) || is_bound(member) || !member.pod.plan) continue;
        const std::pair age(member.pod.plan->epoch, member.pod.plan->term);
        if (age < latest) continue;
        never = (never && age == latest) || !member.pod.plan->was_whole;
        latest = age;
    }
    return never && bound_epoch != Epoch();
}

void GangRules::on(const TakeOver& event) {
    forget_volatile();
    static_cast<void>(read_declarations());  // for the number needed
    retire_finished_run(true);
    Epoch bound_epoch;
    for (const auto& [uid, member] : g.members()) {
        if (!member.pod.plan) continue;
        g.epoch_ = std::max(g.epoch_, member.pod.plan->epoch);
        if (alive(member) && is_bound(member)) bound_epoch = std::max(bound_epoch, member.pod.plan->epoch);
    }
    const bool partly = g.needed_ && served() > 0 && missing() > 0;
    const bool broken = partly && never_whole(bound_epoch);
    g.was_whole_ = served() > 0 && !broken;
    g.term_ = event.term;
    g.state_ = GangState::takeover;
    g.roster_.edit_each([&](const PodUid&, Member& member) {
        if (!alive(member) || (is_bound(member) && !partly)) return;
        member.must_touch = true;
        if (is_bound(member) || !member.pod.plan || member.pod.plan->node.empty()) return;
        // A commit was under way exactly if an unbound member carries the epoch of the bound ones (write-ahead, rule
        // 4): its rest keeps its nodes, and what is left is written. Any other plan of the past ends behind its fence.
        const bool cut = broken && member.pod.plan->epoch == bound_epoch && !member.pod.own_gate;
        member.old_claim = cut ? NodeName() : member.pod.plan->node;
        if (cut) member.claim = member.pod.plan->node;
        member.rank = member.pod.plan->rank;
    });
}

void GangRules::check_takeover() {
    if (!all_fenced()) return;
    for (const SeatEntry& entry : g.members()) {
        if (entry.second.claim.empty()) continue;
        g.roster_.edit(entry).acknowledged = true;
        g.roster_.join_wave(entry.first);
    }
    if (!g.roster_.wave().empty()) {
        go(GangState::committing);
        return check_commit();
    }
    go(g.partly_since_ ? GangState::repairing : GangState::gathering);
    reconsider();
}

}  // namespace muster
