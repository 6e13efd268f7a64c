// What the policies about labels share: a host costs 1 for each new member when its labels say so. Not a policy itself.
#pragma once

#include "placement/plan/policy.hpp"
#include "policies/params.hpp"

#include <memory>
#include <string_view>
#include <vector>

namespace muster {

enum class LabelledHosts { cost, cost_nothing };

// A sum that never refuses. With LabelledHosts::cost the hosts that carry one of the labels cost m, all others 0; with
// cost_nothing the other way round, unless `labels` is empty: then all cost 0. Domains above the hosts cost 0.
[[nodiscard]] std::shared_ptr<const DomainPolicy> make_label_policy(std::string_view name, LabelledHosts which,
                                                                    const std::vector<LabelValue>& labels);

}  // namespace muster
