// Figures by which placements are compared, whoever made them: from the shares alone, by the definitions of design §5.
#pragma once

#include "bench/baselines/baseline.hpp"
#include "placement/cluster/snapshot.hpp"
#include "placement/model/gang.hpp"
#include "placement/model/plan.hpp"

#include <compare>
#include <cstdint>
#include <span>
#include <vector>

namespace muster::baselines {

struct Measure {
    std::int64_t level = 0;             // levels + 1 − depth of the lowest domain that holds all: 1 one host
    std::vector<std::int64_t> domains;  // in use, by level, coarse to fine, hosts last
    std::int64_t broken = 0;            // whole cells broken (policies/whole_cells.hpp)
    double distance = 0;  // mean over the pairs of members of the number of levels at which they are apart
};

// What is compared with the optimum: level, domains and broken cells, from the front. Not the distance, which here
// counts hosts too; that of the planner's default objective does not.
[[nodiscard]] std::strong_ordering compare(const Measure& a, const Measure& b);

// At least one take. O(takes × depth + pairs of domains in use).
[[nodiscard]] Measure measure(const Snapshot& snapshot, const GangRequest& request, std::span<const HostTake> takes);

// A plan's members by host and role.
[[nodiscard]] std::vector<HostTake> takes_of(const Snapshot& snapshot, const GangRequest& request, const Plan& plan);

// Whether every member has one place and no host is asked for more than is free.
[[nodiscard]] bool possible(const Snapshot& snapshot, const GangRequest& request, std::span<const HostTake> takes);

}  // namespace muster::baselines
