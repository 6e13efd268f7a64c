// Settings file → Settings. Every fault is reported at once, with path, line and the nearest known key or value.
#pragma once

#include "config/settings.hpp"
#include "placement/model/result.hpp"

#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace muster {

// `text` is YAML (one document); `source` names it in errors. An empty document gives the defaults.
[[nodiscard]] std::expected<Settings, std::vector<Error>> load_settings(std::string_view text, std::string_view source);

}  // namespace muster
