// What a set of GPUs of one machine is worth to one pod: the bus bandwidth of the best rings that NCCL or RCCL could
// build on it (reference gpu-topology §4.4, formulas 1–6). The value holds inside one pod: pods of one machine count as
// network neighbours.
#pragma once

#include "placement/topology/machine_paths.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_map>

namespace muster {

struct GpuSetValue {
    std::int64_t ring_mbps = 0;        // bus bandwidth of the best rings found; of one GPU: kLocalMbps
    std::int64_t upper_mbps = 0;       // proved upper bound; equal to ring_mbps where exact
    std::int64_t nic_mbps = 0;         // formula 6: what the set can send to other machines; 0 when no NIC is known
    PathClass worst = PathClass::loc;  // worst class of a link that the rings use; dis: no way between some of them
    bool exact = true;
    auto operator<=>(const GpuSetValue&) const = default;
};

// What one pod gets of its set: the ring bandwidth; with neighbours, which are pods of its gang on other hosts or on
// this one, no more than the set can send to them, where NICs are known.
[[nodiscard]] std::int64_t pod_mbps(const GpuSetValue& value, bool neighbours);

// best() looks at all sets of the wanted size up to this many: 16 GPUs have at most 12,870 of a size, 64 have 2,016
// pairs. More, and a machine of 64 GPUs would take seconds.
inline constexpr std::size_t kMaxSets = 20'000;
// Values kept; all sets of 16 GPUs are 65,535. Full: all are forgotten.
inline constexpr std::size_t kMaxKnownSets = 65'536;

// Values of the sets of one machine, each computed once. Exact for sets of up to 8 GPUs and wherever a switch, a PCIe
// tree or a full mesh makes the answer a formula; beyond that bounds. Not for use by several threads at once: the
// cache is filled on the way.
class GpuSetValues {
  public:
    // The graph outlives the object.
    explicit GpuSetValues(const MachineGraph& machine);
    ~GpuSetValues();
    GpuSetValues(const GpuSetValues&) = delete;
    GpuSetValues& operator=(const GpuSetValues&) = delete;

    [[nodiscard]] const MachineGraph& machine() const { return machine_; }
    [[nodiscard]] const MachinePaths& paths() const { return paths_; }
    // `set` within all_gpus(), not empty. The reference is good until the next call.
    [[nodiscard]] const GpuSetValue& value(GpuMask set);
    // The best set of k of the free GPUs: most ring bandwidth, then most NIC bandwidth, then the best class on the way,
    // then least loss to what is left (largest ring bandwidth of k of the remaining GPUs), then lowest ordinals.
    // nullopt: fewer than k are free, or k is 0. Exact while C(free, k) ≤ kMaxSets; else growth: the best pair, then
    // always the GPU that makes the best set by ring, NIC, class, ordinal.
    [[nodiscard]] std::optional<GpuMask> best(GpuMask free, std::size_t k);
    // Most pod_mbps of a set of k GPUs of the whole machine, all of them free; 0: it has fewer, or k is 0. Exact while
    // C(GPUs, k) ≤ kMaxSets; else that of best().
    [[nodiscard]] std::int64_t most_mbps(std::size_t k, bool neighbours);

  private:
    struct Shape;
    struct Ranking;
    [[nodiscard]] std::optional<GpuMask> grow(GpuMask free, std::size_t k);

    const MachineGraph& machine_;
    MachinePaths paths_;
    std::unordered_map<GpuMask, GpuSetValue> known_;
    std::unique_ptr<Shape> shape_;  // what all sets of the machine are computed from
};

// Formula 10 for one machine: the ring bandwidth of the set in thousandths of that of the best set of its size on the
// whole machine, all GPUs free; 0 when that is 0. At most 1,000 where the values are exact.
[[nodiscard]] std::int32_t score_permille(GpuSetValues& values, GpuMask set);

}  // namespace muster
