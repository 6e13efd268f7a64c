// Which members of several roles fit together: on a node all resources at once, exactly but for parts of devices
// (shares_fit), and within limits that are given; in a domain as upper bounds.
#pragma once

#include "placement/cluster/snapshot.hpp"
#include "placement/model/gang.hpp"
#include "placement/model/ids.hpp"
#include "placement/plan/room/node_room.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace muster {

// Something that the whole gang needs `need` of and a domain has `room` of (by domain index): members of one role as if
// it were alone, or a resource that several roles ask for. A domain that lacks it cannot hold the gang.
struct Demand {
    std::int64_t need = 0;
    std::vector<std::int64_t> room;
    std::string_view resource;  // empty: members of a role
};

class RoleRoom {
  public:
    // What may be on a host beside what fits there; each absent: anything.
    struct Limits {
        // What is left of a role's room, by domain index: the most that any host may ever hold of it.
        std::function<std::vector<std::int64_t>(std::size_t role, std::vector<std::int64_t> room)> cut;
        // Whether the node may hold these members, by role.
        std::function<bool(NodeIdx node, std::span<const std::int32_t> counts)> allows;
        // Whether what the node may hold it may also hold with less of any role.
        std::function<bool(NodeIdx node)> closed;
    };
    // Hosts that wishes close (closed_hosts.hpp) have no room. Snapshot and request outlive the object. `basis` as for
    // domain_room. O(roles × nodes × resources).
    RoleRoom(const Snapshot& snapshot, const GangRequest& request, RoomBasis basis, Limits limits = {});

    // One for each role, in their order; then the resources.
    [[nodiscard]] std::span<const Demand> demands() const { return demands_; }
    [[nodiscard]] std::int64_t alone(std::size_t role, DomainIdx domain) const {
        return demands_[role].room[domain.value()];
    }
    // No: proved. Yes: not known. O(demands).
    [[nodiscard]] bool could_hold(DomainIdx domain) const;
    // Has room for a member of some role.
    [[nodiscard]] bool usable(DomainIdx domain) const;

    // The role with the most members (the last of them): its numbers are given as "up to".
    [[nodiscard]] std::size_t counted_role() const { return order_.back(); }
    // Calls for all numbers of members of the other roles that fit on the node together, with the most members of the
    // counted role that then fit beside them. What fits stays possible with less of any role, but for nodes that are
    // not closed(): there the limits are left aside. `counts` is by role, its entry for the counted role is 0. O(calls
    // × (resources + log most)).
    using Column = std::function<void(std::span<const std::int32_t> counts, std::int32_t most)>;
    void each_column(NodeIdx node, const Column& call) const;
    // Whether limits of the node are closed under taking members away.
    [[nodiscard]] bool closed(NodeIdx node) const { return !limits_.allows || limits_.closed(node); }
    // Whether the limits let the node hold these members, by role.
    [[nodiscard]] bool allows(NodeIdx node, std::span<const std::int32_t> counts) const {
        return !limits_.allows || limits_.allows(node, counts);
    }
    // The most members of the role, up to `most`, whose parts of devices surely fit on the node beside `counts` of the
    // others (by role; its own entry does not count), and whom its limits allow if they are closed. The others alone
    // are allowed. O(log most × shares_fit).
    [[nodiscard]] std::int32_t most_beside(NodeIdx node, std::span<const std::int32_t> counts, std::size_t role,
                                           std::int32_t most) const;

  private:
    struct Walk;
    void step(Walk& walk, std::size_t at) const;
    [[nodiscard]] bool beside(const Walk& walk, std::size_t role) const;
    [[nodiscard]] std::int32_t most_next(const Walk& walk, std::size_t role) const;
    void add_resources();

    const Snapshot& snapshot_;
    const GangRequest& request_;
    RoomBasis basis_;
    Limits limits_;
    bool shares_ = false;  // some role asks for parts of devices
    std::vector<Demand> demands_;
    std::vector<std::size_t> order_;               // roles, the counted one last
    std::vector<ResourceIdx> columns_;             // resources that some role asks for and some node offers
    std::vector<std::vector<std::int64_t>> asks_;  // by role: amount of each column
    std::vector<std::vector<char>> apart_;         // by two roles: never on one node
};

}  // namespace muster
