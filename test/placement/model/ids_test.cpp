#include "placement/model/ids.hpp"

#include <concepts>
#include <string>
#include <type_traits>
#include <unordered_set>

#include <gtest/gtest.h>

namespace muster {
namespace {

// That mixing them does not compile is shown in test/compile_fail.
static_assert(!std::convertible_to<std::string, NodeName>);
static_assert(!std::convertible_to<NodeName, std::string>);
static_assert(!std::convertible_to<std::uint32_t, NodeIdx>);
static_assert(!std::convertible_to<NodeIdx, std::uint32_t>);
static_assert(!std::is_constructible_v<NodeIdx, DomainIdx>);
static_assert(!std::is_constructible_v<PodUid, NodeName>);

TEST(Ids, DefaultIndexIsTheFirstAndDefaultNameIsEmpty) {
    EXPECT_EQ(NodeIdx(), NodeIdx(0));
    EXPECT_TRUE(NodeName().empty());
    EXPECT_FALSE(NodeName("a").empty());
}

TEST(Ids, AreOrderedByValue) {
    EXPECT_LT(DomainIdx(1), DomainIdx(2));
    EXPECT_LT(NodeName("a"), NodeName("b"));
    EXPECT_LT((PodKey{"a", "z"}), (PodKey{"b", "a"}));
}

TEST(Ids, HashEqualWhenEqual) {
    std::unordered_set<NodeName> names{NodeName("a"), NodeName("b"), NodeName("a")};
    EXPECT_EQ(names.size(), 2U);
    std::unordered_set<GangKey> gangs{{"ml", "a"}, {"ml", "b"}, {"ml", "a"}, {"a", "ml"}};
    EXPECT_EQ(gangs.size(), 3U);
}

}  // namespace
}  // namespace muster
