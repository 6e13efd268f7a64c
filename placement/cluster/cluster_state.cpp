#include "placement/cluster/cluster_state.hpp"

#include "placement/model/check.hpp"
#include "placement/model/machine_graph.hpp"
#include "placement/topology/fabric.hpp"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

namespace muster {
namespace {

template <class Map, class Key>
auto* find_in(Map& map, const Key& key) {
    const auto at = map.find(key);
    return at == map.end() ? nullptr : &at->second;
}

// Names of all resources that some node offers, sorted: the columns do not depend on the order of events.
std::vector<std::string> offered_resources(const std::map<NodeName, NodeFacts>& nodes) {
    std::set<std::string_view> names;
    for (const auto& [name, facts] : nodes) {
        for (const auto& [resource, amount] : facts.allocatable.entries()) {
            if (amount > 0) names.insert(resource);
        }
    }
    return {names.begin(), names.end()};
}

// Nothing is claimed yet; a chunk whose nodes have no shared devices stays without.
void begin_shares(const NodeFacts& node, std::size_t at, NodeChunk& chunk) {
    if (node.shared_devices.empty()) return;
    chunk.shares.resize(kChunkNodes);
    for (const auto& [resource, devices] : node.shared_devices) {
        const auto most = static_cast<std::int32_t>(kMaxGpus);
        chunk.shares[at].emplace_back(static_cast<std::size_t>(std::clamp(devices, 0, most)));
    }
}

}  // namespace

ClusterState::ClusterState(std::vector<LevelSpec> levels) {
    set_levels(std::move(levels));
}

void ClusterState::set_levels(std::vector<LevelSpec> levels) {
    MUSTER_CHECK(!check_levels(levels));
    if (levels == levels_) return;
    levels_ = std::move(levels);
    fabric_stale_ = true;
    generation_ = generation_.next();
}

Generation ClusterState::apply(const ClusterEvent& event) {
    if (std::visit([this](const auto& what) { return on(what); }, event)) generation_ = generation_.next();
    return generation_;
}

bool ClusterState::on(const NodeSeen& event) {
    if (event.facts.name.empty()) return false;  // no such object exists; decoders report it
    const auto [at, added] = nodes_.try_emplace(event.facts.name, event.facts);
    if (!added) {
        if (at->second == event.facts) return false;
        at->second = event.facts;
    }
    MachineRef& machine = at->second.machine;
    if (machine) machine = *machines_.insert(machine).first;
    fabric_stale_ = true;
    return true;
}

bool ClusterState::on(const NodeGone& event) {
    if (nodes_.erase(event.node) == 0) return false;
    fabric_stale_ = true;
    return true;
}

bool ClusterState::on(const PodBound& event) {
    PodUse use{event.node,    event.requests, event.host_ports,   event.stays,
               event.devices, event.shares,   event.share_devices};
    use.gang = event.gang;
    const bool ended_reservation = remove(reserved_, event.uid);
    if (const PodUse* known = bound(event.uid); known != nullptr && *known == use) return ended_reservation;
    put(bound_, event.uid, std::move(use));
    return true;
}

bool ClusterState::on(const PodGone& event) {
    const bool was_reserved = remove(reserved_, event.uid);
    return remove(bound_, event.uid) || was_reserved;
}

bool ClusterState::on(const Reserved& event) {
    if (bound_.contains(event.uid)) return false;
    PodUse use{event.node, event.requests, event.host_ports, false, event.devices, event.shares, event.share_devices};
    use.gang = event.gang;
    if (const PodUse* known = reservation(event.uid); known != nullptr && *known == use) return false;
    put(reserved_, event.uid, std::move(use));
    return true;
}

bool ClusterState::on(const Released& event) {
    return remove(reserved_, event.uid);
}

void ClusterState::put(Uses& uses, const PodUid& uid, PodUse use) {
    const auto [at, added] = uses.try_emplace(uid);
    if (!added) count(at->second, Snapshot::Use::ends);
    at->second = std::move(use);
    count(at->second, Snapshot::Use::begins);
}

bool ClusterState::remove(Uses& uses, const PodUid& uid) {
    const auto at = uses.find(uid);
    if (at == uses.end()) return false;
    count(at->second, Snapshot::Use::ends);
    uses.erase(at);
    return true;
}

void ClusterState::count(const PodUse& pod, Snapshot::Use use) {
    if (fabric_stale_) return;  // the rebuild counts all pods
    const auto node = current_.fabric().find(pod.node.str());
    if (!node) return;
    const std::size_t chunk = node->value() / kChunkNodes;
    if (!own_chunk_[chunk]) {
        current_.chunks_[chunk] = std::make_shared<NodeChunk>(*current_.chunks_[chunk]);
        own_chunk_[chunk] = true;
    }
    current_.traffic_.count(current_.fabric(), pod.gang, *node, static_cast<std::int32_t>(use));
    current_.count(*node, {pod.requests, pod.host_ports, pod.devices, pod.shares, pod.share_devices, pod.stays}, use);
}

Snapshot ClusterState::snapshot() {
    if (fabric_stale_) rebuild();
    own_chunk_.assign(own_chunk_.size(), false);
    current_.generation_ = generation_;
    return current_;
}

void ClusterState::drop_unused_machines() {
    std::set<const MachineGraph*> used;
    for (const auto& [name, facts] : nodes_) used.insert(facts.machine.get());
    std::erase_if(machines_, [&](const MachineRef& machine) { return !used.contains(machine.get()); });
}

void ClusterState::rebuild() {
    drop_unused_machines();
    std::vector<NodeFacts> nodes;
    nodes.reserve(nodes_.size());
    for (const auto& [name, facts] : nodes_) nodes.push_back(facts);
    auto fabric = Fabric::build(levels_, std::move(nodes));
    MUSTER_CHECK(fabric.has_value());  // levels were checked, names are unique keys

    current_.fabric_ = *std::move(fabric);
    current_.resource_names_ = std::make_shared<const std::vector<std::string>>(offered_resources(nodes_));
    const auto& names = *current_.resource_names_;
    const auto facts = current_.fabric_->nodes();
    current_.chunks_.clear();
    for (std::size_t first = 0; first < facts.size(); first += kChunkNodes) {
        auto chunk = std::make_shared<NodeChunk>();
        chunk->allocatable.assign(names.size() * kChunkNodes, 0);
        chunk->staying.assign(names.size() * kChunkNodes, 0);
        for (std::size_t at = 0; at < kChunkNodes && first + at < facts.size(); ++at) {
            if (facts[first + at].machine) chunk->gpus.resize(kChunkNodes);
            begin_shares(facts[first + at], at, *chunk);
            chunk->in_service[at] = facts[first + at].ready && !facts[first + at].unschedulable;
            chunk->untainted[at] = facts[first + at].taints.empty();
            for (std::size_t resource = 0; resource < names.size(); ++resource) {
                const std::int64_t amount = facts[first + at].allocatable.get(names[resource]);
                chunk->allocatable[resource * kChunkNodes + at] = std::clamp<std::int64_t>(amount, 0, kMaxAmount);
            }
        }
        chunk->free = chunk->allocatable;
        current_.chunks_.push_back(std::move(chunk));
    }
    own_chunk_.assign(current_.chunks_.size(), true);
    fabric_stale_ = false;
    current_.traffic_ = {};
    for (const Uses* uses : {&bound_, &reserved_}) {
        for (const auto& [uid, pod] : *uses) count(pod, Snapshot::Use::begins);
    }
    current_.traffic_ = all_traffic();
}

GangTraffic ClusterState::all_traffic() const {
    const Fabric& fabric = current_.fabric();
    GangTraffic::Members members;
    if (!GangTraffic::counts(fabric)) return {};
    for (const Uses* uses : {&bound_, &reserved_}) {
        for (const auto& [uid, pod] : *uses) {
            const auto node = pod.gang.empty() ? std::nullopt : fabric.find(pod.node.str());
            if (node) members[pod.gang].push_back(*node);
        }
    }
    return {fabric, members};
}

const PodUse* ClusterState::bound(const PodUid& uid) const {
    return find_in(bound_, uid);
}
const PodUse* ClusterState::reservation(const PodUid& uid) const {
    return find_in(reserved_, uid);
}
const NodeFacts* ClusterState::node(const NodeName& name) const {
    return find_in(nodes_, name);
}

}  // namespace muster
