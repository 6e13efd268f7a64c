// The cluster at one generation: a shared immutable Fabric and, per node, amounts as columns. Copies are cheap (the
// spine of chunk pointers); a chunk is copied by the first write after a snapshot was taken of it. A Snapshot never
// changes, so any number of threads may read one.
#pragma once

#include "placement/cluster/gang_traffic.hpp"
#include "placement/cluster/gpu_claims.hpp"
#include "placement/cluster/share_claims.hpp"
#include "placement/model/gpu_use.hpp"
#include "placement/model/ids.hpp"
#include "placement/model/resources.hpp"
#include "placement/model/units.hpp"
#include "placement/topology/fabric.hpp"

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace muster {

// Nodes per chunk: one write after a snapshot copies at most this many nodes' amounts. 64 nodes × 10 resources ≈ 17 KB,
// copied in about a microsecond; smaller chunks make the spine, and so every snapshot, longer.
inline constexpr std::uint32_t kChunkNodes = 64;

// Amounts of kChunkNodes nodes, column by column: entry [resource × kChunkNodes + node within the chunk].
struct NodeChunk {
    std::vector<std::int64_t> free;  // allocatable − used − reserved
    std::vector<std::int64_t> allocatable;
    std::vector<std::int64_t> staying;                      // used by pods that never go away
    std::array<std::uint32_t, kChunkNodes> leaving_pods{};  // bound or reserved pods that may go away
    std::array<std::vector<std::string>, kChunkNodes>
        host_ports;  // taken by bound or reserved pods, sorted, with duplicates
    // GPUs of machines in use, by node; empty where no node of the chunk has a machine.
    std::vector<GpuClaims> gpus;
    // By node, then as in NodeFacts::shared_devices; empty where no node of the chunk has any.
    std::vector<std::vector<ShareClaims>> shares;
    // What the nodes' facts say: the facts of a large cluster are too many to be read for every gang.
    std::bitset<kChunkNodes> in_service;  // ready and not cordoned
    std::bitset<kChunkNodes> untainted;
    bool operator==(const NodeChunk&) const = default;
};

class Snapshot {
  public:
    Snapshot();  // no nodes
    [[nodiscard]] const Fabric& fabric() const { return *fabric_; }
    [[nodiscard]] std::shared_ptr<const Fabric> shared_fabric() const { return fabric_; }
    [[nodiscard]] Generation generation() const { return generation_; }

    // Columns: the resources that at least one node offers, by name. What no node offers has no column: nothing of it
    // is free anywhere.
    [[nodiscard]] std::size_t resource_count() const { return resource_names_->size(); }
    [[nodiscard]] std::optional<ResourceIdx> resource(std::string_view name) const;  // O(log resources)
    [[nodiscard]] const std::string& resource_name(ResourceIdx index) const {
        return (*resource_names_)[index.value()];
    }

    // allocatable − used − reserved; negative when a node is over-committed. O(1), as all accessors below.
    [[nodiscard]] std::int64_t free(NodeIdx node, ResourceIdx resource) const {
        return chunk(node).free[column(node, resource)];
    }
    [[nodiscard]] std::int64_t allocatable(NodeIdx node, ResourceIdx resource) const {
        return chunk(node).allocatable[column(node, resource)];
    }
    // allocatable − staying: what the node could offer with every pod gone that can go away.
    [[nodiscard]] std::int64_t potential(NodeIdx node, ResourceIdx resource) const {
        return chunk(node).allocatable[column(node, resource)] - chunk(node).staying[column(node, resource)];
    }
    // free() of the nodes of chunk i, which are kChunkNodes × i and those that follow it, in order; 0 beyond the last.
    [[nodiscard]] std::span<const std::int64_t, kChunkNodes> free_in_chunk(std::size_t i, ResourceIdx resource) const {
        return std::span<const std::int64_t, kChunkNodes>(
            chunks_[i]->free.data() + std::size_t{resource.value()} * kChunkNodes, kChunkNodes);
    }
    // Ready and not cordoned.
    [[nodiscard]] bool in_service(NodeIdx node) const { return chunk(node).in_service[node.value() % kChunkNodes]; }
    // Without taints of any kind.
    [[nodiscard]] bool untainted(NodeIdx node) const { return chunk(node).untainted[node.value() % kChunkNodes]; }
    // Which nodes of chunk i are both, in order; none beyond the last.
    [[nodiscard]] std::bitset<kChunkNodes> plain_in_chunk(std::size_t i) const {
        return chunks_[i]->in_service & chunks_[i]->untainted;
    }
    // Pods on the node, bound or reserved, that may go away. 0: the node is as free as it can ever be.
    [[nodiscard]] std::uint32_t leaving_pods(NodeIdx node) const {
        return chunk(node).leaving_pods[node.value() % kChunkNodes];
    }
    // Taken on the node, sorted; a port that is taken twice (over-commitment) stands there twice.
    [[nodiscard]] const std::vector<std::string>& host_ports(NodeIdx node) const {
        return chunk(node).host_ports[node.value() % kChunkNodes];
    }

    // Of the node's machine; nothing for a node without one. told and untold together are as many as bound and reserved
    // pods ask for.
    [[nodiscard]] GpuUse gpu_use(NodeIdx node) const {
        const auto& gpus = chunk(node).gpus;
        return gpus.empty() ? GpuUse{} : gpus[node.value() % kChunkNodes].use();
    }

    // Gangs by the domains that they cross, of bound and reserved pods; nothing where no level has known uplinks.
    [[nodiscard]] const GangTraffic& traffic() const { return traffic_; }

    // Parts of devices in use, in the order of the node's NodeFacts::shared_devices.
    [[nodiscard]] std::span<const ShareClaims> share_claims(NodeIdx node) const {
        const auto& shares = chunk(node).shares;
        return shares.empty() ? std::span<const ShareClaims>() : shares[node.value() % kChunkNodes];
    }

    // Whether both hold equal levels, nodes and amounts, whatever happened on the way there (generations are not
    // compared). O(nodes × resources).
    [[nodiscard]] bool same_contents(const Snapshot& other) const;

  private:
    friend class ClusterState;
    friend class Trial;
    enum class Use : std::int8_t { begins = 1, ends = -1 };
    // What one pod uses of a node.
    struct Claim {
        const ResourceAmounts& requests;
        const std::vector<std::string>& host_ports;
        const std::vector<std::string>& devices;
        std::span<const DeviceShare> shares;
        std::span<const std::int32_t> share_devices;
        bool stays = false;
    };
    // Counts a pod on the node, or no longer. Exactly reversible, and the order of calls does not matter: sums of
    // clamped amounts, and sorted lists. The chunk must be the caller's own.
    void count(NodeIdx node, const Claim& pod, Use use);
    void count_shares(NodeIdx node, const Claim& pod, Use use);
    [[nodiscard]] const NodeChunk& chunk(NodeIdx node) const { return *chunks_[node.value() / kChunkNodes]; }
    [[nodiscard]] static std::size_t column(NodeIdx node, ResourceIdx resource) {
        return std::size_t{resource.value()} * kChunkNodes + node.value() % kChunkNodes;
    }
    std::shared_ptr<const Fabric> fabric_;
    std::shared_ptr<const std::vector<std::string>> resource_names_;  // sorted
    // Written only by the one ClusterState or Trial that copied the chunk after its last snapshot, and nobody else
    // holds.
    std::vector<std::shared_ptr<NodeChunk>> chunks_;
    GangTraffic traffic_;
    Generation generation_;
};

}  // namespace muster
