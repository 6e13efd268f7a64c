#include "config/nearest.hpp"

#include <algorithm>
#include <cctype>
#include <vector>

namespace muster {
namespace {

// Words longer than this are nobody's typing error, and would make the table large.
constexpr std::size_t kLongestWord = 100;

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return out;
}

// Restricted Damerau-Levenshtein distance.
std::size_t edits(const std::string& a, const std::string& b) {
    const std::size_t width = b.size() + 1;
    std::vector<std::size_t> table((a.size() + 1) * width);
    const auto at = [&](std::size_t i, std::size_t j) -> std::size_t& { return table[i * width + j]; };
    for (std::size_t i = 0; i <= a.size(); ++i) at(i, 0) = i;
    for (std::size_t j = 0; j <= b.size(); ++j) at(0, j) = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = at(i - 1, j - 1) + (a[i - 1] == b[j - 1] ? 0 : 1);
            at(i, j) = std::min({at(i - 1, j) + 1, at(i, j - 1) + 1, replaced});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                at(i, j) = std::min(at(i, j), at(i - 2, j - 2) + 1);
            }
        }
    }
    return at(a.size(), b.size());
}

}  // namespace

std::optional<std::string_view> nearest(std::string_view word, std::span<const std::string_view> candidates) {
    if (word.empty() || word.size() > kLongestWord) return std::nullopt;
    const std::string wanted = lower(word);
    std::optional<std::string_view> best;
    std::size_t best_edits = std::max<std::size_t>(1, word.size() / 3) + 1;
    for (const auto candidate : candidates) {
        const std::size_t distance = edits(wanted, lower(candidate));
        if (distance < best_edits) {
            best = candidate;
            best_edits = distance;
        }
    }
    return best;
}

std::string suggest(std::string_view word, std::span<const std::string_view> candidates) {
    if (const auto near = nearest(word, candidates)) return "did you mean \"" + std::string(*near) + "\"?";
    std::string text = "known: ";
    for (std::size_t i = 0; i < candidates.size(); ++i) text += (i == 0 ? "" : ", ") + std::string(candidates[i]);
    return text;
}

}  // namespace muster
