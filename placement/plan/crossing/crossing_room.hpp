// What wishes on crossing labels leave of each domain: a relaxation of them in the form of limits that the tree
// planner keeps (GangRequest::caps), given what a search has chosen so far.
//
// Of each domain the limit is the most members that its nodes could hold if no other domain mattered: the sum over
// values of what each may take there. No placement as wished is lost; one that keeps all limits may still break a wish.
#pragma once

#include "placement/plan/crossing/crossing_cover.hpp"
#include "placement/plan/crossing/crossing_wishes.hpp"
#include "placement/plan/room/bound_members.hpp"
#include "placement/plan/room/node_room.hpp"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace muster {

// All that wishes say of one group and one label.
struct CrossingAxis {
    std::size_t group = 0;
    std::size_t label = 0;
    bool together = false;
    std::int32_t most = 0;            // 0: any number
    std::int32_t least = 0;           // values that must hold members
    std::int32_t even = 0;            // by how many numbers may differ; 0: not asked for
    std::vector<std::int32_t> bound;  // by value
};

// One decision of the search.
struct CrossingChoice {
    enum class Kind {
        host_most,    // at most `number` new members of the axis' group on node `at`
        value_only,   // all in value `at`
        value_most,   // at most `number` new members in value `at`
        value_least,  // at least so many
        even_from,    // every value in use holds `number` to `number` + even members
    };
    Kind kind = Kind::host_most;
    std::size_t axis = 0;
    std::uint32_t at = 0;
    std::int32_t number = 0;
    auto operator<=>(const CrossingChoice&) const = default;
};
using CrossingChoices = std::vector<CrossingChoice>;  // sorted

class CrossingRoom {
  public:
    // Snapshot and wishes outlive the object; of the wishes those given count. By `ever` nothing is bound or in use.
    // O(roles × nodes × resources).
    CrossingRoom(const Snapshot& snapshot, const CrossingWishes& all, std::span<const CrossingWish> wishes,
                 RoomBasis basis);

    [[nodiscard]] std::span<const CrossingAxis> axes() const { return axes_; }
    [[nodiscard]] const CrossingLabel& label(const CrossingAxis& axis) const { return all_.labels[axis.label]; }
    [[nodiscard]] const CrossingGroup& group(const CrossingAxis& axis) const { return all_.groups[axis.group]; }

    // The limits; nullopt: no placement is as wished and chosen. O((groups + axes × depth) × nodes).
    [[nodiscard]] std::optional<std::vector<DomainCap>> caps(const CrossingChoices& choices) const;

    // The fewest domains that the axis' group needs as chosen, all members in one domain of that depth. nullopt: the
    // axis limits no value there, or leaves none that holds them. As fewest_cover.
    [[nodiscard]] std::optional<Cover> cover(std::size_t axis, const CrossingChoices& choices,
                                             std::uint32_t depth) const;

    // Room of an axis' group by value, hosts that are closed to it left out. O(nodes).
    [[nodiscard]] std::vector<std::int64_t> by_value(const CrossingAxis& axis) const;

  private:
    // Of an axis under some choices, by value: new members.
    struct Limits {
        std::vector<std::int64_t> most;
        std::vector<std::int64_t> least;
        std::int64_t least_sum = 0;
    };
    // Of a group: by node, cut to the limits of its axes.
    struct Cut {
        std::vector<std::int64_t> hosts;
        std::vector<std::pair<std::size_t, Limits>> limits;  // by axis
    };
    void add_axis(const CrossingWish& wish, RoomBasis basis);
    void add_room(RoomBasis basis);
    void close(const CrossingWish& wish, RoomBasis basis);
    [[nodiscard]] std::vector<std::int64_t> value_sums(const CrossingAxis& axis,
                                                       std::span<const std::int64_t> hosts) const;
    [[nodiscard]] bool apply(const CrossingAxis& axis, const CrossingChoice& choice, Limits& limits) const;
    [[nodiscard]] std::optional<Limits> limits(std::size_t axis, const CrossingChoices& choices,
                                               std::span<const std::int64_t> hosts) const;
    [[nodiscard]] std::optional<Cut> cut(std::size_t group, const CrossingChoices& choices) const;
    [[nodiscard]] std::int64_t most_in(const Domain& domain, const CrossingAxis& axis, const Limits& limits,
                                       std::span<const std::int64_t> hosts, std::vector<std::int64_t>& sums) const;
    [[nodiscard]] bool add_caps(std::size_t group, const CrossingChoices& choices, std::vector<DomainCap>& caps) const;

    const Snapshot& snapshot_;
    const Fabric& fabric_;
    const CrossingWishes& all_;
    BoundMembers bound_;
    std::vector<CrossingAxis> axes_;
    std::vector<std::vector<std::int64_t>> room_;  // by group, then domain: without these wishes, an upper bound
    std::vector<std::vector<std::int64_t>> open_;  // by group, then node: less what is closed
};

}  // namespace muster
