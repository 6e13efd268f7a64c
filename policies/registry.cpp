#include "policies/registry.hpp"

#include "policies/least_fragment.hpp"
#include "policies/pairwise_distance.hpp"
#include "policies/prefer_label.hpp"
#include "policies/rail_aligned.hpp"
#include "policies/spot_last.hpp"
#include "policies/spread_failure_domains.hpp"
#include "policies/tightest_domain.hpp"
#include "policies/whole_cells.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <utility>

namespace muster {
namespace {

struct Entry {
    std::string_view name;
    std::shared_ptr<const DomainPolicy> (*make)(const PolicyParams&);
};

// One line per policy, sorted by name.
constexpr std::array kPolicies{
    Entry{kLeastFragment, [](const PolicyParams& params) { return make_least_fragment(params.least_fragment); }},
    Entry{kPairwiseDistance,
          [](const PolicyParams& params) { return make_pairwise_distance(params.pairwise_distance); }},
    Entry{kPreferLabel, [](const PolicyParams& params) { return make_prefer_label(params.prefer_label); }},
    Entry{kRailAligned, [](const PolicyParams&) { return make_rail_aligned(); }},
    Entry{kSpotLast, [](const PolicyParams& params) { return make_spot_last(params.spot_last); }},
    Entry{kSpreadFailureDomains,
          [](const PolicyParams& params) { return make_spread_failure_domains(params.spread_failure_domains); }},
    Entry{kTightestDomain, [](const PolicyParams&) { return make_tightest_domain(); }},
    Entry{kWholeCells, [](const PolicyParams& params) { return make_whole_cells(params.whole_cells); }},
};

Error policy_error(std::size_t at, std::string what, std::string remedy) {
    return Error{ErrorCode::bad_input, "policies[" + std::to_string(at) + "]", std::move(what), std::move(remedy)};
}

std::string joined_names() {
    std::string names;
    for (const auto name : policy_names()) names.append(names.empty() ? "" : ", ").append(name);
    return names;
}

// A policy that leads for every gang, or has a say only where it leads by itself.
class AdjustedPolicy final : public DomainPolicy {
  public:
    enum class How { leads_always, applies_where_it_leads };
    AdjustedPolicy(std::shared_ptr<const DomainPolicy> policy, How how) : policy_(std::move(policy)), how_(how) {}

    [[nodiscard]] std::string_view name() const override { return policy_->name(); }
    [[nodiscard]] Combine combine() const override { return policy_->combine(); }
    [[nodiscard]] bool may_refuse() const override { return policy_->may_refuse(); }
    [[nodiscard]] bool applies(const GangRequest& request) const override {
        return how_ == How::leads_always ? policy_->applies(request) : policy_->leads(request);
    }
    [[nodiscard]] bool leads(const GangRequest& request) const override {
        return how_ == How::leads_always || policy_->leads(request);
    }
    [[nodiscard]] std::unique_ptr<DomainCost> prepare(const Snapshot& snapshot,
                                                      const GangRequest& request) const override {
        return policy_->prepare(snapshot, request);
    }

  private:
    std::shared_ptr<const DomainPolicy> policy_;
    How how_;
};

}  // namespace

std::vector<std::string_view> policy_names() {
    std::vector<std::string_view> names;
    for (const auto& entry : kPolicies) names.push_back(entry.name);
    return names;
}

Result<Policies> make_policies(std::span<const std::string> names, const PolicyParams& params) {
    Policies policies;
    for (std::size_t i = 0; i < names.size(); ++i) {
        const auto entry = std::ranges::find(kPolicies, std::string_view(names[i]), &Entry::name);
        if (entry == kPolicies.end()) {
            return std::unexpected(
                policy_error(i, "unknown policy \"" + names[i] + "\"", "known are: " + joined_names()));
        }
        if (std::ranges::find(names.first(i), names[i]) != names.first(i).end()) {
            return std::unexpected(policy_error(i, "policy \"" + names[i] + "\" given twice", "keep one of them"));
        }
        auto policy = entry->make(params);
        const bool leads = std::ranges::find(params.leading, names[i]) != params.leading.end();
        if (leads) policy = std::make_shared<AdjustedPolicy>(std::move(policy), AdjustedPolicy::How::leads_always);
        policies.push_back(std::move(policy));
    }
    if (std::ranges::find(names, kPairwiseDistance) == names.end()) {
        policies.push_back(std::make_shared<AdjustedPolicy>(make_pairwise_distance(params.pairwise_distance),
                                                            AdjustedPolicy::How::applies_where_it_leads));
    }
    return policies;
}

Policies default_policies(const PolicyParams& params) {
    const std::vector<std::string> names(kDefaultPolicies.begin(), kDefaultPolicies.end());
    return make_policies(names, params).value();
}

}  // namespace muster
