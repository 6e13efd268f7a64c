// What a planned gang takes of the domains that hold it, beside what others use there: for the picture of `place`.
#pragma once

#include "placement/cluster/snapshot.hpp"
#include "placement/model/gang.hpp"
#include "placement/model/plan.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace muster {

// One domain that gets members. Amounts are of GangTree::device; used and taken may exceed total where nodes are
// over-committed.
struct DomainUse {
    std::string name;   // value of its level; the node's name for a host
    std::string level;  // "cluster" for the root
    std::int64_t total = 0;
    std::int64_t used = 0;   // by others, and by members that are bound already
    std::int64_t taken = 0;  // by the members placed now
    std::int32_t hosts = 0;
    std::vector<std::int32_t> ranks;  // of the members placed now, ascending; −1: not known here
    std::vector<DomainUse> children;  // those that get members, in path order
};

struct GangTree {
    std::string device;  // "nvidia.com/gpu"; empty: the pods ask for no device
    DomainUse root;      // the lowest domain that holds all members placed now
};

// `before`: without the plan. O(members × depth + nodes).
[[nodiscard]] GangTree gang_tree(const Snapshot& before, const GangRequest& request, const Plan& plan);

}  // namespace muster
