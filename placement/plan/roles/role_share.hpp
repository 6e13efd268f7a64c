// Members of several roles on one host.
#pragma once

#include "placement/model/ids.hpp"
#include "placement/topology/fabric.hpp"

#include <cstdint>
#include <map>
#include <span>
#include <vector>

namespace muster {

struct RoleShare {
    NodeIdx node;
    std::vector<std::int32_t> members;  // by role, in request order
};

// Members by role in every domain that gets some, up to the root. O(shares × depth × log).
[[nodiscard]] std::map<DomainIdx, std::vector<std::int32_t>> members_by_domain(const Fabric& fabric,
                                                                               std::span<const RoleShare> shares);

}  // namespace muster
