// bind: members park; any other pod is one compare-and-reserve on its node (design §4 step 5, model rule 5).
#include "extender/obs/log.hpp"
#include "extender/obs/metrics.hpp"
#include "extender/service/service.hpp"
#include "placement/cluster/pod_events.hpp"

#include <algorithm>
#include <thread>

namespace muster {
namespace {

constexpr const char* kNoRoom = "node has no room beside reserved gangs";
constexpr const char* kNotSeen = "pod is not known to muster yet";
constexpr const char* kElsewhere = "pod is bound to another node";
constexpr const char* kGone = "pod is gone";
constexpr const char* kUnknownOutcome = "binding has no known outcome yet";
constexpr const char* kTooMany = "too many parked binds";
constexpr const char* kStarting = "muster is taking over";
constexpr int kPlainTries = 4;

}  // namespace

void Service::answer_locked(CallId call, std::string error, Aftermath& after) {
    const auto at = calls_.find(call);
    if (at == calls_.end()) return;
    after.answers.emplace_back(std::move(at->second), std::move(error));
    calls_.erase(at);
    if (draining_) planner_.notify_all();
}

CallId Service::bind(const wire::BindingArgs& args, BindAnswer answer) {
    Aftermath after;
    CallId call;
    {
        const std::scoped_lock lock(mutex_);
        next_call_ = next_call_.next();
        call = next_call_;
        const bool full = calls_.size() >= limits::kParkedBinds;
        calls_.emplace(call, std::move(answer));
        const auto at = pods_.find(args.uid);
        if (full) {
            answer_locked(call, kTooMany, after);
        } else if (!leading_ || stopped_for_good_ || clock_.now() >= lead_until_) {
            answer_locked(call, gang_text::kNotLeading, after);
        } else if (at == pods_.end()) {
            answer_locked(call, kNotSeen, after);
        } else if (at->second.member_of && settings_.mode == Mode::enforce) {
            step_locked(*at->second.member_of, BindParked{args.uid, call, args.node}, after);
        } else if (draining_) {
            answer_locked(call, gang_text::kDraining, after);
        } else if (!acting_locked()) {
            answer_locked(call, kStarting, after);
        } else {
            bind_plain_locked(at->second, args.node, call, after);
        }
    }
    perform(after);
    return call;
}

void Service::withdraw(const PodUid& uid, CallId call) {
    Aftermath after;
    {
        const std::scoped_lock lock(mutex_);
        if (calls_.erase(call) == 0) return;
        const auto at = pods_.find(uid);
        if (at != pods_.end() && at->second.member_of)
            step_locked(*at->second.member_of, BindWithdrawn{uid, call}, after);
    }
    perform(after);
}

void Service::bind_plain_locked(Pod& pod, const NodeName& node, CallId call, Aftermath& after) {
    const PodFacts& facts = pod.facts;
    if (facts.bound()) return answer_locked(call, facts.node == node ? "" : kElsewhere, after);
    const Snapshot snapshot = snapshot_locked();
    const auto index = snapshot.fabric().find(node.str());
    const bool room = index && has_room(snapshot, *index, facts, cluster_.reservation(facts.uid));
    if (!room) {
        remember_refused_locked(facts.uid);
        return answer_locked(call, kNoRoom, after);
    }
    cluster_.apply(pod_reserved(facts, node));
    pod.plain_reserved = true;
    const PlainBinding write{facts.uid, facts.key, facts.resource_version, node};
    if (!writes_.submit([this, stint = stint_, write, call] { write_plain(stint, write, call); }, true)) {
        release_locked(facts.uid, after);
        answer_locked(call, kTooMany, after);
    }
}

// A 409 says nothing: the pod is read and judged by spec.nodeName. The reservation ends only when the outcome is
// certain.
void Service::write_plain(std::uint64_t stint, PlainBinding write, CallId call) {
    for (int attempt = 0; attempt < kPlainTries; ++attempt) {
        if (!may_send(stint)) return;
        const WriteOutcome outcome = api_.bind_plain(write);
        obs::metrics().binding(outcome.status == WriteStatus::ok ? obs::BindingResult::ok
                                                                 : obs::BindingResult::conflict);
        if (outcome.status == WriteStatus::ok) return settle_plain(stint, write.uid, call, write.node, "", false);
        if (outcome.status == WriteStatus::gone) return settle_plain(stint, write.uid, call, NodeName(), kGone, true);
        if (outcome.status == WriteStatus::refused)
            return settle_plain(stint, write.uid, call, NodeName(), outcome.message, true);
        if (outcome.status == WriteStatus::unavailable) std::this_thread::sleep_for(Millis(100 << attempt));
        const auto found = api_.read(write.pod);
        if (!found) continue;
        if (!*found || (*found)->uid != write.uid) return settle_plain(stint, write.uid, call, NodeName(), kGone, true);
        const PodFacts& pod = **found;
        if (pod.bound())
            return settle_plain(stint, write.uid, call, pod.node, pod.node == write.node ? "" : kElsewhere, false);
        if (pod.terminating) return settle_plain(stint, write.uid, call, NodeName(), kGone, true);
        write.resource_version = pod.resource_version;
    }
    // A Binding may still land: fence it before its space is given away.
    for (;;) {
        {
            const std::scoped_lock lock(mutex_);
            if (stint != stint_ || stopping_) return;
        }
        const WriteOutcome fence = api_.touch(write.pod, write.uid, "", "fence-" + std::to_string(call.value()));
        if (fence.status == WriteStatus::ok)
            return settle_plain(stint, write.uid, call, fence.node, fence.node == write.node ? "" : kUnknownOutcome,
                                fence.node.empty());
        if (fence.status == WriteStatus::gone) return settle_plain(stint, write.uid, call, NodeName(), kGone, true);
        std::this_thread::sleep_for(Millis(500));
    }
}

void Service::settle_plain(std::uint64_t stint, const PodUid& uid, CallId call, const NodeName& bound,
                           const std::string& error, bool release) {
    Aftermath after;
    {
        const std::scoped_lock lock(mutex_);
        if (stint != stint_) return;
        const auto at = pods_.find(uid);
        if (release) release_locked(uid, after);
        count_bound_locked(uid, bound);
        log::info("bind",
                  {{"pod", at == pods_.end() ? uid.str() : at->second.facts.key.ns + "/" + at->second.facts.key.name},
                   {"node", bound.str()},
                   {"error", error}});
        answer_locked(call, error, after);
    }
    perform(after);
}

}  // namespace muster
