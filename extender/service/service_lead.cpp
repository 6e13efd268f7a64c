// Leadership: taking over, losing it, draining. Only the replica beside the leading kube-scheduler acts.
#include "extender/obs/log.hpp"
#include "extender/service/service.hpp"
#include "placement/cluster/pod_events.hpp"

#include <algorithm>

namespace muster {

void Service::lead_until(TimePoint until) {
    bool news = false;
    {
        const std::scoped_lock lock(mutex_);
        news = !leading_ || until < lead_until_;
        lead_until_ = until;
    }
    if (news) wake_planner();  // the planner thread takes over, or lets go
}

// Model rules 6 and 7: reservations are rebuilt from what stands on the pods, then every unbound pod of ours is touched
// with our term, and nothing else happens until all touches are acknowledged.
void Service::take_over_locked(Aftermath& after) {
    Term last = term_;
    for (const auto& [uid, pod] : pods_) {
        if (pod.facts.plan) last = std::max(last, pod.facts.plan->term);
    }
    term_ = last.next();
    leading_ = true;
    ++stint_;
    to_plan_.clear();
    touching_.clear();
    to_touch_.clear();
    touches_under_way_ = 0;
    taking_over_.clear();
    // In the other modes nothing is planned and no gang writes: members are bound, and touched, as plain pods.
    const bool enforces = settings_.mode == Mode::enforce;
    for (auto& [uid, pod] : pods_) {
        const PodFacts& facts = pod.facts;
        if (!ours(facts) || facts.bound() || facts.terminal() || facts.terminating) continue;
        if (facts.gang && enforces) {
            if (facts.plan && !facts.plan->node.empty()) {
                cluster_.apply(pod_reserved(facts, facts.plan->node));
            }
        } else if (!facts.own_gate && !facts.foreign_gates) {
            touching_.insert(uid);
        }
    }
    log::info("lead", {{"term", term_.value()}, {"gangs", gangs_.size()}, {"touch", touching_.size()}});
    to_touch_.assign(touching_.begin(), touching_.end());
    touch_plain_locked();
    if (enforces) step_all_locked(TakeOver{term_}, after);
}

// A share of the write queue is enough to keep every writer busy, and leaves room for what gangs write.
void Service::touch_plain_locked() {
    constexpr std::size_t kUnderWay = limits::kWriters * 2;
    while (!to_touch_.empty() && touches_under_way_ < kUnderWay) {
        const PodUid uid = to_touch_.back();
        const auto at = pods_.find(uid);
        if (at != pods_.end() && touching_.contains(uid)) {
            const auto job = [this, stint = stint_, uid, key = at->second.facts.key,
                              token = "term-" + std::to_string(term_.value())] {
                touched_plain(stint, uid, api_.touch(key, uid, "", token));
            };
            if (!writes_.submit(job)) return;  // the planner thread's next round tries again
            ++touches_under_way_;
        }
        to_touch_.pop_back();
    }
}

void Service::touched_plain(std::uint64_t stint, const PodUid& uid, const WriteOutcome& outcome) {
    Aftermath after;
    {
        const std::scoped_lock lock(mutex_);
        if (stint != stint_) return;
        --touches_under_way_;
        const bool final_word = outcome.status == WriteStatus::ok || outcome.status == WriteStatus::gone ||
                                outcome.status == WriteStatus::refused;
        if (final_word) {
            count_bound_locked(uid, outcome.node);  // a Binding of an earlier process may have won the race
            touching_.erase(uid);
            touch_plain_locked();
        } else {
            to_touch_.push_back(uid);  // for the planner thread's next round: the API server may be away
        }
        after.wake_planner = touching_.empty();
    }
    perform(after);
}

void Service::lose_lead_locked(Aftermath& after) {
    if (!leading_) return;
    leading_ = false;
    ++stint_;
    to_plan_.clear();
    waiting_.clear();
    waiting_stale_ = true;
    touching_.clear();
    to_touch_.clear();
    touches_under_way_ = 0;
    taking_over_.clear();
    log::warning("lead-lost", {{"term", term_.value()}, {"parked", calls_.size()}});
    // A commit keeps the calls of members that are bound already; for them "not leading" would be untrue.
    for (const auto& [key, gang] : gangs_) {
        for (const auto& [uid, member] : gang.machine.members()) {
            if (member.call && !member.bound_node.empty()) answer_locked(*member.call, "", after);
        }
    }
    for (auto& [call, answer] : calls_) after.answers.emplace_back(std::move(answer), gang_text::kNotLeading);
    calls_.clear();
}

void Service::stop_for_good_locked(Term seen, Aftermath& after) {
    log::error("later-term-seen", {{"own", term_.value()}, {"seen", seen.value()}});
    stopped_for_good_ = true;
    complaints_.insert(
        "another Muster leads with a later term; this process has stopped acting and has to be restarted");
    lose_lead_locked(after);
}

void Service::drain(TimePoint deadline) {
    Aftermath after;
    {
        const std::scoped_lock lock(mutex_);
        draining_ = true;
        to_plan_.clear();
        step_all_locked(Drain{}, after);
    }
    perform(after);
    std::unique_lock lock(mutex_);
    const auto busy = [this] {
        const bool committing = std::ranges::any_of(
            gangs_, [](const auto& g) { return g.second.machine.state() == GangState::committing; });
        return leading_ && (committing || !calls_.empty());
    };
    while (busy() && clock_.now() < deadline) planner_.wait_for(lock, Millis(20));
}

}  // namespace muster
