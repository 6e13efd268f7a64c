// The service's ports to the outside: who performs its writes, and the clock. Implemented by extender/kube over the API
// server, by extender/memory in memory (`serve --cluster`), and by fakes in tests.
#pragma once

#include "placement/gang/gang_events.hpp"
#include "placement/model/pod.hpp"
#include "placement/model/result.hpp"
#include "placement/model/units.hpp"

#include <optional>
#include <string>
#include <vector>

namespace muster {

// Binding of a pod that is no gang member.
struct PlainBinding {
    PodUid uid;
    PodKey pod;
    std::string resource_version;
    NodeName node;
};

// An Event for people (events.k8s.io/v1). Texts are made in extender/wire/reasons.
struct EventNote {
    PodUid uid;  // regarding: this pod …
    PodKey pod;
    std::string kind = "Pod";  // … or its controller (kind, name, uid)
    std::string reason;        // CamelCase
    std::string note;          // ≤ 1 kB
    bool warning = false;
};

// Every call blocks until the outcome is known or its time is over (unavailable), and may be made from many threads at
// once. A write with a resourceVersion is refused (conflict) when the object has moved on. None retries by itself.
class ClusterApi {
  public:
    virtual ~ClusterApi() = default;
    virtual WriteOutcome admit(const Admit& write) = 0;
    virtual WriteOutcome fence(const Fence& write) = 0;
    virtual WriteOutcome bind(const WriteBinding& write) = 0;
    virtual WriteOutcome bind_plain(const PlainBinding& write) = 0;
    virtual WriteOutcome remove(const DeleteMember& write) = 0;
    // Changes an annotation (muster.scheduler/wake = token) so that the scheduler tries the pod again, and so that no
    // Binding with an older resourceVersion can land. Without precondition when resource_version is empty.
    virtual WriteOutcome touch(const PodKey& pod, const PodUid& uid, const std::string& resource_version,
                               const std::string& token) = 0;
    // A consistent read. nullopt: no such pod.
    virtual Result<std::optional<PodFacts>> read(const PodKey& pod) = 0;
    // Queued, may be dropped.
    virtual void note(EventNote note) = 0;
};

class Clock {
  public:
    virtual ~Clock() = default;
    [[nodiscard]] virtual TimePoint now() const = 0;
};

}  // namespace muster
