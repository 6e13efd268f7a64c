// Which hosts hold how many members without a slower link than a class allows: the threshold loop over the objective's
// first term (reference gpu-topology §6.3, last row).
//
// With a class as limit each host's room is cut to the members whose GPU sets keep within it, and to nothing where an
// uplink that they would have to use does not. Which uplinks those are depends on the domain that holds the gang: all
// around the host that are deeper. What fits at one class fits at every worse one, so the first class at which the gang
// has a placement is the best possible, and among placements of that class the terms behind it decide as if the first
// did not exist.
#pragma once

#include "placement/cluster/snapshot.hpp"
#include "placement/model/gang.hpp"
#include "placement/model/ids.hpp"
#include "placement/plan/links/gang_links.hpp"
#include "placement/plan/links/gpu_tables.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace muster {

// The GPUs of a node's machine that pods of this shape ask for: 0 if it asks for none, or the node has no machine.
[[nodiscard]] std::size_t machine_gpus(const NodeFacts& node, const PodShape& shape);
// Which GPUs of a node's machine cannot be had: those in use, and those that the node does not offer (broken ones),
// whose ordinals nobody tells. The node has a machine.
[[nodiscard]] GpuUse gpus_gone(const Snapshot& snapshot, NodeIdx node);
// Whether pods of the gang talk to pods beyond their own GPU set.
[[nodiscard]] inline bool has_neighbours(const GangRequest& request) {
    return request.members() + request.fixed.size() > 1;
}

class GpuRoom {
  public:
    // `room` by domain index, hosts last, as domain_room gives it. Costs nothing on a fabric without machines and known
    // uplinks; else O(nodes with room × log states) once every state of a machine is known, and for uplinks
    // O(nodes with room + domains above the hosts × different machines), each for every entry of links.held(). `links`
    // outlives the object, and no plan is graded before its last use. `beside`: roles whose members may share a host
    // with these. What is cut is never possible; what is left only for members alone on their host: GpuMix.
    GpuRoom(const Snapshot& snapshot, const PodShape& shape, std::span<const std::int64_t> room, GpuTables& tables,
            const GangLinks& links, std::span<const RoleRequest> beside = {});

    // The best class that bound members leave, and those at which some host's room changes, ascending; the last one
    // leaves all room as it is.
    [[nodiscard]] std::span<const std::int32_t> classes() const { return classes_; }
    // `room` with every host cut to the class for a gang held by a domain of links.held()[held], and sums above made
    // anew; nothing at all where bound members do not keep within it. O(domains).
    [[nodiscard]] std::vector<std::int64_t> cut(std::int32_t bandwidth_class, std::size_t held,
                                                std::span<const std::int64_t> room) const;

  private:
    [[nodiscard]] std::size_t base(std::optional<std::int64_t> best_mbps);
    [[nodiscard]] std::int32_t uplink_class(std::size_t held, std::size_t node) const;

    const Fabric& fabric_;
    const GangLinks& links_;
    std::vector<const GpuPacks*> packs_;  // by node; nullptr: no machine, or no room. Empty: so for all
    // What uplinks are measured against, each once, and which of them on each node with room; empty: no uplinks known.
    std::vector<std::optional<std::int64_t>> bases_;
    std::vector<std::size_t> base_of_;
    std::vector<std::vector<std::vector<std::int32_t>>> uplink_classes_;  // [held][base][domain above the hosts]
    std::vector<std::int32_t> classes_;
};

}  // namespace muster
