// The settings `policies` and `scores`: by what plans and scores are ranked.
#pragma once

#include "config/settings.hpp"
#include "config/settings_tree.hpp"
#include "placement/model/result.hpp"

#include <string_view>
#include <vector>

namespace muster {

// Each reads its part into `settings`, which keep their defaults where it is missing, and appends every fault, with
// path, line and the nearest known word. `source` names the file.
void read_policies(const SettingsTree& policies, std::string_view source, Settings& settings,
                   std::vector<Error>& errors);
void read_scores(const SettingsTree& scores, std::string_view source, Settings& settings, std::vector<Error>& errors);

}  // namespace muster
