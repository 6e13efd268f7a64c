#include "placement/model/resources.hpp"

#include <algorithm>

namespace muster {
namespace {

std::int64_t saturating_add(std::int64_t a, std::int64_t b) {
    std::int64_t sum = 0;
    if (__builtin_add_overflow(a, b, &sum)) return b > 0 ? INT64_MAX : INT64_MIN;
    return sum;
}

}  // namespace

ResourceAmounts::ResourceAmounts(std::initializer_list<Entry> entries) {
    for (const auto& [name, amount] : entries) set(name, amount);
}

std::int64_t ResourceAmounts::get(std::string_view name) const {
    const auto at = std::ranges::lower_bound(entries_, name, {}, &Entry::first);
    return at != entries_.end() && at->first == name ? at->second : 0;
}

void ResourceAmounts::set(std::string_view name, std::int64_t amount) {
    const auto at = std::ranges::lower_bound(entries_, name, {}, &Entry::first);
    const bool present = at != entries_.end() && at->first == name;
    if (amount == 0) {
        if (present) entries_.erase(at);
    } else if (present) {
        at->second = amount;
    } else {
        entries_.emplace(at, std::string(name), amount);
    }
}

void ResourceAmounts::add(const ResourceAmounts& other) {
    for (const auto& [name, amount] : other.entries_) set(name, saturating_add(get(name), amount));
}

void ResourceAmounts::subtract(const ResourceAmounts& other) {
    for (const auto& [name, amount] : other.entries_) {
        set(name, saturating_add(get(name), amount == INT64_MIN ? INT64_MAX : -amount));
    }
}

void ResourceAmounts::raise_to(const ResourceAmounts& other) {
    for (const auto& [name, amount] : other.entries_) set(name, std::max(get(name), amount));
}

}  // namespace muster
