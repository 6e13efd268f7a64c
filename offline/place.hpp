// `muster place`: every pending gang of a cluster given as data, planned one after the other by the same core, the same
// gang rules and the same order as the service.
#pragma once

#include "offline/cluster_input.hpp"
#include "offline/gang_tree.hpp"
#include "placement/model/gang.hpp"
#include "placement/model/level.hpp"
#include "placement/model/plan.hpp"
#include "placement/plan/policy.hpp"
#include "placement/topology/fabric.hpp"
#include "placement/topology/shared_values.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace muster {

enum class Verdict {
    fits,
    does_not_fit,  // now; or its declaration is wrong
    never_fits,    // proved, with everything but DaemonSet and mirror pods removed, on today's nodes
    waits,         // incomplete, or not yet willing to go beyond its preferred level
};
// "fits", "does-not-fit", …
[[nodiscard]] std::string_view verdict_name(Verdict verdict);

struct GangPlacement {
    GangKey key;
    std::string owner;  // "Job/train" when the gang is known by its controller's uid, else empty
    Verdict verdict = Verdict::waits;
    std::int32_t needed = 0;              // members needed to start; 0: not known
    std::int32_t served = 0;              // bound or succeeded already
    std::int32_t waiting = 0;             // pending members that count (no foreign gate)
    std::vector<Placement> pods;          // of the members planned now, by rank
    std::vector<std::string> machines;    // inside the planned nodes, as far as they are known; sorted, each once
    std::optional<Quality> quality;       // when it fits
    std::optional<Shortfall> shortfall;   // when it does not
    std::vector<std::string> unmodelled;  // pod features that the plan does not take into account; sorted
    std::string reason_code;              // kebab-case; empty when it fits
    std::string reason;                   // a sentence
    std::optional<std::int64_t> until_s;  // of a gang that waits for its preferred level: seconds since 1970, if known
    std::optional<GangTree> tree;         // when it fits
};

struct PlacementList {
    std::vector<GangPlacement> items;   // in the order in which they were planned: priority, then age, then key
    std::vector<LevelSpec> levels;      // of the fabric, host included
    std::string preset;                 // empty when the levels were configured, or none matched
    std::vector<MissingLabel> missing;  // nodes outside some level
    std::vector<SharedValues> shared;   // where levels seem to cross
    std::vector<Error> errors;          // wrong declarations that show only when members are compared
};

struct PlaceOptions {
    std::optional<std::vector<LevelSpec>> levels;  // absent: chosen from the nodes' labels
    Policies policies;
    // Seconds since 1970; absent: the newest creation of a pod in the input. Only gangs with a `wait` depend on it.
    std::optional<std::int64_t> now_s = std::nullopt;
    std::string gpu_picker{kDefaultGpuPicker};  // one of kGpuPickers
    // For levels that are chosen: uplinks in MB/s, by name or label key.
    std::map<std::string, std::int64_t> uplinks = {};
};

// Members beyond the needed ones are left for later waves, as in the service. A gang with a `wait` holds out for its
// preferred level from the creation of the newest member that it needs; one that does not exist yet would be made now.
// Errors: a hierarchy that no fabric can
// have.
[[nodiscard]] Result<PlacementList> place(const ClusterInput& input, const PlaceOptions& options);

}  // namespace muster
