// The exact search for several roles in one domain: the placement with the least objective vector, or that there is
// none.
#pragma once

#include "placement/plan/roles/role_box.hpp"
#include "placement/plan/roles/role_problem.hpp"
#include "placement/plan/roles/role_room.hpp"
#include "placement/plan/roles/role_tables.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

namespace muster {

// No placement in the domain; only policies can refuse all of one that has room.
struct Refused {};
// The budget was spent first.
struct Unfinished {};
using RoleFound = std::variant<std::vector<RoleShare>, Refused, Unfinished>;

class RoleSearch {
  public:
    // All outlive the object.
    RoleSearch(const RoleProblem& problem, const RoleRoom& room, StepBudget& budget);

    // From now on the choices of RoleWishes are others.
    void choices_changed();
    // The placement of all members inside the domain with the least vector of domains used (coarse to fine) and
    // policies; shares in path order. Of equal ones: of all domains in index order, in the first in which they differ,
    // it has more members, of the first role in which they differ there. The domain has room for the gang; `fewest`:
    // not more than the unpaid children that any placement in it uses.
    [[nodiscard]] RoleFound best_in(DomainIdx domain, std::int32_t fewest);

  private:
    // Costs of the children that may matter, and the limit on how many are used.
    struct Top {
        std::vector<DomainIdx> children;
        std::optional<std::int32_t> most;
    };
    [[nodiscard]] std::variant<Top, Refused, Unfinished> top(RoleTables& tables, DomainIdx domain, std::uint32_t target,
                                                             std::int32_t fewest);
    [[nodiscard]] bool refused_above(DomainIdx domain) const;
    [[nodiscard]] bool refused_outside() const;
    [[nodiscard]] std::uint32_t inside(DomainIdx domain, std::uint32_t code) const;
    [[nodiscard]] std::vector<std::int32_t> limits() const;
    [[nodiscard]] std::optional<std::uint32_t> target(DomainIdx domain) const;
    [[nodiscard]] bool collect(RoleTables& tables, DomainIdx domain, std::uint32_t code, const Top& top,
                               std::vector<RoleShare>& shares);
    [[nodiscard]] RoleTables& first_tables();

    const RoleProblem& problem_;
    const RoleRoom& room_;
    StepBudget& budget_;
    std::optional<CountBox> box_;               // made for the first domain
    std::unique_ptr<RoleTables> first_tables_;  // of the first pass, which all domains share
    std::optional<std::size_t> first_maximum_;
};

}  // namespace muster
