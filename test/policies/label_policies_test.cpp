#include "policies/prefer_label.hpp"
#include "policies/spot_last.hpp"
#include "test/policies/policy_world.hpp"

#include <string>

namespace muster {
namespace {

using test::Costs;
using test::request_of;
using test::two_racks;

ClusterState pools() {
    return two_racks([](NodeFacts& node) {
        if (node.name.str() == "a1") node.labels.emplace_back("example.com/pool", "new");
        if (node.name.str() == "a2") node.labels.emplace_back("example.com/pool", "old");
    });
}

TEST(PreferLabel, MembersOnOtherNodesCostOneEach) {
    auto state = pools();
    const Costs costs(state, *make_prefer_label({.labels = {{"example.com/pool", "new"}}}), request_of(3, 1));
    EXPECT_EQ(costs.of("a/a1", 3), 0);
    EXPECT_EQ(costs.of("a/a2", 3), 3);
    EXPECT_EQ(costs.of("b/b1", 2), 2);
    EXPECT_EQ(costs.of("b/b1", 0), 0);
}

TEST(PreferLabel, AnEmptyValueStandsForAnyAndOneOfSeveralLabelsSuffices) {
    auto state = pools();
    const Costs any(state, *make_prefer_label({.labels = {{"example.com/pool", ""}}}), request_of(1, 1));
    EXPECT_EQ(any.of("a/a2", 1), 0);
    EXPECT_EQ(any.of("b/b1", 1), 1);
    const Costs two(state, *make_prefer_label({.labels = {{"example.com/pool", "new"}, {"example.com/rack", "b"}}}),
                    request_of(1, 1));
    EXPECT_EQ(two.of("a/a1", 1), 0);
    EXPECT_EQ(two.of("a/a2", 1), 1);
    EXPECT_EQ(two.of("b/b2", 1), 0);
}

TEST(PreferLabel, DomainsAboveTheHostsCostNothing) {
    auto state = pools();
    const Costs costs(state, *make_prefer_label({.labels = {{"example.com/pool", "new"}}}), request_of(3, 1));
    EXPECT_EQ(costs.of("b", 3), 0);
    EXPECT_EQ(costs.of("", 3), 0);
}

TEST(PreferLabel, WithoutAnyLabelNothingCosts) {
    auto state = pools();
    EXPECT_EQ(Costs(state, *make_prefer_label({}), request_of(3, 1)).of("b/b1", 3), 0);
}

TEST(SpotLast, NodesThatCloudsMarkAsSpotCost) {
    const SpotLastParams params;
    ASSERT_GE(params.labels.size(), 5U);
    for (const auto& mark : params.labels) {
        auto state = two_racks([&](NodeFacts& node) {
            if (node.name.str() == "a1") node.labels.emplace_back(mark.label, mark.value);
            if (node.name.str() == "a2") node.labels.emplace_back(mark.label, "on-demand");
        });
        const Costs costs(state, *make_spot_last(params), request_of(2, 1));
        EXPECT_EQ(costs.of("a/a1", 2), 2) << mark.label << "=" << mark.value;
        EXPECT_EQ(costs.of("a/a2", 2), 0) << mark.label;
        EXPECT_EQ(costs.of("b/b1", 2), 0);
        EXPECT_EQ(costs.of("a", 2), 0);
    }
}

TEST(SpotLast, OwnMarksReplaceTheKnownOnes) {
    auto state = pools();
    const Costs costs(state, *make_spot_last({.labels = {{"example.com/pool", "old"}}}), request_of(2, 1));
    EXPECT_EQ(costs.of("a/a2", 2), 2);
    EXPECT_EQ(costs.of("a/a1", 2), 0);
}

}  // namespace
}  // namespace muster
