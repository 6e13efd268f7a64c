// The children of one domain as places for a gang of several roles: how many of them it needs at least, and which of
// them a placement over few can use at all. Both from demands one by one, so they are bounds.
#pragma once

#include "placement/plan/roles/role_problem.hpp"
#include "placement/plan/roles/role_room.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace muster {

class RoleChildren {
  public:
    // O(demands × children × log children). `room` outlives the object.
    RoleChildren(const RoleProblem& problem, const RoleRoom& room, DomainIdx domain);

    // With room for a member of some role, in path order.
    [[nodiscard]] std::span<const DomainIdx> all() const { return children_; }
    // Those without bound members, by which placements are counted.
    [[nodiscard]] std::int32_t unpaid() const { return unpaid_; }
    // No placement of all members uses fewer unpaid children. The gang could_be held here.
    [[nodiscard]] std::int32_t fewest() const;
    // Those that a placement with at most `most` unpaid children may use, in path order. O(demands × children).
    [[nodiscard]] std::vector<DomainIdx> within(std::int32_t most) const;

  private:
    struct Supply {
        std::int64_t paid = 0;
        std::vector<std::int64_t> rooms;   // of the unpaid ones, roomiest first
        std::vector<std::int64_t> prefix;  // [j]: of the j roomiest together with all paid ones
    };
    [[nodiscard]] bool paid(DomainIdx child) const { return problem_.bound().paid()[child.value()] != 0; }

    const RoleProblem& problem_;
    const RoleRoom& room_;
    std::vector<DomainIdx> children_;
    std::vector<Supply> supplies_;  // by demand
    std::int32_t unpaid_ = 0;
};

// The fewest domains of this depth inside `domain` that any placement uses which `domain` holds, bound members'
// included. O(demands × domains of that depth × log).
[[nodiscard]] std::int64_t fewest_at_depth(const RoleProblem& problem, const RoleRoom& room, DomainIdx domain,
                                           std::uint32_t depth);

}  // namespace muster
