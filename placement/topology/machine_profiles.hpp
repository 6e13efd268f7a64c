// Machines that everybody has, built in: used for a node whose labels name its GPUs and that carries no dump of its
// own.
#pragma once

#include "placement/model/machine_graph.hpp"
#include "placement/model/machine_source.hpp"

#include <memory>
#include <string_view>
#include <vector>

namespace muster {

// dgx-1v, dgx-2, dgx-a100, gb200-tray, gb300-tray, hgx-b200, hgx-b300, hgx-h100, hgx-h20, hgx-h200, hgx-h800, l40s-8,
// mi210-8, mi250-4, mi250-8, mi300x-8, pcie-4, pcie-8: sorted. The number of a server of cards or packages is theirs;
// an MI250 package is two GPUs, so mi250-8 has 16.
[[nodiscard]] std::vector<std::string_view> machine_profile_names();
// nullptr: no such profile. Built once, shared. Its notes say what is assumed of such a machine.
[[nodiscard]] std::shared_ptr<const MachineGraph> machine_profile(std::string_view name);

// The profile that fits: by instance type where it is one of the clouds' well-known ones and has `count` GPUs, else by
// product and count. Empty: none does (MIG partitions and parts of a board among them), so the GPUs are a plain set of
// equals. O(table).
[[nodiscard]] std::string_view choose_machine_profile(const GpuFacts& facts);

}  // namespace muster
