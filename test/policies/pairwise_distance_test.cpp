#include "policies/pairwise_distance.hpp"

#include "test/policies/policy_world.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace muster {
namespace {

using test::Costs;
using test::request_of;
using test::two_racks;

TEST(PairwiseDistance, MembersThatAreAllTogetherCostNothing) {
    auto state = two_racks();
    const Costs costs(state, *make_pairwise_distance({.hosts = true}), request_of(4, 1));
    EXPECT_EQ(costs.of("a/a1", 4), 0);
    EXPECT_EQ(costs.of("a", 4), 0);
    EXPECT_EQ(costs.of("", 4), 0);
    EXPECT_EQ(costs.of("a/a1", 0), 0);
}

TEST(PairwiseDistance, AMemberCostsAsManyAsAreElsewhere) {
    auto state = two_racks();
    const Costs costs(state, *make_pairwise_distance({.hosts = true}), request_of(4, 1));
    EXPECT_EQ(costs.of("a/a1", 1), 3);
    EXPECT_EQ(costs.of("a/a1", 2), 4);
    EXPECT_EQ(costs.of("a/a1", 3), 3);
}

TEST(PairwiseDistance, HostsDoNotCountUnlessAskedFor) {
    auto state = two_racks();
    const Costs costs(state, *make_pairwise_distance({}), request_of(4, 1, {"b1"}));
    EXPECT_EQ(costs.of("a/a1", 1), 0);
    EXPECT_EQ(costs.of("a", 1), 3 + 2);
}

TEST(PairwiseDistance, BoundMembersElsewhereCountTwiceAndThoseHereNot) {
    auto state = two_racks();
    const Costs costs(state, *make_pairwise_distance({.hosts = true}), request_of(2, 1, {"a1", "b1", "b2"}));
    EXPECT_EQ(costs.of("a/a1", 2), 2 * 2 * 2);
    EXPECT_EQ(costs.of("a/a2", 2), 2 * 2 * 3);
    EXPECT_EQ(costs.of("b", 2), 2 * 2 * 1);
    EXPECT_EQ(costs.of("", 2), 0);
}

TEST(PairwiseDistance, ABoundMemberOnAnUnknownNodeIsNowhere) {
    auto state = two_racks();
    const Costs costs(state, *make_pairwise_distance({.hosts = true}), request_of(1, 1, {"gone"}));
    EXPECT_EQ(costs.of("a/a1", 1), 0);
}

// Every placement of 4 new members beside two bound ones, against counting pairs one by one.
TEST(PairwiseDistance, TheSumIsTwiceTheNumberOfPairsApartLevelByLevel) {
    auto state = two_racks();
    const std::vector<std::size_t> bound{0, 3};
    const Costs costs(state, *make_pairwise_distance({.hosts = true}), request_of(4, 1, {"a1", "b2"}));
    std::size_t placements = 0;
    for (std::size_t code = 0; code < 4 * 4 * 4 * 4; ++code) {
        std::vector<std::size_t> hosts = bound;
        std::vector<std::int32_t> members(4, 0);
        for (std::size_t rest = code, i = 0; i < 4; ++i, rest /= 4) {
            hosts.push_back(rest % 4);
            ++members[rest % 4];
        }
        std::int64_t apart = 0;
        for (std::size_t i = 0; i < hosts.size(); ++i) {
            for (std::size_t j = std::max<std::size_t>(i + 1, bound.size()); j < hosts.size(); ++j) {
                apart += hosts[i] != hosts[j] ? 1 : 0;
                apart += hosts[i] / 2 != hosts[j] / 2 ? 1 : 0;
            }
        }
        EXPECT_EQ(costs.sum(members), 2 * apart) << "placement " << code;
        ++placements;
    }
    EXPECT_EQ(placements, 256U);
}

}  // namespace
}  // namespace muster
