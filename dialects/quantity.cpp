#include "dialects/quantity.hpp"

#include "dialects/digit.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <optional>
#include <string>
#include <utility>

namespace muster {
namespace {

// digits × 10^exp10 × 2^exp2, digits without leading zeros (empty: zero).
struct Decimal {
    bool negative = false;
    std::string digits;
    int exp10 = 0;
    int exp2 = 0;
};

enum class Fault { junk, negative, too_large };

constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
// Exponents beyond this decide the value alone: zero digits, too large, or rounded up to 1.
constexpr int kExponentLimit = 1'000;

constexpr std::array<std::pair<std::string_view, int>, 6> kBinary{
    {{"Ki", 10}, {"Mi", 20}, {"Gi", 30}, {"Ti", 40}, {"Pi", 50}, {"Ei", 60}}};
constexpr std::array<std::pair<std::string_view, int>, 10> kDecimal{
    {{"n", -9}, {"u", -6}, {"m", -3}, {"", 0}, {"k", 3}, {"M", 6}, {"G", 9}, {"T", 12}, {"P", 15}, {"E", 18}}};

bool apply_suffix(std::string_view suffix, Decimal& value) {
    for (const auto& [name, power] : kBinary) {
        if (suffix == name) {
            value.exp2 = power;
            return true;
        }
    }
    for (const auto& [name, power] : kDecimal) {
        if (suffix == name) {
            value.exp10 += power;
            return true;
        }
    }
    if (suffix.size() < 2 || (suffix[0] != 'e' && suffix[0] != 'E')) return false;
    suffix.remove_prefix(1);
    const bool minus = suffix[0] == '-';
    if (minus || suffix[0] == '+') suffix.remove_prefix(1);
    if (suffix.empty() || !std::ranges::all_of(suffix, is_digit)) return false;
    int power = 0;
    const auto [end, error] = std::from_chars(suffix.data(), suffix.data() + suffix.size(), power);
    if (error != std::errc() || power > kExponentLimit) power = kExponentLimit;
    value.exp10 += minus ? -power : power;
    return true;
}

std::optional<Decimal> scan(std::string_view text) {
    Decimal value;
    std::size_t at = 0;
    if (at < text.size() && (text[at] == '-' || text[at] == '+')) value.negative = text[at++] == '-';
    const std::size_t whole = at;
    while (at < text.size() && is_digit(text[at])) ++at;
    value.digits = text.substr(whole, at - whole);
    std::size_t count = at - whole;
    if (at < text.size() && text[at] == '.') {
        const std::size_t begin = ++at;
        while (at < text.size() && is_digit(text[at])) ++at;
        value.digits += text.substr(begin, at - begin);
        // A text is no longer than a request body, far below the range of int.
        value.exp10 -= static_cast<int>(at - begin);
        count += at - begin;
    }
    if (count == 0 || !apply_suffix(text.substr(at), value)) return std::nullopt;
    value.digits.erase(0, value.digits.find_first_not_of('0'));
    return value;
}

// digits × factor, factor ≤ 2^30. Exact for any length: with Ei no fixed number of digits is enough.
// enough.
std::string times(std::string digits, std::uint64_t factor) {
    std::uint64_t carry = 0;
    for (auto at = digits.rbegin(); at != digits.rend(); ++at) {
        carry += static_cast<std::uint64_t>(*at - '0') * factor;
        *at = static_cast<char>('0' + carry % 10);
        carry /= 10;
    }
    return carry == 0 ? digits : std::to_string(carry) + digits;
}

struct Rounded {
    std::int64_t value = 0;
    bool exact = true;
};

std::expected<Rounded, Fault> round_up(Decimal value) {
    if (value.digits.empty()) return Rounded{};
    if (value.negative) return std::unexpected(Fault::negative);
    for (int rest = value.exp2; rest > 0; rest -= 30) {
        value.digits = times(std::move(value.digits), std::uint64_t{1} << std::min(rest, 30));
    }
    // Digits before the decimal point; beyond 19 nothing fits int64.
    const auto whole = static_cast<std::int64_t>(value.digits.size()) + value.exp10;
    if (whole > 19) return std::unexpected(Fault::too_large);
    if (whole <= 0) return Rounded{1, false};
    const auto length = static_cast<std::size_t>(whole);
    const bool exact = value.digits.find_first_not_of('0', length) == std::string::npos;
    value.digits.resize(length, '0');
    std::uint64_t amount = 0;
    for (const char digit : value.digits) amount = amount * 10 + static_cast<std::uint64_t>(digit - '0');
    if (!exact) ++amount;
    if (amount > static_cast<std::uint64_t>(kMax)) return std::unexpected(Fault::too_large);
    return Rounded{static_cast<std::int64_t>(amount), exact};
}

std::string shown(std::string_view text) {
    constexpr std::size_t kLongest = 40;
    return text.size() <= kLongest ? "\"" + std::string(text) + "\""
                                   : "\"" + std::string(text.substr(0, kLongest)) + "…\"";
}

Result<std::int64_t> parse_scaled(std::string_view text, int scale) {
    auto decimal = scan(text);
    std::expected<Rounded, Fault> value = std::unexpected(Fault::junk);
    if (decimal) {
        decimal->exp10 += scale;
        value = round_up(*std::move(decimal));
    }
    if (value) return value->value;
    switch (value.error()) {
        case Fault::junk:
            return std::unexpected(Error{ErrorCode::bad_input, "",
                                         text.empty() ? "the quantity is empty" : shown(text) + " is not a quantity",
                                         "write a number with an optional unit, e.g. 2, 500m, 1.5Gi or 1e3"});
        case Fault::negative:
            return std::unexpected(Error{ErrorCode::bad_input, "", shown(text) + " is negative", "write 0 or more"});
        case Fault::too_large:
            break;
    }
    return std::unexpected(Error{ErrorCode::bad_input, "", shown(text) + " is larger than any machine (beyond 2^63)",
                                 "write a smaller amount"});
}

}  // namespace

Result<std::int64_t> parse_milli_quantity(std::string_view text) {
    return parse_scaled(text, 3);
}

Result<std::int64_t> parse_quantity(std::string_view text) {
    return parse_scaled(text, 0);
}

Result<std::int64_t> parse_amount(std::string_view resource, std::string_view text) {
    return resource == kCpu ? parse_milli_quantity(text) : parse_quantity(text);
}

bool is_whole_resource(std::string_view resource) {
    if (resource == kPodSlots) return true;
    // Extended resources carry a domain of their own; kubernetes.io/ is the system's.
    return resource.find('/') != std::string_view::npos && resource.find("kubernetes.io/") == std::string_view::npos;
}

bool is_whole_quantity(std::string_view text) {
    auto decimal = scan(text);
    if (!decimal) return false;
    decimal->negative = false;
    const auto rounded = round_up(*std::move(decimal));
    return !rounded || rounded->exact;
}

}  // namespace muster
