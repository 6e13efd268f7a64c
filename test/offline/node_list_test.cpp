#include "offline/node_list.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

std::string list(std::vector<std::string> names, std::size_t width = 1'000) {
    return compress_names(std::move(names), width);
}

TEST(NodeList, NamesThatDifferInOneNumberBecomeOneWord) {
    EXPECT_EQ(list({}), "");
    EXPECT_EQ(list({"n1"}), "n1");
    EXPECT_EQ(list({"n1", "n1"}), "n1");
    EXPECT_EQ(list({"n2", "n1", "n3", "n7"}), "n[1-3,7]");
    EXPECT_EQ(list({"n1", "n2"}), "n[1,2]");
    EXPECT_EQ(list({"n9", "n10", "n11"}), "n[9-11]");
    EXPECT_EQ(list({"n0", "n1", "n2"}), "n[0-2]");
    EXPECT_EQ(list({"b1-r2-n3", "b1-r2-n4", "b1-r3-n3"}), "b1-r2-n[3,4], b1-r3-n3");
}

TEST(NodeList, TheLastNumberCountsAndWhatFollowsItStays) {
    EXPECT_EQ(list({"gpu1.ml", "gpu2.ml", "gpu3.ml"}), "gpu[1-3].ml");
    EXPECT_EQ(list({"alpha", "beta"}), "alpha, beta");
}

TEST(NodeList, PaddedNumbersKeepTheirWidth) {
    EXPECT_EQ(list({"n08", "n09", "n10", "n11"}), "n[08-11]");
    EXPECT_EQ(list({"n7", "n07"}), "n07, n7");
}

TEST(NodeList, HashesAreNoNumbers) {
    EXPECT_EQ(list({"gke-1234567890123", "gke-1234567890124"}), "gke-1234567890123, gke-1234567890124");
}

TEST(NodeList, LongListsAreCutWithTheirCount) {
    std::vector<std::string> names;
    for (char c = 'a'; c <= 'z'; ++c) names.push_back(std::string(1, c) + "x");
    EXPECT_EQ(list(names, 10), "ax, bx, cx, … (26 nodes)");
    EXPECT_EQ(list({"a-very-long-name-of-a-node"}, 5), "a-very-long-name-of-a-node");
}

}  // namespace
}  // namespace muster
