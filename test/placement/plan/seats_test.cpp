#include "placement/plan/tree/seats.hpp"

#include "placement/cluster/cluster_state.hpp"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

// "name:rank@node" of each placement.
std::vector<std::string> seated(const std::vector<std::pair<std::string, std::int32_t>>& members,
                                bool give_ranks = true) {
    ClusterState state({});
    for (const char* name : {"a", "b"}) {
        NodeFacts facts;
        facts.name = NodeName(name);
        state.apply(NodeSeen{facts});
    }
    RoleRequest role;
    for (const auto& [name, rank] : members) role.members.push_back({PodUid(name), {"ml", name}, rank});
    const auto half = static_cast<std::int32_t>(members.size() / 2);
    const std::vector<HostShare> shares{{NodeIdx(0), half},
                                        {NodeIdx(1), static_cast<std::int32_t>(members.size()) - half}};
    std::vector<std::string> texts;
    for (const auto& placement : seat_members(state.snapshot().fabric(), role, shares, give_ranks)) {
        texts.push_back(placement.pod.name + ":" + std::to_string(placement.rank) + "@" + placement.node.str());
    }
    return texts;
}

using Texts = std::vector<std::string>;

TEST(Seats, NeighboursInRankAreNeighboursOnThePath) {
    EXPECT_EQ(seated({{"w", 2}, {"x", 0}, {"y", 3}, {"z", 1}}), (Texts{"w:2@b", "x:0@a", "y:3@b", "z:1@a"}));
}

TEST(Seats, WithoutRanksNumbersInNamesCountByValue) {
    EXPECT_EQ(seated({{"w-10", -1}, {"w-9", -1}, {"w-2", -1}, {"w-11", -1}}),
              (Texts{"w-10:2@b", "w-9:1@a", "w-2:0@a", "w-11:3@b"}));
}

TEST(Seats, AGivenRankIsKeptAndTheFreeOnesAreFilledUp) {
    EXPECT_EQ(seated({{"w-0", 1}, {"w-1", -1}, {"w-2", -1}, {"w-3", 3}}),
              (Texts{"w-0:1@a", "w-1:0@b", "w-2:2@b", "w-3:3@a"}));
}

TEST(Seats, BesideBoundMembersNoRankIsMadeUp) {
    EXPECT_EQ(seated({{"w-0", -1}, {"w-1", 5}}, false), (Texts{"w-0:-1@b", "w-1:5@a"}));
}

TEST(Seats, NamesAreOrderedByTextAndByNumber) {
    const std::vector<std::string> sorted{"", "a", "a-2", "a-10", "a-10-b", "a-b", "b-1", "b-01", "b-1x"};
    for (std::size_t i = 0; i < sorted.size(); ++i) {
        for (std::size_t j = 0; j < sorted.size(); ++j) {
            if (sorted[i] == "b-01" || sorted[j] == "b-01") continue;
            EXPECT_EQ(name_before(sorted[i], sorted[j]), i < j) << sorted[i] << " " << sorted[j];
        }
    }
    EXPECT_NE(name_before("b-01", "b-1"), name_before("b-1", "b-01"));
}

}  // namespace
}  // namespace muster
