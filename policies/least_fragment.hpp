// Fragmentation: the GPUs that would be of no use to the pods still to come, expected over a mix of their sizes (the
// measure of FGD, ATC'23; reference traces-and-simulators §B4, for pods of whole GPUs).
//
// A host with f free GPUs has F(f) = f × (pods of the mix that ask for more than f): a pod that asks for more can use
// none of them, any other can use them. Cost of m members of g GPUs on a host: F(f − m g) − F(f) + m g W, where W is
// the number of pods in the mix, all of them. The last term makes it never negative, since F(f − n) ≥ F(f) − n W, and
// is the same sum for every placement of the gang. Divided by W the rest is the GPUs made useless. Several kinds of
// devices are summed up; domains above the hosts cost 0, and so do members that ask for none.
#pragma once

#include "placement/plan/policy.hpp"
#include "policies/params.hpp"

#include <memory>
#include <string_view>

namespace muster {

inline constexpr std::string_view kLeastFragment = "least_fragment";

[[nodiscard]] std::shared_ptr<const DomainPolicy> make_least_fragment(const LeastFragmentParams& params);

}  // namespace muster
