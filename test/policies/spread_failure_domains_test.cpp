#include "policies/spread_failure_domains.hpp"

#include "test/policies/policy_world.hpp"

namespace muster {
namespace {

using test::Costs;
using test::request_of;
using test::two_racks;

TEST(SpreadFailureDomains, OnlyDomainsOfItsLevelCost) {
    auto state = two_racks();
    const Costs costs(state, *make_spread_failure_domains({.level = "rack"}), request_of(4, 1));
    EXPECT_EQ(costs.of("a", 3), 3);
    EXPECT_EQ(costs.of("b", 1), 1);
    EXPECT_EQ(costs.of("a/a1", 3), 0);
    EXPECT_EQ(costs.of("", 4), 0);
    EXPECT_EQ(costs.of("a", 0), 0);
}

TEST(SpreadFailureDomains, HostsAreTheDefaultLevel) {
    auto state = two_racks();
    const Costs costs(state, *make_spread_failure_domains({}), request_of(4, 1));
    EXPECT_EQ(costs.of("b/b2", 3), 3);
    EXPECT_EQ(costs.of("b", 3), 0);
}

TEST(SpreadFailureDomains, ALevelMayBeNamedByItsLabel) {
    auto state = two_racks();
    const Costs costs(state, *make_spread_failure_domains({.level = "example.com/rack"}), request_of(4, 1));
    EXPECT_EQ(costs.of("a", 2), 2);
}

TEST(SpreadFailureDomains, BoundMembersCountWhereNewOnesCome) {
    auto state = two_racks();
    const Costs costs(state, *make_spread_failure_domains({.level = "rack"}), request_of(1, 1, {"a1", "a2", "gone"}));
    EXPECT_EQ(costs.of("a", 1), 3);
    EXPECT_EQ(costs.of("a", 0), 0);
    EXPECT_EQ(costs.of("b", 1), 1);
}

TEST(SpreadFailureDomains, ALevelThatTheClusterLacksCostsNothing) {
    auto state = two_racks();
    const Costs costs(state, *make_spread_failure_domains({.level = "zone"}), request_of(4, 1));
    EXPECT_EQ(costs.of("a", 3), 0);
    EXPECT_EQ(costs.of("a/a1", 3), 0);
    EXPECT_EQ(costs.of("", 3), 0);
}

TEST(SpreadFailureDomains, TheLargestDomainCountsNotTheSum) {
    EXPECT_EQ(make_spread_failure_domains({})->combine(), Combine::maximum);
}

}  // namespace
}  // namespace muster
