// Which gangs are pending, and what each asks for: decided by the gang machine, so that `place` counts members,
// compares declarations and orders gangs exactly as the service does.
#pragma once

#include "placement/model/gang.hpp"
#include "placement/model/pod.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace muster {

struct PendingGang {
    GangKey key;
    std::string owner;        // "Job/train" when the key is a controller's uid
    std::int32_t needed = 0;  // 0: not known
    std::int32_t served = 0;
    std::int32_t waiting = 0;
    std::int32_t held = 0;  // pending members behind a foreign gate
    std::int32_t priority = 0;
    std::int64_t oldest_s = 0;
    // Of the members asked for, creation of the newest, seconds since 1970; absent: one of them does not exist yet.
    std::optional<std::int64_t> newest_s;
    // Absent: incomplete, or refused. `hold_preferred`: the gang may wait for its preferred level, whatever the time.
    std::optional<GangRequest> request;
    std::vector<Error> errors;  // why it is refused
};

// Gangs with at least one pending member, in planning order: priority descending, then age, then key. Independent of
// the order of `pods`. O(members²) per gang.
[[nodiscard]] std::vector<PendingGang> pending_gangs(const std::vector<PodFacts>& pods);

}  // namespace muster
