// Answers of the planner. Each refusal is data; sentences for people are made in extender/wire and cli.
#pragma once

#include "placement/model/ids.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace muster {

// How the GPUs of a placement are known.
enum class GpuSource {
    none,        // the pod asks for no GPU of a machine, or the node has none
    controlled,  // the plan decides, and something on the node obeys
    predicted,   // what the kubelet and the vendor's plugin will give by their rules
    unknown,     // not all GPUs in use on the node are known
};

[[nodiscard]] std::string_view gpu_source_name(GpuSource source);  // "none", "controlled", …

// Rules that say which GPUs of its machine a pod gets (placement/plan/links/gpu_picker.hpp); sorted.
inline constexpr std::array<std::string_view, 3> kGpuPickers{"best-bandwidth", "least-fragmentation",
                                                             "predict-kubelet"};
inline constexpr std::string_view kDefaultGpuPicker = "predict-kubelet";

struct Placement {
    PodUid uid;
    PodKey pod;
    NodeName node;
    std::int32_t rank = -1;
    std::vector<std::int32_t> gpus = {};  // ordinals on the node's machine, ascending; empty when not known
    GpuSource gpu_source = GpuSource::none;
    auto operator<=>(const Placement&) const = default;
};

// The placement's GPUs as ids for Reserved::devices, "ordinal:N"; empty unless the plan controls them.
[[nodiscard]] std::vector<std::string> planned_devices(const Placement& placement);

// Objective vector of design §5, smaller is better, compared from the front:
// {bandwidth class, level term, one entry per policy that leads, domains of the coarsest level, …, hosts, one entry per
// other policy that has a say for the gang}, policies in their order.
// The bandwidth class is that of the slowest link between members (placement/topology/bandwidth_class.hpp): GPU sets of
// new members, those of bound ones where they are told, and uplinks of domains that the gang crosses, shared with the
// other gangs that do; 0 where nothing is known of any. The level term is (number of levels − index) of the lowest
// level that holds the gang: 0 would be "inside a host's part", 1 one host, …, levels + 1 the whole fabric; with a
// preferred level it is at least that level's value.
using ObjectiveVector = std::vector<std::int64_t>;

struct LevelCount {
    std::string level;
    std::int32_t domains = 0;
    auto operator<=>(const LevelCount&) const = default;
};

// optimal: no placement has a smaller objective. bounded: the search was cut off by its budget of steps; no placement
// has a smaller objective than `Quality::bound`.
enum class Proof { optimal, bounded };

// The links out of a domain that a gang crosses: it has members inside and outside.
struct UplinkUse {
    std::string level;
    std::string domain;      // path, as in Quality
    std::int64_t mbps = 0;   // what they carry in one direction, MB/s
    std::int32_t gangs = 1;  // that cross it and share that, this one included
    auto operator<=>(const UplinkUse&) const = default;
};

struct Quality {
    std::string level;                // lowest level that holds the whole gang; "cluster" when only the root does
    std::string domain;               // path of that domain, values joined by '/', empty for the root
    std::vector<LevelCount> domains;  // coarse to fine, bound members included
    ObjectiveVector objective;
    Proof proof = Proof::optimal;
    ObjectiveVector bound =
        {};  // with Proof::bounded: smaller than `objective`, and not larger than the optimum; else empty
    // Bus bandwidth in MB/s that a ring over the members reaches: 0.95 × the least of their GPU sets', bound ones'
    // where they are told, and of what the gang gets of the uplinks that it crosses (formula 7). Where GPUs in use are
    // not known, at least that. 0: not known, or no member has a bus.
    std::int64_t bus_mbps = 0;
    std::optional<UplinkUse> slowest_uplink = {};  // when no GPU set that is known gets less
    std::string gpu_picker =
        {};  // rule behind the GPU sets, one of kGpuPickers; empty: no member has GPUs of a machine
    // Of each label in a wish that is no level (placement/plan/crossing/crossing.hpp), by key: its values in use, bound
    // members included, nodes without it left out. `level` is the key. Not in the objective.
    std::vector<LevelCount> crossing = {};
    std::int32_t leading = 0;  // policies that stand before the numbers of domains in the objective
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
    several_roles,      // slices of members of several roles, which are planned only where all of them are alike
    search_exhausted,   // not proved: the search was cut off before it found a placement or that there is none
    unmodelled,         // the pod uses a feature that the planner does not model
    // Wishes that cannot be: `limit` is the slice's size.
    slice_crosses,      // in one value of a label that is no level, for which slices are not planned (details: levels)
    slices_not_nested,  // the smaller of two slices is not on the finer level or does not divide the other (details)
    slice_above_required,   // a slice's level is coarser than the required one (details)
    slice_uneven,           // the members are not whole slices
    spread_above_required,  // over several domains of a level that is no finer than the required one (details)
    spread_too_few,         // over more domains than there are members, or slices: `best`
    // There is room, but not as a wish wants it: `limit` is its number.
    slice_too_large,    // not enough whole slices, each in one domain of `level`, or bound members began too many
    spread_too_tight,   // not with so few members in each domain
    spread_too_narrow,  // not over so many domains
    spread_unbalanced,  // not in equal numbers
    not_exclusive,      // not without the domains that other pods use
};

// Why a gang does not fit: the best domain found and what it lacks. `need` and `best` count members.
struct Shortfall {
    ReasonCode code = ReasonCode::cluster_too_small;
    std::string level;   // level concerned, or the unknown level's name
    std::string domain;  // path of the best domain
    std::int32_t need = 0;
    std::int32_t best = 0;             // −1: not known
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

// The gang has a place now, but not within its preferred level, which it still waits for (GangRequest::hold_preferred).
// `reason` says what that level lacks.
struct Wait {
    Shortfall reason;
    auto operator<=>(const Wait&) const = default;
};

using Outcome = std::variant<Plan, NoFit, NeverFits, Wait>;

}  // namespace muster
