// Worlds for comparing placements that are not world::big_world.
#pragma once

#include "test/property/world_gen.hpp"

namespace muster::world {

// Work item B of the peers' measurements (reference peers-measured.md): 1,000 nodes of 8 GPUs, 70 % of them full and
// the rest empty, blocks of 256, racks of 16, the numbers of empty nodes per rack as given there. A gang of 64 × 8 GPUs
// in one block needs 12 racks in block 1, 13 in block 2 and 8 in block 3; block 0 is too full.
[[nodiscard]] World scattered_block_world();

// One block of 4 racks with 8 nodes each, cpu and GPUs scarce in turn: pods of two kinds fit only if each kind goes
// where the other cannot.
[[nodiscard]] World two_kinds_world(std::uint64_t seed);

}  // namespace muster::world
