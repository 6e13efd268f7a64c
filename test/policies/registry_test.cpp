#include "policies/registry.hpp"

#include "placement/plan/tree/prepared_rules.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

// In the order of the objective.
std::vector<std::string_view> for_pattern(const Policies& policies, Pattern pattern) {
    GangRequest gang;
    gang.wish.pattern = pattern;
    std::vector<std::string_view> names;
    for (const auto& policy : policies_of(gang, policies)) names.push_back(policy->name());
    return names;
}

TEST(Registry, MakesEveryPolicyItNamesUnderThatName) {
    for (const auto name : policy_names()) {
        const auto made = make_policies(std::vector{std::string(name)});
        ASSERT_TRUE(made.has_value()) << name;
        EXPECT_EQ(for_pattern(*made, Pattern::ring), std::vector{name});
    }
}

TEST(Registry, KnowsThePoliciesThatSettingsMayName) {
    EXPECT_TRUE(std::ranges::equal(policy_names(), kPolicyNames));
}

TEST(Registry, NamesAreSortedAndUnique) {
    const auto names = policy_names();
    for (std::size_t i = 1; i < names.size(); ++i) EXPECT_LT(names[i - 1], names[i]);
}

TEST(Registry, NoNamesMakeNoPolicies) {
    const auto made = make_policies(std::vector<std::string>{});
    ASSERT_TRUE(made.has_value());
    EXPECT_TRUE(for_pattern(*made, Pattern::ring).empty());
}

TEST(Registry, DistanceComesFirstWhereAllTalkToAll) {
    using Names = std::vector<std::string_view>;
    const auto absent = make_policies(std::vector<std::string>{"whole_cells"}).value();
    EXPECT_EQ(for_pattern(absent, Pattern::all_to_all), (Names{"pairwise_distance", "whole_cells"}));
    const auto present = make_policies(std::vector<std::string>{"whole_cells", "pairwise_distance"}).value();
    EXPECT_EQ(for_pattern(present, Pattern::all_to_all), (Names{"pairwise_distance", "whole_cells"}));
    EXPECT_EQ(for_pattern(present, Pattern::pipeline), (Names{"whole_cells", "pairwise_distance"}));
}

TEST(Registry, WhatSettingsPutFirstLeadsForEveryGang) {
    const std::vector<std::string> names{"whole_cells", "tightest_domain", "spot_last"};
    PolicyParams params;
    params.leading = {"spot_last", "tightest_domain"};
    const auto made = make_policies(names, params).value();
    EXPECT_EQ(for_pattern(made, Pattern::ring),
              (std::vector<std::string_view>{"tightest_domain", "spot_last", "whole_cells"}));
    const GangRequest gang;
    EXPECT_TRUE(made[1]->leads(gang) && made[2]->leads(gang) && !made[0]->leads(gang));
}

TEST(Registry, AnUnknownNameIsRefusedWithThoseThatAreKnown) {
    const auto made = make_policies(std::vector<std::string>{"whole_cells", "wholecells"});
    ASSERT_FALSE(made.has_value());
    EXPECT_EQ(made.error().code, ErrorCode::bad_input);
    EXPECT_EQ(to_string(made.error()),
              "policies[1]: unknown policy \"wholecells\"; known are: least_fragment, pairwise_distance, prefer_label, "
              "rail_aligned, spot_last, spread_failure_domains, tightest_domain, whole_cells");
}

TEST(Registry, APolicyGivenTwiceIsRefused) {
    const auto made = make_policies(std::vector<std::string>{"whole_cells", "whole_cells"});
    ASSERT_FALSE(made.has_value());
    EXPECT_EQ(to_string(made.error()), "policies[1]: policy \"whole_cells\" given twice; keep one of them");
}

TEST(Registry, TheDefaultIsDamageThenDistance) {
    using Names = std::vector<std::string_view>;
    EXPECT_EQ(for_pattern(default_policies(), Pattern::ring), (Names{"whole_cells", "pairwise_distance"}));
    EXPECT_EQ(for_pattern(default_policies(), Pattern::all_to_all), (Names{"pairwise_distance", "whole_cells"}));
}

}  // namespace
}  // namespace muster
