// Files, folders and standard input → texts.
#pragma once

#include "offline/cluster_input.hpp"
#include "placement/model/result.hpp"

#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

namespace muster {

// Larger inputs are a mistake, and would fill the memory.
inline constexpr std::size_t kMaxInputBytes = std::size_t{4} << 30;

[[nodiscard]] Result<std::string> read_file(const std::string& path);

struct InputTexts {
    std::vector<SourceText> sources;
    std::vector<Error> errors;
};
// "-" is `in`, once. Of a folder every *.yaml, *.yml and *.json directly inside, by name. Every fault is reported.
[[nodiscard]] InputTexts read_inputs(const std::vector<std::string_view>& paths, std::istream& in);

}  // namespace muster
