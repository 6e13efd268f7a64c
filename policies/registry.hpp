// All policies by name: the only list. No policy knows another, or the registry.
#pragma once

#include "placement/model/result.hpp"
#include "placement/plan/policy.hpp"
#include "policies/params.hpp"

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace muster {

// Sorted; equal to kPolicyNames.
[[nodiscard]] std::vector<std::string_view> policy_names();

// In the order given, which is the order of the objective behind level and domains; those in params.leading before the
// domains. Without pairwise_distance among them it stands at the end for gangs of pattern all-to-all, which it leads,
// and has no say for others. Errors (bad_input): a name that is not in policy_names(), or one given twice.
[[nodiscard]] Result<Policies> make_policies(std::span<const std::string> names, const PolicyParams& params = {});

// What plans are ranked by unless the settings say otherwise: make_policies of kDefaultPolicies.
[[nodiscard]] Policies default_policies(const PolicyParams& params = {});

}  // namespace muster
