// The end of an epoch: claims stay until each member is fenced (rule 3), then the gang is planned anew, blocked,
// repaired or rolled back. Also the deadlines, which end most of the epochs that end badly.
#include "placement/gang/gang_rules.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace muster {

void GangRules::abort(const std::string& why, bool block_next) {
    for (SeatEntry* entry : g.roster_.dissolve_wave()) end_claim(entry->first, entry->second);
    ++g.failed_epochs_;
    g.block_next_ = g.block_next_ || block_next;
    g.progress_at_.reset();
    g.quality_.reset();
    const std::string text = why;  // may stand in trouble_ itself
    g.trouble_ = GangTrouble{{}, false, {}, {}, text};
    report(Notice::aborted, text);
    go(GangState::aborting);
}

// A plan that may stand on the pod has to be overwritten before its space is given away.
void GangRules::end_claim(const PodUid& uid, Member& member) {
    answer(member, uid, false, gang_text::kEpochEnded);
    if (is_bound(member) || member.claim.empty()) return;
    member.old_claim = std::exchange(member.claim, NodeName());
    member.acknowledged = false;
    member.failed = false;
}

bool GangRules::all_fenced() const {
    return !tally().any(Fact::unfenced);
}

void GangRules::check_aborted() {
    if (!all_fenced()) return;
    const bool blocks = std::exchange(g.block_next_, false) || g.failed_epochs_ >= g.timing_.replans;
    if (g.partly_since_)
        go(GangState::repairing);
    else if (blocks && missing() + tally().count_countable() > 0)
        return block(Notice::blocked, g.trouble_.text, false);
    else
        go(GangState::gathering);
    reconsider();
}

void GangRules::block(Notice notice, std::string detail, bool until_changed) {
    g.roster_.dissolve_wave();
    if (until_changed) {
        g.blocked_until_.reset();
    } else {
        g.backoff_ = g.backoff_ == Millis(0) ? g.timing_.retry_first : std::min(g.backoff_ * 2, g.timing_.retry_last);
        g.blocked_until_ = now_ + g.backoff_;
    }
    go(GangState::blocked);
    report(notice, std::move(detail));
}

// Rule 11: fence every unbound member, judge again, only then delete, with the resourceVersion that was judged.
void GangRules::begin_roll_back() {
    for (SeatEntry* entry : g.roster_.dissolve_wave()) end_claim(entry->first, entry->second);
    g.roster_.edit_each([](const PodUid&, Member& member) {
        if (alive(member) && !is_bound(member)) member.must_touch = true;
    });
    go(GangState::repairing);
    go(GangState::rolling_back);
    std::vector<PodKey> about;
    for (const auto& [uid, member] : g.members()) {
        if (alive(member) && is_bound(member)) about.push_back(member.pod.key);
    }
    report(
        Notice::rolling_back,
        std::to_string(missing()) + " members could not be placed beside " + std::to_string(served()) + " bound ones",
        std::move(about));
}

void GangRules::check_rolled_back() {
    if (!all_fenced()) return;
    if (missing() == 0) {  // a write won the race against its fence: the gang is whole, keep it
        go(GangState::served);
        return reconsider();
    }
    if (tally().any(Fact::running)) return;  // drive deletes them
    report(Notice::rolled_back, "");
    ++g.failed_epochs_;
    go(GangState::gathering);
    // Each roll-back counts against a Job's backoffLimit: the next try comes later, and later each time.
    block(Notice::blocked, "rolled back: " + g.trouble_.text, false);
}

void GangRules::on(const NodesBad& event) {
    if (g.state_ != GangState::admitted) return;
    const std::set<NodeName> bad(event.nodes.begin(), event.nodes.end());
    for (const SeatEntry* entry : g.roster_.wave()) {
        const NodeName& node = entry->second.claim;
        if (!bad.contains(node)) continue;
        return abort("node " + node.str() + " went away or is not ready");
    }
}

void GangRules::on(const Drain& /*event*/) {
    g.draining_ = true;
    if (g.state_ == GangState::committing) return;
    g.roster_.edit_each(
        [this](const PodUid& uid, Member& member) { answer(member, uid, false, gang_text::kDraining); });
}

void GangRules::on(const Tick& /*event*/) {
    if (g.lonely_since_ && now_ - *g.lonely_since_ >= g.timing_.lonely_after) {
        report(Notice::creates_one_at_a_time,
               "its StatefulSet waits for each pod before it makes the next; set podManagementPolicy: Parallel");
        g.lonely_since_ = now_;
    }
    if (g.state_ == GangState::blocked && g.blocked_until_ && now_ >= *g.blocked_until_) {
        g.blocked_until_.reset();
        g.failed_epochs_ = std::max(0, g.timing_.replans - 1);  // one more try, then the next, longer pause
        go(GangState::gathering);
    }
    if (g.state_ == GangState::waiting && forget_old_lessons()) g.roster_.dissolve_wave();  // rule 13: ask again
    const bool waited = g.trouble_.wait_until && now_ >= *g.trouble_.wait_until;
    if (g.state_ == GangState::waiting && waited) g.roster_.dissolve_wave();  // a coarser level will do from now on
    if (g.state_ == GangState::admitted) end_late_epoch();
}

void GangRules::end_late_epoch() {
    bool call_ends = false;
    for (const auto& [since, entry] : tally().calls()) {
        if (now_ < since + g.timing_.call_timeout - g.timing_.commit_budget) break;
        call_ends = call_ends || entry->second.in_wave;
    }
    const bool stalled = g.progress_at_ && now_ - *g.progress_at_ >= g.timing_.bind_timeout;
    if (stalled || call_ends) {
        const auto absent =
            std::ranges::find_if(g.roster_.wave(), [](const SeatEntry* entry) { return !has_arrived(entry->second); });
        const std::string name = absent == g.roster_.wave().end() ? "" : (*absent)->second.pod.key.name;
        return abort("members did not arrive in time, among them " + name, true);
    }
    if (partly_too_long() && !g.draining_) abort("repair took too long");
}

}  // namespace muster
