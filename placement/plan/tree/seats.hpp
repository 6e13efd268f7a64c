// Which member sits on which of the chosen nodes.
#pragma once

#include "placement/model/gang.hpp"
#include "placement/model/plan.hpp"
#include "placement/plan/tree/slice_steps.hpp"
#include "placement/plan/tree/tree_search.hpp"
#include "placement/topology/fabric.hpp"

#include <span>
#include <string_view>
#include <vector>

namespace muster {

// The order of members: by rank (those without one last), name (numbers by value) and UID.
[[nodiscard]] bool member_before(const MemberToPlace& a, const MemberToPlace& b);

// Members in their order take the shares in path order, so neighbours in rank are neighbours in the fabric. Answers in
// the order of role.members. Members without a rank get the smallest free ones if `give_ranks`. O(members log members).
[[nodiscard]] std::vector<Placement> seat_members(const Fabric& fabric, const RoleRequest& role,
                                                  std::span<const HostShare> shares, bool give_ranks);

// The same beside bound members whose ranks are known, with slices (slice_steps.hpp): the members that a begun slice
// lacks sit where it is, the other slices take the rest of the shares in path order. Everybody has a rank. O(members ×
// (slices + log members)).
[[nodiscard]] std::vector<Placement> seat_ranked(const Fabric& fabric, const RoleRequest& role,
                                                 std::span<const HostShare> shares, const RankedSlices& slices);

// Whether pod name a comes before b: runs of digits compare by value ("w-9" before "w-10"), equal ones by spelling.
[[nodiscard]] bool name_before(std::string_view a, std::string_view b);

}  // namespace muster
