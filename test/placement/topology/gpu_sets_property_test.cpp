// Values, best sets and predictions against exhaustive search, on random meshes of few GPUs.
#include "placement/topology/gpu_set_value.hpp"
#include "placement/topology/kubelet_choice.hpp"
#include "placement/topology/kubelet_rules.hpp"
#include "placement/topology/ring_packing.hpp"
#include "placement/topology/set_bandwidth.hpp"
#include "test/placement/topology/machines.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <map>
#include <numeric>
#include <tuple>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace muster {
namespace {

using Matrix = std::vector<std::vector<std::int32_t>>;
using Pairs = std::vector<std::int32_t>;  // by pair, in the order of pair_of

int below(int end) {
    return *rc::gen::inRange(0, end);
}

Matrix random_mesh(std::size_t gpus, int most_links) {
    Matrix links(gpus, std::vector<std::int32_t>(gpus));
    for (std::size_t a = 0; a < gpus; ++a) {
        for (std::size_t b = 0; b < a; ++b) links[a][b] = links[b][a] = below(most_links + 1);
    }
    return links;
}

LinkCounts counts_of(const Matrix& links) {
    LinkCounts counts(links.size());
    for (std::size_t a = 0; a < links.size(); ++a) {
        for (std::size_t b = 0; b < a; ++b) counts.set(a, b, links[a][b]);
    }
    return counts;
}

std::size_t pair_of(std::size_t a, std::size_t b) {
    return std::max(a, b) * (std::max(a, b) - 1) / 2 + std::min(a, b);
}

// The most of the shapes, repeated at will, that the pairs have room for: every multiset of them, by remembered room.
class Exhaustive {
  public:
    explicit Exhaustive(std::vector<std::vector<std::size_t>> shapes) : shapes_(std::move(shapes)) {}

    int most(const Pairs& room, std::size_t from = 0) {
        if (from == shapes_.size()) return 0;
        const auto [at, fresh] = known_.try_emplace({from, room}, 0);
        if (!fresh) return at->second;
        int best = most(room, from + 1);
        Pairs less = room;
        bool fits = true;
        for (const std::size_t pair : shapes_[from]) fits = --less[pair] >= 0 && fits;
        if (fits) best = std::max(best, 1 + most(less, from));
        known_[{from, room}] = best;
        return best;
    }

  private:
    std::vector<std::vector<std::size_t>> shapes_;
    std::map<std::pair<std::size_t, Pairs>, int> known_;
};

std::vector<std::vector<std::size_t>> all_rings(std::size_t gpus) {
    std::vector<std::vector<std::size_t>> rings;
    std::vector<std::size_t> order(gpus);
    std::iota(order.begin(), order.end(), std::size_t{0});
    do {
        if (order[1] > order.back()) continue;  // the other way round
        std::vector<std::size_t> pairs;
        for (std::size_t i = 0; i < gpus; ++i) pairs.push_back(pair_of(order[i], order[(i + 1) % gpus]));
        rings.push_back(pairs);
    } while (std::next_permutation(order.begin() + 1, order.end()));
    return rings;
}

std::vector<std::vector<std::size_t>> all_trees(std::size_t gpus) {
    std::vector<std::pair<std::size_t, std::size_t>> pairs;
    for (std::size_t a = 1; a < gpus; ++a) {
        for (std::size_t b = 0; b < a; ++b) pairs.emplace_back(a, b);
    }
    std::vector<std::vector<std::size_t>> trees;
    for (std::uint32_t chosen = 0; chosen < 1U << pairs.size(); ++chosen) {
        if (std::popcount(chosen) + 1 != static_cast<int>(gpus)) continue;
        std::vector<std::size_t> tree;
        std::uint32_t reached = 1;
        for (std::size_t round = 0; round < gpus; ++round) {
            for (std::size_t i = 0; i < pairs.size(); ++i) {
                const auto [a, b] = pairs[i];
                if ((chosen >> i & 1U) != 0 && ((reached >> a ^ reached >> b) & 1U) != 0) reached |= 1U << a | 1U << b;
            }
        }
        if (reached + 1 != 1U << gpus) continue;
        for (std::size_t i = 0; i < pairs.size(); ++i) {
            if ((chosen >> i & 1U) != 0) tree.push_back(pair_of(pairs[i].first, pairs[i].second));
        }
        trees.push_back(tree);
    }
    return trees;
}

Pairs room_of(const Matrix& links, int turns) {
    Pairs room(links.size() * (links.size() - 1) / 2);
    for (std::size_t a = 1; a < links.size(); ++a) {
        for (std::size_t b = 0; b < a; ++b) room[pair_of(a, b)] = turns * links[a][b];
    }
    return room;
}

RC_GTEST_PROP(PackRingsProperty, EqualsExhaustiveSearch, ()) {
    const auto gpus = static_cast<std::size_t>(3 + below(4));
    const Matrix links = random_mesh(gpus, gpus == 6 ? 1 : 2);
    const Packing rings = pack_rings(counts_of(links));
    RC_ASSERT(rings.exact());
    RC_ASSERT(rings.found == Exhaustive(all_rings(gpus)).most(room_of(links, 2)));
}

RC_GTEST_PROP(PackTreesProperty, EqualsExhaustiveSearch, ()) {
    const auto gpus = static_cast<std::size_t>(2 + below(3));
    const Matrix links = random_mesh(gpus, 3);
    const Packing trees = pack_trees(counts_of(links));
    RC_ASSERT(trees.exact());
    RC_ASSERT(trees.found == Exhaustive(all_trees(gpus)).most(room_of(links, 1)));
}

RC_GTEST_PROP(PackRingsProperty, OneMoreLinkNeverCostsARing, ()) {
    const auto gpus = static_cast<std::size_t>(3 + below(6));
    Matrix links = random_mesh(gpus, 2);
    const std::int32_t before = pack_rings(counts_of(links)).found;
    const auto a = static_cast<std::size_t>(below(static_cast<int>(gpus)));
    const auto b = (a + 1 + static_cast<std::size_t>(below(static_cast<int>(gpus) - 1))) % gpus;
    ++links[a][b];
    ++links[b][a];
    const Packing after = pack_rings(counts_of(links));
    RC_ASSERT(after.exact());
    RC_ASSERT(after.found >= before);
}

RC_GTEST_PROP(PackRingsProperty, LargeMeshesStayBetweenTheirBounds, ()) {
    const auto gpus = static_cast<std::size_t>(9 + below(8));
    const LinkCounts links = counts_of(random_mesh(gpus, 1 + below(2)));
    const Packing rings = pack_rings(links), trees = pack_trees(links);
    RC_ASSERT(rings.found <= rings.upper);
    RC_ASSERT(rings.upper <= ring_bound(links));
    RC_ASSERT(trees.found <= trees.upper);
}

RC_GTEST_PROP(GpuSetValueProperty, StaysBelowItsBounds, ()) {
    const auto gpus = static_cast<std::size_t>(2 + below(7));
    const MachineGraph machine = machines::mesh(random_mesh(gpus, 2));
    const HostTree tree(machine);
    const SetBandwidth bandwidth(machine, tree);
    GpuSetValues values(machine);
    for (GpuMask set = 1; set <= machine.all_gpus(); ++set) {
        const GpuSetValue& value = values.value(set);
        RC_ASSERT(value.exact);
        RC_ASSERT(value.ring_mbps == value.upper_mbps);
        RC_ASSERT(value.ring_mbps > 0);
        RC_ASSERT(value.ring_mbps <= bandwidth.bound(set));
    }
}

RC_GTEST_PROP(GpuSetValueProperty, RenamingGpusChangesNoValue, ()) {
    const auto gpus = static_cast<std::size_t>(2 + below(5));
    const Matrix links = random_mesh(gpus, 2);
    std::vector<std::size_t> name(gpus);
    std::iota(name.begin(), name.end(), std::size_t{0});
    for (std::size_t i = gpus - 1; i > 0; --i) {
        std::swap(name[i], name[static_cast<std::size_t>(below(static_cast<int>(i) + 1))]);
    }
    Matrix renamed(gpus, std::vector<std::int32_t>(gpus));
    for (std::size_t a = 0; a < gpus; ++a) {
        for (std::size_t b = 0; b < gpus; ++b) renamed[name[a]][name[b]] = links[a][b];
    }
    const MachineGraph one = machines::mesh(links), other = machines::mesh(renamed);
    GpuSetValues values(one), others(other);
    for (GpuMask set = 1; set <= one.all_gpus(); ++set) {
        GpuMask same = 0;
        for (std::size_t gpu = 0; gpu < gpus; ++gpu) {
            if ((set >> gpu & 1U) != 0) same |= GpuMask{1} << name[gpu];
        }
        RC_ASSERT(values.value(set) == others.value(same));
    }
    for (std::size_t k = 1; k <= gpus; ++k) {
        const GpuMask best = values.best(one.all_gpus(), k).value(), theirs = others.best(one.all_gpus(), k).value();
        RC_ASSERT(values.value(best) == others.value(theirs));
    }
}

RC_GTEST_PROP(BestSetProperty, EqualsExhaustiveSearch, ()) {
    const auto gpus = static_cast<std::size_t>(2 + below(5));
    const MachineGraph machine = machines::mesh(random_mesh(gpus, 2));
    GpuSetValues values(machine);
    const GpuMask free = static_cast<GpuMask>(1 + below(static_cast<int>(machine.all_gpus())));
    const auto k = static_cast<std::size_t>(1 + below(std::popcount(free)));
    const auto each = [&](GpuMask within, auto visit) {
        for (GpuMask set = within; set != 0; set = (set - 1) & within) {
            if (std::cmp_equal(std::popcount(set), k)) visit(set);
        }
    };
    GpuMask best = 0;
    std::tuple<std::int64_t, std::int64_t, int, std::int64_t> most{-1, 0, 0, 0};
    each(free, [&](GpuMask set) {
        std::int64_t beside = 0;
        each(free & ~set, [&](GpuMask other) { beside = std::max(beside, values.value(other).ring_mbps); });
        const GpuSetValue& value = values.value(set);
        const std::tuple mine{value.ring_mbps, value.nic_mbps, -static_cast<int>(value.worst), beside};
        const GpuMask differ = set ^ best;
        if (mine > most || (mine == most && (set & differ & (~differ + 1)) != 0)) {
            most = mine;
            best = set;
        }
    });
    RC_ASSERT(values.best(free, k) == best);
}

// NVIDIA's rule as it is stated: every partition in order, kept as the plugin keeps it.
class Partitions {
  public:
    Partitions(const PairTable& scores, std::size_t gpus, std::size_t k) : scores_(scores), gpus_(gpus), k_(k) {}

    GpuMask choose(GpuMask free) {
        walk(free, 0);
        settle_tail();
        GpuMask best = 0;
        for (const GpuMask set : best_) {
            if (!std::cmp_equal(std::popcount(set), k_)) continue;
            if (best == 0 || score(set) > score(best)) best = set;
        }
        return best;
    }

  private:
    std::int32_t score(GpuMask set) const {
        std::int32_t sum = 0;
        for (std::size_t a = 0; a < gpus_; ++a) {
            for (std::size_t b = a + 1; b < gpus_; ++b) {
                if ((set >> a & set >> b & 1U) != 0) sum += scores_[a * gpus_ + b];
            }
        }
        return sum;
    }

    void walk(GpuMask rest, std::int32_t total) {
        if (path_.size() == 5) settle_tail();
        if (rest == 0) {
            last_ = path_;
            if (total <= most_) return;
            most_ = total;
            best_ = path_;
            tail_open_ = path_.size() >= 7;
            return;
        }
        const auto left = static_cast<std::size_t>(std::popcount(rest));
        std::vector<std::pair<std::vector<std::size_t>, GpuMask>> sets;
        for (GpuMask set = rest; set != 0; set = (set - 1) & rest) {
            const auto size = static_cast<std::size_t>(std::popcount(set));
            if ((set & rest & (~rest + 1)) == 0 || (size != k_ && size != left % k_)) continue;
            std::vector<std::size_t> places;
            for (std::size_t gpu = 0; gpu < gpus_; ++gpu) {
                if ((set >> gpu & 1U) != 0) places.push_back(gpu);
            }
            places.resize(k_, gpus_);  // padding comes behind all GPUs
            sets.emplace_back(places, set);
        }
        std::ranges::sort(sets);
        for (const auto& [places, set] : sets) {
            path_.push_back(set);
            walk(rest & ~set, total + score(set));
            path_.pop_back();
        }
    }

    // Sets behind the fifth are those of the last partition with the same first five.
    void settle_tail() {
        if (tail_open_) best_ = last_;
        tail_open_ = false;
    }

    const PairTable& scores_;
    std::size_t gpus_;
    std::size_t k_;
    std::vector<GpuMask> path_, best_, last_;
    std::int32_t most_ = -1;
    bool tail_open_ = false;
};

PairTable random_scores(std::size_t gpus) {
    static constexpr std::int32_t kScores[] = {10, 20, 30, 50, 110, 130, 210, 250};
    PairTable scores(gpus * gpus);
    for (std::size_t a = 0; a < gpus; ++a) {
        for (std::size_t b = 0; b < a; ++b) {
            scores[a * gpus + b] = scores[b * gpus + a] = kScores[static_cast<std::size_t>(below(8))];
        }
    }
    return scores;
}

RC_GTEST_PROP(PredictKubeletProperty, EqualsEveryPartitionInThePluginsOrder, ()) {
    const auto gpus = static_cast<std::size_t>(3 + below(6));
    const PairTable scores = random_scores(gpus);
    const GpuMask free = (GpuMask{1} << gpus) - 1;
    for (std::size_t k = 2; k < gpus; ++k) {
        RC_ASSERT(nvidia_choice(scores, gpus, free, k) == Partitions(scores, gpus, k).choose(free));
    }
}

// 135,135 partitions of seven sets each, so few worlds.
TEST(PredictKubeletProperty, EqualsEveryPartitionOfThirteenIntoPairs) {
    std::uint32_t state = 20;
    for (int world = 0; world < 6; ++world) {
        PairTable scores(13 * 13);
        for (std::size_t a = 0; a < 13; ++a) {
            for (std::size_t b = 0; b < a; ++b) {
                state = state * 1'664'525 + 1'013'904'223;
                scores[a * 13 + b] = scores[b * 13 + a] = 10 + 10 * static_cast<std::int32_t>(state >> 24);
            }
        }
        EXPECT_EQ(nvidia_choice(scores, 13, 0x1fff, 2), Partitions(scores, 13, 2).choose(0x1fff)) << world;
    }
}

}  // namespace
}  // namespace muster
