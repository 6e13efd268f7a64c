#include "placement/cluster/snapshot.hpp"

#include "placement/model/check.hpp"

#include <algorithm>

namespace muster {
namespace {

std::shared_ptr<const Fabric> empty_fabric() {
    auto fabric = Fabric::build({}, {});
    MUSTER_CHECK(fabric.has_value());
    return *std::move(fabric);
}

}  // namespace

Snapshot::Snapshot() : resource_names_(std::make_shared<const std::vector<std::string>>()) {
    static const std::shared_ptr<const Fabric> kEmpty = empty_fabric();
    fabric_ = kEmpty;
}

std::optional<ResourceIdx> Snapshot::resource(std::string_view name) const {
    const auto at = std::ranges::lower_bound(*resource_names_, name);
    if (at == resource_names_->end() || *at != name) return std::nullopt;
    return ResourceIdx(static_cast<std::uint32_t>(at - resource_names_->begin()));
}

bool Snapshot::same_contents(const Snapshot& other) const {
    const bool same_fabric =
        fabric_ == other.fabric_ || (std::ranges::equal(fabric_->levels(), other.fabric_->levels()) &&
                                     std::ranges::equal(fabric_->nodes(), other.fabric_->nodes()));
    return same_fabric && *resource_names_ == *other.resource_names_ && traffic_ == other.traffic_ &&
           std::ranges::equal(chunks_, other.chunks_, [](const auto& a, const auto& b) { return a == b || *a == *b; });
}

void Snapshot::count(NodeIdx node, const Claim& pod, Use use) {
    NodeChunk& mine = *chunks_[node.value() / kChunkNodes];
    const std::size_t at = node.value() % kChunkNodes;
    // Both lists are sorted by name; a resource without a column is offered by no node.
    auto name = resource_names_->begin();
    for (const auto& [resource, amount] : pod.requests.entries()) {
        name = std::lower_bound(name, resource_names_->end(), resource);
        if (name == resource_names_->end()) break;
        if (*name != resource) continue;
        const std::size_t entry = static_cast<std::size_t>(name - resource_names_->begin()) * kChunkNodes + at;
        const std::int64_t counted = std::clamp<std::int64_t>(amount, 0, kMaxAmount) * static_cast<std::int64_t>(use);
        mine.free[entry] -= counted;
        if (pod.stays) mine.staying[entry] += counted;
    }
    if (!pod.stays) mine.leaving_pods[at] += use == Use::begins ? 1U : -1U;
    auto& taken = mine.host_ports[at];
    for (const auto& port : pod.host_ports) {
        const auto place = std::ranges::lower_bound(taken, port);
        if (use == Use::begins) {
            taken.insert(place, port);
        } else {
            MUSTER_CHECK(place != taken.end() && *place == port);
            taken.erase(place);
        }
    }
    if (!mine.shares.empty()) count_shares(node, pod, use);
    if (mine.gpus.empty()) return;
    const NodeFacts& facts = fabric_->node(node);
    if (!facts.machine) return;
    const GpuUse gpus = claimed_gpus(facts, pod.requests, pod.devices);
    use == Use::begins ? mine.gpus[at].add(gpus) : mine.gpus[at].remove(gpus);
}

void Snapshot::count_shares(NodeIdx node, const Claim& pod, Use use) {
    auto& claims = chunks_[node.value() / kChunkNodes]->shares[node.value() % kChunkNodes];
    const auto& kinds = fabric_->node(node).shared_devices;
    for (std::size_t i = 0; i < claims.size(); ++i) {
        const ShareClaim claim =
            share_claim(kinds[i].first, claims[i].told().size(), pod.requests, pod.shares, pod.share_devices);
        use == Use::begins ? claims[i].add(claim) : claims[i].remove(claim);
    }
}

}  // namespace muster
