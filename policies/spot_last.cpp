#include "policies/spot_last.hpp"

#include "policies/label_cost.hpp"

namespace muster {

std::shared_ptr<const DomainPolicy> make_spot_last(const SpotLastParams& params) {
    return make_label_policy(kSpotLast, LabelledHosts::cost, params.labels);
}

}  // namespace muster
