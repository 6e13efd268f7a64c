// filter and preempt: answers from memory, without side effects that matter, the same again for the same
// pod and epoch. kube-scheduler calls filter twice, in simulations, and for pods that it then drops.
#include "extender/service/service.hpp"

#include <algorithm>

namespace muster {
namespace {

constexpr std::string_view kReserved = "reserved for a gang";
constexpr std::string_view kNotReady = "muster is not ready";
constexpr std::string_view kBadDeclaration = "gang declaration is invalid";

wire::FilterResult everything(const wire::ExtenderArgs& args) {
    wire::FilterResult result;
    result.node_names.assign(args.node_names.begin(), args.node_names.end());
    return result;
}

// One entry says it for all nodes: those that are in no map count as unresolvable too.
void refuse_all(const wire::ExtenderArgs& args, std::string_view text, wire::FilterResult& result) {
    if (!args.node_names.empty()) result.unresolvable.emplace_back(args.node_names.front(), text);
}

}  // namespace

bool Service::knows(const PodUid& uid) const {
    const std::scoped_lock lock(mutex_);
    return pods_.contains(uid);
}

const PodFacts* Service::facts_locked(const PodUid& uid, const std::optional<PodFacts>& unseen) const {
    const auto at = pods_.find(uid);
    if (at != pods_.end()) return &at->second.facts;
    return unseen ? &*unseen : nullptr;
}

void Service::remember_refused_locked(const PodUid& uid) {
    if (refused_.size() >= limits::kRefusedPods) return;
    if (refused_.try_emplace(uid, TimePoint{}).second) wake_refused_at_ = TimePoint{};
}

bool Service::has_room(const Snapshot& snapshot, NodeIdx node, const PodFacts& pod, const PodUse* own) const {
    const bool own_here = own != nullptr && own->node == snapshot.fabric().node(node).name;
    for (const auto& [name, amount] : pod.shape.requests.entries()) {
        const auto resource = snapshot.resource(name);
        if (!resource) return false;
        if (snapshot.free(node, *resource) + (own_here ? own->requests.get(name) : 0) < amount) return false;
    }
    return true;
}

wire::FilterResult Service::filter(const wire::ExtenderArgs& args, const std::optional<PodFacts>& unseen) {
    Aftermath after;
    wire::FilterResult result;
    std::optional<PodFacts> plain;
    std::optional<PodUse> own;
    Snapshot snapshot;
    {
        const std::scoped_lock lock(mutex_);
        if (args.full_nodes)
            complaints_.insert("kube-scheduler sends whole Node objects: set nodeCacheCapable: true on the extender");
        const PodFacts* facts = facts_locked(args.uid, unseen);
        if (settings_.mode != Mode::enforce || facts == nullptr) return everything(args);
        if (!synced_) {
            result.error = kNotReady;
            return result;
        }
        if (!ours(*facts) || (!facts->gang && facts->gang_errors.empty())) {
            plain = *facts;
            if (const PodUse* held = cluster_.reservation(args.uid)) own = *held;
            snapshot = snapshot_locked();
        } else if (!facts->gang) {
            refuse_all(args, kBadDeclaration, result);
            return result;
        } else {
            const GangKey& key = facts->gang->key;
            const auto gang = gangs_.find(key);
            const GangMachine::FilterAnswer told =
                gang == gangs_.end() ? GangMachine::FilterAnswer{} : gang->second.machine.filter_answer(args.uid);
            result.gang = key.ns + "/" + key.name;
            result.epoch = gang == gangs_.end() ? 0 : gang->second.machine.epoch().value();
            if (told.node.empty()) {
                refuse_all(args, told.refusal, result);
                return result;
            }
            const auto offered = std::ranges::find(args.node_names, told.node.str());
            if (offered != args.node_names.end())
                result.node_names.emplace_back(*offered);
            else
                refuse_all(args, gang_text::kNotOffered, result);
            step_locked(key, Filtered{args.uid, offered != args.node_names.end()}, after);
        }
    }
    if (!plain) {
        perform(after);
        return result;
    }
    for (const std::string& name : args.node_names) {
        const auto node = snapshot.fabric().find(name);
        // A node that the watch has not shown yet is left to the scheduler; bind looks again.
        if (!node || has_room(snapshot, *node, *plain, own ? &*own : nullptr))
            result.node_names.emplace_back(name);
        else if (result.unresolvable.empty())
            result.unresolvable.emplace_back(name, kReserved);
    }
    if (!result.unresolvable.empty()) {
        const std::scoped_lock lock(mutex_);
        remember_refused_locked(args.uid);
    }
    return result;
}

// A member of a gang makes no room for itself; nodes where a victim is a member, or where the pod would not fit beside
// the reservations once the victims are gone, are dropped (design §4, preempt).
std::vector<wire::MetaVictims> Service::preempt(const wire::PreemptionArgs& args,
                                                const std::optional<PodFacts>& unseen) {
    const std::scoped_lock lock(mutex_);
    const PodFacts* pod = facts_locked(args.uid, unseen);
    if (settings_.mode != Mode::enforce) return args.nodes;
    std::vector<wire::MetaVictims> kept;
    if (pod == nullptr || (ours(*pod) && pod->gang)) return kept;
    const Snapshot snapshot = snapshot_locked();
    for (const wire::MetaVictims& candidate : args.nodes) {
        const auto node = snapshot.fabric().find(candidate.node);
        if (!node || candidate.pods.empty()) continue;
        ResourceAmounts freed;
        const bool harmless = std::ranges::all_of(candidate.pods, [&](const PodUid& uid) {
            const auto victim = pods_.find(uid);
            if (victim == pods_.end() || (victim->second.facts.gang && ours(victim->second.facts))) return false;
            if (cluster_.bound(uid) != nullptr || cluster_.reservation(uid) != nullptr)
                freed.add(victim->second.facts.shape.requests);
            return true;
        });
        if (!harmless) continue;
        const bool fits = std::ranges::all_of(pod->shape.requests.entries(), [&](const auto& entry) {
            const auto resource = snapshot.resource(entry.first);
            return resource && snapshot.free(*node, *resource) + freed.get(entry.first) >= entry.second;
        });
        if (fits) kept.push_back(candidate);
    }
    return kept;
}

}  // namespace muster
