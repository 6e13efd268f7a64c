// What happened to each object, told in random orders.
#pragma once

#include "placement/cluster/cluster_state.hpp"
#include "placement/cluster/events.hpp"
#include "test/property/world_gen.hpp"

#include <cstdint>
#include <vector>

namespace muster::world {

// Events about one object, in order.
using Stream = std::vector<ClusterEvent>;

// A state that heard of the streams in a random interleaving, each in its own order. After each event a snapshot is
// taken with this probability in percent, 0–100.
[[nodiscard]] ClusterState interleaved(Dice& dice, const std::vector<LevelSpec>& levels,
                                       const std::vector<Stream>& streams, std::uint32_t snapshot_percent);

}  // namespace muster::world
