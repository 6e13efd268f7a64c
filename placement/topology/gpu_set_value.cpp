#include "placement/topology/gpu_set_value.hpp"

#include "placement/model/check.hpp"
#include "placement/topology/host_tree.hpp"
#include "placement/topology/nic_share.hpp"
#include "placement/topology/set_bandwidth.hpp"

#include <algorithm>
#include <bit>
#include <utility>
#include <vector>

namespace muster {
namespace {

// The one that has the lowest GPU of those in which the two differ.
bool lower_ordinals(GpuMask a, GpuMask b) {
    const GpuMask differ = a ^ b;
    return (a & differ & (~differ + 1)) != 0;
}

// What makes one set better than another, before anything is known about the rest; greater is better.
struct Worth {
    std::int64_t ring_mbps = -1;
    std::int64_t nic_mbps = -1;
    int nearness = 0;
    auto operator<=>(const Worth&) const = default;
};

Worth worth_of(const GpuSetValue& value) {
    return {value.ring_mbps, value.nic_mbps, -static_cast<int>(value.worst)};
}

// C(n, k), or kMaxSets + 1 if it is more than kMaxSets.
std::size_t count_sets(std::size_t n, std::size_t k) {
    k = std::min(k, n - k);
    std::size_t sets = 1;
    for (std::size_t i = 1; i <= k; ++i) {
        sets = sets * (n - k + i) / i;
        if (sets > kMaxSets) return kMaxSets + 1;
    }
    return sets;
}

void list_sets(GpuMask rest, std::size_t k, GpuMask chosen, std::vector<GpuMask>& sets) {
    if (k == 0) {
        sets.push_back(chosen);
        return;
    }
    for (; std::cmp_greater_equal(std::popcount(rest), k); rest &= rest - 1) {
        const GpuMask lowest = rest & (~rest + 1);
        list_sets(rest & ~lowest, k - 1, chosen | lowest, sets);
    }
}

}  // namespace

struct GpuSetValues::Shape {
    explicit Shape(const MachineGraph& machine) : tree(machine), bandwidth(machine, tree), nics(machine, tree) {}
    HostTree tree;
    SetBandwidth bandwidth;
    NicShare nics;
};

// All sets of one size, by falling bound, so that only those are valued that can still win.
struct GpuSetValues::Ranking {
    struct Entry {
        std::int64_t bound = 0;
        GpuMask set = 0;
    };

    // The sets come by lowest ordinals and stay so among equal bounds.
    Ranking(GpuSetValues& owner, GpuMask free, std::size_t k) : values(owner) {
        std::vector<GpuMask> sets;
        sets.reserve(count_sets(static_cast<std::size_t>(std::popcount(free)), k));
        list_sets(free, k, 0, sets);
        entries.reserve(sets.size());
        for (const GpuMask set : sets) entries.push_back({values.shape_->bandwidth.bound(set), set});
        std::ranges::stable_sort(entries, std::ranges::greater{}, &Entry::bound);
    }

    // The sets of greatest worth.
    [[nodiscard]] std::vector<GpuMask> leaders() {
        Worth most;
        std::vector<GpuMask> leading;
        for (const auto& [bound, set] : entries) {
            if (bound < most.ring_mbps) break;
            const Worth mine = worth_of(values.value(set));
            if (mine > most) {
                most = mine;
                leading.clear();
            }
            if (mine == most) leading.push_back(set);
        }
        return leading;
    }

    // Most ring bandwidth of a set that shares no GPU with `taken`; 0: there is none.
    [[nodiscard]] std::int64_t best_beside(GpuMask taken) {
        std::int64_t most = 0;
        for (const auto& [bound, set] : entries) {
            if (bound <= most) break;
            if ((set & taken) == 0) most = std::max(most, values.value(set).ring_mbps);
        }
        return most;
    }

    GpuSetValues& values;
    std::vector<Entry> entries;
};

GpuSetValues::GpuSetValues(const MachineGraph& machine)
    : machine_(machine), paths_(machine), shape_(std::make_unique<Shape>(machine)) {}

GpuSetValues::~GpuSetValues() = default;

const GpuSetValue& GpuSetValues::value(GpuMask set) {
    MUSTER_CHECK(set != 0 && (set & ~machine_.all_gpus()) == 0);
    if (const auto at = known_.find(set); at != known_.end()) return at->second;
    if (known_.size() >= kMaxKnownSets) known_.clear();
    GpuSetValue value = shape_->bandwidth.rings(set);
    value.nic_mbps = shape_->nics.mbps(set);
    return known_.emplace(set, value).first->second;
}

std::optional<GpuMask> GpuSetValues::best(GpuMask free, std::size_t k) {
    MUSTER_CHECK((free & ~machine_.all_gpus()) == 0);
    const auto count = static_cast<std::size_t>(std::popcount(free));
    if (k == 0 || count < k) return std::nullopt;
    if (count == k) return free;
    if (count_sets(count, k) > kMaxSets) return grow(free, k);
    Ranking ranking(*this, free, k);
    std::vector<GpuMask> leaders = ranking.leaders();
    std::ranges::sort(leaders, lower_ordinals);
    if (leaders.size() == 1 || count < 2 * k) return leaders.front();
    GpuMask best = leaders.front();
    std::int64_t most = -1;
    const std::int64_t reachable = value(best).ring_mbps;  // no set has more
    for (const GpuMask set : leaders) {
        const std::int64_t beside = ranking.best_beside(set);
        if (beside > most) {
            most = beside;
            best = set;
        }
        if (most == reachable) break;
    }
    return best;
}

std::optional<GpuMask> GpuSetValues::grow(GpuMask free, std::size_t k) {
    MUSTER_CHECK(k > 2);  // all pairs of 64 GPUs are fewer than kMaxSets
    GpuMask set = best(free, 2).value();
    for (std::size_t size = 2; size < k; ++size) {
        Worth most;
        GpuMask added = 0;
        for (GpuMask rest = free & ~set; rest != 0; rest &= rest - 1) {
            const GpuMask gpu = rest & (~rest + 1);
            const Worth mine = worth_of(value(set | gpu));
            if (mine > most) {
                most = mine;
                added = gpu;
            }
        }
        set |= added;
    }
    return set;
}

std::int64_t GpuSetValues::most_mbps(std::size_t k, bool neighbours) {
    const std::size_t gpus = machine_.gpu_count();
    if (k == 0 || k > gpus) return 0;
    if (count_sets(gpus, k) > kMaxSets) return pod_mbps(value(best(machine_.all_gpus(), k).value()), neighbours);
    const Ranking ranking(*this, machine_.all_gpus(), k);
    std::int64_t most = 0;
    for (const auto& [bound, set] : ranking.entries) {
        if (bound <= most) break;
        const std::int64_t nic_mbps = neighbours ? shape_->nics.mbps(set) : 0;
        if (nic_mbps != 0 && nic_mbps <= most) continue;
        most = std::max(most, pod_mbps(value(set), neighbours));
    }
    return most;
}

std::int64_t pod_mbps(const GpuSetValue& value, bool neighbours) {
    return neighbours && value.nic_mbps > 0 ? std::min(value.ring_mbps, value.nic_mbps) : value.ring_mbps;
}

std::int32_t score_permille(GpuSetValues& values, GpuMask set) {
    const std::int64_t mine = values.value(set).ring_mbps;
    const auto size = static_cast<std::size_t>(std::popcount(set));
    const std::int64_t most = values.value(values.best(values.machine().all_gpus(), size).value()).ring_mbps;
    return most == 0 ? 0 : static_cast<std::int32_t>(mine * 1000 / most);
}

}  // namespace muster
