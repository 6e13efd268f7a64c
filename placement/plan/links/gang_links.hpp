// The links that members of a gang talk over, as far as they are known before and after planning: GPU sets of members,
// bound ones included, and uplinks of domains that the gang crosses (reference gpu-topology §4.4, formula 7).
#pragma once

#include "placement/cluster/snapshot.hpp"
#include "placement/model/gang.hpp"
#include "placement/model/ids.hpp"
#include "placement/model/plan.hpp"
#include "placement/plan/links/gpu_tables.hpp"
#include "placement/plan/links/uplinks.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace muster {

class GangLinks {
  public:
    // A bound member counts with the GPUs that it has where they are told, all of them on its node's machine; else as a
    // member without GPUs. All three outlive the object. O(domains above the hosts + bound members).
    GangLinks(const Snapshot& snapshot, const GangRequest& request, GpuTables& gpus);

    // Depths of the domains that may hold the gang, both ends included, between which the same levels' uplinks are
    // crossed: all those deeper than `finest`.
    struct Depths {
        std::uint32_t coarsest = 0;
        std::uint32_t finest = 0;
    };
    // All depths, hosts' included, from fine to coarse; one entry where no uplinks are known.
    [[nodiscard]] std::span<const Depths> held() const { return held_; }
    [[nodiscard]] const Uplinks& uplinks() const { return uplinks_; }
    // Whether members of the gang talk to others of it, beyond their own GPU sets.
    [[nodiscard]] bool neighbours() const { return neighbours_; }
    // No plan that a domain of this depth holds has a better class than this: that of the bound members. O(bound).
    [[nodiscard]] std::int32_t bound_class(std::uint32_t held) const;
    // The same for all plans: bound members apart from each other cross domains whatever is planned. 0 without them.
    [[nodiscard]] std::int32_t bound_class() const;

    // Hands out the GPUs of the plan's members (gpu_seats.hpp), fills bus_mbps and slowest_uplink of its quality, and
    // gives its bandwidth class: the worst of members, bound ones included, and of the domains around them that the
    // gang crosses. O(members × (log members + depth)) once the machines' states are known.
    [[nodiscard]] std::int32_t grade(Plan& plan) const;

  private:
    struct Bound {
        NodeIdx node;
        std::optional<std::int64_t> best_mbps;  // of the best set of its size; absent: its set is not told
        GpuPack pack;                           // class and mbps of its set; nothing lost where it is not told
    };
    // A node with members, and what the best set of such a member's size gets there; absent: it has no GPUs of a
    // machine.
    struct Seat {
        NodeIdx node;
        std::optional<std::int64_t> best_mbps;
        auto operator<=>(const Seat&) const = default;
    };
    [[nodiscard]] Bound bound(const FixedMember& member, NodeIdx node);
    [[nodiscard]] std::vector<Seat> seats(const Plan& plan) const;

    const Snapshot& snapshot_;
    const Fabric& fabric_;
    const GangRequest& request_;
    GpuTables& gpus_;
    bool neighbours_;
    Uplinks uplinks_;
    std::vector<Depths> held_;
    std::vector<Bound> bound_;  // on nodes that the fabric knows
};

}  // namespace muster
