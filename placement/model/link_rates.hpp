// What links carry, as NCCL and RCCL count (reference gpu-topology §4.1; nccl src/graph/topo.h, topo.cc at 5067397,
// rccl at 0cbce2a). MB/s (10^6 bytes) in one direction.
#pragma once

#include "placement/model/machine_graph.hpp"

#include <cstdint>

namespace muster {

// One NVLink of a GPU of this compute capability × 10. One not listed gets the rate of the newest older generation, as
// in NCCL (86, GeForce and RTX with four links, stands alone); unknown and older than 60: as 80.
[[nodiscard]] std::int64_t nvlink_mbps(std::int32_t arch);
// NVLinks that a GPU of this generation can have, the largest product counted; 0: not known.
[[nodiscard]] std::int32_t nvlinks_of(std::int32_t arch);
// One xGMI link: MI200 (gfx90a, which RCCL writes as 910), MI300 and later (94x, 95x); all others as Vega20 (906, and
// RCCL's rate for MI100, 908).
[[nodiscard]] std::int64_t xgmi_mbps(std::int32_t arch);
// PCIe of this speed in MT/s per lane (2500, 5000, 8000, 16000, 32000, 64000; in between as the next lower; 0 counts as
// gen 3) and width in lanes (0 counts as 16).
[[nodiscard]] std::int64_t pcie_mbps(std::int32_t megatransfers, std::int32_t lanes);
// Between two NUMA nodes. Intel by model number (BDW, SKL, SPR, EMR); unknown vendor: as the slowest, which promises
// too little rather than too much.
[[nodiscard]] std::int64_t socket_mbps(CpuVendor vendor, std::int32_t model);
// A NIC of this line rate in Mbit/s; 0 counts as 10 Gbit/s.
[[nodiscard]] std::int64_t nic_mbps(std::int64_t mbit);
// Through an Intel root complex peers get this share: ÷ 1.2.
[[nodiscard]] std::int64_t through_intel_root(std::int64_t mbps);

}  // namespace muster
