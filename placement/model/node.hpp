// What the planner knows about one node, and the matching rules that decide whether a pod may run there.
#pragma once

#include "placement/model/ids.hpp"
#include "placement/model/machine_ref.hpp"
#include "placement/model/resources.hpp"
#include "placement/model/result.hpp"

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
    bool unschedulable = false;     // spec.unschedulable (cordoned)
    bool ready = true;              // condition Ready is True
    MachineRef machine = {};        // empty: its GPUs, if any, are a plain set of equals
    std::string gpu_resource = {};  // the resource whose amounts are the machine's GPUs; empty without machine
    // By ordinal, the ids under which the kubelet hands the machine's GPUs out; empty: only what the machine's parts
    // say (uuid, bus).
    std::vector<std::string> gpu_ids = {};
    // Resources that are the sum over so many equal devices, of which pods get parts (DeviceShare); sorted by resource.
    std::vector<std::pair<std::string, std::int32_t>> shared_devices = {};
    // Why the GPUs are a plain set of equals although something on the node says what they are.
    std::vector<Error> machine_errors = {};
    auto operator<=>(const NodeFacts&) const = default;
};

}  // namespace muster
