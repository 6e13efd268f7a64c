// Several roles placed one after the other, each by the exact search for one role on what the others leave: a good
// placement where the exact search for all together is too long, without any proof.
#pragma once

#include "placement/model/plan.hpp"
#include "placement/plan/policy.hpp"
#include "placement/plan/roles/role_problem.hpp"
#include "placement/plan/roles/role_room.hpp"
#include "placement/plan/room/trial.hpp"
#include "placement/plan/tree/wishes.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace muster {

class RoleOneByOne {
  public:
    // Both outlive the object.
    RoleOneByOne(const RoleProblem& problem, const RoleRoom& room);

    struct Found {
        ObjectiveVector objective;
        std::vector<RoleShare> shares;  // path order
    };
    // The best of a few orders of roles, each made better by moving one role at a time. nullopt: none of them found a
    // place for every role, or what they found is refused by policies or not as wished: wishes that one role's search
    // knows nothing of are only met by luck and a few limits in their place. Some 10 × roles searches for one role.
    [[nodiscard]] std::optional<Found> place_in(DomainIdx domain) const;
    // A placement in the domain made better by moving one role at a time; nullopt: policies refuse the result.
    [[nodiscard]] std::optional<Found> improve(DomainIdx domain, std::span<const RoleShare> shares) const;

  private:
    using Members = std::map<NodeIdx, std::int32_t>;
    using Layout = std::vector<Members>;  // by role; empty: not placed

    [[nodiscard]] std::vector<std::size_t> tightest_first(DomainIdx domain) const;
    [[nodiscard]] bool place(DomainIdx domain, std::size_t role, Layout& layout,
                             const std::optional<WishLimit>& extra) const;
    [[nodiscard]] WishRoom wished(const Trial& trial, const Layout& layout, std::size_t role,
                                  const GangRequest& request, const std::optional<WishLimit>& extra) const;
    [[nodiscard]] std::vector<std::int32_t> others_on(NodeIdx node, const Layout& layout, std::size_t role) const;
    [[nodiscard]] std::vector<std::optional<WishLimit>> extra_limits() const;
    [[nodiscard]] std::optional<Found> improved(DomainIdx domain, Layout layout) const;
    [[nodiscard]] std::optional<Found> judged(const Layout& layout) const;

    const RoleProblem& problem_;
    const RoleRoom& room_;
    std::vector<Policies> policies_;  // by role; costs as the problem has them, whatever else is placed
};

}  // namespace muster
