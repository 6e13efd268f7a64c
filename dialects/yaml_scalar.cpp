#include "dialects/yaml_scalar.hpp"

#include "dialects/digit.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

namespace muster {
namespace {

constexpr std::array<std::string_view, 5> kNulls{"", "~", "null", "Null", "NULL"};
constexpr std::array<std::string_view, 11> kTrue{"y",    "Y",    "yes", "Yes", "YES", "true",
                                                 "True", "TRUE", "on",  "On",  "ON"};
constexpr std::array<std::string_view, 11> kFalse{"n",     "N",     "no",  "No",  "NO", "false",
                                                  "False", "FALSE", "off", "Off", "OFF"};

// [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?
bool looks_decimal(std::string_view text) {
    std::size_t at = 0;
    const auto digits = [&] {
        const std::size_t begin = at;
        while (at < text.size() && is_digit(text[at])) ++at;
        return at - begin;
    };
    if (at < text.size() && (text[at] == '-' || text[at] == '+')) ++at;
    const std::size_t whole = digits();
    if (at < text.size() && text[at] == '.') {
        ++at;
        if (digits() == 0 && whole == 0) return false;
    } else if (whole == 0) {
        return false;
    }
    if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
        ++at;
        if (at < text.size() && (text[at] == '-' || text[at] == '+')) ++at;
        if (digits() == 0) return false;
    }
    return at == text.size();
}

// 0x1F, 0o17, 017, 0b101 with optional sign, as decimal text; nullopt when it is none of them.
std::optional<std::string> other_base(std::string_view text) {
    const bool negative = !text.empty() && text.front() == '-';
    if (negative || (!text.empty() && text.front() == '+')) text.remove_prefix(1);
    if (text.size() < 2 || text.front() != '0') return std::nullopt;
    int base = 8;
    switch (text[1]) {
        case 'x':
        case 'X':
            base = 16;
            break;
        case 'b':
        case 'B':
            base = 2;
            break;
        case 'o':
        case 'O':
            break;
        default:
            break;
    }
    text.remove_prefix(is_digit(text[1]) ? 1 : 2);
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return (negative && value != 0 ? "-" : "") + std::to_string(value);
}

}  // namespace

Object plain_scalar(const std::string& text) {
    const auto is = [&](const auto& words) { return std::ranges::find(words, text) != words.end(); };
    if (is(kNulls)) return {};
    if (is(kTrue)) return Object::boolean(true);
    if (is(kFalse)) return Object::boolean(false);
    const char first = text.front();
    if (!is_digit(first) && first != '-' && first != '+' && first != '.') return Object::string(text);
    std::string plain = text;
    std::erase(plain, '_');
    if (auto decimal = other_base(plain)) return Object::number(*std::move(decimal));
    if (looks_decimal(plain)) return Object::number(std::move(plain));
    return Object::string(text);
}

}  // namespace muster
