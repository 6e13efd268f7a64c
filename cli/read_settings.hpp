// The settings that a command's --config names.
#pragma once

#include "cli/flags.hpp"
#include "config/settings.hpp"
#include "placement/model/result.hpp"

#include <expected>
#include <vector>

namespace muster {

// Of the file in the flag "config"; without the flag the defaults. Errors: every fault of the file.
[[nodiscard]] std::expected<Settings, std::vector<Error>> read_settings(const Flags& flags);

}  // namespace muster
