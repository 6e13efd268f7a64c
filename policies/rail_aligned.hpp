// Members that get fewer network cards near their GPUs than they could have: rails stay aligned where every member has
// as many as the best set of its size.
//
// A NIC is near a set of GPUs when some GPU of the set reaches it without passing a host bridge (≤ PXB) or through the
// CPU to which it has C2C (P2C). A member of k GPUs of a host's machine is *aligned* when its set has as many near NICs
// as any k GPUs of that machine have. Which set it gets is what the kubelet is predicted to give to the members one
// after the other (placement/topology/kubelet_choice.hpp), from the GPUs that nobody has.
//
// Cost of m members on a host: how many of them are not aligned, or not known to be: all m where not all GPUs in use
// are known, where the node offers fewer GPUs than its machine has (nobody tells which are broken), and on machines of
// more than kMostRailGpus; but none where any k GPUs are as good as any others. 0 on a host without machine, whose GPUs
// are a plain set of equals, for members that ask for no GPU of the machine, and above the hosts.
#pragma once

#include "placement/plan/policy.hpp"

#include <cstddef>
#include <memory>
#include <string_view>

namespace muster {

inline constexpr std::string_view kRailAligned = "rail_aligned";
// Predictions for all states of a machine stay below a millisecond; those for 16 GPUs take tens of them each.
inline constexpr std::size_t kMostRailGpus = 8;

[[nodiscard]] std::shared_ptr<const DomainPolicy> make_rail_aligned();

}  // namespace muster
