#include "placement/topology/collective_time.hpp"

#include "placement/model/check.hpp"

#include <algorithm>

namespace muster {
namespace {

// One step of a ring, protocol Simple, as NCCL's tuning assumes.
constexpr std::int64_t kNvlinkStepNs = 3'400;
constexpr std::int64_t kHostStepNs = 5'700;
constexpr std::int64_t kNetStepNs = 14'000;

std::int64_t ring_ns(std::size_t ranks, std::int64_t step_ns, std::int64_t bytes, std::int64_t mbps) {
    if (ranks < 2) return 0;
    MUSTER_CHECK(mbps > 0);
    const auto n = static_cast<std::int64_t>(ranks);
    const std::int64_t steps = 2 * (n - 1);
    // 1 MB/s is a byte per microsecond. Divided early: a petabyte in nanoseconds would not fit.
    const std::int64_t bytes_on_wire = bytes / n * steps + bytes % n * steps / n;
    return steps * step_ns + bytes_on_wire / mbps * 1000 + bytes_on_wire % mbps * 1000 / mbps;
}

}  // namespace

std::int32_t nvls_permille(std::int32_t arch, std::size_t gpus) {
    if (arch < 90 || gpus < 5) return 1000;
    static constexpr std::int32_t kHopper[] = {1140, 1190, 1260, 1290};     // 5, 6, 7, 8 GPUs
    static constexpr std::int32_t kBlackwell[] = {1000, 1150, 1190, 1230};  // likewise
    const std::size_t at = std::min<std::size_t>(gpus, 8) - 5;
    return arch < 100 ? kHopper[at] : kBlackwell[at];
}

std::int64_t all_reduce_ns(std::size_t ranks, PathClass worst, std::int64_t bytes, std::int64_t mbps) {
    return ring_ns(ranks, worst <= PathClass::nvb ? kNvlinkStepNs : kHostStepNs, bytes, mbps);
}

std::int64_t net_all_reduce_ns(std::size_t ranks, std::int64_t bytes, std::int64_t mbps) {
    return ring_ns(ranks, kNetStepNs, bytes, mbps);
}

}  // namespace muster
