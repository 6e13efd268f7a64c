// The worlds contain what the properties are about; a generator that stopped making it would make them pass for
// nothing.
#include "test/property/world_gen.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <string>

#include <gtest/gtest.h>

namespace muster::world {
namespace {

constexpr std::uint64_t kSeeds = 2'000;

TEST(WorldGen, SameSeedGivesTheSameWorldAndAnotherSeedAnother) {
    EXPECT_TRUE(small_world(5).snapshot().same_contents(small_world(5).snapshot()));
    EXPECT_FALSE(small_world(5).snapshot().same_contents(small_world(6).snapshot()));
    const BigWorld spec{.nodes = 100, .blocks = 2, .racks_per_block = 5};
    EXPECT_TRUE(big_world(spec).snapshot().same_contents(big_world(spec).snapshot()));
}

TEST(WorldGen, SmallWorldsHaveOneToFourLevelsAndThreeToTenHosts) {
    std::set<std::size_t> levels;
    std::set<std::size_t> hosts;
    for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
        const World world = small_world(seed);
        levels.insert(world.snapshot().fabric().levels().size());
        hosts.insert(world.nodes.size());
    }
    EXPECT_EQ(levels, (std::set<std::size_t>{1, 2, 3, 4}));
    EXPECT_EQ(hosts, (std::set<std::size_t>{3, 4, 5, 6, 7, 8, 9, 10}));
}

void count(std::uint64_t& counter, bool occurs) {
    counter += occurs ? 1U : 0U;
}

// Share of small worlds in which something occurs, in percent.
std::map<std::string, std::uint64_t> world_features() {
    std::map<std::string, std::uint64_t> found;
    for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
        const World world = small_world(seed);
        const Snapshot snapshot = world.snapshot();
        const Fabric& fabric = snapshot.fabric();
        std::map<std::string, std::set<DomainIdx>> racks;  // by name: under which parents
        for (const Domain& domain : fabric.domains()) {
            if (domain.depth + 1 == fabric.levels().size() && domain.depth > 0)
                racks[domain.value].insert(domain.parent);
        }
        const auto any = [&](auto holds) { return std::ranges::any_of(world.nodes, holds); };
        const auto any_pod = [&](auto holds) { return std::ranges::any_of(world.pods, holds); };
        count(found["missing label"], !fabric.missing_labels().empty());
        count(found["repeated rack name"],
              std::ranges::any_of(racks, [](const auto& rack) { return rack.second.size() > 1; }));
        count(found["cordoned"], any([](const NodeFacts& node) { return node.unschedulable; }));
        count(found["not ready"], any([](const NodeFacts& node) { return !node.ready; }));
        count(found["tainted"], any([](const NodeFacts& node) { return !node.taints.empty(); }));
        count(found["staying pod"], any_pod([](const PodBound& pod) { return pod.stays; }));
        count(found["host port"], any_pod([](const PodBound& pod) { return !pod.host_ports.empty(); }));
        bool over = false;
        for (std::uint32_t i = 0; i < fabric.node_count(); ++i) {
            over = over || snapshot.free(NodeIdx(i), snapshot.resource(kCpu).value()) < 0;
        }
        count(found["over-committed"], over);
    }
    for (auto& [name, count] : found) count = count * 100 / kSeeds;
    return found;
}

TEST(WorldGen, EveryFeatureOfASmallWorldOccursInAGoodShareOfThem) {
    for (const auto& [name, percent] : world_features()) EXPECT_GE(percent, 8U) << name;
}

TEST(WorldGen, EveryFeatureOfASmallGangOccursInAGoodShareOfThem) {
    std::map<std::string, std::uint64_t> found;
    std::set<std::size_t> sizes;
    for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
        const GangRequest gang = small_gang(small_world(seed), seed);
        const PodShape& shape = gang.roles.front().shape;
        sizes.insert(gang.members());
        count(found["required level"], gang.wish.required.has_value());
        count(found["preferred level"], gang.wish.preferred.has_value());
        count(found["selector"], !shape.node_selector.empty());
        count(found["affinity"], shape.required_affinity.has_value());
        count(found["host port"], !shape.host_ports.empty());
        count(found["one per host"], shape.one_per_host);
        count(found["bound member"], !gang.fixed.empty());
        count(found["node to avoid"], !gang.avoid.empty());
    }
    for (const auto& [name, count] : found) EXPECT_GE(count * 100 / kSeeds, 5U) << name;
    EXPECT_EQ(sizes.size(), 12U);
    EXPECT_EQ(*sizes.rbegin(), 12U);
}

TEST(WorldGen, BigWorldIsFilledAsAskedAndNoTwoHostsAreInTheSameState) {
    const World world = big_world({.nodes = 2'000});
    const Snapshot snapshot = world.snapshot();
    const ResourceIdx gpu = snapshot.resource(kGpu).value();
    const ResourceIdx cpu = snapshot.resource(kCpu).value();
    std::int64_t free = 0;
    std::set<std::int64_t> free_cpu;
    std::set<std::int64_t> free_gpus;
    for (std::uint32_t i = 0; i < snapshot.fabric().node_count(); ++i) {
        free += snapshot.free(NodeIdx(i), gpu);
        free_cpu.insert(snapshot.free(NodeIdx(i), cpu));
        free_gpus.insert(snapshot.free(NodeIdx(i), gpu));
    }
    EXPECT_NEAR(static_cast<double>(free) / (8.0 * 2'000), 0.30, 0.03);
    EXPECT_EQ(free_cpu.size(), 2'000U);
    EXPECT_EQ(free_gpus.size(), 9U);
    EXPECT_EQ(snapshot.fabric().domain_count(), 1U + 10U + 200U + 2'000U);
}

}  // namespace
}  // namespace muster::world
