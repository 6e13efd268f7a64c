#include "offline/quality_gap.hpp"

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace muster {
namespace {

// Of the objective (plan.hpp): what is no number of domains.
constexpr std::string_view kBandwidth = "bandwidth-class";
constexpr std::string_view kLevel = "level";
constexpr std::string_view kPolicies = "policies";

}  // namespace

std::optional<QualityGap> quality_gap(const Quality& quality) {
    if (quality.proof == Proof::optimal) return std::nullopt;
    const auto differs = std::ranges::mismatch(quality.objective, quality.bound);
    if (differs.in1 == quality.objective.end() || differs.in2 == quality.bound.end()) return std::nullopt;
    const auto at = static_cast<std::size_t>(differs.in1 - quality.objective.begin());
    QualityGap gap{std::string(kPolicies), *differs.in1, *differs.in2};
    if (at == 0) gap.term = kBandwidth;
    if (at == 1) gap.term = kLevel;
    const auto first = 2 + static_cast<std::size_t>(quality.leading);
    if (at >= first && at < quality.domains.size() + first) gap.term = quality.domains[at - first].level;
    return gap;
}

std::string gap_sentence(const Quality& quality) {
    const auto gap = quality_gap(quality);
    if (!gap) return {};
    if (gap->term == kBandwidth) return "not proved best: faster GPU sets are not excluded";
    if (gap->term == kLevel) return "not proved best: a lower level is not excluded";
    if (gap->term == kPolicies) return "not proved best by the policies";
    return "not proved best: at least " + std::to_string(gap->bound) + " × " + gap->term + ", found " +
           std::to_string(gap->found);
}

}  // namespace muster
