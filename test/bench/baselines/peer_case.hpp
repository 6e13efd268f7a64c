// A peer's own test case as a table row: hosts with their path and what they offer, pods that run, the gang.
#pragma once

#include "bench/baselines/measure.hpp"
#include "placement/cluster/cluster_state.hpp"
#include "placement/cluster/events.hpp"
#include "placement/cluster/snapshot.hpp"
#include "placement/model/gang.hpp"
#include "placement/model/level.hpp"
#include "placement/model/node.hpp"
#include "test/property/world_gen.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace muster::test {

inline const std::string kOneGpu(world::kGpu);

struct PeerHost {
    std::string name;
    std::vector<std::string> path;  // values of the levels, without the host; shorter: finer labels missing
    ResourceAmounts offers;
    ResourceAmounts used = {};
    bool ready = true;
    bool cordoned = false;
};

// `levels`: names, coarse to fine, without the host. Pod slots: 110, less one if something runs there.
inline Snapshot peer_world(const std::vector<std::string>& levels, const std::vector<PeerHost>& hosts) {
    std::vector<LevelSpec> specs;
    for (const auto& level : levels) specs.push_back({level, "example.com/" + level});
    ClusterState state(specs);
    for (const auto& host : hosts) {
        NodeFacts node;
        node.name = NodeName(host.name);
        node.labels = {{std::string(kHostnameLabel), host.name}};
        for (std::size_t i = 0; i < host.path.size(); ++i) node.labels.emplace_back(specs[i].label, host.path[i]);
        normalize(node.labels);
        node.allocatable = host.offers;
        if (node.allocatable.get(kPodSlots) == 0) node.allocatable.set(kPodSlots, 110);
        node.ready = host.ready;
        node.unschedulable = host.cordoned;
        state.apply(NodeSeen{node});
        if (host.used.empty()) continue;
        PodBound pod;
        pod.uid = PodUid("runs-on-" + host.name);
        pod.node = node.name;
        pod.requests = host.used;
        pod.requests.set(kPodSlots, 1);
        state.apply(pod);
    }
    return state.snapshot();
}

// One role of `members` pods with these requests.
inline GangRequest peer_gang(std::uint32_t members, const ResourceAmounts& requests, TopologyWish wish = {}) {
    GangRequest gang = world::plain_gang(members, 0);
    gang.roles.front().shape.requests = requests;
    gang.roles.front().shape.requests.set(kPodSlots, 1);
    gang.wish = std::move(wish);
    return gang;
}

inline ResourceAmounts gpus(std::int64_t number) {
    return {{kOneGpu, number}};
}

using Counts = std::vector<std::int64_t>;  // domains used by level, hosts last

// Domains used by the answer, which must be possible; nullopt: no.
inline std::optional<Counts> domains_of(const Snapshot& world, const GangRequest& gang,
                                        const baselines::Answer& answer) {
    if (!answer) return std::nullopt;
    EXPECT_TRUE(baselines::possible(world, gang, *answer));
    return baselines::measure(world, gang, *answer).domains;
}

// Members of all roles by host, in the order of `hosts`.
inline std::vector<std::int32_t> members_on(const Snapshot& world, const std::vector<std::string>& hosts,
                                            const baselines::Answer& answer) {
    std::vector<std::int32_t> found;
    for (const auto& host : hosts) {
        found.push_back(0);
        for (const auto& take : answer.value_or(std::vector<baselines::HostTake>{})) {
            if (take.node != world.fabric().find(host)) continue;
            for (const std::int32_t m : take.members) found.back() += m;
        }
    }
    return found;
}

}  // namespace muster::test
