// Worlds whose hosts have machines inside, partly used by pods that tell their GPUs or do not, for the planner's
// property tests.
#pragma once

#include "placement/model/gang.hpp"
#include "test/property/world_gen.hpp"

#include <cstdint>
#include <string>

namespace muster::test {

struct GpuWorld {
    world::World world;
    GangRequest gang;
};

// 3–6 hosts in two racks: DGX-1V, HGX H100 and PCIe machines of 8 GPUs, now and then one of which nothing is known or
// one with a GPU less than its machine. 1–6 members of 1–4 GPUs; some ask for a level, some stand beside bound members.
[[nodiscard]] GpuWorld gpu_world(std::uint64_t seed);

// The same hosts with a gang of two roles of 1–3 members and 0–4 GPUs each, not both without; some roles ask for a
// level of their own.
[[nodiscard]] GpuWorld role_gpu_world(std::uint64_t seed);

}  // namespace muster::test
