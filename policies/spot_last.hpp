// Members on nodes that may be taken back at any time.
//
// Cost of m members on a host: m when it carries one of the labels by which clouds mark such nodes (params.hpp), else
// 0. Domains above the hosts: 0.
#pragma once

#include "placement/plan/policy.hpp"
#include "policies/params.hpp"

#include <memory>
#include <string_view>

namespace muster {

inline constexpr std::string_view kSpotLast = "spot_last";

[[nodiscard]] std::shared_ptr<const DomainPolicy> make_spot_last(const SpotLastParams& params);

}  // namespace muster
