// What a gang asks for. A declaration stands on each pod; a request is what the planner gets for all of them.
#pragma once

#include "placement/model/ids.hpp"
#include "placement/model/pod_shape.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace muster {

// Members are cut, in rank order, into slices of `size`; each slice lies wholly in one domain of `level`.
struct SliceWish {
    std::int32_t size = 1;
    std::string level;
    auto operator<=>(const SliceWish&) const = default;
};

// At most `max` members in one domain of `level`, bound ones included.
struct SpreadWish {
    std::string level;
    std::int32_t max = 1;
    auto operator<=>(const SpreadWish&) const = default;
};

// Levels by name or by label key, as the user wrote them; resolved against the fabric when planning.
struct TopologyWish {
    std::optional<std::string> required;  // all members in one domain of this level
    std::optional<std::string>
        preferred;  // placements at or below this level are equally good; coarser ones only if none fits
    std::vector<SliceWish> slices = {};  // sizes divide each other, the smaller on the finer level
    std::vector<SpreadWish> spread = {};
    std::optional<std::string> exclusive =
        {};  // a domain of this level that gets members holds no other pod with devices
    auto operator<=>(const TopologyWish&) const = default;
};

struct GangDeclaration {
    GangKey key;
    std::optional<std::int32_t> needed;       // members needed to start; absent: not known (yet)
    std::optional<std::int32_t> max_members;  // absent: equal to needed
    std::string role;
    std::optional<std::int32_t> rank;
    TopologyWish wish;
    auto operator<=>(const GangDeclaration&) const = default;
};

// A member that the planner has to place. Order of members in a request: by rank, then by pod name (numbers by value).
struct MemberToPlace {
    PodUid uid;
    PodKey key;
    std::int32_t rank = -1;  // position in the gang's order; the planner gives ranks in path order of the nodes
    auto operator<=>(const MemberToPlace&) const = default;
};

// Members of one shape. Part of a request. Several roles may share a name: their members differ in shape.
struct RoleRequest {
    std::string name;
    PodShape shape;
    std::vector<MemberToPlace> members;  // ≥ 1
    // All members of this role in one domain of this level, beside the gang's own wish: each role in one rack, say,
    // while the gang is in one block. Members of the same `name` that are bound already count.
    std::optional<std::string> required = std::nullopt;
};

// A member that is bound already: it fixes domains, costs nothing more, and its amounts are in the snapshot.
struct FixedMember {
    PodUid uid;
    NodeName node;
    std::string role = {};  // name of its role
};

struct GangRequest {
    GangKey key;
    std::vector<RoleRequest> roles;  // ≥ 1; their order decides between equal placements (gang_planner.hpp)
    TopologyWish wish;
    std::vector<FixedMember> fixed;
    std::vector<NodeName> avoid;  // nodes that refused this role lately (a lesson, design §4 step 4); sorted
    [[nodiscard]] std::size_t members() const {
        std::size_t count = 0;
        for (const auto& role : roles) count += role.members.size();
        return count;
    }
};

}  // namespace muster
