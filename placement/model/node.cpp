#include "placement/model/node.hpp"

#include <algorithm>

namespace muster {

const std::string* find_label(const Labels& labels, std::string_view key) {
    const auto at =
        std::ranges::lower_bound(labels, key, {}, [](const auto& label) { return std::string_view(label.first); });
    return at != labels.end() && at->first == key ? &at->second : nullptr;
}

void normalize(Labels& labels) {
    std::ranges::stable_sort(labels, {}, &Labels::value_type::first);
    // Keep the last of equal keys: walk from the back and drop earlier ones.
    const auto last =
        std::unique(labels.rbegin(), labels.rend(), [](const auto& a, const auto& b) { return a.first == b.first; });
    labels.erase(labels.begin(), last.base());
}

}  // namespace muster
