// The value of the annotation muster.scheduler/topology: a map in YAML or JSON.
#pragma once

#include "placement/model/gang.hpp"
#include "placement/model/result.hpp"

#include <string_view>
#include <vector>

namespace muster {

struct WishRead {
    TopologyWish wish;
    std::vector<Error> errors;  // `where` is the key inside the map, or empty
};
// Every fault is reported: bad YAML, unknown keys (with the nearest known one), keys that are known but not honoured,
// values that are no level names. Whether a level exists is judged when planning, on the cluster's levels.
[[nodiscard]] WishRead read_topology_wish(std::string_view text);

}  // namespace muster
