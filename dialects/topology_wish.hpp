// The value of the annotation muster.scheduler/topology: a map in YAML or JSON.
#pragma once

#include "placement/model/gang.hpp"
#include "placement/model/result.hpp"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace muster {

struct WishRead {
    TopologyWish wish;
    std::vector<RoleWish> roles;  // by name
    std::vector<Error> errors;    // `where` is the key inside the map, or empty
};
// Every fault is reported: bad YAML, unknown keys (with the nearest known one), keys of the gang inside a role, values
// that are no level names, counts of at least 1, durations (1s to a week) or patterns, slices whose sizes do not divide
// each other, a level that stands twice in a list, a wait without a preferred level. Entries with a fault are left out.
// Whether a level exists, and which of two is the finer, is judged when planning, on the cluster's levels; whether a
// role has members, when the gang is complete.
[[nodiscard]] WishRead read_topology_wish(std::string_view text);

// Slices that the members needed to start cannot be cut into. `where` as above.
[[nodiscard]] std::optional<Error> uneven_slices(const TopologyWish& wish, std::int32_t members);

}  // namespace muster
