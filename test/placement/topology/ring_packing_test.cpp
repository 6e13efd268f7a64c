#include "placement/topology/ring_packing.hpp"

#include "test/placement/topology/machines.hpp"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

LinkCounts all_pairs(std::size_t gpus, std::int32_t links) {
    LinkCounts counts(gpus);
    for (std::size_t a = 0; a < gpus; ++a) {
        for (std::size_t b = a + 1; b < gpus; ++b) counts.set(a, b, links);
    }
    return counts;
}

LinkCounts circle(std::size_t gpus, std::int32_t links) {
    LinkCounts counts(gpus);
    for (std::size_t a = 0; a < gpus; ++a) counts.set(a, (a + 1) % gpus, links);
    return counts;
}

LinkCounts dgx_1v_subset(std::uint64_t set) {
    std::vector<std::size_t> gpus;
    for (; set != 0; set &= set - 1) gpus.push_back(static_cast<std::size_t>(std::countr_zero(set)));
    LinkCounts counts(gpus.size());
    for (std::size_t a = 0; a < gpus.size(); ++a) {
        for (std::size_t b = a + 1; b < gpus.size(); ++b) {
            counts.set(a, b, machines::dgx_1v_links()[gpus[a]][gpus[b]]);
        }
    }
    return counts;
}

// Rings → number of sets of k GPUs of a DGX-1V that hold so many.
std::map<std::int32_t, int> dgx_1v_rings(int k) {
    std::map<std::int32_t, int> sets;
    for (std::uint64_t set = 1; set < 256; ++set) {
        if (std::popcount(set) != k) continue;
        const Packing rings = pack_rings(dgx_1v_subset(set));
        EXPECT_TRUE(rings.exact()) << set;
        ++sets[rings.found];
    }
    return sets;
}

using Counted = std::map<std::int32_t, int>;

TEST(PackRings, TwoGpusHaveTheirLinks) {
    EXPECT_EQ(pack_rings(all_pairs(2, 3)), (Packing{3, 3}));
    EXPECT_EQ(pack_rings(LinkCounts(2)), (Packing{0, 0}));
}

TEST(PackRings, EightOfSeventyDgx1vQuadsHoldARing) {
    EXPECT_EQ(dgx_1v_rings(4), (Counted{{0, 62}, {2, 6}, {4, 2}}));
}

TEST(PackRings, TwentyFourOfFiftySixDgx1vQuintetsHoldARing) {
    const Counted sets = dgx_1v_rings(5);
    EXPECT_EQ(sets.at(0), 32);
    EXPECT_EQ(pack_rings(dgx_1v_subset(machines::set({1, 4, 5, 6, 7}))), (Packing{0, 0}));
    EXPECT_GT(pack_rings(dgx_1v_subset(machines::set({0, 2, 3, 4, 7}))).found, 0);
}

TEST(PackRings, TheFourDgx1vQuintetsOfMostLinksHoldNone) {
    int sets = 0;
    for (std::uint64_t set = 1; set < 256; ++set) {
        if (std::popcount(set) != 5) continue;
        const LinkCounts links = dgx_1v_subset(set);
        std::int32_t ends = 0;
        for (std::size_t gpu = 0; gpu < 5; ++gpu) ends += links.degree(gpu);
        EXPECT_LE(ends, 22);
        if (ends != 22) continue;
        ++sets;
        EXPECT_EQ(pack_rings(links).found, 0) << set;
    }
    EXPECT_EQ(sets, 4);
}

TEST(PackRings, LargerDgx1vSetsHoldWhatNcclFinds) {
    const Counted six = dgx_1v_rings(6);
    for (const auto& [rings, count] : six) EXPECT_TRUE(rings == 0 || rings == 2 || rings == 4) << rings;
    EXPECT_EQ(dgx_1v_rings(7), (Counted{{4, 8}}));
    EXPECT_EQ(dgx_1v_rings(8), (Counted{{6, 1}}));
}

TEST(PackRings, FullMeshUsesEveryLink) {
    for (std::size_t gpus = 3; gpus <= 16; ++gpus) {
        const auto links = static_cast<std::int32_t>(2 * (gpus - 1));
        EXPECT_EQ(pack_rings(all_pairs(gpus, 2)), (Packing{links, links})) << gpus;
    }
}

TEST(PackRings, SearchAgreesWithTheFormulaOfFullMeshes) {
    // One pair with a link to spare is no full mesh any more, yet each other GPU still bounds the rings.
    for (std::size_t gpus = 3; gpus <= 7; ++gpus) {
        LinkCounts links = all_pairs(gpus, 1);
        links.set(0, 1, 2);
        const auto rings = static_cast<std::int32_t>(gpus - 1);
        EXPECT_EQ(pack_rings(links), (Packing{rings, rings})) << gpus;
    }
}

TEST(PackRings, ACircleHoldsTwiceItsLinks) {
    EXPECT_EQ(pack_rings(circle(8, 3)), (Packing{6, 6}));
    EXPECT_EQ(pack_rings(circle(16, 1)), (Packing{2, 2}));
}

TEST(PackRings, SixtyFourPartitionsOfEightGpusEndWithBounds) {
    // As an MI300X board in CPX mode: wide inside a GPU, thin between them.
    LinkCounts links = all_pairs(64, 1);
    for (std::size_t a = 0; a < 64; ++a) {
        for (std::size_t b = a + 1; b < 64 && b / 8 == a / 8; ++b) links.set(a, b, 4);
    }
    const Packing rings = pack_rings(links);
    EXPECT_GE(rings.found, 1);
    EXPECT_LE(rings.found, rings.upper);
    EXPECT_LE(rings.upper, 7 * 4 + 56);
}

TEST(PackRings, AStarHoldsNone) {
    LinkCounts star(5);
    for (std::size_t leaf = 1; leaf < 5; ++leaf) star.set(0, leaf, 4);
    EXPECT_EQ(pack_rings(star), (Packing{0, 0}));
    EXPECT_EQ(pack_trees(star), (Packing{4, 4}));
}

TEST(PackRings, BoundIsNeverBelowThePacking) {
    for (std::uint64_t set = 3; set < 256; ++set) {
        if (std::popcount(set) < 2) continue;
        const LinkCounts links = dgx_1v_subset(set);
        EXPECT_GE(ring_bound(links), pack_rings(links).upper) << set;
        EXPECT_GE(ring_bound(links), pack_trees(links).upper) << set;
    }
}

TEST(PackTrees, AreLimitedByTheirPartitionsNotByCutsAlone) {
    // A triangle of single links: every cut has two links, three links make one tree of two.
    EXPECT_EQ(pack_trees(all_pairs(3, 1)), (Packing{1, 1}));
    EXPECT_EQ(pack_trees(all_pairs(3, 2)), (Packing{3, 3}));
    EXPECT_EQ(pack_trees(all_pairs(8, 1)), (Packing{4, 4}));
}

TEST(PackTrees, ADgx1vQuintetWithoutARingHasTwo) {
    EXPECT_EQ(pack_trees(dgx_1v_subset(machines::set({1, 4, 5, 6, 7}))), (Packing{2, 2}));
}

TEST(PackTrees, ThereIsNoneInTwoPieces) {
    LinkCounts pieces(4);
    pieces.set(0, 1, 2);
    pieces.set(2, 3, 2);
    EXPECT_EQ(pack_trees(pieces), (Packing{0, 0}));
}

}  // namespace
}  // namespace muster
