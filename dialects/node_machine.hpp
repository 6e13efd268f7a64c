// The inside of a node's machine, from what labels and annotations say of it.
#pragma once

#include "dialects/object.hpp"
#include "placement/model/machine_source.hpp"
#include "placement/model/node.hpp"

#include <string_view>

namespace muster {

// Name of a machine: a built-in profile, or one that the operator gave (settings: topology.machines).
inline constexpr std::string_view kMachineAnnotation = "muster.scheduler/machine";
// The machine itself: any dump that dialects/topology reads.
inline constexpr std::string_view kMachineDumpAnnotation = "muster.scheduler/machine-dump";
// The ids under which the kubelet hands the GPUs out, by ordinal, separated by commas: UUIDs of NVIDIA's GPUs
// (`nvidia-smi --query-gpu=uuid --format=csv,noheader`), PCI addresses of AMD's.
inline constexpr std::string_view kGpuIdsAnnotation = "muster.scheduler/gpu-ids";

// Fills machine, gpu_resource, gpu_ids and machine_errors of `facts`, whose name, labels and allocatable are read
// already. Order of trust: a dump, a name, labels. No machine where what the node offers is not whole GPUs (time
// slicing, MPS, MIG) or not as many as the machine has; where an annotation, or a label, promised one, machine_errors
// says why. O(labels + dump).
void read_node_machine(const Object& node, const MachineSource& machines, NodeFacts& facts);

}  // namespace muster
