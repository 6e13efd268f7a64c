// Text in columns, as a terminal counts them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace muster {

// Characters, not bytes: continuation bytes of UTF-8 do not count.
[[nodiscard]] inline std::size_t text_width(std::string_view text) {
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

// At the left, or the right, of so many columns; wider text stays as it is.
[[nodiscard]] inline std::string left_aligned(std::string_view text, std::size_t columns) {
    return std::string(text) + std::string(columns - std::min(columns, text_width(text)), ' ');
}
[[nodiscard]] inline std::string right_aligned(std::string_view text, std::size_t columns) {
    return std::string(columns - std::min(columns, text_width(text)), ' ') + std::string(text);
}

}  // namespace muster
