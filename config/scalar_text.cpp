#include "config/scalar_text.hpp"

#include <array>
#include <charconv>
#include <cstdint>
#include <utility>

namespace muster {
namespace {

using std::chrono::milliseconds;

constexpr std::array<std::pair<std::string_view, std::int64_t>, 4> kUnits{
    {{"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}}};
// In MB/s.
constexpr std::array<std::pair<std::string_view, std::int64_t>, 3> kBandwidths{
    {{"Gbps", 125}, {"Gbit/s", 125}, {"GB/s", 1'000}}};
constexpr std::int64_t kYearMs = 365LL * 24 * 3'600'000;

}  // namespace

std::optional<milliseconds> parse_duration(std::string_view text) {
    if (text == "0") return milliseconds(0);
    if (text.empty()) return std::nullopt;
    std::int64_t total = 0;
    std::size_t next_unit = 0;  // units come from large to small, each at most once
    while (!text.empty()) {
        std::int64_t count = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
        if (error != std::errc() || text.front() == '-') return std::nullopt;
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
        const std::size_t letters = std::min(text.find_first_of("0123456789"), text.size());
        const std::string_view unit = text.substr(0, letters);
        while (next_unit < kUnits.size() && kUnits[next_unit].first != unit) ++next_unit;
        if (next_unit == kUnits.size() || count > kYearMs / kUnits[next_unit].second) return std::nullopt;
        total += count * kUnits[next_unit++].second;
        text.remove_prefix(letters);
    }
    if (total > kYearMs) return std::nullopt;
    return milliseconds(total);
}

std::string format_duration(milliseconds duration) {
    std::int64_t rest = duration.count();
    if (rest == 0) return "0s";
    std::string text;
    for (const auto& [unit, size] : kUnits) {
        if (rest / size > 0) text += std::to_string(rest / size) + std::string(unit);
        rest %= size;
    }
    return text;
}

std::optional<std::int64_t> parse_bandwidth(std::string_view text) {
    std::int64_t count = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (error != std::errc() || count <= 0) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    for (const auto& [unit, mbps] : kBandwidths) {
        if (unit == text && count <= kMostGigabits * 125 / mbps) return count * mbps;
    }
    return std::nullopt;
}

std::optional<Address> parse_address(std::string_view text) {
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos || colon == 0) return std::nullopt;
    std::string_view host = text.substr(0, colon);
    const std::string_view port = text.substr(colon + 1);
    if (host.front() == '[') {
        if (host.size() < 3 || host.back() != ']') return std::nullopt;
        host = host.substr(1, host.size() - 2);
    } else if (host.find(':') != std::string_view::npos) {
        return std::nullopt;  // an IPv6 address without brackets
    }
    if (host.find_first_of(" \t/[]") != std::string_view::npos) return std::nullopt;
    Address address;
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), address.port);
    if (port.empty() || error != std::errc() || end != port.data() + port.size()) return std::nullopt;
    address.host = host;
    return address;
}

}  // namespace muster
