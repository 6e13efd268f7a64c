#include "extender/service/sibling_pods.hpp"

namespace muster {

// No name of Kubernetes holds a space, so no gang's group is another's, or a controller's.
std::string SiblingPods::group_of(const PodFacts& pod) {
    if (pod.gang) return "gang " + pod.gang->key.ns + " " + pod.gang->key.name;
    return pod.controller_uid ? "controller " + pod.key.ns + " " + *pod.controller_uid : "";
}

void SiblingPods::seen(const PodFacts* before, const PodFacts& now) {
    const std::string group = group_of(now);
    if (before != nullptr) {
        if (group_of(*before) == group) return;
        gone(*before);
    }
    if (!group.empty()) groups_[group].insert(now.uid);
}

void SiblingPods::gone(const PodFacts& pod) {
    const auto at = groups_.find(group_of(pod));
    if (at == groups_.end()) return;
    at->second.erase(pod.uid);
    if (at->second.empty()) groups_.erase(at);
}

const std::set<PodUid>& SiblingPods::of(const PodFacts& pod) const {
    static const std::set<PodUid> kNone;
    const auto at = groups_.find(group_of(pod));
    return at == groups_.end() ? kNone : at->second;
}

}  // namespace muster
