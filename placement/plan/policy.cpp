#include "placement/plan/policy.hpp"

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

}  // namespace muster
