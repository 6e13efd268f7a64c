// The part of a pod that decides where it may run. Members of a gang with equal shapes form a role.
#pragma once

#include "placement/model/node.hpp"
#include "placement/model/resources.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace muster {

struct Toleration {
    std::string key;  // empty with exists: every taint
    std::string value;
    bool exists = false;                // operator Exists; otherwise Equal
    std::optional<TaintEffect> effect;  // absent: every effect
    auto operator<=>(const Toleration&) const = default;
};

enum class SelectorOp { in, not_in, exists, does_not_exist, gt, lt };

// One expression of a node selector term. `field` marks matchFields (only metadata.name exists in Kubernetes).
struct SelectorExpression {
    std::string key;
    SelectorOp op = SelectorOp::in;
    std::vector<std::string> values;
    bool field = false;
    auto operator<=>(const SelectorExpression&) const = default;
};

// All expressions of a term must hold; one term of a pod's list suffices. A term without expressions matches nothing.
using SelectorTerm = std::vector<SelectorExpression>;

// Before the resource, in the names of unmodelled features: what the planner cannot be sure of.
inline constexpr std::string_view kShareOfDevice = "share of one device: ";

// Parts of devices: so much of each of `devices` different devices, of one of which 600 + 600 is more than it has even
// where the node offers 1,200 in sum. The whole, amount × devices, is in PodShape::requests under the same name.
struct DeviceShare {
    std::string resource;
    std::int64_t amount = 0;   // > 0, of each device
    std::int32_t devices = 1;  // ≥ 1
    auto operator<=>(const DeviceShare&) const = default;
};

struct PodShape {
    ResourceAmounts requests;  // of the whole pod as kube-scheduler sums them, pod slot included
    Labels node_selector;
    std::optional<std::vector<SelectorTerm>> required_affinity;  // absent: no wish; empty list: matches nothing
    std::vector<Toleration> tolerations;
    std::vector<std::string> host_ports;   // "protocol/ip/port", sorted; two members with host ports never share a node
    bool one_per_host = false;             // required anti-affinity against its own gang on kubernetes.io/hostname
    std::vector<DeviceShare> shares = {};  // sorted by resource, each once
    // Features that the planner does not model (e.g. "spec.topologySpreadConstraints"); named in refusals, sorted.
    std::vector<std::string> unmodelled;
    auto operator<=>(const PodShape&) const = default;
};

enum class NodeVerdict { ok, not_ready, cordoned, selector, affinity, taint };

// Whether a pod of this shape may run on the node at all, amounts aside: the rules of kube-scheduler's
// NodeUnschedulable, NodeAffinity and TaintToleration filters (taints of NoSchedule and NoExecute). A not-ready node is
// refused too, since the API server's taint for it arrives late. O(labels + taints × tolerations).
[[nodiscard]] NodeVerdict judge_node(const PodShape& shape, const NodeFacts& node);

[[nodiscard]] bool tolerates(const std::vector<Toleration>& tolerations, const Taint& taint);
[[nodiscard]] bool matches(const SelectorTerm& term, const NodeFacts& node);

// Whether two host ports ("protocol/ip/port") exclude each other on one node, as kube-scheduler's NodePorts filter has
// it: same protocol and port, and the same address or one of them every address (0.0.0.0 or empty).
[[nodiscard]] bool ports_conflict(std::string_view a, std::string_view b);

}  // namespace muster
