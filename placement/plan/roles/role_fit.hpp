// Whether several roles fit into a domain together, exactly: for all numbers of members of the other roles, the most
// members of the counted role that fit beside them, merged up the tree. One dimension less than tables of costs, and no
// objective, so this goes much further on the same budget.
//
// An upper bound where limits of a host's room are not closed (RoleRoom::closed): what does not fit is proved not to.
#pragma once

#include "placement/plan/roles/role_box.hpp"
#include "placement/plan/roles/role_children.hpp"
#include "placement/plan/roles/role_problem.hpp"
#include "placement/plan/roles/role_room.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace muster {

class RoleFit {
  public:
    // All outlive the object. Policies are left aside.
    RoleFit(const RoleProblem& problem, const RoleRoom& room, StepBudget& budget);

    // Whether all members fit into the domain. nullopt, here and below: the budget is spent.
    [[nodiscard]] std::optional<bool> holds(DomainIdx domain);
    // The fewest unpaid children that hold all members; the domain holds them. 0 for a host.
    [[nodiscard]] std::optional<std::int32_t> fewest(DomainIdx domain);
    // The most members, of all roles together, that fit at once.
    [[nodiscard]] std::optional<std::int64_t> most(DomainIdx domain);
    // Some placement of all members in the domain, which holds them. Path order.
    [[nodiscard]] std::optional<std::vector<RoleShare>> some_placement(DomainIdx domain);

  private:
    // By code of the other roles' counts, ascending; −1 members: the others do not fit.
    struct Table {
        std::vector<std::uint32_t> codes;
        std::vector<std::int32_t> most;
        [[nodiscard]] std::int32_t at(std::uint32_t code) const;
    };
    [[nodiscard]] const Table* table(DomainIdx domain);
    [[nodiscard]] std::optional<Table> host_table(DomainIdx domain);
    // Of both together; nullopt when the budget is spent.
    [[nodiscard]] std::optional<Table> merged(const Table& a, const Table& b);
    void raise(std::uint32_t code, std::int32_t most);
    [[nodiscard]] Table harvest();
    void keep_allowed(DomainIdx domain, Table& table) const;
    [[nodiscard]] bool collect(DomainIdx domain, std::uint32_t code, std::int32_t members,
                               std::vector<RoleShare>& shares);
    [[nodiscard]] bool whole(const Table& table) const { return table.at(box_->all()) >= need_; }

    const RoleProblem& problem_;
    const RoleRoom& room_;
    StepBudget& budget_;
    std::size_t counted_;                         // role
    std::int32_t need_;                           // of the counted role
    std::optional<CountBox> box_;                 // of the other roles; absent: too large
    std::vector<std::unique_ptr<Table>> tables_;  // by domain
    std::vector<std::int32_t> scratch_;           // by code: the most so far
    std::vector<std::uint32_t> touched_;
};

}  // namespace muster
