#include "policies/tightest_domain.hpp"

#include "test/policies/policy_world.hpp"

namespace muster {
namespace {

using test::Costs;
using test::request_of;
using test::two_racks;

TEST(TightestDomain, TheRoomThatIsNotUsedCostsAtEveryLevel) {
    auto state = two_racks();
    const Costs costs(state, *make_tightest_domain(), request_of(3, 2));
    EXPECT_EQ(costs.of("a/a1", 3), 1);
    EXPECT_EQ(costs.of("a", 3), 5);
    EXPECT_EQ(costs.of("a/a1", 4), 0);
    EXPECT_EQ(costs.of("a/a1", 0), 0);
}

TEST(TightestDomain, TheClusterCostsNothing) {
    auto state = two_racks();
    EXPECT_EQ(Costs(state, *make_tightest_domain(), request_of(3, 2)).of("", 3), 0);
}

TEST(TightestDomain, EveryResourceLimitsTheRoom) {
    auto state =
        two_racks([](NodeFacts& node) { node.allocatable.set("cpu", node.name.str() == "a1" ? 2'500 : 64'000); });
    const Costs costs(state, *make_tightest_domain(), request_of(1, 1));
    EXPECT_EQ(costs.of("a/a1", 1), 1);
    EXPECT_EQ(costs.of("a", 1), 9);
}

TEST(TightestDomain, HostsThatTheMembersMayNotUseHaveNoRoom) {
    auto state = two_racks([](NodeFacts& node) {
        node.unschedulable = node.name.str() == "a1";
        if (node.name.str() == "b1") node.taints.push_back({"example.com/dedicated", "", TaintEffect::no_schedule});
    });
    const Costs costs(state, *make_tightest_domain(), request_of(1, 1));
    EXPECT_EQ(costs.of("a", 1), 7);
    EXPECT_EQ(costs.of("b", 1), 7);
}

TEST(TightestDomain, WhatFitsOncePerHostHasRoomForOne) {
    auto state = two_racks();
    GangRequest request = request_of(1, 1);
    request.roles.front().shape.one_per_host = true;
    EXPECT_EQ(Costs(state, *make_tightest_domain(), request).of("a", 1), 1);
    request.roles.front().shape.one_per_host = false;
    request.roles.front().shape.host_ports = {"TCP/0.0.0.0/29500"};
    EXPECT_EQ(Costs(state, *make_tightest_domain(), request).of("a", 1), 1);
}

TEST(TightestDomain, AResourceThatNoNodeOffersLeavesNoRoom) {
    auto state = two_racks();
    GangRequest request = request_of(1, 1);
    request.roles.front().shape.requests.set("example.com/nic", 1);
    EXPECT_EQ(Costs(state, *make_tightest_domain(), request).of("a", 1), 0);
}

TEST(TightestDomain, BoundAndReservedPodsTakeRoom) {
    auto state = two_racks();
    test::use(state, "other", "a1", 6);
    EXPECT_EQ(Costs(state, *make_tightest_domain(), request_of(1, 1)).of("a/a1", 1), 1);
}

}  // namespace
}  // namespace muster
