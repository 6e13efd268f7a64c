// prioritize: scores for pods that are not planned. Answers from memory, without side effects, the same again for the
// same state.
#include "extender/obs/log.hpp"
#include "extender/service/service.hpp"
#include "placement/plan/scores/node_scores.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <memory>
#include <tuple>
#include <utility>
#include <vector>

namespace muster {

bool Service::waits_for_room(GangState state) {
    return state == GangState::waiting || state == GangState::planning || state == GangState::repairing;
}

void Service::note_waiting_locked(const GangKey& key, AskPlan ask, const Shortfall& reason) {
    const auto at = gangs_.find(key);
    const bool waits = at != gangs_.end() && waits_for_room(at->second.machine.state()) && lacks_room(reason);
    if (!waits) return forget_waiting_locked(key);
    waiting_.insert_or_assign(
        key, Waiting{ask.priority, ask.oldest_s,
                     std::make_shared<const WaitingGang>(WaitingGang{std::move(ask.gang), reason.domain})});
    waiting_stale_ = true;
}

void Service::forget_waiting_locked(const GangKey& key) {
    waiting_stale_ = waiting_.erase(key) > 0 || waiting_stale_;
}

// O(gangs that wait) after a change of who waits, else O(1).
const WaitingGangs& Service::first_waiting_locked() {
    if (!std::exchange(waiting_stale_, false)) return first_waiting_;
    using Entry = std::map<GangKey, Waiting>::const_iterator;
    std::vector<Entry> order;
    order.reserve(waiting_.size());
    for (auto at = waiting_.cbegin(); at != waiting_.cend(); ++at) order.push_back(at);
    const auto middle = order.begin() + std::min(std::ssize(order), static_cast<std::ptrdiff_t>(kMostWaitingGangs));
    std::ranges::partial_sort(order, middle, {}, [](const Entry& at) {
        return std::tuple<std::int64_t, std::int64_t, const GangKey&>(-std::int64_t{at->second.priority},
                                                                      at->second.oldest_s, at->first);
    });
    first_waiting_.clear();
    for (auto at = order.begin(); at != middle; ++at) first_waiting_.push_back((*at)->second.gang);
    return first_waiting_;
}

// The pod beside its siblings that are on a node, or have one reserved. O(siblings).
PodToScore Service::pod_to_score_locked(const PodFacts& facts) {
    PodToScore pod;
    pod.pod.key = {facts.key.ns, facts.key.name};
    pod.pod.roles.push_back({"", facts.shape, {{facts.uid, facts.key, -1}}});
    std::int32_t known = 1;
    for (const PodUid& uid : siblings_.of(facts)) {
        const auto at = pods_.find(uid);
        if (uid == facts.uid || at == pods_.end()) continue;
        const PodFacts& sibling = at->second.facts;
        if (sibling.terminating || sibling.terminal()) continue;
        ++known;
        NodeName node = sibling.node;
        if (const PodUse* held = cluster_.reservation(uid); node.empty() && held != nullptr) node = held->node;
        if (node.empty()) continue;
        if (facts.gang) pod.pod.fixed.push_back({uid, node});
        pod.siblings.push_back(std::move(node));
    }
    if (facts.gang) {
        pod.pod.key = facts.gang->key;
        pod.pod.wish = facts.gang->wish;
        pod.gang_size = std::max(known, facts.gang->needed.value_or(0));
    }
    pod.waiting = first_waiting_locked();
    return pod;
}

std::vector<wire::HostPriority> Service::prioritize(const wire::ExtenderArgs& args,
                                                    const std::optional<PodFacts>& unseen) {
    std::optional<PodToScore> pod;
    Snapshot snapshot;
    {
        const std::scoped_lock lock(mutex_);
        if (const PodFacts* facts = facts_locked(args.uid, unseen)) pod = pod_to_score_locked(*facts);
        snapshot = snapshot_locked();
    }
    std::vector<wire::HostPriority> scores;
    scores.reserve(args.node_names.size());
    for (const std::string& name : args.node_names) scores.push_back({name, 0});
    if (scores.empty()) return scores;

    // Nodes that the watch has not shown yet keep their 0.
    std::vector<NodeIdx> offered;
    std::vector<std::size_t> position(snapshot.fabric().node_count(), scores.size());
    for (std::size_t i = 0; i < scores.size(); ++i) {
        const auto node = snapshot.fabric().find(scores[i].host);
        if (!node || position[node->value()] < scores.size()) continue;
        position[node->value()] = i;
        offered.push_back(*node);
    }
    std::vector<NodeScore> judged;
    if (pod) {
        const std::scoped_lock lock(scoring_);
        judged = node_scores(snapshot, *pod, policies_, settings_.scores, offered, score_gpus_);
    }
    if (settings_.mode == Mode::shadow) {
        const std::string best = judged.empty() ? "" : snapshot.fabric().node(judged.front().node).name.str();
        log::info("would-prefer", {{"pod", args.pod.ns + "/" + args.pod.name}, {"node", best}});
        return scores;
    }
    for (const NodeScore& entry : judged) scores[position[entry.node.value()]].score = entry.score;
    if (judged.empty()) scores.front().score = kTopScore;
    return scores;
}

}  // namespace muster
