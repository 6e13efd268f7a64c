#include "placement/topology/shared_values.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

// "block/rack" of each node; without '/': no rack is known.
std::shared_ptr<const Fabric> fabric(const std::vector<std::string>& places) {
    std::vector<NodeFacts> nodes;
    for (const auto& place : places) {
        NodeFacts node;
        node.name = NodeName("n" + std::to_string(nodes.size()));
        const auto slash = place.find('/');
        node.labels = {{"block", place.substr(0, slash)}};
        if (slash != std::string::npos) node.labels.emplace_back("rack", place.substr(slash + 1));
        nodes.push_back(std::move(node));
    }
    return Fabric::build({{"block", "block"}, {"rack", "rack"}}, std::move(nodes)).value();
}

TEST(SharedValues, ARackUnderTwoBlocksIsTold) {
    const auto found = shared_values(*fabric({"b1/r1", "b1/r2", "b2/r1", "b2/r3", "b3/r1", "b1/r1"}));
    EXPECT_EQ(found, (std::vector<SharedValues>{{"rack", "block", {"r1"}, {"b1", "b2"}}}));
}

TEST(SharedValues, RacksNumberedAnewInEachBlockAreNot) {
    EXPECT_TRUE(shared_values(*fabric({"b1/r1", "b1/r2", "b1/r3", "b2/r1", "b2/r2"})).empty());
}

TEST(SharedValues, NamesOfTheirOwnAndMissingLabelsAreNot) {
    EXPECT_TRUE(shared_values(*fabric({"b1/r1", "b1/r2", "b2/r3", "b2/r4"})).empty());
    EXPECT_TRUE(shared_values(*fabric({"b1/r1", "b1/r2", "b1", "b2/r3", "b2"})).empty());
}

}  // namespace
}  // namespace muster
