// "Did you mean": the known word nearest to an unknown one.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace muster {

// The candidate with the fewest edits (insert, delete, replace, swap neighbours; letter case counts for little), the
// first of equals; nullopt when none is near enough to be meant. O(candidates × length²).
[[nodiscard]] std::optional<std::string_view> nearest(std::string_view word,
                                                      std::span<const std::string_view> candidates);

// `did you mean "NEAREST"?` or `known: a, b, c`.
[[nodiscard]] std::string suggest(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace muster
