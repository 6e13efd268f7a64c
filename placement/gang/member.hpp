// One member of a gang: what its pod shows, and how far its writes are.
#pragma once

#include "placement/gang/gang_events.hpp"
#include "placement/model/ids.hpp"
#include "placement/model/plan.hpp"
#include "placement/model/pod.hpp"
#include "placement/model/units.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace muster {

struct Member {
    PodFacts pod;
    NodeName claim;  // node of the current epoch; empty: not in the current wave, or bound
    std::int32_t rank = -1;
    std::vector<std::int32_t> gpus;  // of the current epoch, as in Placement
    GpuSource gpu_source = GpuSource::none;
    bool acknowledged = false;     // rule 4: the plan of this epoch stands on the pod, and the gate is gone
    std::string resource_version;  // newest that we know
    std::optional<CallId> call;    // parked bind call
    TimePoint parked_at;
    bool parked_once = false;          // arrived before in this epoch: to come again is no progress
    bool filtered = false;             // reached filter since admission
    std::string message_at_admission;  // the scheduler's condition text as it was when the epoch began
    std::optional<TimePoint> first_miss;
    NodeName old_claim;                 // rule 3: claim of an ended epoch, held until fenced
    NodeName bound_node;                // bound as far as we know, by watch or by an accepted Binding
    bool writing = false;               // a write of ours is under way; its outcome comes as an event
    bool must_read = false;             // rule 10: the last outcome said nothing, the pod has to be read
    bool must_touch = false;            // rules 6, 7, 11: write our term before anything else
    bool failed = false;                // its Binding was refused for good
    std::int32_t conflicts = 0;         // Bindings in a row that met a conflict which reading the pod did not explain
    bool contended = false;             // its last write met a conflict: somebody else was writing, not an outage
    bool nominated = false;             // a nomination of ours may stand on the pod (rule 12)
    bool retired = false;               // finished member of an earlier incarnation
    std::optional<TimePoint> retry_at;  // nothing is written before
};

// Neither terminating nor finished.
[[nodiscard]] inline bool alive(const Member& member) {
    return !member.retired && !member.pod.terminating && !member.pod.terminal();
}

[[nodiscard]] inline bool is_bound(const Member& member) {
    return !member.bound_node.empty();
}

// Bound or succeeded; model: a terminating pod is no member.
[[nodiscard]] inline bool is_served(const Member& member) {
    if (member.retired) return false;
    return member.pod.phase == PodPhase::succeeded || (alive(member) && is_bound(member));
}

// Could be planned now: only our gate is left, and nothing of the past holds space for it.
[[nodiscard]] inline bool is_countable(const Member& member) {
    return alive(member) && !is_bound(member) && member.pod.gang.has_value() && !member.pod.foreign_gates &&
           member.old_claim.empty() && !member.must_touch;
}

// Rule 4: arrived is who is parked with an acknowledged plan of this epoch.
[[nodiscard]] inline bool has_arrived(const Member& member) {
    return alive(member) && member.call && member.acknowledged && !member.writing;
}

// Its place in the current epoch is not used yet.
[[nodiscard]] inline bool is_planned(const Member& member) {
    return !member.claim.empty() && !is_bound(member);
}

// Has to be fenced, or touched, before its space can be given away or anything else be written to it.
[[nodiscard]] inline bool needs_fence(const Member& member) {
    return member.must_touch || (!member.old_claim.empty() && !is_bound(member));
}

}  // namespace muster
