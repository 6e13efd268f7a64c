// Node names for people: many names that differ in one number are one word, "gpu-[01-16,20]".
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace muster {

// Duplicates count once. Sorted; digits keep their width. Longer than `max_width` characters: cut at a comma, with the
// number of nodes behind: "a-1, b-7, … (40 nodes)".
[[nodiscard]] std::string compress_names(std::vector<std::string> names, std::size_t max_width);

}  // namespace muster
