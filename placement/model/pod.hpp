// One pod as the product sees it, whatever vocabulary it was written in.
#pragma once

#include "placement/model/gang.hpp"
#include "placement/model/ids.hpp"
#include "placement/model/pod_shape.hpp"
#include "placement/model/result.hpp"
#include "placement/model/units.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace muster {

enum class PodPhase { pending, running, succeeded, failed, unknown };

// The plan that Muster wrote on a pod (annotation muster.scheduler/plan), read back after a restart.
struct WrittenPlan {
    Epoch epoch;
    Term term;
    NodeName node;  // empty: a fence, which ended that epoch for this pod
    std::int32_t rank = -1;
    bool was_whole = false;  // the gang was whole before this epoch: its bound members are never rolled back
    auto operator<=>(const WrittenPlan&) const = default;
};

struct PodFacts {
    PodUid uid;
    PodKey key;
    std::string resource_version;
    std::string scheduler_name;
    NodeName node;            // spec.nodeName; empty while unbound
    NodeName nominated_node;  // status.nominatedNodeName
    PodPhase phase = PodPhase::pending;
    bool terminating = false;    // deletionTimestamp is set: no member any more, keeps its capacity until gone
    bool stays = false;          // DaemonSet or mirror pod: never assumed to go away ("never-fits" keeps it)
    bool own_gate = false;       // our scheduling gate is present
    bool foreign_gates = false;  // some other gate is present: does not count as a member yet
    std::int32_t priority = 0;
    std::int64_t created_s = 0;  // creationTimestamp, seconds since 1970; gangs are ordered by it
    std::optional<std::string> controller_uid;
    std::string controller_kind;  // "Job", "StatefulSet", …; empty without controller
    std::string controller_name;
    PodShape shape;
    std::optional<GangDeclaration> gang;  // absent: a pod of no gang
    std::vector<Error> gang_errors;       // what the declaration says wrongly; a gang with one is refused with it
    std::optional<WrittenPlan> plan;
    // Of a bound pod: the GPUs that it has, as the kubelet reports them in the status; "ordinal:N" where Muster
    // controlled the choice and the status says nothing. Sorted; empty: not told.
    std::vector<std::string> devices = {};
    // Of a bound pod with shares (DeviceShare): on which devices of the node they are, counted from 0, sorted; empty:
    // not told.
    std::vector<std::int32_t> share_devices = {};
    std::string unschedulable_message;  // message of PodScheduled=False with reason Unschedulable, else empty

    [[nodiscard]] bool terminal() const { return phase == PodPhase::succeeded || phase == PodPhase::failed; }
    [[nodiscard]] bool bound() const { return !node.empty(); }
    auto operator<=>(const PodFacts&) const = default;
};

// The name of the pod's gang, as PodBound::gang and Reserved::gang want it; empty: of none.
[[nodiscard]] inline std::string gang_name(const PodFacts& pod) {
    return pod.gang ? gang_name(pod.gang->key) : std::string();
}

}  // namespace muster
