#include "placement/plan/room/trial.hpp"

#include "placement/cluster/cluster_state.hpp"
#include "placement/topology/machine_profiles.hpp"

#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

Snapshot two_nodes() {
    ClusterState state({});
    for (const char* name : {"a", "b"}) {
        NodeFacts facts;
        facts.name = NodeName(name);
        facts.allocatable = {{"cpu", 10'000}, {"pods", 10}};
        state.apply(NodeSeen{facts});
    }
    return state.snapshot();
}

PodShape shape(std::int64_t cpu, std::vector<std::string> ports = {}) {
    PodShape one;
    one.requests = {{"cpu", cpu}, {"pods", 1}};
    one.host_ports = std::move(ports);
    return one;
}

std::int64_t free_cpu(const Snapshot& snapshot, NodeIdx node) {
    return snapshot.free(node, snapshot.resource("cpu").value());
}

constexpr NodeIdx kA(0);
constexpr NodeIdx kB(1);

TEST(Trial, TakingLowersWhatIsFreeInTheViewOnly) {
    const Snapshot base = two_nodes();
    Trial trial(base);
    trial.take(kA, shape(3'000, {"TCP//80"}));
    EXPECT_EQ(free_cpu(trial.view(), kA), 7'000);
    EXPECT_EQ(trial.view().leaving_pods(kA), 1U);
    EXPECT_EQ(trial.view().host_ports(kA), std::vector<std::string>{"TCP//80"});
    EXPECT_EQ(free_cpu(base, kA), 10'000);
    EXPECT_EQ(base.leaving_pods(kA), 0U);
    EXPECT_TRUE(base.host_ports(kA).empty());
}

TEST(Trial, RollbackUndoesEverythingSinceTheCheckpointAndNothingBefore) {
    const Snapshot base = two_nodes();
    Trial trial(base);
    trial.take(kA, shape(1'000));
    const auto checkpoint = trial.checkpoint();
    trial.take(kA, shape(2'000, {"TCP//80"}));
    trial.take(kB, shape(4'000));
    trial.rollback(checkpoint);
    EXPECT_EQ(free_cpu(trial.view(), kA), 9'000);
    EXPECT_EQ(free_cpu(trial.view(), kB), 10'000);
    trial.take(kB, shape(500));
    EXPECT_EQ(free_cpu(trial.view(), kB), 9'500);
    trial.rollback(0);
    EXPECT_TRUE(trial.view().same_contents(base));
}

TEST(Trial, MayTakeMoreThanIsFree) {
    Trial trial(two_nodes());
    trial.take(kA, shape(30'000));
    EXPECT_EQ(free_cpu(trial.view(), kA), -20'000);
}

TEST(Trial, TakesEveryPlacementOfAPlanWithItsRolesShape) {
    Trial trial(two_nodes());
    GangRequest request;
    request.roles.resize(2);
    request.roles[0].shape = shape(1'000);
    request.roles[0].members = {{PodUid("1"), {"ml", "1"}}, {PodUid("2"), {"ml", "2"}}};
    request.roles[1].shape = shape(5'000);
    request.roles[1].members = {{PodUid("3"), {"ml", "3"}}};
    Plan plan;
    plan.placements = {{PodUid("1"), {"ml", "1"}, NodeName("a")},
                       {PodUid("2"), {"ml", "2"}, NodeName("b")},
                       {PodUid("3"), {"ml", "3"}, NodeName("b")}};
    trial.take(request, plan);
    EXPECT_EQ(free_cpu(trial.view(), kA), 9'000);
    EXPECT_EQ(free_cpu(trial.view(), kB), 4'000);
}

TEST(Trial, ACopyOfTheViewStaysAsItWas) {
    Trial trial(two_nodes());
    trial.take(kA, shape(1'000));
    const Snapshot copy = trial.view();
    trial.take(kA, shape(1'000));
    EXPECT_EQ(free_cpu(copy, kA), 9'000);
    trial.rollback(0);
    EXPECT_EQ(free_cpu(copy, kA), 9'000);
    EXPECT_EQ(free_cpu(trial.view(), kA), 10'000);
}

TEST(Trial, KeepsGenerationAndFabricOfItsBase) {
    const Snapshot base = two_nodes();
    Trial trial(base);
    trial.take(kA, shape(1'000));
    EXPECT_EQ(trial.view().generation(), base.generation());
    EXPECT_EQ(trial.view().shared_fabric(), base.shared_fabric());
}

TEST(TrialDeathTest, PlanOfAnotherRequestOrAnotherFabricIsABrokenInvariant) {
    Trial trial(two_nodes());
    GangRequest request;
    request.roles.resize(1);
    request.roles[0].members = {{PodUid("1"), {"ml", "1"}}};
    Plan plan;
    EXPECT_DEATH(trial.take(request, plan), "broken invariant");
    plan.placements = {{PodUid("2"), {"ml", "2"}, NodeName("a")}};
    EXPECT_DEATH(trial.take(request, plan), "broken invariant");
    plan.placements = {{PodUid("1"), {"ml", "1"}, NodeName("c")}};
    EXPECT_DEATH(trial.take(request, plan), "broken invariant");
    EXPECT_DEATH(trial.rollback(1), "broken invariant");
}

TEST(Trial, TellsTheGpusThatAPlanControlsAndCountsTheOthers) {
    ClusterState state({});
    NodeFacts facts;
    facts.name = NodeName("a");
    facts.allocatable = {{"nvidia.com/gpu", 8}, {"pods", 10}};
    facts.machine = MachineRef(machine_profile("dgx-1v"));
    facts.gpu_resource = "nvidia.com/gpu";
    state.apply(NodeSeen{facts});
    const Snapshot base = state.snapshot();
    Trial trial(base);
    GangRequest request;
    request.roles.resize(1);
    request.roles[0].shape.requests = {{"nvidia.com/gpu", 2}, {"pods", 1}};
    request.roles[0].members = {{PodUid("1"), {"ml", "1"}}, {PodUid("2"), {"ml", "2"}}};
    Plan plan;
    plan.placements = {{PodUid("1"), {"ml", "1"}, NodeName("a"), 0, {0, 3}, GpuSource::controlled},
                       {PodUid("2"), {"ml", "2"}, NodeName("a"), 1, {1, 2}, GpuSource::predicted}};
    trial.take(request, plan);
    EXPECT_EQ(trial.view().gpu_use(kA), (GpuUse{0b1001, 2}));
    EXPECT_EQ(base.gpu_use(kA), GpuUse());
    trial.rollback(1);
    EXPECT_EQ(trial.view().gpu_use(kA), (GpuUse{0b1001, 0}));
    trial.take(kA, request.roles[0].shape);
    EXPECT_EQ(trial.view().gpu_use(kA), (GpuUse{0b1001, 2}));
    trial.rollback(0);
    EXPECT_TRUE(trial.view().same_contents(base));
}

}  // namespace
}  // namespace muster
