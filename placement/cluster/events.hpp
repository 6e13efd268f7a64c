// What changes the cluster's truth. Sources: watch, manifests, simulator. Any legal order gives the same state: events
// about one object keep their order, events about different objects may come in any.
#pragma once

#include "placement/model/ids.hpp"
#include "placement/model/node.hpp"
#include "placement/model/pod_shape.hpp"
#include "placement/model/resources.hpp"

#include <string>
#include <variant>
#include <vector>

namespace muster {

struct NodeSeen {
    NodeFacts facts;
};  // added or changed
// Its pods are kept: they end with their own PodGone or Released, and count again if the node comes back.
struct NodeGone {
    NodeName node;
};

// A bound pod that uses its node (phase neither Succeeded nor Failed), seen for the first time or again; the last one
// counts. The node may be unknown yet. A reservation of the same pod ends with it.
struct PodBound {
    PodUid uid;
    NodeName node;
    ResourceAmounts requests;  // pod slot included
    std::vector<std::string> host_ports;
    bool stays = false;  // DaemonSet or mirror pod
    // GPUs that the pod has: ids as the kubelet reports them, or "ordinal:N" as Muster plans them; empty: not told.
    std::vector<std::string> devices = {};
    std::vector<DeviceShare> shares = {};          // parts of devices; their sums are in `requests`
    std::vector<std::int32_t> share_devices = {};  // as PodFacts::share_devices
    std::string gang = {};  // whose members' traffic it shares: any name that no other gang has; empty: of no gang
};
// Deleted, or finished: its amounts are free, and so is what was reserved for it (a pod that is gone can never be
// bound).
struct PodGone {
    PodUid uid;
};

// Capacity held for a pod that is not seen bound yet; replaces an earlier reservation of the pod. Without effect when
// the pod is bound already: what it uses is counted.
struct Reserved {
    PodUid uid;
    NodeName node;
    ResourceAmounts requests;
    std::vector<std::string> host_ports;
    // As in PodBound.
    std::vector<std::string> devices = {};
    std::vector<DeviceShare> shares = {};
    std::vector<std::int32_t> share_devices = {};
    std::string gang = {};
};
struct Released {
    PodUid uid;
};  // without effect when nothing is reserved

using ClusterEvent = std::variant<NodeSeen, NodeGone, PodBound, PodGone, Reserved, Released>;

}  // namespace muster
