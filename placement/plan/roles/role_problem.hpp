// One request of several roles as every part of its search reads it: what each role needs, what a placement costs, and
// which counts of members a domain may hold whatever its room.
//
// A policy's cost of a domain is the sum, over the roles that put members there, of the cost that the policy prepared
// for a request of that role alone. Sums and maxima over domains are then taken as the policy says.
#pragma once

#include "placement/cluster/snapshot.hpp"
#include "placement/model/gang.hpp"
#include "placement/model/plan.hpp"
#include "placement/plan/policy.hpp"
#include "placement/plan/roles/role_share.hpp"
#include "placement/plan/roles/role_wishes.hpp"
#include "placement/plan/room/bound_members.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace muster {

class RoleProblem {
  public:
    // All three outlive the object. Levels that the fabric lacks count as not given. O(policies × roles × domains).
    RoleProblem(const Snapshot& snapshot, const GangRequest& request, const Policies& policies);

    [[nodiscard]] const Snapshot& snapshot() const { return snapshot_; }
    [[nodiscard]] const Fabric& fabric() const { return fabric_; }
    [[nodiscard]] const GangRequest& request() const { return request_; }
    [[nodiscard]] const BoundMembers& bound() const { return bound_; }
    [[nodiscard]] std::uint32_t host_depth() const { return static_cast<std::uint32_t>(fabric_.levels().size()); }

    [[nodiscard]] std::size_t roles() const { return needs_.size(); }
    [[nodiscard]] std::span<const std::int32_t> needs() const { return needs_; }  // members to place, by role
    // What slices and spread ask for. A choice in it is part of the question that searches answer.
    [[nodiscard]] const RoleWishes& wishes() const { return wishes_; }
    [[nodiscard]] RoleWishes& wishes() { return wishes_; }
    // The request of one role alone: the gang's bound members and nodes to avoid, no wish.
    [[nodiscard]] const GangRequest& alone(std::size_t role) const { return alone_[role]; }

    // Depth of the domains one of which must hold the whole gang; 0 without a required level.
    [[nodiscard]] std::uint32_t required_depth() const { return required_depth_; }
    // Depth from which on all levels are equally good.
    [[nodiscard]] std::uint32_t finest_depth() const;
    // First entry of the objective for a gang that a domain of this depth holds.
    [[nodiscard]] std::int64_t level_term(std::uint32_t depth) const;
    // The level in which bound members already lie apart, though all of the gang, or of a role, must be in one domain.
    [[nodiscard]] std::optional<std::string_view> bound_apart() const;

    // The domains that count as one of this depth for the whole gang: real (not synthetic) ones of this depth with all
    // bound members inside, in path order. With `below`, in place of a synthetic one the highest real ones inside it.
    [[nodiscard]] std::vector<DomainIdx> holders(std::uint32_t depth, bool below) const;
    // The domains inside `domain` one of which must hold all new members of the role: `domain` itself if its own level
    // asks for nothing more. Path order.
    [[nodiscard]] std::vector<DomainIdx> role_holders(DomainIdx domain, std::size_t role) const;

    // Whether some role has a required level of its own.
    [[nodiscard]] bool any_own_level() const { return any_own_level_; }
    // Whether the role's own required level lets the domain hold this many of its new members. O(depth).
    [[nodiscard]] bool allows(DomainIdx domain, std::size_t role, std::int32_t members) const;
    // Whether all members of the role must be in one domain, and this is one of those that count for it. O(depth).
    [[nodiscard]] bool whole(DomainIdx domain, std::size_t role) const;

    // Those that have a say for the gang; those that lead come first.
    [[nodiscard]] std::size_t policies() const { return rules_.size(); }
    [[nodiscard]] std::size_t leading() const { return leading_; }
    // Entries of the objective: domains used of this depth ≥ 1, and a policy.
    [[nodiscard]] std::size_t count_at(std::uint32_t depth) const { return leading_ + depth; }
    [[nodiscard]] std::size_t cost_at(std::size_t policy) const {
        return 1 + policy + (policy < leading_ ? 0 : host_depth());
    }
    [[nodiscard]] bool maximum(std::size_t policy) const { return rules_[policy].maximum; }
    [[nodiscard]] bool may_refuse() const { return may_refuse_; }
    // For m ≥ 0 members of one role; kNever: refused.
    [[nodiscard]] std::int64_t role_cost(std::size_t policy, std::size_t role, DomainIdx domain, std::int32_t m) const;
    // DomainCost::kind for members of the role.
    [[nodiscard]] std::optional<std::int64_t> role_kind(std::size_t policy, std::size_t role, DomainIdx domain) const {
        return rules_[policy].costs[role]->kind(domain);
    }
    // For members by role; kNever: refused.
    [[nodiscard]] std::int64_t cost(std::size_t policy, DomainIdx domain, std::span<const std::int32_t> members) const;

    // The objective of a placement of all members, which may have any shape; nullopt: a policy refuses it, or slices or
    // spread are not as wished. Shares in path order. O(shares × (depth + policies × roles)), and RoleWishes::hold.
    [[nodiscard]] std::optional<ObjectiveVector> objective(std::span<const RoleShare> shares) const;
    // The lowest domain that holds the shares and all bound members.
    [[nodiscard]] DomainIdx held_by(std::span<const RoleShare> shares) const;

  private:
    struct Rule {
        std::vector<std::unique_ptr<DomainCost>> costs;  // by role
        bool maximum = false;
        bool may_refuse = false;
    };
    struct OwnLevel {
        std::uint32_t depth = 0;  // 0: none
        BoundMembers bound;       // the role's own
    };

    const Snapshot& snapshot_;
    const Fabric& fabric_;
    const GangRequest& request_;
    BoundMembers bound_;
    RoleWishes wishes_;
    std::vector<std::int32_t> needs_;
    std::vector<GangRequest> alone_;
    std::vector<OwnLevel> own_levels_;  // by role
    std::vector<Rule> rules_;
    std::size_t leading_ = 0;
    std::uint32_t required_depth_ = 0;
    std::optional<std::uint32_t> preferred_depth_;
    bool any_own_level_ = false;
    bool may_refuse_ = false;
};

// Whether of two placements with equal objectives the first wins: in the first domain in index order in which they
// differ it has more members, of the first role in which they differ there. O(domains used × log).
[[nodiscard]] bool comes_before(const RoleProblem& problem, std::span<const RoleShare> a, std::span<const RoleShare> b);

}  // namespace muster
