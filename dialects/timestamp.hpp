// Times as Kubernetes writes them (RFC 3339).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace muster {

// Seconds since 1970 of "2026-08-18T09:30:00Z", with optional fraction (dropped) and offset; nullopt for anything else.
[[nodiscard]] std::optional<std::int64_t> parse_timestamp(std::string_view text);

// The same, in UTC: "2026-08-18T09:30:00Z". Years 0…9999; beyond, the nearest.
[[nodiscard]] std::string format_timestamp(std::int64_t seconds);

}  // namespace muster
