// Events about a pod, as its facts tell them: the one place where facts become amounts, devices and gangs in use.
#pragma once

#include "placement/cluster/events.hpp"
#include "placement/model/ids.hpp"
#include "placement/model/pod.hpp"

#include <utility>

namespace muster {

// A pod of a gang shares its gang's traffic whoever schedules it.
[[nodiscard]] inline PodBound pod_bound(const PodFacts& pod) {
    return {pod.uid,     pod.node,         pod.shape.requests, pod.shape.host_ports, pod.stays,
            pod.devices, pod.shape.shares, pod.share_devices,  gang_name(pod)};
}

// Which GPUs, and which devices for its shares, it would get is not told.
[[nodiscard]] inline Reserved pod_reserved(const PodFacts& pod, NodeName node) {
    return {pod.uid, std::move(node), pod.shape.requests, pod.shape.host_ports, {}, pod.shape.shares,
            {},      gang_name(pod)};
}

}  // namespace muster
