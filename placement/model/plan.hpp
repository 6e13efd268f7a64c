// Answers of the planner. Each refusal is data; sentences for people are made in extender/wire and cli.
#pragma once

#include "placement/model/ids.hpp"

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace muster {

struct Placement {
    PodUid uid;
    PodKey pod;
    NodeName node;
    std::int32_t rank = -1;
    auto operator<=>(const Placement&) const = default;
};

// Objective vector of design §5, smaller is better, compared from the front:
// {level term, domains of the coarsest level, …, hosts, one entry per summed policy}.
// The level term is (number of levels − index) of the lowest level that holds the gang: 0 would be "inside a host's
// part", 1 one host, …, levels + 1 the whole fabric; with a preferred level it is at least that level's value.
using ObjectiveVector = std::vector<std::int64_t>;

struct LevelCount {
    std::string level;
    std::int32_t domains = 0;
    auto operator<=>(const LevelCount&) const = default;
};

// optimal: no placement has a smaller objective. bounded: the search was cut off by its budget of steps; no placement
// has a smaller objective than `Quality::bound`.
enum class Proof { optimal, bounded };

struct Quality {
    std::string level;                // lowest level that holds the whole gang; "cluster" when only the root does
    std::string domain;               // path of that domain, values joined by '/', empty for the root
    std::vector<LevelCount> domains;  // coarse to fine, bound members included
    ObjectiveVector objective;
    Proof proof = Proof::optimal;
    ObjectiveVector bound =
        {};  // with Proof::bounded: smaller than `objective`, and not larger than the optimum; else empty
    auto operator<=>(const Quality&) const = default;
};

struct Plan {
    std::vector<Placement> placements;  // in member order of the request
    Quality quality;
    auto operator<=>(const Plan&) const = default;
};

enum class ReasonCode {
    level_too_small,    // no domain of the required level has room for the members at once
    cluster_too_small,  // not even all nodes together
    no_eligible_node,   // selectors, affinity, taints or node state exclude every node
    unknown_level,      // the wish names a level that the fabric lacks
    fixed_apart,        // bound members already lie in different domains of the required level
    several_roles,      // members differ in shape, and the gang has a wish that is planned for one shape only
    search_exhausted,   // not proved: the search was cut off before it found a placement or that there is none
    unmodelled,         // the pod uses a feature that the planner does not model
    // Wishes that cannot be: `limit` is the slice's size.
    slices_not_nested,     // the smaller of two slices is not on the finer level or does not divide the other (details)
    slice_above_required,  // a slice's level is coarser than the required one (details)
    slice_uneven,          // the members are not whole slices
    // There is room, but not as a wish wants it: `limit` is its number.
    slice_too_large,   // not enough whole slices, each in one domain of `level`, or bound members began too many
    spread_too_tight,  // not with so few members in each domain
    not_exclusive,     // not without the domains that other pods use
};

// Why a gang does not fit: the best domain found and what it lacks. `need` and `best` count members.
struct Shortfall {
    ReasonCode code = ReasonCode::cluster_too_small;
    std::string level;   // level concerned, or the unknown level's name
    std::string domain;  // path of the best domain
    std::int32_t need = 0;
    std::int32_t best = 0;
    std::string resource;              // the resource that most often is the limit in the best domain; may be empty
    std::vector<std::string> details;  // e.g. known levels, unmodelled features; sorted
    std::int32_t limit = 0;            // of the wish concerned: a slice's size, or members at most; 0: none
    auto operator<=>(const Shortfall&) const = default;
};

struct NoFit {
    Shortfall reason;
    auto operator<=>(const NoFit&) const = default;
};

// Proved with every pod removed that can go away (all but DaemonSet and mirror pods), on today's nodes.
struct NeverFits {
    Shortfall reason;
    auto operator<=>(const NeverFits&) const = default;
};

using Outcome = std::variant<Plan, NoFit, NeverFits>;

}  // namespace muster
