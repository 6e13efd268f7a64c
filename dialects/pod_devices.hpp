// Which GPUs a bound pod has, as far as the pod says so.
#pragma once

#include "dialects/object.hpp"

#include <string>
#include <vector>

namespace muster {

// Of a bound pod, sorted, without duplicates: the ids of GPU resources in
// status.containerStatuses[].allocatedResourcesStatus (the kubelet's, Kubernetes 1.36 and newer); where there is none,
// "ordinal:N" for the annotation muster.scheduler/gpus beside muster.scheduler/gpu-source: controlled. Empty: not told.
// Never an error: a pod uses its node whatever its status says. O(statuses).
[[nodiscard]] std::vector<std::string> read_pod_devices(const Object& pod);

}  // namespace muster
