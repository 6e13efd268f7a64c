// Nodes whose devices pods share, small enough to try every way to lay claims and members on devices.
#pragma once

#include "placement/plan/room/share_room.hpp"
#include "test/property/device_worlds.hpp"
#include "test/property/world_gen.hpp"

#include <cstdint>
#include <functional>
#include <vector>

namespace muster::world {

// 1–4 devices with 0–8 units free, up to three untold claims, now and then a loose one.
[[nodiscard]] DeviceSpace small_space(Dice& dice);
// Of 2–6 units, mostly of one device.
[[nodiscard]] DeviceShare small_share(Dice& dice);

// Calls for every way to lay the claims of the space on its devices, loose ones unit by unit, with what is then free of
// each; `consistent`: only where all find room. O(devices ^ (untold + loose)).
void each_way(const DeviceSpace& space, bool consistent,
              const std::function<void(const std::vector<std::int64_t>&)>& call);

// Whether so many pods of each of these shares find their parts at once, by trying every choice of devices.
[[nodiscard]] bool all_find(std::vector<std::int64_t> free, const std::vector<DeviceShare>& shares,
                            const std::vector<std::int64_t>& pods);

}  // namespace muster::world
