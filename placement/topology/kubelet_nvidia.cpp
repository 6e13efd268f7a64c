// Best-effort policy of NVIDIA's device plugin. The plugin enumerates partitions, 22 million of them for 16 GPUs by
// threes; here the best total of what is left is remembered by what is left, which gives the same answer.
#include "placement/topology/kubelet_choice.hpp"
#include "placement/topology/kubelet_rules.hpp"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <utility>

namespace muster {
namespace {

std::int32_t pcie_score(PathClass path) {
    switch (path) {
        case PathClass::pix:
            return 50;
        case PathClass::pxb:
            return 40;
        case PathClass::phb:
            return 30;
        case PathClass::node:
            return 20;
        case PathClass::sys:
            return 10;
        default:
            return 0;
    }
}

// The free GPUs as places 0 … n-1, sets of them as bits.
class PartitionSearch {
  public:
    using Places = std::uint32_t;

    PartitionSearch(std::size_t places, std::size_t k) : places_(places), k_(k), leftover_(places % k) {}

    void fill(const PairTable& scores, std::size_t gpus, const std::vector<std::size_t>& gpu_at) {
        set_score_.assign(std::size_t{1} << places_, 0);
        best_.assign(std::size_t{1} << places_, kUnknown);
        for (Places set = 1; set < set_score_.size(); ++set) {
            const auto low = static_cast<std::size_t>(std::countr_zero(set));
            const Places others = set & (set - 1);
            std::int32_t score = set_score_[others];
            for (Places rest = others; rest != 0; rest &= rest - 1) {
                score += scores[gpu_at[low] * gpus + gpu_at[static_cast<std::size_t>(std::countr_zero(rest))]];
            }
            set_score_[set] = score;
        }
    }

    // The best full set of the first best partition, as far as the plugin still has it.
    Places choose() {
        const std::size_t sets = (places_ + k_ - 1) / k_;
        Places rest = static_cast<Places>(set_score_.size() - 1);
        Places best = 0;
        for (std::size_t at = 0; rest != 0; ++at) {
            const bool kept = sets <= kKeptWhole || at < kKeptSets;
            const Places set = kept ? first_of_best(rest) : last_of_all(rest);
            const bool full = std::cmp_equal(std::popcount(set), k_);
            if (full && (best == 0 || set_score_[set] > set_score_[best])) best = set;
            rest &= ~set;
        }
        return best;
    }

  private:
    static constexpr std::int32_t kUnknown = -1;
    // The plugin keeps the best partition as a slice whose array its enumeration goes on writing: slices double their
    // room, so from seven sets on, those behind the fifth are what was last tried behind the same first five.
    static constexpr std::size_t kKeptWhole = 6;
    static constexpr std::size_t kKeptSets = 5;

    // Largest sum of scores over a partition of these places.
    std::int32_t total(Places rest) {
        if (rest == 0) return 0;
        std::int32_t& known = best_[rest];
        if (known == kUnknown) {
            std::int32_t most = kUnknown;
            each_first_set(rest, [&](Places set) { most = std::max(most, set_score_[set] + total(rest & ~set)); });
            best_[rest] = most;
            return most;
        }
        return known;
    }

    Places first_of_best(Places rest) {
        const std::int32_t most = total(rest);
        Places first = 0;
        each_first_set(rest, [&](Places set) {
            if (first == 0 && set_score_[set] + total(rest & ~set) == most) first = set;
        });
        return first;
    }

    Places last_of_all(Places rest) {
        Places last = 0;
        each_first_set(rest, [&](Places set) { last = set; });
        return last;
    }

    // Sets that the lowest place can be in, in the plugin's order: ascending, padding behind all GPUs. A set has all of
    // the padding or none.
    template <class Visit>
    void each_first_set(Places rest, Visit visit) {
        const Places low = rest & (~rest + 1);
        const bool padded = std::cmp_not_equal(static_cast<std::size_t>(std::popcount(rest)) % k_, 0);
        if (!padded) return combine(rest & ~low, k_ - 1, low, visit);
        with_leftover(rest & ~low, low, 1, visit);
    }

    template <class Visit>
    void combine(Places from, std::size_t more, Places set, Visit& visit) {
        if (more == 0) return visit(set);
        for (; std::cmp_greater_equal(std::popcount(from), more); from &= from - 1) {
            const Places next = from & (~from + 1);
            combine(from & ~next, more - 1, set | next, visit);
        }
    }

    // Full sets and the one of leftovers, merged: a set of leftovers comes behind all full sets that begin as it does.
    template <class Visit>
    void with_leftover(Places from, Places set, std::size_t size, Visit& visit) {
        if (size == k_) return visit(set);
        for (; from != 0; from &= from - 1) {
            const Places next = from & (~from + 1);
            with_leftover(from & ~next, set | next, size + 1, visit);
        }
        if (size == leftover_) visit(set);
    }

    std::size_t places_;
    std::size_t k_;
    std::size_t leftover_;
    std::vector<std::int32_t> set_score_;
    std::vector<std::int32_t> best_;
};

}  // namespace

PairTable nvidia_scores(const MachineGraph& machine, const HostTree& tree) {
    const std::size_t gpus = machine.gpu_count();
    PairTable scores(gpus * gpus);
    for (std::size_t a = 0; a < gpus; ++a) {
        for (std::size_t b = 0; b < gpus; ++b) {
            if (a != b) scores[a * gpus + b] = pcie_score(tree.between(machine.gpu(a), machine.gpu(b)));
        }
    }
    for (const Link& link : machine.links()) {
        if (link.kind != LinkKind::nvlink || link.b.value() >= gpus) continue;
        scores[link.a.value() * gpus + link.b.value()] += 100 * link.count;
        scores[link.b.value() * gpus + link.a.value()] += 100 * link.count;
    }
    return scores;
}

GpuMask nvidia_choice(const PairTable& scores, std::size_t gpus, GpuMask free, std::size_t k) {
    std::vector<std::size_t> gpu_at;
    for (GpuMask rest = free; rest != 0; rest &= rest - 1) {
        gpu_at.push_back(static_cast<std::size_t>(std::countr_zero(rest)));
    }
    if (k == 1) return GpuMask{1} << gpu_at.front();  // every set of one scores nothing
    PartitionSearch search(gpu_at.size(), k);
    search.fill(scores, gpus, gpu_at);
    GpuMask chosen = 0;
    for (std::uint32_t set = search.choose(); set != 0; set &= set - 1) {
        chosen |= GpuMask{1} << gpu_at[static_cast<std::size_t>(std::countr_zero(set))];
    }
    return chosen;
}

}  // namespace muster
