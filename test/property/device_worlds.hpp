// Worlds whose nodes have machines and shared devices, and whose pods tell which GPUs and which devices they have:
// truly, in part, wrongly or not at all.
#pragma once

#include "test/property/world_gen.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace muster::world {

// Of which pods get parts of devices of 1,000.
inline constexpr const char* kParts = "example.com/gpu-milli";

// small_world, and on top: most nodes with GPUs get one of two machines, some of them ids of their own for its GPUs;
// most pods with GPUs tell devices. Most nodes have shared devices, half of the pods parts of some. All else is as in
// small_world(seed).
[[nodiscard]] World device_world(std::uint64_t seed);

// Ids as some pod with this many GPUs may tell them: of GPUs that exist on some nodes, of none, or one id twice.
[[nodiscard]] std::vector<std::string> some_devices(Dice& dice, std::int64_t gpus);

// Numbers of devices as some pod with parts of so many may tell them.
[[nodiscard]] std::vector<std::int32_t> some_share_devices(Dice& dice, std::int32_t devices);

}  // namespace muster::world
