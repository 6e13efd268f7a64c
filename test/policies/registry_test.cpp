#include "policies/registry.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

TEST(Registry, MakesEveryPolicyItNamesUnderThatName) {
    for (const auto name : policy_names()) {
        const auto made = make_policies(std::vector{std::string(name)});
        ASSERT_TRUE(made.has_value()) << name;
        ASSERT_EQ(made->size(), 1U);
        EXPECT_EQ(made->front()->name(), name);
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
    EXPECT_TRUE(made->empty());
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

TEST(Registry, TheDefaultIsDamage) {
    std::vector<std::string_view> names;
    for (const auto& policy : default_policies()) names.push_back(policy->name());
    EXPECT_EQ(names, std::vector<std::string_view>{"whole_cells"});
}

}  // namespace
}  // namespace muster
