// What the watches bring: nodes and pods become events of the cluster's state and of the gangs.
#include "extender/obs/log.hpp"
#include "extender/service/service.hpp"
#include "placement/cluster/pod_events.hpp"

#include <algorithm>

namespace muster {
namespace {

bool uses_its_node(const PodFacts& pod) {
    return pod.bound() && !pod.terminal();
}

bool usable(const NodeFacts& node) {
    return node.ready && !node.unschedulable;
}

}  // namespace

void Service::space_freed_locked() {
    space_freed_ = true;
    planner_woken_ = true;
    planner_.notify_all();
}

void Service::node_seen(NodeFacts node) {
    Aftermath after;
    std::vector<Error> complaints;
    {
        const std::scoped_lock lock(mutex_);
        const NodeFacts* known = cluster_.node(node.name);
        if (known != nullptr && *known == node) return;
        levels_stale_ = levels_stale_ || (!settings_.levels && (known == nullptr || known->labels != node.labels));
        labels_stale_ = labels_stale_ || known == nullptr || known->labels != node.labels;
        const bool turned_bad = known != nullptr && usable(*known) && !usable(node);
        if (known == nullptr || known->machine_errors != node.machine_errors) complaints = node.machine_errors;
        const NodeName name = node.name;
        cluster_.apply(NodeSeen{std::move(node)});
        if (turned_bad) step_all_locked(NodesBad{{name}}, after);
        space_freed_locked();
    }
    for (const Error& error : complaints) log::warning("node-machine", {{"error", to_string(error)}});
    perform(after);
}

void Service::node_gone(const NodeName& node) {
    Aftermath after;
    {
        const std::scoped_lock lock(mutex_);
        cluster_.apply(NodeGone{node});
        levels_stale_ = levels_stale_ || !settings_.levels;
        step_all_locked(NodesBad{{node}}, after);
        space_freed_locked();
    }
    perform(after);
}

void Service::account_locked(const Pod* before, const PodFacts& now) {
    const bool used = before != nullptr && uses_its_node(before->facts);
    if (uses_its_node(now)) {
        const bool same = used && before->facts.node == now.node && before->facts.shape == now.shape &&
                          before->facts.stays == now.stays && before->facts.devices == now.devices &&
                          before->facts.share_devices == now.share_devices &&
                          gang_name(before->facts) == gang_name(now);
        if (!same) cluster_.apply(pod_bound(now));
    } else if (used) {
        cluster_.apply(PodGone{now.uid});
        space_freed_locked();
    }
}

// A nominated pod that is no member of ours holds its node in the scheduler; planning around it keeps both from waiting
// for each other.
void Service::note_nomination_locked(Pod& pod) {
    const PodFacts& facts = pod.facts;
    const bool member = ours(facts) && facts.gang.has_value();
    const bool counts =
        !facts.nominated_node.empty() && !facts.bound() && !facts.terminal() && !facts.terminating && !member;
    if (counts && !pod.plain_reserved) {
        cluster_.apply(pod_reserved(facts, facts.nominated_node));
        pod.nominated = true;
    } else if (!counts && pod.nominated) {
        pod.nominated = false;
        if (!pod.plain_reserved && !facts.bound()) {
            cluster_.apply(Released{facts.uid});
            space_freed_locked();
        }
    }
}

void Service::pod_seen(PodFacts facts) {
    Aftermath after;
    {
        const std::scoped_lock lock(mutex_);
        const PodUid uid = facts.uid;
        const auto at = pods_.find(uid);
        const Pod* before = at == pods_.end() ? nullptr : &at->second;
        account_locked(before, facts);
        siblings_.seen(before == nullptr ? nullptr : &before->facts, facts);
        if (facts.bound() || facts.terminating || facts.terminal()) refused_.erase(uid);
        Pod& pod = pods_[uid];
        const bool lost_claim = pod.plain_reserved && !facts.bound() && (facts.terminating || facts.terminal());
        pod.facts = std::move(facts);
        note_nomination_locked(pod);
        if (lost_claim) release_locked(uid, after);
        if (pod.facts.bound()) pod.plain_reserved = false;
        tell_gang_locked(pod, after);
    }
    perform(after);
}

// A pod whose label leads elsewhere stays a member, without a declaration, until its gang holds nothing for it any
// more: a reservation must not end before its fence. The fence's own watch event brings us here again.
void Service::tell_gang_locked(Pod& pod, Aftermath& after) {
    const PodUid uid = pod.facts.uid;
    const std::optional<GangKey> wanted =
        ours(pod.facts) && pod.facts.gang ? std::optional(pod.facts.gang->key) : std::nullopt;
    if (pod.member_of && pod.member_of != wanted) {
        const GangKey old = *pod.member_of;
        PodFacts undeclared = pod.facts;
        undeclared.gang.reset();
        step_locked(old, MemberSeen{std::move(undeclared)}, after);
        const auto gang = gangs_.find(old);
        if (gang != gangs_.end()) {
            const auto member = gang->second.machine.members().find(uid);
            const bool held =
                member != gang->second.machine.members().end() &&
                (!member->second.claim.empty() || !member->second.old_claim.empty() || member->second.writing);
            if (held) return;
            step_locked(old, MemberGone{uid}, after);
        }
    }
    pod.member_of = wanted;
    if (wanted) step_locked(*wanted, MemberSeen{pod.facts}, after);
}

void Service::count_bound_locked(const PodUid& uid, const NodeName& node) {
    const auto at = pods_.find(uid);
    if (node.empty() || at == pods_.end() || at->second.facts.bound()) return;
    // Nothing has told yet which GPUs it got; where the plan controls them, it has those.
    const PodUse* const held = cluster_.reservation(uid);
    PodBound event = pod_bound(at->second.facts);
    event.node = node;
    event.devices = held != nullptr && held->node == node ? held->devices : std::vector<std::string>();
    cluster_.apply(std::move(event));
}

void Service::pod_gone(const PodUid& uid) {
    Aftermath after;
    {
        const std::scoped_lock lock(mutex_);
        const auto at = pods_.find(uid);
        if (at == pods_.end()) return;
        const std::optional<GangKey> gang = at->second.member_of;
        siblings_.gone(at->second.facts);
        pods_.erase(at);
        refused_.erase(uid);
        touching_.erase(uid);
        cluster_.apply(PodGone{uid});
        cluster_.apply(Released{uid});
        space_freed_locked();
        if (gang) step_locked(*gang, MemberGone{uid}, after);
    }
    perform(after);
}

void Service::synced() {
    Aftermath after;
    {
        const std::scoped_lock lock(mutex_);
        synced_ = true;
    }
    wake_planner();
}

}  // namespace muster
