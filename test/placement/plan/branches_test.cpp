#include "placement/plan/tree/branches.hpp"

#include "placement/cluster/cluster_state.hpp"

#include <numeric>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

// The hosts of a flat cluster with these rooms; `paid` of them, by index, hold bound members.
Branches branches(const std::vector<std::int64_t>& rooms, const std::vector<std::size_t>& paid = {},
                  std::int32_t most = 100, Steps steps = {}) {
    ClusterState state({});
    for (std::size_t i = 0; i < rooms.size(); ++i) {
        NodeFacts facts;
        facts.name = NodeName(std::string(1, static_cast<char>('a' + i)));
        state.apply(NodeSeen{facts});
    }
    std::vector<std::int64_t> room{std::accumulate(rooms.begin(), rooms.end(), std::int64_t{0})};
    room.insert(room.end(), rooms.begin(), rooms.end());
    std::vector<char> is_paid(room.size(), 0);
    for (const auto at : paid) is_paid[at + 1] = 1;
    return {state.snapshot().fabric(), room, is_paid, DomainIdx(0), most, steps};
}

TEST(Branches, TheFewestAreTheRoomiest) {
    const auto some = branches({2, 5, 0, 3});
    EXPECT_EQ(some.all().size(), 3U);
    EXPECT_EQ(some.fewest(5), 1);
    EXPECT_EQ(some.fewest(6), 2);
    EXPECT_EQ(some.fewest(8), 2);
    EXPECT_EQ(some.fewest(9), 3);
}

TEST(Branches, PaidOnesAreFree) {
    const auto some = branches({2, 5, 3}, {0, 2});
    EXPECT_EQ(some.fewest(5), 0);
    EXPECT_EQ(some.fewest(6), 1);
}

TEST(Branches, ATightWindowHoldsOnlyChildrenThatCanBeUsed) {
    const auto window = branches({1, 5, 4, 5}).tight(9);
    EXPECT_EQ(window.picks, 2);
    EXPECT_EQ(window.budget, 1);
    ASSERT_EQ(window.choices.size(), 3U);
    EXPECT_EQ(window.choices[1].take_use, 1);
    EXPECT_EQ(window.choices[0].least, 4);
}

TEST(Branches, TheFirstDivisionFillsFromTheFrontWithoutUsingMoreChildren) {
    using Division = std::vector<std::int32_t>;
    EXPECT_EQ(Branches::first_division(branches({3, 5, 5}).tight(7)), (Division{3, 4, 0}));
    EXPECT_EQ(Branches::first_division(branches({2, 5, 5}).tight(9)), (Division{5, 4}));
    EXPECT_EQ(Branches::first_division(branches({2, 5, 5}, {0}).tight(3)), (Division{2, 1, 0}));
    EXPECT_EQ(Branches::first_division(branches({4, 2}, {0, 1}).tight(5)), (Division{4, 1}));
}

TEST(Branches, WholeSlicesAreDividedAsMembersAre) {
    const std::vector<std::int32_t> base{0, 0, 0, 0};
    const std::vector<std::int32_t> unit{4, 4, 4, 4};
    const auto some = branches({8, 4, 12}, {}, 100, {base, unit});
    EXPECT_EQ(some.fewest(12), 1);
    EXPECT_EQ(some.fewest(16), 2);
    EXPECT_EQ(Branches::first_division(some.tight(16)), (std::vector<std::int32_t>{8, 0, 8}));
}

TEST(Branches, WhatIsOwedToAPaidChildComesBeforeAnyChoice) {
    const std::vector<std::int32_t> base{3, 3, 0, 0};
    const std::vector<std::int32_t> unit{4, 4, 4, 4};
    const auto some = branches({3, 4, 8}, {0}, 100, {base, unit});
    EXPECT_EQ(some.fewest(3), 0);
    EXPECT_EQ(some.fewest(7), 1);
    EXPECT_EQ(Branches::first_division(some.tight(7)), (std::vector<std::int32_t>{3, 4, 0}));
}

}  // namespace
}  // namespace muster
