// What a pod asks of its node, summed as kube-scheduler sums it (component-helpers/resource/helpers.go, PodRequests)
// after the API server's defaults (pkg/apis/core/v1/defaults.go), which a manifest has not gone through yet.
#pragma once

#include "dialects/field_reader.hpp"
#include "placement/model/resources.hpp"

#include <string_view>

namespace muster {

// A map of resource → quantity under `field` of `parent`. Faults of single entries go to the reader.
[[nodiscard]] ResourceAmounts read_amounts(FieldReader& reader, const Object& parent, std::string_view field);

// Of the whole pod: sum of its containers and sidecars, or the peak of its init containers if that is more; resources
// of pod level replace both for cpu, memory and huge pages; then overhead and one pod slot. What a resized container
// was allocated counts where it is more.
[[nodiscard]] ResourceAmounts read_pod_requests(FieldReader& reader, const Object& pod);

}  // namespace muster
