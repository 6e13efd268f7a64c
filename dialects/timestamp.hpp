// Times as Kubernetes writes them (RFC 3339).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace muster {

// Seconds since 1970 of "2026-08-18T09:30:00Z", with optional fraction (dropped) and offset; nullopt for anything else.
[[nodiscard]] std::optional<std::int64_t> parse_timestamp(std::string_view text);

}  // namespace muster
