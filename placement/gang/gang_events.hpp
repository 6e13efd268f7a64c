// What a gang is told, and what it asks for. The machine performs nothing itself: extender/service and offline do.
#pragma once

#include "placement/model/gang.hpp"
#include "placement/model/ids.hpp"
#include "placement/model/plan.hpp"
#include "placement/model/pod.hpp"
#include "placement/model/units.hpp"

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace muster {

// One parked bind call. A pod may come again on a new connection while the old one is still open; the newest wins.
using CallId = Counter<struct CallTag>;

enum class WriteStatus {
    ok,
    conflict,     // 409: precondition failed, or already bound, or terminating; says nothing by itself
    gone,         // 404
    refused,      // other 4xx: will not get better by itself
    unavailable,  // 5xx, timeout, connection: outcome unknown
};

struct WriteOutcome {
    WriteStatus status = WriteStatus::ok;
    std::string resource_version;  // of the object after an accepted write, where the answer carries it
    NodeName node;                 // spec.nodeName in the answer, where it carries the pod
    std::string message;
};

// ---- events

// Watch: added or changed. A known member that has lost its declaration comes here too, not as MemberGone.
struct MemberSeen {
    PodFacts pod;
};

// Watch: deleted.
struct MemberGone {
    PodUid uid;
};

// Answer to the AskPlan with that number; with a Plan the reservations have been made.
struct Planned {
    std::uint64_t request = 0;
    Outcome outcome;
};

// The plan did not hold on the current state: it will be asked for again.
struct PlanRefused {
    std::uint64_t request = 0;
};

// Something in the cluster may fit now that did not.
struct SpaceFreed {};

// A filter call for a planned member; was its node offered?
struct Filtered {
    PodUid uid;
    bool offered = true;
};

struct BindParked {
    PodUid uid;
    CallId call;
    NodeName node;
};

// The client vanished.
struct BindWithdrawn {
    PodUid uid;
    CallId call;
};

struct AdmitDone {
    PodUid uid;
    Epoch epoch;
    WriteOutcome outcome;
};

struct FenceDone {
    PodUid uid;
    Epoch epoch;
    WriteOutcome outcome;
};

struct BindingDone {
    PodUid uid;
    Epoch epoch;
    WriteOutcome outcome;
};

struct DeleteDone {
    PodUid uid;
    WriteOutcome outcome;
};

// Answer to ReadMember; a pod of another UID: exists=false; answered=false: the API did not say.
struct MemberRead {
    PodUid uid;
    bool exists = false;
    PodFacts pod;
    bool answered = true;
};

// Planned nodes that went away, were cordoned or are not ready.
struct NodesBad {
    std::vector<NodeName> nodes;
};

// We lead now; everything volatile is void. The members must have been given by MemberSeen from a consistent list
// before, and no outcome, answer or call from before may be delivered afterwards: whoever performs the actions drops
// them.
struct TakeOver {
    Term term;
};

// SIGTERM: finish commits, refuse the rest.
struct Drain {};

// Time has passed.
struct Tick {};

using GangEvent =
    std::variant<MemberSeen, MemberGone, Planned, PlanRefused, SpaceFreed, Filtered, BindParked, BindWithdrawn,
                 AdmitDone, FenceDone, BindingDone, DeleteDone, MemberRead, NodesBad, TakeOver, Drain, Tick>;

// ---- actions, to be performed in order; each write has one outcome, which always comes

// Plan these members; the answer comes as Planned or PlanRefused with the same number. Older requests are void.
struct AskPlan {
    std::uint64_t request = 0;
    GangRequest gang;
    std::int32_t priority = 0;
    std::int64_t oldest_s = 0;
};

// Nominate, write the plan, lift our gate; each step with the resourceVersion as precondition, UID too. → AdmitDone
struct Admit {
    PodUid uid;
    PodKey pod;
    std::string resource_version;
    WrittenPlan plan;
    bool nominate = true;
    bool ungate = true;
};

// Write a plan without a node (or, in a takeover of a commit, with its old node), clear the nomination: no Binding
// written before can be accepted afterwards. With resourceVersion as precondition. → FenceDone
struct Fence {
    PodUid uid;
    PodKey pod;
    std::string resource_version;
    WrittenPlan plan;
    bool clear_nomination = false;
};

// → BindingDone
struct WriteBinding {
    PodUid uid;
    PodKey pod;
    std::string resource_version;
    NodeName node;
    Epoch epoch;
    std::int32_t rank = -1;
    std::string domain;
    std::vector<std::int32_t> gpus = {};  // as in Placement
    GpuSource gpu_source = GpuSource::none;
};

// `error` is one of the few constant texts of gang_text.
struct AnswerBind {
    CallId call;
    PodUid uid;
    bool bound = false;
    std::string error;
};

// A consistent read. → MemberRead
struct ReadMember {
    PodUid uid;
    PodKey pod;
};

// Condition DisruptionTarget, then delete with UID and resourceVersion as preconditions. → DeleteDone
struct DeleteMember {
    PodUid uid;
    PodKey pod;
    std::string resource_version;
    std::string reason;
};

// Wakes pods that were refused because of it.
struct ReleaseReservation {
    PodUid uid;
};

enum class Notice {
    does_not_fit,
    never_fits,
    waits_for_level,
    admitted,
    bound,
    aborted,
    blocked,
    bad_declaration,
    rolling_back,
    rolled_back,
    creates_one_at_a_time,
};

// One per change of state, for the Event on the controller and on rank 0, the log and /v1/gangs.
struct Report {
    Notice notice;
    std::string detail;
    std::vector<PodKey> about;
};

// Somebody leads with a later term.
struct StopForGood {
    Term seen;
};

using GangAction = std::variant<AskPlan, Admit, Fence, WriteBinding, AnswerBind, ReadMember, DeleteMember,
                                ReleaseReservation, Report, StopForGood>;

}  // namespace muster
