// Who claims which GPUs of one node's machine: device ids become ordinals here, and are counted.
#pragma once

#include "placement/model/gpu_use.hpp"
#include "placement/model/node.hpp"
#include "placement/model/resources.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace muster {

// The ordinal of a GPU on the node's machine by its id: one of NodeFacts::gpu_ids, "ordinal:N", a GPU's uuid, or its
// PCI address. nullopt: the machine has no such GPU. The node has a machine. O(GPUs).
[[nodiscard]] std::optional<std::size_t> gpu_ordinal(const NodeFacts& node, std::string_view id);

// What a pod that asks for `requests` and has `devices` uses of the node's machine. Ids that name none of its GPUs, or
// one GPU again, leave their share untold; more ids than GPUs asked for are not believed, and none is told. The node
// has a machine. O(devices × GPUs).
[[nodiscard]] GpuUse claimed_gpus(const NodeFacts& node, const ResourceAmounts& requests,
                                  const std::vector<std::string>& devices);

// Claims of all pods on one node. Exactly reversible, in any order. A node whose GPUs each have one owner owns no
// memory beyond the object.
class GpuClaims {
  public:
    void add(const GpuUse& claim);
    void remove(const GpuUse& claim);  // one that was added
    [[nodiscard]] GpuUse use() const { return {told_, untold_ + static_cast<std::int32_t>(told_again_.size())}; }
    bool operator==(const GpuClaims&) const = default;

  private:
    GpuMask told_ = 0;
    std::int32_t untold_ = 0;
    std::vector<std::uint8_t> told_again_;  // one entry per claim to a GPU beyond the first, sorted
};

}  // namespace muster
