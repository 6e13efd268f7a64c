#include "placement/topology/ring_packing.hpp"

#include "placement/model/check.hpp"

#include <algorithm>
#include <bit>
#include <limits>
#include <numeric>
#include <utility>

namespace muster {
namespace {

enum class Verdict { yes, no, unknown };

// The least cut of the whole mesh (Stoer and Wagner), O(n³).
std::int32_t least_cut(const LinkCounts& links) {
    const std::size_t n = links.size();
    std::vector<std::vector<std::int32_t>> weight(n, std::vector<std::int32_t>(n));
    for (std::size_t a = 0; a < n; ++a) {
        for (std::size_t b = 0; b < n; ++b) weight[a][b] = a == b ? 0 : links.at(a, b);
    }
    std::vector<std::size_t> alive(n);
    std::iota(alive.begin(), alive.end(), std::size_t{0});
    std::int32_t best = std::numeric_limits<std::int32_t>::max();
    while (alive.size() > 1) {
        std::vector<std::int32_t> tied(n);
        std::vector<std::size_t> rest = alive;
        std::size_t last = rest.front();
        std::size_t before = last;
        while (!rest.empty()) {
            const auto next = std::ranges::max_element(rest, {}, [&](std::size_t v) { return tied[v]; });
            before = std::exchange(last, *next);
            rest.erase(next);
            for (const std::size_t v : rest) tied[v] += weight[last][v];
        }
        best = std::min(best, tied[last]);
        for (const std::size_t v : alive) {
            weight[before][v] += weight[last][v];
            weight[v][before] = weight[before][v];
        }
        std::erase(alive, last);
    }
    return best;
}

// Depth first over rings. A packing is, for some pair, its rings through that pair in ascending order and then rings
// that avoid it; so the search fixes a pair, lists rings through it without ever going back in their order, and then
// forbids the pair. Each packing is met once.
class RingSearch {
  public:
    RingSearch(const LinkCounts& links, std::int64_t steps)
        : n_(links.size()), left_(n_ * n_), neighbours_(n_), steps_(steps) {
        for (std::size_t a = 0; a < n_; ++a) {
            for (std::size_t b = 0; b < n_; ++b) {
                if (a == b || links.at(a, b) == 0) continue;
                left_[a * n_ + b] = 2 * links.at(a, b);
                neighbours_[a] |= GpuBits{1} << b;
            }
        }
    }

    Verdict pack(std::int32_t rings) {
        wanted_ = rings;
        return choose_pair();
    }

  private:
    using Ring = std::vector<std::size_t>;  // from one end of the fixed pair to the other
    using GpuBits = std::uint64_t;

    [[nodiscard]] std::int32_t left(std::size_t a, std::size_t b) const { return left_[a * n_ + b]; }
    // A ring crosses a pair once, so more than `wanted_` turns of a pair are of no use.
    [[nodiscard]] std::int32_t useful(std::size_t a, std::size_t b) const {
        return std::min(left_[a * n_ + b], wanted_);
    }
    void take(std::size_t a, std::size_t b, std::int32_t turns) {
        left_[b * n_ + a] = left_[a * n_ + b] -= turns;
        const bool open = left(a, b) > 0;
        neighbours_[a] = (neighbours_[a] & ~(GpuBits{1} << b)) | (GpuBits{open} << b);
        neighbours_[b] = (neighbours_[b] & ~(GpuBits{1} << a)) | (GpuBits{open} << a);
    }

    // Every ring leaves every part of the set twice. All cuts of a small set, single GPUs of a large one.
    [[nodiscard]] bool cuts_allow() const {
        if (n_ > kSmallSet) {
            for (std::size_t v = 0; v < n_; ++v) {
                if (degree(v) < 2 * wanted_) return false;
            }
            return true;
        }
        std::int32_t inner[1U << (kSmallSet - 1)] = {};
        std::int32_t outer[1U << (kSmallSet - 1)] = {};
        for (std::uint32_t part = 1; part < 1U << (n_ - 1); ++part) {
            const auto low = static_cast<std::size_t>(std::countr_zero(part));
            const std::uint32_t others = part & (part - 1);
            inner[part] = inner[others];
            for (std::uint32_t rest = others; rest != 0; rest &= rest - 1) {
                inner[part] += useful(low, static_cast<std::size_t>(std::countr_zero(rest)));
            }
            outer[part] = outer[others] + degree(low);
            if (outer[part] - 2 * inner[part] < 2 * wanted_) return false;
        }
        return degree(n_ - 1) >= 2 * wanted_;
    }

    [[nodiscard]] std::int32_t degree(std::size_t v) const {
        std::int32_t sum = 0;
        for (std::size_t w = 0; w < n_; ++w) sum += useful(v, w);
        return sum;
    }

    // The scarcest pair of the GPU that has the least to spare: where it has nothing, the pair must be used.
    Verdict choose_pair() {
        if (wanted_ == 0) return Verdict::yes;
        if (!cuts_allow()) return Verdict::no;
        std::size_t at = 0;
        for (std::size_t v = 1; v < n_; ++v) {
            if (degree(v) < degree(at)) at = v;
        }
        std::size_t to = n_;
        for (std::size_t w = 0; w < n_; ++w) {
            if (left(at, w) > 0 && (to == n_ || left(at, w) < left(at, to))) to = w;
        }
        return through(to, at, {});
    }

    // Rings from `from` to `to`, none before `least` in lexical order; then none of the pair.
    Verdict through(std::size_t from, std::size_t to, const Ring& least) {
        if (wanted_ == 0) return Verdict::yes;
        if (!cuts_allow()) return Verdict::no;
        if (left(from, to) > 0) {
            Ring ring{from};
            take(from, to, 1);
            const Verdict verdict = extend(ring, (GpuBits{1} << from) | (GpuBits{1} << to), to, least, !least.empty());
            take(from, to, -1);
            if (verdict != Verdict::no) return verdict;
        }
        const std::int32_t turns = left(from, to);
        take(from, to, turns);
        const Verdict verdict = choose_pair();
        take(from, to, -turns);
        return verdict;
    }

    // `bound`: the ring so far equals the beginning of `least`.
    Verdict extend(Ring& ring, GpuBits used, std::size_t to, const Ring& least, bool bound) {
        if (++taken_ > steps_) return Verdict::unknown;
        const std::size_t at = ring.back();
        if (ring.size() + 1 == n_) {
            if (left(at, to) == 0) return Verdict::no;
            take(at, to, 1);
            --wanted_;
            const Verdict verdict = through(ring.front(), to, ring);
            ++wanted_;
            take(at, to, -1);
            return verdict;
        }
        if (!can_finish(used, at, to)) return Verdict::no;
        const std::size_t first = bound ? least[ring.size()] : 0;
        for (std::size_t next = first; next < n_; ++next) {
            if ((used >> next & 1U) != 0 || left(at, next) == 0) continue;
            ring.push_back(next);
            take(at, next, 1);
            const Verdict verdict = extend(ring, used | (GpuBits{1} << next), to, least, bound && next == first);
            take(at, next, -1);
            ring.pop_back();
            if (verdict != Verdict::no) return verdict;
        }
        return Verdict::no;
    }

    // Every GPU still to come needs two neighbours among those to come and the two open ends.
    [[nodiscard]] bool can_finish(GpuBits used, std::size_t at, std::size_t to) const {
        const GpuBits open = ~used | (GpuBits{1} << at) | (GpuBits{1} << to);
        for (std::size_t v = 0; v < n_; ++v) {
            if ((used >> v & 1U) == 0 && std::popcount(neighbours_[v] & open) < 2) return false;
        }
        return true;
    }

    std::size_t n_;
    std::vector<std::int32_t> left_;   // turns of each pair that no ring has taken
    std::vector<GpuBits> neighbours_;  // by GPU: those to which turns are left
    std::int32_t wanted_ = 0;          // rings still to find
    std::int64_t steps_;
    std::int64_t taken_ = 0;
};

Verdict try_rings(const LinkCounts& links, std::int32_t rings) {
    return RingSearch(links, links.size() <= kSmallSet ? kSmallSetSteps : kLargeSetSteps).pack(rings);
}

Packing fall_to_first(const LinkCounts& links, std::int32_t bound) {
    Packing packing{0, bound};
    bool proved = true;
    for (std::int32_t rings = bound; rings > 0; --rings) {
        const Verdict verdict = try_rings(links, rings);
        if (verdict == Verdict::yes) {
            packing.found = rings;
            break;
        }
        proved = proved && verdict == Verdict::no;
        if (proved) packing.upper = rings - 1;
    }
    return packing;
}

// A few searches whatever the bound, which may be in the hundreds.
Packing double_from_one(const LinkCounts& links, std::int32_t bound) {
    if (bound == 0 || try_rings(links, bound) == Verdict::yes) return {bound, bound};
    Packing packing{0, bound};
    for (std::int32_t rings = 1; rings < bound && try_rings(links, rings) == Verdict::yes; rings *= 2) {
        packing.found = rings;
    }
    return packing;
}

// The links that all pairs have; -1 when they differ.
std::int32_t links_of_all_pairs(const LinkCounts& links) {
    for (std::size_t a = 0; a < links.size(); ++a) {
        for (std::size_t b = a + 1; b < links.size(); ++b) {
            if (links.at(a, b) != links.at(0, 1)) return -1;
        }
    }
    return links.at(0, 1);
}

// Widest trees first, so that thin links are spared for as long as can be. O(trees × n²).
std::int32_t greedy_trees(LinkCounts links) {
    const std::size_t n = links.size();
    for (std::int32_t trees = 0;; ++trees) {
        std::vector<bool> reached(n);
        reached[0] = true;
        for (std::size_t joined = 1; joined < n; ++joined) {
            std::size_t from = 0, to = n;
            for (std::size_t a = 0; a < n; ++a) {
                for (std::size_t b = 0; b < n && reached[a]; ++b) {
                    if (!reached[b] && (to == n || links.at(a, b) > links.at(from, to))) from = a, to = b;
                }
            }
            if (links.at(from, to) == 0) return trees;
            links.set(from, to, links.at(from, to) - 1);
            reached[to] = true;
        }
    }
}

// All partitions as restricted growth strings: GPU i joins one of the parts seen so far or opens the next.
std::int32_t least_partition(const LinkCounts& links, std::vector<std::size_t>& part, std::size_t parts,
                             std::int32_t between) {
    const std::size_t at = part.size();
    if (at == links.size()) {
        return parts < 2 ? std::numeric_limits<std::int32_t>::max() : between / static_cast<std::int32_t>(parts - 1);
    }
    std::int32_t best = std::numeric_limits<std::int32_t>::max();
    for (std::size_t mine = 0; mine <= parts; ++mine) {
        std::int32_t more = between;
        for (std::size_t other = 0; other < at; ++other) {
            if (part[other] != mine) more += links.at(at, other);
        }
        part.push_back(mine);
        best = std::min(best, least_partition(links, part, std::max(parts, mine + 1), more));
        part.pop_back();
    }
    return best;
}

}  // namespace

std::int32_t LinkCounts::degree(std::size_t a) const {
    std::int32_t sum = 0;
    for (std::size_t b = 0; b < size_; ++b) sum += b == a ? 0 : at(a, b);
    return sum;
}

std::int32_t ring_bound(const LinkCounts& links) {
    std::int32_t least = links.degree(0);
    std::int64_t ends = 0;
    for (std::size_t v = 0; v < links.size(); ++v) {
        least = std::min(least, links.degree(v));
        ends += links.degree(v);
    }
    if (links.size() < 3) return least;
    return std::min(least, static_cast<std::int32_t>(ends / static_cast<std::int64_t>(links.size())));
}

Packing pack_rings(const LinkCounts& links) {
    const std::size_t n = links.size();
    MUSTER_CHECK(n >= 2 && n <= 64);
    if (n == 2) return {links.at(0, 1), links.at(0, 1)};
    if (const std::int32_t all = links_of_all_pairs(links); all >= 0) {
        const std::int32_t rings = all * static_cast<std::int32_t>(n - 1);
        return {rings, rings};
    }
    const std::int32_t bound = std::min(ring_bound(links), least_cut(links));
    return n <= kMediumSet ? fall_to_first(links, bound) : double_from_one(links, bound);
}

Packing pack_trees(const LinkCounts& links) {
    MUSTER_CHECK(links.size() >= 2 && links.size() <= 64);
    std::int32_t ends = 0;
    for (std::size_t v = 0; v < links.size(); ++v) ends += links.degree(v);
    const std::int32_t apart = ends / 2 / static_cast<std::int32_t>(links.size() - 1);  // every GPU a part of its own
    Packing packing{greedy_trees(links), std::min(least_cut(links), apart)};
    if (!packing.exact() && links.size() <= kSmallSet) {
        std::vector<std::size_t> part;
        packing.upper = least_partition(links, part, 0, 0);
        packing.found = packing.upper;
    }
    return packing;
}

}  // namespace muster
