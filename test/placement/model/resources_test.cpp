#include "placement/model/resources.hpp"

#include <cstdint>
#include <limits>

#include <gtest/gtest.h>

namespace muster {
namespace {

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();

TEST(ResourceAmounts, EqualAmountsAreEqualWhateverTheOrderOfSetting) {
    ResourceAmounts one{{"cpu", 1}, {"memory", 2}};
    ResourceAmounts other;
    other.set("memory", 2);
    other.set("cpu", 7);
    other.set("cpu", 1);
    EXPECT_EQ(one, other);
    EXPECT_EQ(one.entries().front().first, "cpu");
}

TEST(ResourceAmounts, ZeroIsNoEntry) {
    ResourceAmounts amounts{{"cpu", 0}, {"memory", 5}};
    EXPECT_EQ(amounts.entries().size(), 1U);
    amounts.set("memory", 0);
    EXPECT_TRUE(amounts.empty());
    EXPECT_EQ(amounts.get("memory"), 0);
}

TEST(ResourceAmounts, SubtractingWhatWasAddedRestores) {
    const ResourceAmounts base{{"cpu", 4}, {"pods", 1}};
    ResourceAmounts amounts = base;
    const ResourceAmounts other{{"cpu", 2}, {"nvidia.com/gpu", 8}};
    amounts.add(other);
    EXPECT_EQ(amounts, (ResourceAmounts{{"cpu", 6}, {"nvidia.com/gpu", 8}, {"pods", 1}}));
    amounts.subtract(other);
    EXPECT_EQ(amounts, base);
}

TEST(ResourceAmounts, SubtractingMayGoBelowZero) {
    ResourceAmounts amounts{{"cpu", 1}};
    amounts.subtract({{"cpu", 3}, {"memory", 2}});
    EXPECT_EQ(amounts, (ResourceAmounts{{"cpu", -2}, {"memory", -2}}));
}

TEST(ResourceAmounts, SumsStopAtTheEndsOfTheRange) {
    ResourceAmounts amounts{{"cpu", kMost}};
    amounts.add({{"cpu", 1}});
    EXPECT_EQ(amounts.get("cpu"), kMost);
    amounts = {{"cpu", kLeast}};
    amounts.add({{"cpu", -1}});
    EXPECT_EQ(amounts.get("cpu"), kLeast);
    amounts = {{"cpu", 5}};
    amounts.subtract({{"cpu", kLeast}});
    EXPECT_EQ(amounts.get("cpu"), kMost);
}

TEST(ResourceAmounts, RaiseTakesTheLargerAmountOfEachName) {
    ResourceAmounts amounts{{"cpu", 4}, {"memory", 1}};
    amounts.raise_to({{"cpu", 2}, {"memory", 3}, {"nvidia.com/gpu", 1}});
    EXPECT_EQ(amounts, (ResourceAmounts{{"cpu", 4}, {"memory", 3}, {"nvidia.com/gpu", 1}}));
}

}  // namespace
}  // namespace muster
