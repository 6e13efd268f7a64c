// How far a plan may be from the best, in words of its objective.
#pragma once

#include "placement/model/plan.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace muster {

// The first term of the objective in which the bound is smaller: no placement has less than `bound` there, the plan has
// `found`; terms before it are optimal.
struct QualityGap {
    std::string term;  // "bandwidth-class", "level", the name of a level (its number of domains), or "policies"
    std::int64_t found = 0;
    std::int64_t bound = 0;
    auto operator<=>(const QualityGap&) const = default;
};

// nullopt: the plan is proved optimal.
[[nodiscard]] std::optional<QualityGap> quality_gap(const Quality& quality);

// The same for people; empty where there is none.
[[nodiscard]] std::string gap_sentence(const Quality& quality);

}  // namespace muster
