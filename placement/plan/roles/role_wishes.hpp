// What the wishes of a gang and of its roles say about the numbers of members that domains hold, as one predicate over
// counts by role; for the searches whose tables hold any set of numbers (role_tables.hpp). Exclusive domains are a
// matter of room instead (closed_hosts.hpp), and required levels of RoleProblem.
//
// A wish counts the members of a group of roles together: those of the gang, or those of one name. Slices, and at most
// so many members, are said of each domain alone. "Balanced" is too, once the smallest number of members in a domain is
// chosen, so each such wish is a loop over that number. "At least n domains" needs the number of domains as one more
// count, a *counter*, of which the search has to reach what is asked for.
#pragma once

#include "placement/model/gang.hpp"
#include "placement/model/ids.hpp"
#include "placement/plan/roles/role_share.hpp"
#include "placement/topology/fabric.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

namespace muster {

class RoleWishes {
  public:
    // Both outlive the object. Levels that the fabric lacks count as not given. O(wishes × domains).
    RoleWishes(const Fabric& fabric, const GangRequest& request);

    // Whether there is any.
    [[nodiscard]] bool any() const { return any_; }
    // Whether slices of several roles mix them in a way that is not planned: they differ in how many members of each
    // role they have, and some have members of several roles.
    [[nodiscard]] bool mixed() const { return mixed_; }

    // Whether a domain may hold these new members (by role; may be none) beside its bound ones.
    // O(wishes × roles).
    [[nodiscard]] bool allows(DomainIdx domain, std::span<const std::int32_t> members) const;

    // A group's members have to be in at least `need` domains of this depth in which nobody of it is bound.
    struct Counter {
        std::uint32_t depth = 0;
        std::int32_t need = 0;
        std::size_t group = 0;
    };
    [[nodiscard]] std::span<const Counter> counters() const { return counters_; }
    // Whether the domain with these new members is one of those that count.
    [[nodiscard]] bool counts(const Counter& counter, DomainIdx domain, std::span<const std::int32_t> members) const;

    // Wishes for balance, and the smallest numbers that domains which hold members can have under each, largest first:
    // these use the fewest domains.
    [[nodiscard]] std::size_t balances() const { return balances_.size(); }
    [[nodiscard]] std::vector<std::int32_t> least_numbers(std::size_t balance) const;
    [[nodiscard]] std::uint32_t balance_depth(std::size_t balance) const { return balances_[balance].depth; }
    // From now on `allows` takes this number as the one chosen.
    void choose_least(std::size_t balance, std::int32_t least) { balances_[balance].least = least; }

    // Whether a whole placement is as wished; whatever is chosen. O(shares × depth × wishes + domains).
    [[nodiscard]] bool hold(std::span<const RoleShare> shares) const;

  private:
    struct Group {
        std::vector<std::size_t> roles;
        std::int32_t members = 0;         // to place
        std::vector<std::int32_t> bound;  // by domain
    };
    struct Slices {
        std::size_t group = 0;
        std::vector<std::int32_t> unit, base;                     // by domain
        std::map<std::int32_t, std::vector<std::int32_t>> parts;  // by size: members of each role of the group
    };
    struct Most {
        std::size_t group = 0;
        std::uint32_t depth = 0;
        std::int32_t number = 0;
    };
    // New members only where it is known in which domain they are.
    struct Labelled {
        std::size_t group = 0;
        std::uint32_t depth = 0;
    };
    struct Balance {
        std::size_t group = 0;
        std::uint32_t depth = 0;
        std::int32_t step = 1;   // by which numbers may differ
        bool whole = true;       // numbers are multiples of it
        std::int32_t least = 0;  // chosen
    };

    // GangRequest::caps of the gang, or of the roles of one name.
    struct Caps {
        std::vector<std::size_t> roles;
        std::vector<std::int64_t> most;  // by domain
    };

    void add_caps(const GangRequest& request);
    void add_group(const GangRequest& request, std::vector<std::size_t> roles, const TopologyWish& wish, bool all);
    void add_slices(const GangRequest& request, std::size_t group, const TopologyWish& wish);
    void add_spread(const TopologyWish& wish, std::size_t group);
    [[nodiscard]] std::int32_t sum(std::size_t group, std::span<const std::int32_t> members) const;
    [[nodiscard]] std::int32_t bound(std::size_t group, DomainIdx domain) const {
        return groups_[group].bound[domain.value()];
    }
    [[nodiscard]] bool sliced(const Slices& slices, DomainIdx domain, std::span<const std::int32_t> members) const;
    [[nodiscard]] bool allows_whatever_balance(DomainIdx domain, std::span<const std::int32_t> members) const;

    const Fabric& fabric_;
    std::vector<Group> groups_;
    std::vector<Caps> caps_;
    std::vector<Slices> slices_;
    std::vector<Most> most_;
    std::vector<Balance> balances_;
    std::vector<Labelled> labelled_;
    std::vector<Counter> counters_;
    bool any_ = false;
    bool mixed_ = false;
};

}  // namespace muster
