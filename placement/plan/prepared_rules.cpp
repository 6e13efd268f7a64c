#include "placement/plan/prepared_rules.hpp"

#include "placement/model/check.hpp"
#include "placement/plan/split_graph.hpp"

namespace muster {

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
