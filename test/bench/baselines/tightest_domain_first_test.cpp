// Against cases of KAI-Scheduler's own tests: capacities, requests and the domains of its answer. Each names the test
// file below pkg/scheduler and what is asked.
#include "bench/baselines/tightest_domain_first.hpp"

#include "bench/baselines/measure.hpp"
#include "test/bench/baselines/peer_case.hpp"

#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

using test::Counts;
using test::gpus;
using test::peer_gang;
using test::peer_world;
using test::PeerHost;

TopologyWish levels(std::optional<std::string> required, std::optional<std::string> preferred = std::nullopt) {
    TopologyWish wish;
    wish.required = std::move(required);
    wish.preferred = std::move(preferred);
    return wish;
}

std::optional<Counts> tightest_domains(const Snapshot& world, const GangRequest& gang) {
    return test::domains_of(world, gang, baselines::tightest_domain_first(world, gang));
}

std::vector<std::int32_t> tightest_members(const Snapshot& world, const GangRequest& gang,
                                           const std::vector<std::string>& hosts) {
    return test::members_on(world, hosts, baselines::tightest_domain_first(world, gang));
}

void add_role(GangRequest& gang, const std::string& name, std::uint32_t count, const ResourceAmounts& requests,
              const TopologyWish& wish) {
    RoleRequest role = peer_gang(count, requests).roles.front();
    role.name = name;
    role.wish = wish;
    for (auto& member : role.members) {
        member.key.name = name + member.key.name;
        member.uid = PodUid(member.key.name);
    }
    gang.roles.push_back(std::move(role));
}

GangRequest gang_of_roles(const TopologyWish& wish) {
    GangRequest gang{{"ml", "gang"}, {}, {}, {}, {}};
    gang.wish = wish;
    return gang;
}

// Zone, spine, rack: two hosts of 2 GPUs a spine, two spines a zone, each host a rack of its own; the first is used.
Snapshot two_zones() {
    std::vector<PeerHost> hosts;
    for (int i = 0; i < 8; ++i) {
        hosts.push_back({"node" + std::to_string(i),
                         {"zone" + std::to_string(i / 4), "spine" + std::to_string(i / 2), "rack" + std::to_string(i)},
                         gpus(2),
                         i == 0 ? gpus(2) : ResourceAmounts{}});
    }
    return peer_world({"zone", "spine", "rack"}, hosts);
}

// actions/allocate/allocateTopology_test.go: required rack, partially used.
TEST(TightestDomainFirst, RequiredRackHoldsAllPods) {
    const auto world = peer_world(
        {"rack", "spine"}, {{"node0", {"rack1", "spine1"}, gpus(2), gpus(1)}, {"node1", {"rack1", "spine2"}, gpus(2)}});
    EXPECT_EQ(tightest_domains(world, peer_gang(2, gpus(1), levels("rack"))).value_or(Counts{}).front(), 1);
}

// The same file: no rack has room for 4 pods.
TEST(TightestDomainFirst, NoRackIsNoPlace) {
    const auto world = peer_world({"rack", "spine"}, {{"node0", {"rack1", "spine1"}, gpus(2), gpus(1)},
                                                      {"node1", {"rack1", "spine2"}, gpus(2)},
                                                      {"node2", {"rack2", "spine1"}, gpus(2), gpus(1)},
                                                      {"node3", {"rack2", "spine2"}, gpus(2)}});
    EXPECT_EQ(tightest_domains(world, peer_gang(4, gpus(1), levels("rack"))), std::nullopt);
}

// The same file: preferred rack.
TEST(TightestDomainFirst, PreferredRackHoldsBoth) {
    const auto world = peer_world({"rack"}, {{"node0", {"rack1"}, gpus(2), gpus(1)}, {"node1", {"rack2"}, gpus(2)}});
    EXPECT_EQ(tightest_members(world, peer_gang(2, gpus(1), levels(std::nullopt, "rack")), {"node0", "node1"}),
              (std::vector<std::int32_t>{0, 2}));
}

// actions/integration_tests/allocate/allocate_topology_test.go: required zone, preferred rack, 3 pods, racks of 2.
TEST(TightestDomainFirst, PreferredRackFallsBackToTheRequiredZone) {
    const auto world = peer_world({"zone", "rack"}, {{"node0", {"zone1", "rack1"}, gpus(2)},
                                                     {"node1", {"zone1", "rack2"}, gpus(2)},
                                                     {"node2", {"zone2", "rack3"}, gpus(2)}});
    EXPECT_EQ(tightest_domains(world, peer_gang(3, gpus(1), levels("zone", "rack"))), (Counts{1, 2, 2}));
}

// plugins/topology/job_filtering_test.go: pods of two kinds are counted by sums, so both racks are offered.
TEST(TightestDomainFirst, PodsOfTwoKindsAreCountedBySums) {
    ResourceAmounts host = gpus(6);
    host.set(kCpu, 2'000);
    ResourceAmounts with_gpu = gpus(1);
    with_gpu.set(kCpu, 2'000);
    const auto world =
        peer_world({"zone", "rack"}, {{"node1", {"zone1", "rack1"}, host}, {"node2", {"zone1", "rack2"}, host}});
    auto gang = gang_of_roles(levels("zone", "rack"));
    add_role(gang, "gpu", 1, with_gpu, {});
    add_role(gang, "cpu", 1, {{std::string(kCpu), 2'000}}, {});
    EXPECT_EQ(tightest_domains(world, gang), (Counts{1, 2, 2}));
}

// actions/allocate/allocateTopology_test.go: pairs of pods of 2 GPUs each need a spine, the whole prefers a zone.
TEST(TightestDomainFirst, SubGroupsHaveALevelOfTheirOwn) {
    auto gang = gang_of_roles(levels(std::nullopt, "zone"));
    add_role(gang, "replica1", 2, gpus(2), levels("spine"));
    add_role(gang, "replica2", 2, gpus(2), levels("spine"));
    EXPECT_EQ(tightest_domains(two_zones(), gang), (Counts{1, 2, 4, 4}));
    EXPECT_EQ(tightest_members(two_zones(), gang, {"node4", "node5", "node6", "node7"}),
              (std::vector<std::int32_t>{1, 1, 1, 1}));
}

// The same file: all of it within a zone.
TEST(TightestDomainFirst, SubGroupsInsideARequiredZone) {
    auto gang = gang_of_roles(levels("zone"));
    add_role(gang, "replica1", 2, gpus(2), levels("spine"));
    add_role(gang, "replica2", 2, gpus(2), levels("spine"));
    EXPECT_EQ(tightest_domains(two_zones(), gang), (Counts{1, 2, 4, 4}));
    add_role(gang, "replica3", 2, gpus(2), levels("spine"));
    EXPECT_EQ(tightest_domains(two_zones(), gang), std::nullopt);
}

// The same file: two triples prefer a rack, the whole prefers a spine; each spine has room for 4.
TEST(TightestDomainFirst, TriplesThatPreferARackGoToTwoRacksEach) {
    std::vector<PeerHost> hosts;
    for (int i = 0; i < 8; ++i)
        hosts.push_back({"node" + std::to_string(i),
                         {"zone0", "spine" + std::to_string(i / 4), "rack" + std::to_string(i / 2)},
                         gpus(1)});
    auto gang = gang_of_roles(levels(std::nullopt, "spine"));
    add_role(gang, "a", 3, gpus(1), levels(std::nullopt, "rack"));
    add_role(gang, "b", 3, gpus(1), levels(std::nullopt, "rack"));
    const auto used = tightest_domains(peer_world({"zone", "spine", "rack"}, hosts), gang);
    ASSERT_TRUE(used.has_value());
    EXPECT_EQ((*used)[0], 1);
    EXPECT_EQ((*used)[1], 2);
}

// actions/allocate/allocate_multi_topology_test.go, its two trees as one: children need a rack each, the parent a zone.
TEST(TightestDomainFirst, ChildrenInRacksOfOneZone) {
    std::vector<PeerHost> hosts;
    for (int i = 0; i < 12; ++i) {
        hosts.push_back({"node" + std::to_string(i),
                         {i < 6 ? "zone-x" : "zone-y", "rack" + std::to_string(i % 6 / 2)},
                         gpus(8),
                         i == 0 || i == 2 ? gpus(4) : ResourceAmounts{}});
    }
    auto gang = gang_of_roles(levels("zone"));
    add_role(gang, "child-a", 3, gpus(4), levels("rack"));
    add_role(gang, "child-b", 3, gpus(4), levels("rack"));
    // The peer takes racks a and b of zone x: each has room for just 3.
    EXPECT_EQ(tightest_members(peer_world({"zone", "rack"}, hosts), gang, {"node0", "node1", "node2", "node3"}),
              (std::vector<std::int32_t>{1, 2, 1, 2}));
}

TEST(TightestDomainFirst, TakesTheDomainWithTheLeastFree) {
    const auto world = peer_world(
        {"rack"}, {{"a", {"r1"}, gpus(8)}, {"b", {"r2"}, gpus(8), gpus(5)}, {"c", {"r3"}, gpus(8), gpus(7)}});
    EXPECT_EQ(tightest_members(world, peer_gang(2, gpus(1), levels("rack")), {"a", "b", "c"}),
              (std::vector<std::int32_t>{0, 2, 0}));
}

TEST(TightestDomainFirst, FillsTheFullestHostFirst) {
    const auto world = peer_world({"rack"}, {{"a", {"r1"}, gpus(8)}, {"b", {"r1"}, gpus(8), gpus(5)}});
    EXPECT_EQ(tightest_members(world, peer_gang(4, gpus(1), levels("rack")), {"a", "b"}),
              (std::vector<std::int32_t>{1, 3}));
}

// Sums say yes where no division does; the other domain is tried after it.
TEST(TightestDomainFirst, GoesOnToTheNextDomainWhenPodsDoNotFit) {
    const auto world = peer_world(
        {"rack"}, {{"a", {"r1"}, gpus(8), gpus(6)}, {"b", {"r1"}, gpus(8), gpus(6)}, {"c", {"r2"}, gpus(8)}});
    auto gang = gang_of_roles(levels("rack"));
    add_role(gang, "large", 1, gpus(4), {});
    add_role(gang, "cpu", 1, {{std::string(kPodSlots), 1}}, {});
    EXPECT_EQ(tightest_members(world, gang, {"a", "b", "c"}), (std::vector<std::int32_t>{0, 0, 2}));
}

}  // namespace
}  // namespace muster
