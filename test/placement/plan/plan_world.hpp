// A small cluster written as a table, for the planner's unit tests: {node, block, rack, free GPUs}.
#pragma once

#include "placement/cluster/cluster_state.hpp"
#include "placement/model/gang.hpp"
#include "placement/model/plan.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace muster::test {

inline constexpr const char* kGpu = "nvidia.com/gpu";

struct Row {
    std::string node;
    std::string block;  // empty: the label is missing
    std::string rack;
    std::int64_t gpus = 8;
};

inline NodeFacts facts(const Row& row) {
    NodeFacts node;
    node.name = NodeName(row.node);
    if (!row.block.empty()) node.labels.emplace_back("block", row.block);
    if (!row.rack.empty()) node.labels.emplace_back("rack", row.rack);
    normalize(node.labels);
    node.allocatable = {{kGpu, row.gpus}, {"pods", 20}};
    return node;
}

// Levels block, rack and host.
inline ClusterState cluster(const std::vector<Row>& rows) {
    ClusterState state({{"block", "block"}, {"rack", "rack"}});
    for (const auto& row : rows) state.apply(NodeSeen{facts(row)});
    return state;
}

// Hosts a and b in rack r1, c and d in rack r2 of one block, e and f in r3 of another, with so many GPUs free.
inline ClusterState three_racks(std::int64_t a = 8, std::int64_t b = 8, std::int64_t c = 8, std::int64_t d = 8,
                                std::int64_t e = 8, std::int64_t f = 8) {
    return cluster({{"a", "b1", "r1", a},
                    {"b", "b1", "r1", b},
                    {"c", "b1", "r2", c},
                    {"d", "b1", "r2", d},
                    {"e", "b2", "r3", e},
                    {"f", "b2", "r3", f}});
}

inline GangRequest gang(std::int32_t members, std::int64_t gpus, TopologyWish wish = {}) {
    GangRequest request;
    request.key = {"ml", "gang"};
    request.wish = std::move(wish);
    RoleRequest role;
    role.shape.requests = {{kGpu, gpus}, {"pods", 1}};
    for (std::int32_t i = 0; i < members; ++i) {
        const std::string name = "m-" + std::to_string(i);
        role.members.push_back({PodUid("uid-" + name), {"ml", name}, i});
    }
    request.roles.push_back(std::move(role));
    return request;
}

inline GangRequest gang_of(std::vector<RoleRequest> roles, TopologyWish wish = {}) {
    return {{"ml", "gang"}, std::move(roles), std::move(wish), {}, {}};
}

// A pod of no gang takes so many GPUs of the node; `stays`: as PodBound::stays.
inline void fill(ClusterState& state, const std::string& node, std::int64_t gpus, bool stays = false) {
    state.apply(PodBound{PodUid("on-" + node), NodeName(node), {{kGpu, gpus}, {"pods", 1}}, {}, stays});
}

// Nodes in member order, separated by blanks; empty when it does not fit.
inline std::string nodes(const Outcome& outcome) {
    std::string names;
    if (const Plan* plan = std::get_if<Plan>(&outcome)) {
        for (const auto& placement : plan->placements) names += (names.empty() ? "" : " ") + placement.node.str();
    }
    return names;
}

}  // namespace muster::test
