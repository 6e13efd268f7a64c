// How many random worlds a property looks at. The one place that reads MUSTER_WORLDS: a percentage, 100 where it is not
// set. The sanitizer presets ask for fewer, since there every step costs ten times as much and what is looked for,
// misuse of memory and threads, does not depend on rare worlds; the release run never does. More than 100 searches
// longer. For properties that take seconds: one that is short, or that asserts a share of few worlds, looks at all.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>

namespace muster::world {

// `all`: worlds of an ordinary run. At least 1. Shares that a property asserts of its worlds are taken of the result.
[[nodiscard]] inline std::uint64_t worlds(std::uint64_t all) {
    const char* percent = std::getenv("MUSTER_WORLDS");
    if (percent == nullptr) return all;
    return std::max<std::uint64_t>(1, all * std::strtoull(percent, nullptr, 10) / 100);
}

}  // namespace muster::world
