#include "placement/plan/links/gpu_tables.hpp"

#include "placement/model/check.hpp"
#include "placement/topology/bandwidth_class.hpp"

#include <algorithm>
#include <bit>
#include <functional>
#include <limits>
#include <utility>

namespace muster {
namespace {

std::size_t gpus_in(GpuMask set) {
    return static_cast<std::size_t>(std::popcount(set));
}

// C(n, k), or kMaxWorstSets + 1 if it is more than that.
std::size_t count_sets(std::size_t n, std::size_t k) {
    std::size_t sets = 1;
    for (std::size_t i = 1; i <= std::min(k, n - k); ++i) {
        sets = sets * (n - std::min(k, n - k) + i) / i;
        if (sets > kMaxWorstSets) return kMaxWorstSets + 1;
    }
    return sets;
}

// All sets of `size` of the open GPUs, by lowest ordinals.
void list_sets(GpuMask open, std::size_t size, GpuMask chosen, std::vector<GpuMask>& sets) {
    if (size == 0) {
        sets.push_back(chosen);
        return;
    }
    for (; gpus_in(open) >= size; open &= open - 1)
        list_sets(open & (open - 1), size - 1, chosen | (open & (~open + 1)), sets);
}

const GpuPack kNothingPromised{.bandwidth_class = kWorstClass, .least_mbps = 0, .sets = {}};

void keep_worse(GpuPack& worst, const GpuPack& other) {
    worst.bandwidth_class = std::max(worst.bandwidth_class, other.bandwidth_class);
    worst.least_mbps = std::min(worst.least_mbps, other.least_mbps);
}

}  // namespace

const GpuPack& GpuPacks::of(std::size_t pods) const {
    return pods < by_pods_.size() ? by_pods_[pods] : kNothingPromised;
}

std::int64_t GpuPacks::within(std::int32_t bandwidth_class, std::int64_t most) const {
    if (bandwidth_class >= kWorstClass) return most;
    const auto above = std::ranges::upper_bound(by_pods_, bandwidth_class, {}, &GpuPack::bandwidth_class);
    return std::min<std::int64_t>(most, above - by_pods_.begin() - 1);
}

GpuTable::GpuTable(MachineRef machine, std::shared_ptr<const GpuPicker> picker)
    : machine_(std::move(machine)), picker_(std::move(picker)) {}

const GpuPacks& GpuTable::packs(GpuUse use, std::size_t k, bool neighbours) {
    MUSTER_CHECK(k > 0);
    const State state{use, k, neighbours};
    const auto known = known_.find(state);
    if (known != known_.end()) return known->second;
    return known_.emplace(state, GpuPacks(compute(state))).first->second;
}

std::size_t GpuTable::StateHash::operator()(const State& state) const {
    const auto rest = static_cast<std::uint64_t>(state.use.untold) << 8U | state.k << 1U | (state.neighbours ? 1U : 0U);
    return std::hash<std::uint64_t>()((state.use.told ^ rest << 40U ^ rest) * 0x9E37'79B9'7F4A'7C15U);
}

std::vector<GpuPack> GpuTable::compute(const State& state) {
    const GpuMask open = machine_.machine->all_gpus() & ~state.use.told;
    const auto untold = static_cast<std::size_t>(std::max(0, state.use.untold));
    const std::size_t free = gpus_in(open) - std::min(untold, gpus_in(open));
    if (untold > 0) return guess(state, open, free);
    std::vector<GpuPack> packs(1);
    for (std::size_t pods = 1; pods * state.k <= free; ++pods) {
        const GpuQuestion question{.free = open, .k = state.k, .pods = pods, .neighbours = state.neighbours};
        packs.push_back(pack(picker_->pick(machine_, question), state.k, state.neighbours));
    }
    return packs;
}

std::vector<GpuPack> GpuTable::guess(const State& state, GpuMask open, std::size_t free) {
    std::vector<GpuPack> packs(1);
    if (state.k > free) return packs;
    if (machine_.machine->gpu_count() > kMaxGuessed) {
        packs.resize(1 + free / state.k, worst(open, state.k, state.neighbours));
        return packs;
    }
    std::vector<GpuMask> masks;
    list_sets(open, free, 0, masks);
    packs.resize(1 + free / state.k, {.least_mbps = std::numeric_limits<std::int64_t>::max(), .sets = {}});
    packs.front().least_mbps = 0;
    for (const GpuMask mask : masks) {
        const GpuPacks& there = this->packs({machine_.machine->all_gpus() & ~mask, 0}, state.k, state.neighbours);
        for (std::size_t pods = 1; pods < packs.size(); ++pods) keep_worse(packs[pods], there.of(pods));
    }
    return packs;
}

const GpuPack& GpuTable::worst(GpuMask open, std::size_t k, bool neighbours) {
    const State state{{all() & ~open, 0}, k, neighbours};
    const auto known = worst_.find(state);
    return known != worst_.end() ? known->second : worst_.emplace(state, least(open, k, neighbours)).first->second;
}

GpuPack GpuTable::least(GpuMask open, std::size_t k, bool neighbours) {
    if (k > gpus_in(open) || count_sets(gpus_in(open), k) > kMaxWorstSets) return kNothingPromised;
    std::vector<GpuMask> sets;
    list_sets(open, k, 0, sets);
    std::int64_t least = std::numeric_limits<std::int64_t>::max();
    for (const GpuMask set : sets) least = std::min(least, pod_mbps(machine_.values.value(set), neighbours));
    return graded(least, k, neighbours);
}

GpuPack GpuTable::best(GpuMask open, std::size_t k, bool neighbours) {
    if (k > gpus_in(open)) return kNothingPromised;
    // Without neighbours best() is the answer; with them a slower ring may reach more NICs.
    if (!neighbours || count_sets(gpus_in(open), k) > kMaxWorstSets) {
        const std::int64_t ring_mbps = machine_.values.value(machine_.values.best(open, k).value()).ring_mbps;
        return graded(ring_mbps, k, neighbours);
    }
    std::vector<GpuMask> sets;
    list_sets(open, k, 0, sets);
    std::int64_t most = 0;
    for (const GpuMask set : sets) most = std::max(most, pod_mbps(machine_.values.value(set), neighbours));
    return graded(most, k, neighbours);
}

GpuPack GpuTable::pack(std::vector<GpuMask> sets, std::size_t k, bool neighbours) {
    std::int64_t least = std::numeric_limits<std::int64_t>::max();
    for (const GpuMask set : sets) least = std::min(least, pod_mbps(machine_.values.value(set), neighbours));
    GpuPack pack = graded(least, k, neighbours);
    pack.sets = std::move(sets);
    return pack;
}

GpuPack GpuTable::graded(std::int64_t mbps, std::size_t k, bool neighbours) {
    return {.bandwidth_class = bandwidth_class(mbps, most_mbps(k, neighbours)), .least_mbps = mbps, .sets = {}};
}

GpuPack GpuTable::of(GpuMask set, bool neighbours) {
    MUSTER_CHECK(set != 0 && (set & ~all()) == 0);
    return pack({set}, gpus_in(set), neighbours);
}

std::int64_t GpuTable::most_mbps(std::size_t k, bool neighbours) {
    const auto [most, fresh] = most_mbps_.try_emplace({k, neighbours}, 0);
    if (fresh) most->second = machine_.values.most_mbps(k, neighbours);
    return most->second;
}

GpuTables::GpuTables() : GpuTables(gpu_picker(kDefaultGpuPicker)) {}

GpuTables::GpuTables(std::shared_ptr<const GpuPicker> picker) : picker_(std::move(picker)) {
    MUSTER_CHECK(picker_ != nullptr);
}

std::vector<GpuTable*> GpuTables::tables(std::span<const MachineRef> machines) {
    std::size_t states = 0;
    for (const auto& [machine, table] : tables_) states += table.known_states();
    if (tables_.size() > kMaxKnownMachines || states > kMaxKnownStates) tables_.clear();
    std::vector<GpuTable*> tables;
    tables.reserve(machines.size());
    for (const MachineRef& machine : machines)
        tables.push_back(&tables_.try_emplace(machine, machine, picker_).first->second);
    return tables;
}

}  // namespace muster
