// Durations, bandwidths and addresses as settings write them.
#pragma once

#include "config/settings.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace muster {

// "1h30m", "500ms": Go's notation without fractions; nullopt for anything else, negative or beyond a year.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);
// "500ms", "30s", "5m", "1h30m": the shortest form that parse_duration reads back.
[[nodiscard]] std::string format_duration(std::chrono::milliseconds duration);

// "1600Gbps" or "1600Gbit/s", "200GB/s" (units of 10^9): a whole number above 0 and its unit, in MB/s. nullopt for
// anything else, or more than kMostGigabits.
[[nodiscard]] std::optional<std::int64_t> parse_bandwidth(std::string_view text);
inline constexpr std::int64_t kMostGigabits = 1'000'000;  // a thousand times the links out of any rack

// "host:port", "[::1]:8861"; port 0…65535. nullopt for anything else, an empty host included.
[[nodiscard]] std::optional<Address> parse_address(std::string_view text);

}  // namespace muster
