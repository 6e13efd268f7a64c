// Signs that levels cross: the fabric takes a value under two parents for two domains, and nothing else would say so.
#pragma once

#include "placement/topology/fabric.hpp"

#include <string>
#include <vector>

namespace muster {

// Values of a level's label that stand under several domains of the level above: each counts as one domain per parent.
struct SharedValues {
    std::string level;
    std::string above;
    std::vector<std::string> values;   // sorted
    std::vector<std::string> parents;  // paths of two domains above the first of the values
    auto operator<=>(const SharedValues&) const = default;
};

// Levels, coarse to fine, at which that is likely a mistake: half of the values or fewer do so. Where most do, each
// parent numbers its domains anew (r1…rk), which says nothing. Hosts and synthetic domains left aside.
// O(domains log domains).
[[nodiscard]] std::vector<SharedValues> shared_values(const Fabric& fabric);

}  // namespace muster
