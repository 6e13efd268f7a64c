#include "placement/plan/links/gpu_picker.hpp"

#include "placement/model/check.hpp"
#include "placement/topology/bandwidth_class.hpp"

#include <algorithm>
#include <bit>
#include <compare>
#include <cstdint>
#include <functional>
#include <limits>
#include <tuple>
#include <unordered_map>
#include <utility>

namespace muster {
namespace {

GpuMask lowest(GpuMask set) {
    return set & (~set + 1);
}

std::size_t size_of(GpuMask set) {
    return static_cast<std::size_t>(std::popcount(set));
}

// Calls for all sets of k of the GPUs, by lowest ordinals.
void each_set(GpuMask rest, std::size_t k, GpuMask chosen, const std::function<void(GpuMask)>& call) {
    if (k == 0) return call(chosen);
    for (; size_of(rest) >= k; rest &= rest - 1) each_set(rest & (rest - 1), k - 1, chosen | lowest(rest), call);
}

// One pod after the other, each from what the ones before it left.
template <class Pick>
std::vector<GpuMask> one_by_one(const GpuQuestion& question, Pick pick) {
    std::vector<GpuMask> sets;
    for (GpuMask free = question.free; sets.size() < question.pods; free &= ~sets.back()) sets.push_back(pick(free));
    return sets;
}

class PredictKubelet final : public GpuPicker {
  public:
    [[nodiscard]] std::string_view name() const override { return "predict-kubelet"; }
    [[nodiscard]] GpuSource source() const override { return GpuSource::predicted; }
    [[nodiscard]] std::vector<GpuMask> pick(MachineValues& machine, const GpuQuestion& question) const override {
        return one_by_one(question, [&](GpuMask free) { return machine.rule.choose(free, question.k).value(); });
    }
};

// All divisions of the free GPUs among the pods: the slowest pod is fastest, then all of them together are, then what
// is left can still hold the fastest set, then lowest ordinals.
class Division {
  public:
    Division(MachineValues& machine, const GpuQuestion& question) : machine_(machine), question_(question) {}

    std::vector<GpuMask> best() {
        divide(question_.free, {});
        std::vector<GpuMask>& best = leaders_.front();
        std::int64_t most = -1;
        for (auto& division : leaders_) {
            const std::int64_t left = left_mbps(division);
            if (left <= most) continue;
            most = left;
            best = division;
        }
        return best;
    }

  private:
    struct Worth {
        std::int64_t least_mbps = -1;
        std::int64_t sum_mbps = -1;
        auto operator<=>(const Worth&) const = default;
    };

    // Sets ordered by their lowest GPU, so that each division comes once.
    void divide(GpuMask rest, std::vector<GpuMask> sets) {
        if (sets.size() == question_.pods) return judge(std::move(sets));
        const std::size_t wanted = (question_.pods - sets.size()) * question_.k;
        for (; size_of(rest) >= wanted; rest &= rest - 1) {
            each_set(rest & (rest - 1), question_.k - 1, lowest(rest), [&](GpuMask set) {
                auto more = sets;
                more.push_back(set);
                divide(rest & ~set, std::move(more));
            });
        }
    }

    void judge(std::vector<GpuMask> sets) {
        Worth worth{std::numeric_limits<std::int64_t>::max(), 0};
        for (const GpuMask set : sets) {
            const std::int64_t mbps = pod_mbps(machine_.values.value(set), question_.neighbours);
            worth.least_mbps = std::min(worth.least_mbps, mbps);
            worth.sum_mbps += mbps;
        }
        if (worth > most_) {
            most_ = worth;
            leaders_.clear();
        }
        if (worth == most_) leaders_.push_back(std::move(sets));
    }

    // Most ring bandwidth of k of the GPUs that the division leaves; 0: it leaves fewer.
    std::int64_t left_mbps(const std::vector<GpuMask>& division) {
        GpuMask rest = question_.free;
        for (const GpuMask set : division) rest &= ~set;
        const auto [known, fresh] = left_.try_emplace(rest, 0);
        if (fresh) {
            const auto set = machine_.values.best(rest, question_.k);
            if (set) known->second = machine_.values.value(*set).ring_mbps;
        }
        return known->second;
    }

    MachineValues& machine_;
    const GpuQuestion& question_;
    Worth most_;
    std::vector<std::vector<GpuMask>> leaders_;
    std::unordered_map<GpuMask, std::int64_t> left_;  // by rest
};

class BestBandwidth final : public GpuPicker {
  public:
    [[nodiscard]] std::string_view name() const override { return "best-bandwidth"; }
    [[nodiscard]] GpuSource source() const override { return GpuSource::controlled; }
    [[nodiscard]] bool divides_best(std::size_t free) const override { return free <= kMaxDivided; }
    [[nodiscard]] std::vector<GpuMask> pick(MachineValues& machine, const GpuQuestion& question) const override {
        if (divides_best(size_of(question.free))) return Division(machine, question).best();
        return one_by_one(question, [&](GpuMask free) { return machine.values.best(free, question.k).value(); });
    }
};

class LeastFragmentation final : public GpuPicker {
  public:
    [[nodiscard]] std::string_view name() const override { return "least-fragmentation"; }
    [[nodiscard]] GpuSource source() const override { return GpuSource::controlled; }
    [[nodiscard]] std::vector<GpuMask> pick(MachineValues& machine, const GpuQuestion& question) const override {
        return one_by_one(question, [&](GpuMask free) {
            return size_of(free) <= kMaxDivided ? kindest(machine, free, question)
                                                : machine.values.best(free, question.k).value();
        });
    }

  private:
    // Of the sets of the best class those that leave the most, of those the fastest, of those the one with the lowest
    // ordinals.
    static GpuMask kindest(MachineValues& machine, GpuMask free, const GpuQuestion& question) {
        using Worth = std::tuple<std::int32_t, std::size_t, std::int64_t>;
        const std::int64_t best_mbps = machine.values.most_mbps(question.k, question.neighbours);
        Worth most;
        GpuMask kindest = 0;
        each_set(free, question.k, 0, [&](GpuMask set) {
            const std::int64_t mbps = pod_mbps(machine.values.value(set), question.neighbours);
            const Worth worth(-bandwidth_class(mbps, best_mbps), fast_rest(machine, free & ~set), mbps);
            if (kindest != 0 && worth <= most) return;
            most = worth;
            kindest = set;
        });
        return kindest;
    }

    // Size of the largest set of the rest that still reaches the full ring bandwidth of its size (formula 11).
    static std::size_t fast_rest(MachineValues& machine, GpuMask rest) {
        for (std::size_t size = size_of(rest); size > 1; --size) {
            const std::int64_t mbps = machine.values.value(machine.values.best(rest, size).value()).ring_mbps;
            if (bandwidth_class(mbps, machine.values.most_mbps(size, false)) == 0) return size;
        }
        return size_of(rest) > 0 ? 1 : 0;
    }
};

}  // namespace

MachineValues::MachineValues(MachineRef ref)
    : machine(std::move(ref)), values(*machine), rule(*machine, values.paths()) {}

std::shared_ptr<const GpuPicker> gpu_picker(std::string_view name) {
    if (name == "predict-kubelet") return std::make_shared<PredictKubelet>();
    if (name == "best-bandwidth") return std::make_shared<BestBandwidth>();
    if (name == "least-fragmentation") return std::make_shared<LeastFragmentation>();
    return nullptr;
}

}  // namespace muster
