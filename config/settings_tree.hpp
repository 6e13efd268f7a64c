// A part of the settings file as plain data, so that its reader needs no YAML library.
#pragma once

#include <string>
#include <vector>

namespace muster {

struct SettingsTree {
    enum class Kind { missing, null, scalar, list, map };
    Kind kind = Kind::missing;
    std::string text;  // of a scalar
    std::string key;   // of an entry of a map
    int line = 0;      // from 1; 0 unknown
    std::vector<SettingsTree> children;
};

// A part with more values than this is refused: aliases can make a short text stand for any number of them.
inline constexpr int kMaxTreeValues = 4'096;

}  // namespace muster
