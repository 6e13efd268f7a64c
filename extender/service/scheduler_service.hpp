// The service behind the four verbs: owns the cluster's truth and the gangs under one mutex, plans on one thread,
// writes through a pool. The mutex is never held while parsing, planning, encoding, waiting or calling the API.
#pragma once

#include "config/settings.hpp"
#include "extender/service/cluster_api.hpp"
#include "extender/wire/extender_v1.hpp"
#include "placement/model/node.hpp"
#include "placement/model/plan.hpp"
#include "placement/model/pod.hpp"
#include "placement/model/units.hpp"
#include "placement/plan/policy.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace muster {

// Answer to a parked bind; called once, from any thread.
using BindAnswer = std::function<void(std::string_view error)>;

// One gang, for /v1/gangs and tests.
struct GangView {
    GangKey key;
    std::string state;
    std::uint64_t epoch = 0;
    std::uint32_t incarnation = 1;
    std::int32_t needed = 0, members = 0, served = 0, parked = 0;
    std::string level, domain;        // of the current plan
    std::string proof;                // of the current plan: "optimal" or "bounded"; empty without a plan
    ObjectiveVector objective;        // of the current plan; smaller is better, from the front
    ObjectiveVector bound;            // with "bounded": no placement is better than this
    std::optional<Millis> waits_for;  // the gang has a place, and waits so much longer for its preferred level
    std::string reason;               // why it is not running, one sentence; empty if nothing is wrong
    std::string reason_code;          // "level-too-small", …
};

struct ServiceStatus {
    bool synced = false;  // caches have been listed
    bool leading = false;
    bool draining = false;
    std::size_t nodes = 0, pods = 0, gangs = 0, reservations = 0, parked_binds = 0, write_queue = 0;
    std::vector<std::string> complaints;  // configuration faults seen at run time (full node lists, names missing)
};

class SchedulerService {
  public:
    // `api` and `clock` outlive the service.
    static std::unique_ptr<SchedulerService> create(const Settings& settings, Policies policies, ClusterApi& api,
                                                    const Clock& clock);
    virtual ~SchedulerService() = default;

    // ---- from the watches
    virtual void node_seen(NodeFacts node) = 0;
    virtual void node_gone(const NodeName& node) = 0;
    virtual void pod_seen(PodFacts pod) = 0;
    virtual void pod_gone(const PodUid& uid) = 0;
    virtual void synced() = 0;  // both lists were delivered once
    // ---- from the Lease: lead until that moment (by our clock); a value in the past: follow.
    virtual void lead_until(TimePoint until) = 0;

    // ---- from kube-scheduler
    [[nodiscard]] virtual bool knows(const PodUid& uid) const = 0;
    // For pods that the watch has not shown yet, `unseen` is the pod from the request.
    [[nodiscard]] virtual wire::FilterResult filter(const wire::ExtenderArgs& args,
                                                    const std::optional<PodFacts>& unseen) = 0;
    // Each offered node once, scores 0…10, exactly one maximum.
    [[nodiscard]] virtual std::vector<wire::HostPriority> prioritize(const wire::ExtenderArgs& args,
                                                                     const std::optional<PodFacts>& unseen) = 0;
    [[nodiscard]] virtual std::vector<wire::MetaVictims> preempt(const wire::PreemptionArgs& args,
                                                                 const std::optional<PodFacts>& unseen) = 0;
    // Parks or performs; returns the call's number for withdraw. `answer` may be called before it returns.
    virtual CallId bind(const wire::BindingArgs& args, BindAnswer answer) = 0;
    virtual void withdraw(const PodUid& uid, CallId call) = 0;

    // ---- for people
    [[nodiscard]] virtual ServiceStatus status() const = 0;
    [[nodiscard]] virtual std::vector<GangView> gangs() const = 0;
    // SIGTERM: uncommitted binds are answered with a retryable error, commits finish. Returns when none is left, or at
    // the deadline.
    virtual void drain(TimePoint deadline) = 0;
};

}  // namespace muster
