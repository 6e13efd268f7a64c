#include "test/property/event_streams.hpp"

#include <cstddef>

namespace muster::world {

ClusterState interleaved(Dice& dice, const std::vector<LevelSpec>& levels, const std::vector<Stream>& streams,
                         std::uint32_t snapshot_percent) {
    ClusterState state(levels);
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < streams.size(); ++i) order.insert(order.end(), streams[i].size(), i);
    dice.shuffle(order);
    std::vector<std::size_t> next(streams.size(), 0);
    for (const std::size_t i : order) {
        state.apply(streams[i][next[i]++]);
        if (dice.chance(snapshot_percent)) (void)state.snapshot();
    }
    return state;
}

}  // namespace muster::world
