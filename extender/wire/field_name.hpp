// Field names as Go's encoding/json matches them: exactly, or in any letter case, where two letters outside ASCII fold
// to one inside it (U+017F to s, U+212A to k).
#pragma once

#include <cstddef>
#include <string_view>

namespace muster::wire {

// `field` is ASCII, as all fields of extender/v1 are. O(length).
[[nodiscard]] constexpr bool is_field(std::string_view key, std::string_view field) {
    constexpr auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    constexpr std::string_view kLongS = "\xC5\xBF";
    constexpr std::string_view kKelvin = "\xE2\x84\xAA";
    for (const char wanted : field) {
        if (key.empty()) return false;
        std::size_t length = 1;
        char found = lower(key.front());
        if (key.starts_with(kLongS)) {
            found = 's';
            length = kLongS.size();
        } else if (key.starts_with(kKelvin)) {
            found = 'k';
            length = kKelvin.size();
        }
        if (found != lower(wanted)) return false;
        key.remove_prefix(length);
    }
    return key.empty();
}

}  // namespace muster::wire
