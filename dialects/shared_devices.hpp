// Of which resources a node offers the sum over equal devices, and over how many.
#pragma once

#include "dialects/object.hpp"
#include "placement/model/node.hpp"

#include <string_view>

namespace muster {

// What the operator knows and nothing on the node tells, e.g. {"nvidia.com/gpucores": 8}: resources of
// kDeviceShareKinds with their number of devices, 1 to kMaxGpus. It goes before what the node's status says.
inline constexpr std::string_view kSharedDevicesAnnotation = "muster.scheduler/shared-devices";

// Fills shared_devices of `facts`, whose name and allocatable are read already, and makes one amount of what openb's
// nodes offer: the sum over devices. What is wrong with the annotation goes into machine_errors; the resource is then
// an amount like any other. O(kinds).
void read_shared_devices(const Object& node, NodeFacts& facts);

}  // namespace muster
