#include "placement/topology/fabric.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

using FabricPtr = std::shared_ptr<const Fabric>;

const std::vector<LevelSpec> kBlockRack{{"block", "example.com/block"}, {"rack", "example.com/rack"}};

// An empty value leaves the label away.
NodeFacts node(const std::string& name, const std::string& block, const std::string& rack) {
    NodeFacts facts;
    facts.name = NodeName(name);
    if (!block.empty()) facts.labels.emplace_back("example.com/block", block);
    if (!rack.empty()) facts.labels.emplace_back("example.com/rack", rack);
    return facts;
}

FabricPtr build(std::vector<LevelSpec> levels, std::vector<NodeFacts> nodes) {
    auto fabric = Fabric::build(std::move(levels), std::move(nodes));
    EXPECT_TRUE(fabric.has_value());
    return *fabric;
}

std::string build_error(std::vector<LevelSpec> levels, std::vector<NodeFacts> nodes) {
    const auto fabric = Fabric::build(std::move(levels), std::move(nodes));
    return fabric ? "none" : to_string(fabric.error());
}

std::vector<std::string> paths(const Fabric& fabric) {
    std::vector<std::string> all;
    for (std::uint32_t i = 0; i < fabric.domain_count(); ++i) all.push_back(fabric.path(DomainIdx(i)));
    return all;
}

std::vector<std::string> names(const Fabric& fabric) {
    std::vector<std::string> all;
    for (const auto& facts : fabric.nodes()) all.push_back(facts.name.str());
    return all;
}

using Strings = std::vector<std::string>;

TEST(Fabric, SameRackNameUnderTwoBlocksIsTwoRacks) {
    const auto fabric = build(kBlockRack, {node("a", "b1", "r1"), node("b", "b2", "r1")});
    EXPECT_EQ(paths(*fabric), (Strings{"", "b1", "b2", "b1/r1", "b2/r1", "b1/r1/a", "b2/r1/b"}));
    EXPECT_NE(fabric->domain_at(NodeIdx(0), LevelIdx(1)), fabric->domain_at(NodeIdx(1), LevelIdx(1)));
}

TEST(Fabric, NodesAreInPathOrderThenName) {
    const auto fabric =
        build(kBlockRack, {node("z", "b1", "r1"), node("y", "b2", "r1"), node("x", "b1", "r2"), node("w", "b1", "r1")});
    EXPECT_EQ(names(*fabric), (Strings{"w", "z", "x", "y"}));
}

TEST(Fabric, OrderOfTheInputDoesNotMatter) {
    std::vector<NodeFacts> nodes{node("a", "b1", "r1"), node("b", "b1", ""), node("c", "", "r1"),
                                 node("d", "b2", "r1")};
    const auto expected = build(kBlockRack, nodes);
    while (std::ranges::next_permutation(nodes).found) {
        const auto fabric = build(kBlockRack, nodes);
        ASSERT_EQ(paths(*fabric), paths(*expected));
        ASSERT_TRUE(std::ranges::equal(fabric->nodes(), expected->nodes()));
        ASSERT_TRUE(std::ranges::equal(fabric->missing_labels(), expected->missing_labels()));
    }
}

TEST(Fabric, NodeWithoutALevelsLabelHangsUnderASyntheticChildOfItsParent) {
    const auto fabric = build(kBlockRack, {node("a", "b1", "r1"), node("b", "b1", ""), node("c", "b2", "")});
    EXPECT_EQ(paths(*fabric), (Strings{"", "b1", "b2", "b1/r1", "b1/~", "b2/~", "b1/r1/a", "b1/~/b", "b2/~/c"}));
    EXPECT_FALSE(fabric->domain(DomainIdx(3)).synthetic);
    EXPECT_TRUE(fabric->domain(DomainIdx(4)).synthetic);
    EXPECT_TRUE(fabric->domain(DomainIdx(5)).synthetic);
}

TEST(Fabric, RackBelowAMissingBlockIsARackOfItsOwn) {
    const auto fabric = build(kBlockRack, {node("a", "b1", "r1"), node("b", "", "r1")});
    EXPECT_EQ(paths(*fabric), (Strings{"", "b1", "~", "b1/r1", "~/r1", "b1/r1/a", "~/r1/b"}));
    EXPECT_TRUE(fabric->domain(DomainIdx(2)).synthetic);
    EXPECT_FALSE(fabric->domain(DomainIdx(4)).synthetic);
}

TEST(Fabric, EveryMissingLabelIsReportedSorted) {
    const auto fabric = build(kBlockRack, {node("b", "", ""), node("a", "b1", ""), node("c", "b1", "r1")});
    const std::vector<MissingLabel> expected{{NodeName("a"), "rack", "example.com/rack"},
                                             {NodeName("b"), "block", "example.com/block"},
                                             {NodeName("b"), "rack", "example.com/rack"}};
    EXPECT_TRUE(std::ranges::equal(fabric->missing_labels(), expected));
}

TEST(Fabric, EmptyLabelValueCountsAsMissing) {
    auto facts = node("a", "b1", "r1");
    facts.labels[1].second.clear();
    const auto fabric = build(kBlockRack, {facts});
    EXPECT_EQ(fabric->path(DomainIdx(2)), "b1/~");
    EXPECT_EQ(fabric->missing_labels().size(), 1U);
}

TEST(Fabric, ChildrenAndNodesOfADomainAreRanges) {
    const auto fabric = build(kBlockRack, {node("a", "b1", "r1"), node("b", "b1", "r2"), node("c", "b1", "r2"),
                                           node("d", "b2", "r1"), node("e", "", "")});
    for (std::uint32_t i = 0; i < fabric->domain_count(); ++i) {
        const Domain& parent = fabric->domain(DomainIdx(i));
        std::uint32_t node = parent.first_node;
        for (std::uint32_t child = parent.first_child; child < parent.last_child; ++child) {
            const Domain& below = fabric->domain(DomainIdx(child));
            EXPECT_EQ(below.parent, DomainIdx(i));
            EXPECT_EQ(below.depth, parent.depth + 1);
            EXPECT_EQ(below.first_node, node);
            node = below.last_node;
        }
        if (parent.depth < fabric->levels().size()) {
            EXPECT_EQ(node, parent.last_node);
        } else {
            EXPECT_EQ(parent.first_child, parent.last_child);
            EXPECT_EQ(parent.last_node, parent.first_node + 1);
        }
    }
}

TEST(Fabric, HostDomainsAreLeavesNamedByTheirNode) {
    const auto fabric = build(kBlockRack, {node("a", "b1", "r1"), node("b", "b2", "r1")});
    EXPECT_EQ(fabric->domain(fabric->host_domain(NodeIdx(1))).value, "b");
    EXPECT_EQ(fabric->domain_at(NodeIdx(1), LevelIdx(2)), fabric->host_domain(NodeIdx(1)));
    EXPECT_EQ(fabric->path(fabric->domain_at(NodeIdx(1), LevelIdx(0))), "b2");
}

TEST(Fabric, LevelsAreFoundByNameAndByLabelAndEndWithTheHost) {
    const auto fabric = build(kBlockRack, {});
    EXPECT_EQ(fabric->levels().size(), 3U);
    EXPECT_EQ(fabric->level("rack"), LevelIdx(1));
    EXPECT_EQ(fabric->level("example.com/block"), LevelIdx(0));
    EXPECT_EQ(fabric->level("host"), LevelIdx(2));
    EXPECT_EQ(fabric->level("kubernetes.io/hostname"), LevelIdx(2));
    EXPECT_EQ(fabric->level("zone"), std::nullopt);
    EXPECT_EQ(fabric->level(""), std::nullopt);
}

TEST(Fabric, WithoutLevelsHostsHangUnderTheRoot) {
    const auto fabric = build({}, {node("b", "", ""), node("a", "", "")});
    EXPECT_EQ(paths(*fabric), (Strings{"", "a", "b"}));
    EXPECT_TRUE(fabric->missing_labels().empty());
}

TEST(Fabric, WithoutNodesOnlyTheRootIsThere) {
    const auto fabric = build(kBlockRack, {});
    EXPECT_EQ(fabric->domain_count(), 1U);
    EXPECT_EQ(fabric->domain(fabric->root()).first_child, fabric->domain(fabric->root()).last_child);
    EXPECT_EQ(fabric->find("a"), std::nullopt);
}

TEST(Fabric, NodesAreFoundByName) {
    const auto fabric = build(kBlockRack, {node("b", "b1", "r1"), node("a", "b2", "r1")});
    EXPECT_EQ(fabric->find("a"), NodeIdx(1));
    EXPECT_EQ(fabric->find("b"), NodeIdx(0));
    EXPECT_EQ(fabric->find("c"), std::nullopt);
}

TEST(Fabric, TwoNodesOfOneNameAreAnErrorThatNamesThem) {
    EXPECT_EQ(build_error(kBlockRack, {node("a", "b1", "r1"), node("a", "b2", "r1")}),
              "Node a: given twice; keep one of them");
    EXPECT_EQ(build_error({}, {node("", "", "")}), "Node: no metadata.name; name the node");
}

TEST(Fabric, WrongLevelsAreAnErrorThatNamesThePosition) {
    struct Case {
        std::vector<LevelSpec> levels;
        const char* error;
    };
    const Case cases[] = {
        {{{"", "l"}}, "levels[0]: level without a name; name it, e.g. rack"},
        {{{"rack", ""}}, "levels[0]: level rack without a label; give the node label's key"},
        {{{"rack", "l"}, {"rack", "m"}}, "levels[1]: two levels named rack; give each its own name"},
        {{{"rack", "l"}, {"block", "l"}}, "levels[1]: label l on two levels; keep one of them"},
        {{{"host", "l"}}, "levels[0]: level host is the host; leave it out; the host is implied"},
        {{{"node", "kubernetes.io/hostname"}}, "levels[0]: level node is the host; leave it out; the host is implied"},
    };
    for (const auto& [levels, error] : cases) EXPECT_EQ(build_error(levels, {}), error);
}

TEST(Fabric, MoreLevelsThanTheLimitAreRefused) {
    std::vector<LevelSpec> levels;
    for (std::size_t i = 0; i < kMaxLevels; ++i)
        levels.push_back({"l" + std::to_string(i), "label" + std::to_string(i)});
    EXPECT_EQ(build_error(levels, {}), "none");
    levels.push_back({"one-more", "one-more"});
    EXPECT_EQ(build_error(levels, {}), "levels: 13 levels; give at most 12; the host is implied");
}

}  // namespace
}  // namespace muster
