// The checker against plans that break one wish each.
#include "placement/verify/verify_wishes.hpp"

#include "test/placement/plan/plan_world.hpp"

#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

using test::cluster;
using test::gang;
using test::kGpu;

// Hosts a and b in rack r1, c and d in rack r2, e without a rack.
class VerifyWishes : public ::testing::Test {
  protected:
    // What the checker says of members on these hosts, one letter each, in the order of their ranks.
    std::string fault(const TopologyWish& wish, const std::string& hosts, const std::string& bound = "") {
        GangRequest request = gang(static_cast<std::int32_t>(hosts.size()), 1, wish);
        const Snapshot snapshot = state_.snapshot();
        Plan plan;
        std::vector<NodeIdx> seats;
        std::vector<NodeIdx> fixed;
        for (std::size_t i = 0; i < hosts.size(); ++i) {
            const auto& member = request.roles.front().members[i];
            plan.placements.push_back({member.uid, member.key, NodeName(hosts.substr(i, 1)), member.rank});
            seats.push_back(*snapshot.fabric().find(hosts.substr(i, 1)));
        }
        for (std::size_t i = 0; i < bound.size(); ++i) {
            request.fixed.push_back({PodUid("bound-" + std::to_string(i)), NodeName(bound.substr(i, 1))});
            fixed.push_back(*snapshot.fabric().find(bound.substr(i, 1)));
        }
        return verify_wishes(snapshot, request, plan, seats).value_or("right");
    }

    ClusterState state_ =
        cluster({{"a", "b1", "r1"}, {"b", "b1", "r1"}, {"c", "b1", "r2"}, {"d", "b1", "r2"}, {"e", "b1", ""}});
};

TopologyWish slices(std::int32_t size, const char* level) {
    TopologyWish wish;
    wish.slices = {{size, level}};
    return wish;
}

TEST_F(VerifyWishes, SlicesAreWholeInEveryDomain) {
    EXPECT_EQ(fault(slices(2, "rack"), "abcd"), "right");
    EXPECT_EQ(fault(slices(2, "host"), "abcd"), "host b1/r1/a: 1 is no multiple of the slice's 2 members");
    EXPECT_EQ(fault(slices(4, "rack"), "abcd"), "rack b1/r1: 2 is no multiple of the slice's 4 members");
    EXPECT_EQ(fault(slices(2, "island"), "ab"), "level island of the wish is unknown");
}

TEST_F(VerifyWishes, SlicesAreConsecutiveRanks) {
    EXPECT_EQ(fault(slices(2, "rack"), "accb"), "rank 1: in rack b1/r2, but its slice of 2 began in rack b1/r1");
}

TEST_F(VerifyWishes, BoundMembersCountInSlicesAndSpread) {
    EXPECT_EQ(fault(slices(2, "rack"), "ac", "bd"), "right");
    EXPECT_EQ(fault(slices(2, "rack"), "ac", "aa"), "rack b1/r1: 3 is no multiple of the slice's 2 members");
    TopologyWish wish;
    wish.spread = {{"rack", 2}};
    EXPECT_EQ(fault(wish, "ac", "bd"), "right");
    EXPECT_EQ(fault(wish, "ac", "bbd"), "rack b1/r1: 3 members, at most 2 were wished");
    // What was bound before is not this plan's fault.
    EXPECT_EQ(fault(wish, "c", "aaa"), "right");
}

TEST_F(VerifyWishes, WithoutARackTheHostHoldsTheSlice) {
    EXPECT_EQ(fault(slices(2, "rack"), "ee"), "right");
    EXPECT_EQ(fault(slices(2, "rack"), "e"), "host b1/~/e: 1 is no multiple of the slice's 2 members");
}

TEST_F(VerifyWishes, NoOtherPodUsesDevicesInAnExclusiveDomain) {
    TopologyWish wish;
    wish.exclusive = "rack";
    EXPECT_EQ(fault(wish, "a"), "right");
    state_.apply(PodBound{PodUid("other"), NodeName("b"), {{kGpu, 1}, {"pods", 1}}, {}, false});
    EXPECT_EQ(fault(wish, "a"), "node b: another pod uses nvidia.com/gpu in a domain that was wished exclusive");
    EXPECT_EQ(fault(wish, "a", "b"), "right");
    EXPECT_EQ(fault(wish, "c"), "right");
    EXPECT_EQ(fault(wish, "e"), "rack b1/~: whose nodes these are is not known, so not the gang's alone");
}

}  // namespace
}  // namespace muster
