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

// How members are spread over the domains of `level`; bound ones count everywhere.
struct SpreadWish {
    std::string level;
    std::int32_t max = 0;          // at most so many members in one domain that gets some; 0: any number
    std::int32_t min_domains = 0;  // at least so many domains hold members
    // The numbers in the domains that hold members differ by at most one; where slices lie in one domain of the level,
    // by at most one slice.
    bool balanced = false;
    auto operator<=>(const SpreadWish&) const = default;
};

// How the members of a gang talk to each other.
enum class Pattern : std::uint8_t {
    ring,        // each with the next rank, and the last with the first
    pipeline,    // each with the next rank
    all_to_all,  // each with every other
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
    // With `preferred`: how long the whole gang waits for a domain of that level to hold it before a coarser one will
    // do, in seconds; 0: not at all. Of the gang only, not of a role.
    std::int32_t wait_s = 0;
    Pattern pattern = Pattern::ring;  // of the gang only
    auto operator<=>(const TopologyWish&) const = default;
};

// What the members of one role wish beside the gang's own wish.
struct RoleWish {
    std::string role;
    TopologyWish wish;
    auto operator<=>(const RoleWish&) const = default;
};

struct GangDeclaration {
    GangKey key;
    std::optional<std::int32_t> needed;       // members needed to start; absent: not known (yet)
    std::optional<std::int32_t> max_members;  // absent: equal to needed
    std::string role;
    std::optional<std::int32_t> rank;
    TopologyWish wish;
    std::vector<RoleWish> roles = {};  // by name, each once
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
    // What its members wish beside the gang's own wish: each role in one rack, say, while the gang is in one block.
    // Members of the same `name`, placed and bound, count together. Wait and pattern are of the gang only.
    TopologyWish wish = {};
};

// A member that is bound already: it fixes domains, costs nothing more, and its amounts are in the snapshot.
struct FixedMember {
    PodUid uid;
    NodeName node;
    std::string role = {};                  // name of its role
    std::int32_t rank = -1;                 // −1: not known
    std::vector<std::string> devices = {};  // GPUs that it has, as PodFacts::devices; empty: not told
};

// At most so many new members in a domain of the fabric that the request is planned on.
struct DomainCap {
    DomainIdx domain;
    std::int32_t role = -1;  // whose members count: those of the name of this role (its index); −1: all
    std::int32_t most = 0;
    auto operator<=>(const DomainCap&) const = default;
};

struct GangRequest {
    GangKey key;
    std::vector<RoleRequest> roles;  // ≥ 1; their order decides between equal placements (gang_planner.hpp)
    TopologyWish wish;
    std::vector<FixedMember> fixed;
    std::vector<NodeName> avoid;  // nodes that refused this role lately (a lesson, design §4 step 4); sorted
    // Limits that a search of its own adds (placement/plan/crossing/crossing.hpp), beside all that nodes have room for.
    std::vector<DomainCap> caps = {};
    // The time to wait for the preferred level is not over: where only coarser domains have room the answer is Wait.
    bool hold_preferred = false;
    [[nodiscard]] std::size_t members() const {
        std::size_t count = 0;
        for (const auto& role : roles) count += role.members.size();
        return count;
    }
};

}  // namespace muster
