// Wishes that exclude each other, or that members of this number cannot meet, whatever room there is.
#pragma once

#include "placement/model/gang.hpp"
#include "placement/model/plan.hpp"
#include "placement/topology/fabric.hpp"

#include <optional>

namespace muster {

// The first, of the gang and then of its roles, among wishes on levels that the fabric knows. Slices: each smaller one
// on a finer level and dividing the next; none on a level coarser than the required one; members, bound ones counted,
// are whole slices (where their ranks are known, those of slices that nobody is bound of). Spread: not over several
// domains where one is required, nor over more than there are members, or slices that lie in one domain. O(wishes +
// members log members).
[[nodiscard]] std::optional<Shortfall> contradiction(const Fabric& fabric, const GangRequest& request);

}  // namespace muster
