#include "policies/prefer_label.hpp"

#include "policies/label_cost.hpp"

namespace muster {

std::shared_ptr<const DomainPolicy> make_prefer_label(const PreferLabelParams& params) {
    return make_label_policy(kPreferLabel, LabelledHosts::cost_nothing, params.labels);
}

}  // namespace muster
