// What the exact searches for one role answer: members by host, and what they cost.
#pragma once

#include "placement/model/ids.hpp"

#include <cstdint>
#include <vector>

namespace muster {

// Members for one host domain.
struct HostShare {
    NodeIdx node;
    std::int32_t members = 0;
};

struct BestShares {
    DomainIdx domain;                     // the candidate that holds them
    std::vector<std::int64_t> objective;  // policies that lead, domains used by level as below, the other policies
    std::vector<HostShare> shares;        // path order
    std::vector<std::int64_t> domains;    // used by level, coarse to fine, host last; bound members' included
    std::int32_t leading = 0;             // policies that lead
};

}  // namespace muster
