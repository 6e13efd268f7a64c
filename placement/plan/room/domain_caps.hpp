// Limits on single domains that a search of its own adds to a request (GangRequest::caps): where and for whom they
// count.
#pragma once

#include "placement/model/gang.hpp"
#include "placement/topology/fabric.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace muster {

// The limits as they hold for the members of one role (index into roles) alone: those of the gang and those of its
// name, each now said of all members. O(caps).
[[nodiscard]] std::vector<DomainCap> caps_of(const GangRequest& request, std::size_t role);

// By domain index, the least of the limits said of the domain itself, whoever they are of; without one: no limit. Empty
// where there are no caps. O(domains).
[[nodiscard]] std::vector<std::int64_t> most_by_domain(const Fabric& fabric, std::span<const DomainCap> caps);

}  // namespace muster
