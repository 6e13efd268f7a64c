#include "cli/read_settings.hpp"

#include "cli/read_input.hpp"
#include "config/load_settings.hpp"

#include <string>

namespace muster {

std::expected<Settings, std::vector<Error>> read_settings(const Flags& flags) {
    const auto path = flags.value("config");
    if (!path) return Settings();
    const auto text = read_file(std::string(*path));
    if (!text) return std::unexpected(std::vector{text.error()});
    return load_settings(*text, *path);
}

}  // namespace muster
