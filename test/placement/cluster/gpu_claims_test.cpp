#include "placement/cluster/gpu_claims.hpp"

#include "placement/cluster/cluster_state.hpp"
#include "placement/topology/machine_profiles.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

constexpr const char* kGpus = "nvidia.com/gpu";

// Eight GPUs with ids A to H.
NodeFacts dgx(const std::string& name = "a") {
    NodeFacts facts;
    facts.name = NodeName(name);
    facts.allocatable = {{kGpus, 8}, {"nvidia.com/mig-1g.10gb", 7}, {"pods", 10}};
    facts.machine = MachineRef(machine_profile("dgx-1v"));
    facts.gpu_resource = kGpus;
    facts.gpu_ids = {"A", "B", "C", "D", "E", "F", "G", "H"};
    return facts;
}

PodBound pod(const std::string& uid, std::int64_t gpus, std::vector<std::string> devices = {}) {
    PodBound bound{PodUid(uid), NodeName("a"), {{kGpus, gpus}, {"pods", 1}}, {}, false, {}};
    bound.devices = std::move(devices);
    return bound;
}

GpuUse use_of(ClusterState& state, const std::string& name = "a") {
    const Snapshot snapshot = state.snapshot();
    return snapshot.gpu_use(snapshot.fabric().find(name).value());
}

TEST(GpuOrdinal, AGpuIsFoundByItsIdItsOrdinalOrItsAddress) {
    NodeFacts node = dgx();
    EXPECT_EQ(gpu_ordinal(node, "C"), 2U);
    EXPECT_EQ(gpu_ordinal(node, "ordinal:7"), 7U);
    for (const char* unknown : {"", "I", "ordinal:8", "ordinal:", "ordinal:-1", "ordinal:1x", "2"})
        EXPECT_EQ(gpu_ordinal(node, unknown), std::nullopt) << unknown;

    std::vector<Part> parts(3);
    for (std::size_t i = 0; i < 2; ++i) {
        parts[i].name = "GPU" + std::to_string(i);
        parts[i].ordinal = static_cast<std::int32_t>(i);
    }
    parts[1].bus = "0000:c1:00.0";
    parts[1].uuid = "GPU-1";
    parts[2].kind = PartKind::numa;
    parts[2].name = "NUMA0";
    auto graph = MachineGraph::build(
        "two", Vendor::amd, parts,
        {{PartIdx(0), PartIdx(2), LinkKind::pcie, 1, 24'000}, {PartIdx(1), PartIdx(2), LinkKind::pcie, 1, 24'000}});
    node.machine = MachineRef(std::make_shared<const MachineGraph>(graph.value()));
    node.gpu_ids = {};
    EXPECT_EQ(gpu_ordinal(node, "0000:c1:00.0"), 1U);
    EXPECT_EQ(gpu_ordinal(node, "GPU-1"), 1U);
    EXPECT_EQ(gpu_ordinal(node, ""), std::nullopt);  // although GPU0 has neither
}

TEST(ClaimedGpus, WhatNoIdTellsIsUntold) {
    const NodeFacts node = dgx();
    EXPECT_EQ(claimed_gpus(node, {{kGpus, 3}}, {"A", "C", "stranger"}), (GpuUse{0b101, 1}));
    EXPECT_EQ(claimed_gpus(node, {{kGpus, 3}}, {}), (GpuUse{0, 3}));
    EXPECT_EQ(claimed_gpus(node, {{kGpus, 2}}, {"A", "A"}), (GpuUse{0b1, 1}));
    EXPECT_EQ(claimed_gpus(node, {{kGpus, 2}}, {"A", "ordinal:0"}), (GpuUse{0b1, 1}));
}

TEST(ClaimedGpus, MoreIdsThanGpusAskedForAreNotBelieved) {
    const NodeFacts node = dgx();
    EXPECT_EQ(claimed_gpus(node, {{kGpus, 1}}, {"A", "B"}), (GpuUse{0, 1}));
    EXPECT_EQ(claimed_gpus(node, {{"cpu", 1}}, {"A"}), (GpuUse{0, 0}));
}

TEST(ClaimedGpus, PartitionsAreNoGpusOfTheMachine) {
    EXPECT_EQ(claimed_gpus(dgx(), {{"nvidia.com/mig-1g.10gb", 3}}, {"MIG-1", "MIG-2"}), (GpuUse{0, 0}));
}

TEST(GpuClaims, AGpuThatTwoClaimIsToldOnceAndUntoldOnce) {
    GpuClaims claims;
    claims.add({0b11, 0});
    claims.add({0b110, 2});
    EXPECT_EQ(claims.use(), (GpuUse{0b111, 3}));
    claims.remove({0b11, 0});
    EXPECT_EQ(claims.use(), (GpuUse{0b110, 2}));
    claims.remove({0b110, 2});
    EXPECT_EQ(claims, GpuClaims());
}

TEST(GpuUseOfANode, BoundAndReservedPodsCount) {
    ClusterState state({});
    state.apply(NodeSeen{dgx()});
    state.apply(pod("bound", 2, {"A", "B"}));
    state.apply(Reserved{PodUid("held"), NodeName("a"), {{kGpus, 1}}, {}, {"ordinal:7"}});
    EXPECT_EQ(use_of(state), (GpuUse{0b1000'0011, 0}));
    state.apply(pod("silent", 1));
    EXPECT_EQ(use_of(state), (GpuUse{0b1000'0011, 1}));
    state.apply(PodGone{PodUid("bound")});
    state.apply(Released{PodUid("held")});
    state.apply(PodGone{PodUid("silent")});
    EXPECT_EQ(use_of(state), GpuUse());
}

TEST(GpuUseOfANode, WhatTheStatusTellsLaterReplacesWhatWasUntold) {
    ClusterState state({});
    state.apply(NodeSeen{dgx()});
    state.apply(pod("p", 2));
    EXPECT_EQ(use_of(state), (GpuUse{0, 2}));
    const Generation before = state.generation();
    state.apply(pod("p", 2, {"G", "H"}));
    EXPECT_NE(state.generation(), before);
    EXPECT_EQ(use_of(state), (GpuUse{0b1100'0000, 0}));
}

TEST(GpuUseOfANode, PodsThatCameBeforeTheirNodeOrItsMachineCount) {
    ClusterState state({});
    state.apply(pod("p", 2, {"A", "H"}));
    NodeFacts bare = dgx();
    bare.machine = {};
    bare.gpu_resource.clear();
    bare.gpu_ids.clear();
    state.apply(NodeSeen{bare});
    EXPECT_EQ(use_of(state), GpuUse());
    state.apply(NodeSeen{dgx()});
    EXPECT_EQ(use_of(state), (GpuUse{0b1000'0001, 0}));
    NodeFacts renamed = dgx();
    renamed.gpu_ids = {"H", "B", "C", "D", "E", "F", "G", "A2"};
    state.apply(NodeSeen{renamed});
    EXPECT_EQ(use_of(state), (GpuUse{0b1, 1}));
}

TEST(GpuUseOfANode, OneNodeWithAMachineAmongMany) {
    ClusterState state({});
    for (int i = 0; i < 100; ++i) {
        NodeFacts plain;
        plain.name = NodeName("n" + std::to_string(i));
        plain.allocatable = {{kGpus, 8}};
        state.apply(NodeSeen{plain});
    }
    state.apply(NodeSeen{dgx("zz")});
    PodBound one = pod("p", 1, {"D"});
    one.node = NodeName("zz");
    state.apply(one);
    PodBound other = pod("q", 1, {"D"});
    other.node = NodeName("n7");
    state.apply(other);
    EXPECT_EQ(use_of(state, "zz"), (GpuUse{0b1000, 0}));
    EXPECT_EQ(use_of(state, "n7"), GpuUse());
    EXPECT_EQ(use_of(state, "n99"), GpuUse());
}

TEST(GpuUseOfANode, ASnapshotKeepsWhatItSaw) {
    ClusterState state({});
    state.apply(NodeSeen{dgx()});
    state.apply(pod("p", 1, {"A"}));
    const Snapshot before = state.snapshot();
    state.apply(pod("q", 1, {"B"}));
    EXPECT_EQ(before.gpu_use(NodeIdx(0)), (GpuUse{0b1, 0}));
    EXPECT_EQ(use_of(state), (GpuUse{0b11, 0}));
    EXPECT_FALSE(before.same_contents(state.snapshot()));
    state.apply(PodGone{PodUid("q")});
    EXPECT_TRUE(before.same_contents(state.snapshot()));
}

TEST(ClusterStateMachines, EqualMachinesOfNodesAreOneObject) {
    ClusterState state({});
    for (const char* name : {"a", "b", "c"}) {
        NodeFacts facts = dgx(name);
        MachineGraph copy = *facts.machine;
        if (facts.name.str() == "c") copy.add_note("another one");
        facts.machine = MachineRef(std::make_shared<const MachineGraph>(std::move(copy)));
        state.apply(NodeSeen{facts});
    }
    const Snapshot snapshot = state.snapshot();
    const auto machine = [&](std::uint32_t at) { return snapshot.fabric().node(NodeIdx(at)).machine.get(); };
    EXPECT_EQ(machine(0), machine(1));
    EXPECT_NE(machine(0), machine(2));
}

}  // namespace
}  // namespace muster
