#include "offline/pending_gangs.hpp"

#include "placement/gang/gang_machine.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <utility>
#include <variant>

namespace muster {
namespace {

bool is_pending(const PodFacts& pod) {
    return !pod.bound() && !pod.terminal() && !pod.terminating;
}

// What the pod is, without the traces of a service that was at work on it.
PodFacts without_traces(const PodFacts& pod) {
    PodFacts plain = pod;
    plain.plan.reset();
    plain.unschedulable_message.clear();
    return plain;
}

std::string owner_of(const GangKey& key, const PodFacts& pod) {
    if (pod.controller_uid != key.name) return {};
    return pod.controller_kind + "/" + pod.controller_name;
}

// Shows the machine a pod and does at once what it asks for: here every write is a matter of course, and only what it
// wants planned is of interest.
void show(GangMachine& machine, const PodFacts& pod, std::optional<AskPlan>& wanted) {
    std::vector<GangEvent> events{MemberSeen{without_traces(pod)}};
    for (std::size_t i = 0; i < events.size(); ++i) {
        for (auto& action : machine.step(events[i], TimePoint())) {
            if (auto* plan = std::get_if<AskPlan>(&action)) wanted = std::move(*plan);
            if (const auto* fence = std::get_if<Fence>(&action)) {
                events.push_back(FenceDone{fence->uid, fence->plan.epoch, WriteOutcome()});
            }
        }
    }
}

// Bound and ended members first: the machine then sees newcomers beside them, as after a restart.
bool earlier(const PodFacts* a, const PodFacts* b) {
    if (is_pending(*a) != is_pending(*b)) return is_pending(*b);
    return std::pair(a->key, a->uid) < std::pair(b->key, b->uid);
}

std::optional<std::int64_t> newest_of(const GangRequest& request, const std::vector<const PodFacts*>& pods) {
    std::set<PodUid> asked;
    for (const auto& role : request.roles) {
        for (const auto& member : role.members) asked.insert(member.uid);
    }
    std::int64_t newest = 0;
    for (const PodFacts* pod : pods) {
        if (!asked.contains(pod->uid)) continue;
        if (pod->created_s == 0) return std::nullopt;
        newest = std::max(newest, pod->created_s);
    }
    return newest;
}

PendingGang ask(const GangKey& key, std::vector<const PodFacts*> pods) {
    std::ranges::sort(pods, earlier);
    GangMachine machine(key, GangTiming());
    std::optional<AskPlan> wanted;
    PendingGang gang;
    gang.key = key;
    gang.priority = std::numeric_limits<std::int32_t>::min();
    gang.oldest_s = std::numeric_limits<std::int64_t>::max();
    for (const PodFacts* pod : pods) {
        show(machine, *pod, wanted);
        if (!is_pending(*pod)) continue;
        gang.owner = owner_of(key, *pod);
        gang.held += pod->foreign_gates ? 1 : 0;
        gang.priority = std::max(gang.priority, pod->priority);
        gang.oldest_s = std::min(gang.oldest_s, pod->created_s);
    }
    gang.needed = machine.needed().value_or(0);
    gang.served = machine.served();
    gang.waiting = machine.countable();
    gang.errors = machine.trouble().errors;
    if (wanted && machine.wanted_plan() == wanted->request) {
        gang.priority = wanted->priority;
        gang.oldest_s = wanted->oldest_s;
        gang.request = std::move(wanted->gang);
        gang.newest_s = newest_of(*gang.request, pods);
    }
    return gang;
}

}  // namespace

std::vector<PendingGang> pending_gangs(const std::vector<PodFacts>& pods) {
    std::map<GangKey, std::vector<const PodFacts*>> by_key;
    for (const auto& pod : pods) {
        if (pod.gang) by_key[pod.gang->key].push_back(&pod);
    }
    std::vector<PendingGang> gangs;
    for (auto& [key, members] : by_key) {
        if (std::ranges::none_of(members, [](const PodFacts* pod) { return is_pending(*pod); })) continue;
        gangs.push_back(ask(key, std::move(members)));
    }
    std::ranges::sort(gangs, [](const PendingGang& a, const PendingGang& b) {
        if (a.priority != b.priority) return a.priority > b.priority;
        return std::pair(a.oldest_s, a.key) < std::pair(b.oldest_s, b.key);
    });
    return gangs;
}

}  // namespace muster
