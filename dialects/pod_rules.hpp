// Where a pod may run: node selector, required node affinity, tolerations, host ports, and which of its other rules the
// planner does not model.
#pragma once

#include "dialects/field_reader.hpp"
#include "placement/model/pod_shape.hpp"

namespace muster {

// Fills everything of the shape but requests and shares, which are read already. Only features that could make a plan
// wrong are added to unmodelled, which is then sorted: required pod (anti-)affinity, DoNotSchedule spread constraints,
// resource claims. Volumes are left to kube-scheduler, since the gang protocol handles members that it refuses;
// preferred rules never count.
void read_pod_rules(FieldReader& reader, const Object& pod, PodShape& shape);

}  // namespace muster
