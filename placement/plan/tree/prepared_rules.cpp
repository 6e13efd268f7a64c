#include "placement/plan/tree/prepared_rules.hpp"

#include "placement/model/check.hpp"
#include "placement/plan/tree/split_graph.hpp"

#include <algorithm>
#include <iterator>

namespace muster {

Policies policies_of(const GangRequest& request, const Policies& policies) {
    Policies used;
    std::ranges::copy_if(policies, std::back_inserter(used),
                         [&](const auto& policy) { return policy->applies(request); });
    std::ranges::stable_partition(used, [&](const auto& policy) { return policy->leads(request); });
    return used;
}

PreparedRules::PreparedRules(const Snapshot& snapshot, const GangRequest& request, const Policies& policies) {
    for (const auto& policy : policies_of(request, policies)) {
        rules_.push_back(
            {policy->prepare(snapshot, request), policy->combine() == Combine::maximum, policy->may_refuse()});
        may_refuse_ = may_refuse_ || rules_.back().may_refuse;
        leading_ += policy->leads(request) ? 1U : 0U;
    }
}

std::int64_t PreparedRules::cost(std::size_t rule, DomainIdx domain, std::int32_t members) const {
    if (members == 0) return 0;
    const auto cost = rules_[rule].cost->cost(domain, members);
    MUSTER_CHECK(cost ? *cost >= 0 && *cost <= kMaxPolicyCost : rules_[rule].may_refuse);
    return cost.value_or(kNever);
}

}  // namespace muster
