// What the planner knows about one node, and the matching rules that decide whether a pod may run there.
#pragma once

#include "placement/model/ids.hpp"
#include "placement/model/resources.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace muster {

// Sorted by key, no duplicate keys.
using Labels = std::vector<std::pair<std::string, std::string>>;
// Value of a label, or nullptr. O(log n).
[[nodiscard]] const std::string* find_label(const Labels& labels, std::string_view key);
// Sorts by key; the last of equal keys wins, as in a JSON object.
void normalize(Labels& labels);

enum class TaintEffect { no_schedule, prefer_no_schedule, no_execute };

struct Taint {
    std::string key;
    std::string value;
    TaintEffect effect = TaintEffect::no_schedule;
    auto operator<=>(const Taint&) const = default;
};

// Everything about a node that changes rarely. Amounts in use live in ClusterState.
struct NodeFacts {
    NodeName name;
    Labels labels;
    std::vector<Taint> taints;
    ResourceAmounts allocatable;
    bool unschedulable = false;  // spec.unschedulable (cordoned)
    bool ready = true;           // condition Ready is True
    auto operator<=>(const NodeFacts&) const = default;
};

}  // namespace muster
