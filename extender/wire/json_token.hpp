// The grammar of JSON's numbers and words on one token, which may carry white space behind it. A number that nobody
// reads may be as large as it likes, as in Go; simdjson would refuse 10^30.
#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace muster::wire {

[[nodiscard]] constexpr std::string_view trim_token(std::string_view token) {
    const auto last = token.find_last_not_of(" \t\r\n");
    return token.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

[[nodiscard]] constexpr bool is_word_token(std::string_view token, std::string_view word, std::string_view other = {}) {
    token = trim_token(token);
    return token == word || (!other.empty() && token == other);
}

// RFC 8259 §6.
[[nodiscard]] constexpr bool is_number_token(std::string_view token) {
    token = trim_token(token);
    std::size_t at = 0;
    const auto digits = [&] {
        const auto begin = at;
        while (at < token.size() && token[at] >= '0' && token[at] <= '9') ++at;
        return at - begin;
    };
    const auto take = [&](std::string_view any) {
        const bool found = at < token.size() && any.find(token[at]) != std::string_view::npos;
        if (found) ++at;
        return found;
    };
    take("-");
    const bool zero = at < token.size() && token[at] == '0';
    const auto whole = digits();
    if (whole == 0 || (zero && whole > 1)) return false;
    if (take(".") && digits() == 0) return false;
    if (take("eE")) {
        take("+-");
        if (digits() == 0) return false;
    }
    return at == token.size();
}

// nullopt for fractions, exponents and numbers beyond 64 bits, which Go refuses for an int64 as well.
[[nodiscard]] inline std::optional<std::int64_t> int64_of_token(std::string_view token) {
    token = trim_token(token);
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), number);
    if (error != std::errc{} || end != token.data() + token.size()) return std::nullopt;
    return number;
}

}  // namespace muster::wire
