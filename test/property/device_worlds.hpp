// Worlds whose nodes have machines, and whose pods tell which GPUs they have: truly, in part, wrongly or not at all.
#pragma once

#include "test/property/world_gen.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace muster::world {

// small_world, and on top: most nodes with GPUs get one of two machines, some of them ids of their own for its GPUs;
// most pods with GPUs tell devices. All else is as in small_world(seed).
[[nodiscard]] World device_world(std::uint64_t seed);

// Ids as some pod with this many GPUs may tell them: of GPUs that exist on some nodes, of none, or one id twice.
[[nodiscard]] std::vector<std::string> some_devices(Dice& dice, std::int64_t gpus);

}  // namespace muster::world
