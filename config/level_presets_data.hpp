// The text of config/level_presets.yaml, compiled in, so that the binary needs no data files.
#pragma once

#include <string_view>

namespace muster {

extern const std::string_view kLevelPresetsYaml;

}  // namespace muster
