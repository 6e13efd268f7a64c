// Kubernetes objects → model. Each function takes the object tree of one object as the API sends it (or as a manifest
// has it) and either gives the model or one clear error naming object and field. Nothing here knows about sockets or
// files.
#pragma once

#include "dialects/object.hpp"
#include "placement/model/machine_source.hpp"
#include "placement/model/node.hpp"
#include "placement/model/pod.hpp"
#include "placement/model/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace muster {

// Node: labels, taints, allocatable, unschedulable, Ready (absent conditions, as in a manifest: ready), and the machine
// that labels or annotations tell of (node_machine.hpp). Bad allocatable entries are an error of the node; what is
// wrong with the machine goes into machine_errors, so that the node stays usable.
[[nodiscard]] Result<NodeFacts> read_node(const Object& node, const MachineSource& machines);
// The same without the machine.
[[nodiscard]] Result<NodeFacts> read_node(const Object& node);

// Facts about owners that are not on the pod: default of `members` for a Job's pods.
class OwnerDefaults {
  public:
    virtual ~OwnerDefaults() = default;
    // Members that the controller makes at once (Job: min(parallelism, completions) as Kubernetes defaults them);
    // nullopt: unknown.
    [[nodiscard]] virtual std::optional<std::int32_t> parallelism(std::string_view controller_uid) const = 0;
};

// Pod as watched or as in a manifest. Requests are summed as kube-scheduler does: per container, init containers in
// order with sidecars (restartPolicy Always), pod-level resources, overhead, one pod slot. A pod whose scheduling part
// is unreadable (absurd quantity, wrong type) is an error; a gang declaration that is wrong goes into gang_errors, so
// that a bad annotation never hides the capacity that a bound pod uses. `scheduler_names`: pods of these schedulers can
// be gang members; for others `gang` stays empty. `uid` is empty when the object has none, as manifests have: the
// caller gives one or refuses the pod.
[[nodiscard]] Result<PodFacts> read_pod(const Object& pod, const std::vector<std::string>& scheduler_names,
                                        const OwnerDefaults& owners);

// Job: the members that its pods need.
struct JobFacts {
    std::string uid;  // "job.NAMESPACE.NAME" for a manifest without one
    PodKey key;
    std::int32_t parallelism = 1;  // pods at once, ≥ 0: min(parallelism, completions), defaults as Kubernetes sets them
};
[[nodiscard]] Result<JobFacts> read_job(const Object& job);
// The pods that the Job would create, as pod objects with owner reference, names JOB-0 … JOB-(n−1) and index labels;
// for `place`. Errors: no pod spec, more pods than a gang may have.
[[nodiscard]] Result<std::vector<Object>> expand_job(const Object& job);

}  // namespace muster
