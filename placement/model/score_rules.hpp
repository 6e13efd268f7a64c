// By what the nodes that a pod may go to are scored (design §4, "Pods that are not planned"): the terms, their weights
// and their order. placement/plan/scores/node_scores.hpp defines each.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace muster {

enum class ScoreTerm : std::uint8_t { gang_completeness, failure_domain, waiting_gangs, link_locality, policies };

// In the order of the enumerators; the words of the settings.
inline constexpr std::array<std::string_view, 5> kScoreTermNames{"gang_completeness", "failure_domain", "waiting_gangs",
                                                                 "link_locality", "policies"};
[[nodiscard]] constexpr std::string_view name_of(ScoreTerm term) {
    return kScoreTermNames[static_cast<std::size_t>(term)];
}

inline constexpr std::int32_t kMaxScoreWeight = 1'000;

struct ScoreRule {
    ScoreTerm term = ScoreTerm::policies;
    std::int32_t weight = 1;  // 0…kMaxScoreWeight; 0: the term only decides between equals
    auto operator<=>(const ScoreRule&) const = default;
};

// What the pods of one controller ask for that say nothing themselves.
enum class SiblingWish : std::uint8_t { apart, near };

struct ScoreRules {
    // Each term at most once; one that is missing is not looked at. Order decides between nodes of equal sums. By
    // default each weight is more than those behind it together, so that a term is only outvoted by small differences
    // of its own against large ones of others: a gang that cannot be whole is worth nothing, one failure that takes all
    // replicas along is worse than a gang that waits longer, which is worse than slow links, and those are worse than a
    // broken cell.
    std::vector<ScoreRule> terms = {{ScoreTerm::gang_completeness, 16},
                                    {ScoreTerm::failure_domain, 8},
                                    {ScoreTerm::waiting_gangs, 4},
                                    {ScoreTerm::link_locality, 2},
                                    {ScoreTerm::policies, 1}};
    SiblingWish siblings = SiblingWish::apart;
    auto operator<=>(const ScoreRules&) const = default;
};

}  // namespace muster
