// Which hosts hold how many members without a slower GPU set than a class allows: the threshold loop over the
// objective's first term (reference gpu-topology §6.3, last row).
//
// With a class as limit each host's room is cut to the members whose sets keep within it. What fits at one class fits
// at every worse one, so the first class at which the gang has a placement is the best possible, and among placements
// of that class the terms behind it decide as if the first did not exist.
#pragma once

#include "placement/cluster/snapshot.hpp"
#include "placement/model/gang.hpp"
#include "placement/model/ids.hpp"
#include "placement/plan/gpu_tables.hpp"

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
    // `room` by domain index, hosts last, as domain_room gives it. Costs nothing on a fabric without machines; else
    // O(nodes with room × log states) once every state of a machine is known.
    GpuRoom(const Snapshot& snapshot, const PodShape& shape, bool neighbours, std::span<const std::int64_t> room,
            GpuTables& tables);

    // 0, and the classes at which some host's room changes, ascending; the last one leaves all room as it is.
    [[nodiscard]] std::span<const std::int32_t> classes() const { return classes_; }
    // `room` with every host cut to the class, and sums above made anew. O(domains).
    [[nodiscard]] std::vector<std::int64_t> cut(std::int32_t bandwidth_class, std::span<const std::int64_t> room) const;

  private:
    const Fabric& fabric_;
    std::vector<const GpuPacks*> packs_;  // by node; nullptr: no machine, or no room. Empty: so for all
    std::vector<std::int32_t> classes_;
};

}  // namespace muster
