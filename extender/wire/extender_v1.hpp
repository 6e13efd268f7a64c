// kube-scheduler's extender/v1 messages, as far as Muster reads and writes them. No struct there has a json tag: keys
// are Go field names, and Go matches them in any letter case and any order.
#pragma once

#include "placement/model/ids.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace muster::wire {

// filter and prioritize. Views point into the request body.
struct ExtenderArgs {
    PodUid uid;
    PodKey pod;
    std::string_view pod_json;            // the whole Pod object, for pods that the watch has not shown yet
    std::vector<std::string> node_names;  // from NodeNames, or from Nodes.items[].metadata.name
    bool full_nodes = false;              // Nodes was sent: nodeCacheCapable is false in the scheduler's configuration
    bool has_nodes = false;               // neither was null
};

struct FilterResult {
    std::vector<std::string_view> node_names;                                 // nodes that remain
    std::vector<std::pair<std::string_view, std::string_view>> unresolvable;  // node → constant text
    std::string error;
    // For the log, not sent: the gang that the pod is a member of, empty for none, and its epoch.
    std::string gang;
    std::uint64_t epoch = 0;
};

struct HostPriority {
    std::string_view host;
    std::int64_t score = 0;  // 0…10
};

struct BindingArgs {
    PodUid uid;
    PodKey pod;
    NodeName node;
};

struct MetaVictims {
    std::string node;
    std::vector<PodUid> pods;  // order kept
    std::int64_t pdb_violations = 0;
};

struct PreemptionArgs {
    PodUid uid;
    PodKey pod;
    std::string_view pod_json;
    std::vector<MetaVictims>
        nodes;  // from NodeNameToMetaVictims, or the UIDs of NodeNameToVictims; null entries left out
};

}  // namespace muster::wire
