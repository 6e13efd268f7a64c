#include "placement/model/node.hpp"

#include <gtest/gtest.h>

namespace muster {
namespace {

TEST(Labels, AreFoundByKey) {
    const Labels labels{{"a", "1"}, {"c", "3"}};
    ASSERT_NE(find_label(labels, "c"), nullptr);
    EXPECT_EQ(*find_label(labels, "c"), "3");
    EXPECT_EQ(find_label(labels, "b"), nullptr);
    EXPECT_EQ(find_label(labels, "d"), nullptr);
    EXPECT_EQ(find_label({}, "a"), nullptr);
}

TEST(Labels, NormalizedAreSortedAndTheLastOfEqualKeysWins) {
    Labels labels{{"b", "1"}, {"a", "1"}, {"b", "2"}, {"a", "2"}, {"b", "3"}};
    normalize(labels);
    EXPECT_EQ(labels, (Labels{{"a", "2"}, {"b", "3"}}));
}

TEST(Labels, NormalizingTwiceChangesNothing) {
    Labels labels{{"a", "1"}, {"b", "2"}};
    const Labels before = labels;
    normalize(labels);
    EXPECT_EQ(labels, before);
    Labels none;
    normalize(none);
    EXPECT_TRUE(none.empty());
}

}  // namespace
}  // namespace muster
