// What a bus bandwidth means to a job: time of an all-reduce, and the gain of reduction in the NVSwitch (reference
// gpu-topology §4.1, §4.2, §4.4 formulas 2 and 9).
#pragma once

#include "placement/topology/machine_paths.hpp"

#include <cstddef>
#include <cstdint>

namespace muster {

// Bandwidth of NVLink SHARP in thousandths of that of rings on the same NVSwitch, measured on H200 and B200 (§4.2);
// 1,000 where it is not used: below 5 GPUs (B200: 6), before Hopper, off NVSwitch. `arch`: compute capability × 10.
// Not part of ring_mbps: it depends on a setting of NCCL and holds for all-reduce alone.
[[nodiscard]] std::int32_t nvls_permille(std::int32_t arch, std::size_t gpus);

inline constexpr std::int64_t kBucketBytes = 64LL << 20;  // gradient bucket that §4.4 compares by

// Nanoseconds of an all-reduce of `bytes` over a ring of `ranks` in one machine at bus bandwidth `mbps`:
// 2 (ranks - 1) steps of the latency of `worst`, and 2 (ranks - 1) / ranks of the bytes over the bandwidth. 0 for one
// rank. `mbps` > 0.
[[nodiscard]] std::int64_t all_reduce_ns(std::size_t ranks, PathClass worst, std::int64_t bytes, std::int64_t mbps);
// The same between machines: a step takes the network's latency.
[[nodiscard]] std::int64_t net_all_reduce_ns(std::size_t ranks, std::int64_t bytes, std::int64_t mbps);

}  // namespace muster
