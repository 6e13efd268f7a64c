// Members on nodes that do not carry a wanted label.
//
// Cost of m members on a host: m when it carries none of the labels with the value asked for (an empty value: any),
// else 0. Domains above the hosts: 0. Without any label asked for, nothing costs anything.
#pragma once

#include "placement/plan/policy.hpp"
#include "policies/params.hpp"

#include <memory>
#include <string_view>

namespace muster {

inline constexpr std::string_view kPreferLabel = "prefer_label";

[[nodiscard]] std::shared_ptr<const DomainPolicy> make_prefer_label(const PreferLabelParams& params);

}  // namespace muster
