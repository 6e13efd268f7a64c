// Two racks of two hosts with 8 GPUs each, a1 and a2 in rack a, b1 and b2 in rack b; and what a policy says of it.
#pragma once

#include "placement/cluster/cluster_state.hpp"
#include "placement/plan/policy.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace muster::test {

inline constexpr const char* kGpu = "nvidia.com/gpu";

inline ClusterState two_racks(const std::function<void(NodeFacts&)>& change = {}) {
    ClusterState state(std::vector<LevelSpec>{{"rack", "example.com/rack"}});
    for (const char* name : {"a1", "a2", "b1", "b2"}) {
        NodeFacts node;
        node.name = NodeName(name);
        node.labels = {{"example.com/rack", std::string(1, name[0])}};
        node.allocatable = {{"cpu", 64'000}, {kGpu, 8}};
        if (change) change(node);
        normalize(node.labels);
        state.apply(NodeSeen{node});
    }
    return state;
}

// Uses GPUs of a node, by a pod of this name.
inline void use(ClusterState& state, const std::string& pod, const std::string& node, std::int64_t gpus) {
    state.apply(PodBound{PodUid(pod), NodeName(node), {{"cpu", 1'000}, {kGpu, gpus}}, {}, false});
}

// `members` pods of one CPU and so many GPUs, with members bound to these nodes already.
inline GangRequest request_of(std::size_t members, std::int64_t gpus, const std::vector<std::string>& bound = {}) {
    GangRequest request;
    request.roles.resize(1);
    request.roles.front().shape.requests = {{"cpu", 1'000}, {kGpu, gpus}};
    for (std::size_t i = 0; i < members; ++i) {
        const std::string name = "m-" + std::to_string(i);
        request.roles.front().members.push_back({PodUid(name), {"ml", name}, static_cast<std::int32_t>(i)});
    }
    for (const auto& node : bound) request.fixed.push_back({PodUid("bound-on-" + node), NodeName(node)});
    return request;
}

// Costs by path of the domain, "" for the cluster.
class Costs {
  public:
    Costs(ClusterState& state, const DomainPolicy& policy, GangRequest request)
        : snapshot_(state.snapshot()), request_(std::move(request)), prepared_(policy.prepare(snapshot_, request_)) {}

    [[nodiscard]] std::int64_t of(const std::string& path, std::int32_t m) const {
        const Fabric& fabric = snapshot_.fabric();
        for (std::uint32_t i = 0; i < fabric.domain_count(); ++i) {
            if (fabric.path(DomainIdx(i)) == path) return prepared_->cost(DomainIdx(i), m).value();
        }
        ADD_FAILURE() << "no domain " << path;
        return -1;
    }
    // Sum over all domains of so many members on a1, a2, b1 and b2.
    [[nodiscard]] std::int64_t sum(const std::vector<std::int32_t>& members) const {
        const std::int32_t a = members[0] + members[1];
        const std::int32_t b = members[2] + members[3];
        std::int64_t sum = of("", a + b) + of("a", a) + of("b", b);
        const char* const hosts[] = {"a/a1", "a/a2", "b/b1", "b/b2"};
        for (std::size_t i = 0; i < members.size(); ++i) sum += of(hosts[i], members[i]);
        return sum;
    }

  private:
    Snapshot snapshot_;
    GangRequest request_;
    std::unique_ptr<DomainCost> prepared_;
};

}  // namespace muster::test
