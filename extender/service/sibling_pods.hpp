// Which pods belong together, for scores: those of one gang, or of one controller where they are of no gang.
#pragma once

#include "placement/model/pod.hpp"

#include <set>
#include <string>
#include <unordered_map>

namespace muster {

class SiblingPods {
  public:
    // A pod was seen, in place of what it was before (nullptr: not known). O(log group).
    void seen(const PodFacts* before, const PodFacts& now);
    void gone(const PodFacts& pod);
    // All of the pod's group that were seen, itself included if it was; empty where it has neither gang nor controller.
    [[nodiscard]] const std::set<PodUid>& of(const PodFacts& pod) const;

  private:
    [[nodiscard]] static std::string group_of(const PodFacts& pod);
    std::unordered_map<std::string, std::set<PodUid>> groups_;
};

}  // namespace muster
