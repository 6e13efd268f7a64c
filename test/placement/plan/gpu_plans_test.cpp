// GPU sets in plans: which host wins because of them, which member gets which GPUs, and what a plan claims of them.
#include "placement/plan/gang_planner.hpp"
#include "placement/verify/verify_plan.hpp"
#include "test/placement/plan/checked_plan.hpp"
#include "test/placement/plan/gpu_world.hpp"

#include <string>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

using test::checked_plan;
using test::gang;
using test::gpu_cluster;
using test::GpuHost;
using test::gpus;

Outcome plan_on(const std::vector<GpuHost>& hosts, const GangRequest& request,
                std::string_view picker = kDefaultGpuPicker) {
    return checked_plan(gpu_cluster(hosts), request, {}, picker);
}

const Quality& quality(const Outcome& outcome) {
    return std::get<Plan>(outcome).quality;
}

// {0, 5, 6, 7} without NVLink rings against the quad {4, 5, 6, 7}.
TEST(GpuPlans, TheHostWhoseFreeGpusHaveRingsWins) {
    const Outcome outcome = plan_on({{"a", "dgx-1v", {1, 2, 3, 4}}, {"b", "dgx-1v", {0, 1, 2, 3}}}, gang(1, 4));
    EXPECT_EQ(gpus(outcome), "b:4,5,6,7");
    EXPECT_EQ(quality(outcome).objective.front(), 0);
}

TEST(GpuPlans, TheClassStandsBeforeTheLevel) {
    // Both members would fit on a, where the kubelet gives them GPUs that share NICs.
    const GpuHost idle{"a", "dgx-1v"};
    EXPECT_EQ(quality(plan_on({idle}, gang(2, 3))).objective.front(), 2);
    const std::vector<GpuHost> hosts{idle, {"b", "dgx-1v", {1, 2, 5, 6, 7}}, {"c", "dgx-1v", {1, 2, 5, 6, 7}}};
    const Outcome apart = plan_on(hosts, gang(2, 3));
    EXPECT_EQ(gpus(apart), "b:0,3,4 c:0,3,4");
    EXPECT_EQ(quality(apart).objective, (ObjectiveVector{0, 2, 1, 1, 2}));
    EXPECT_EQ(gpus(plan_on(hosts, gang(2, 3), "best-bandwidth")).substr(0, 1), "a") << "there nothing is lost on a";
}

TEST(GpuPlans, WhatIsNotToldIsNotClaimed) {
    const Outcome outcome = plan_on({{"a", "dgx-1v", {}, 4}}, gang(1, 4));
    EXPECT_EQ(gpus(outcome), "a:?");
    EXPECT_EQ(std::get<Plan>(outcome).placements.front().gpu_source, GpuSource::unknown);
    // Four of eight that may be any: some have no NVLink rings.
    EXPECT_GT(quality(outcome).objective.front(), 0);
    EXPECT_EQ(quality(outcome).gpu_picker, "predict-kubelet");
}

TEST(GpuPlans, ABrokenGpuMayBeAnyOfThem) {
    ClusterState state = gpu_cluster({{"a", "dgx-1v"}});
    NodeFacts node = *state.node(NodeName("a"));
    node.allocatable.set(test::kGpu, 7);
    state.apply(NodeSeen{node});
    EXPECT_EQ(gpus(plan_gang(state.snapshot(), gang(1, 2), {})), "a:?");
}

TEST(GpuPlans, ControlledSetsAreThoseOfMostBandwidth) {
    const Outcome predicted = plan_on({{"a", "dgx-1v"}}, gang(1, 5));
    const Outcome controlled = plan_on({{"a", "dgx-1v"}}, gang(1, 5), "best-bandwidth");
    EXPECT_EQ(gpus(predicted), "a:0,1,2,3,4");
    EXPECT_EQ(std::get<Plan>(predicted).placements.front().gpu_source, GpuSource::predicted);
    EXPECT_EQ(std::get<Plan>(controlled).placements.front().gpu_source, GpuSource::controlled);
    EXPECT_GT(quality(controlled).bus_mbps, quality(predicted).bus_mbps);
    EXPECT_LT(quality(controlled).objective.front(), quality(predicted).objective.front());
}

TEST(GpuPlans, MembersTakeTheSetsInTheirOrder) {
    EXPECT_EQ(gpus(plan_on({{"a", "hgx-h100"}}, gang(3, 2))), "a:0,1 a:2,3 a:4,5");
    auto shuffled = gang(3, 2);
    std::swap(shuffled.roles.front().members[0], shuffled.roles.front().members[2]);
    EXPECT_EQ(gpus(plan_on({{"a", "hgx-h100"}}, shuffled)), "a:4,5 a:2,3 a:0,1");
}

TEST(GpuPlans, NothingIsSaidOfHostsWithoutAMachineAndOfPodsWithoutGpus) {
    const Outcome plain = plan_on({{"a", ""}}, gang(2, 4));
    EXPECT_EQ(gpus(plain), "a: a:");
    EXPECT_EQ(quality(plain).bus_mbps, 0);
    EXPECT_EQ(quality(plain).gpu_picker, "");
    const Outcome cpu_only = plan_on({{"a", "hgx-h100"}}, gang(2, 0));
    EXPECT_EQ(gpus(cpu_only), "a: a:");
    EXPECT_EQ(std::get<Plan>(cpu_only).placements.front().gpu_source, GpuSource::none);
}

TEST(GpuPlans, BandwidthIsThatOfTheNetworkForMembersOfALargerGang) {
    const std::vector<GpuHost> hosts{{"a", "hgx-h100"}, {"b", "hgx-h100"}};
    const std::int64_t alone = quality(plan_on(hosts, gang(1, 4))).bus_mbps;
    const std::int64_t together = quality(plan_on(hosts, gang(2, 4))).bus_mbps;
    EXPECT_GT(together, 0);
    EXPECT_LT(together, alone);
    EXPECT_EQ(quality(plan_on(hosts, gang(1, 1))).bus_mbps, 0) << "one GPU alone has no bus";
}

TEST(GpuPlans, RolesOfDifferentSizesOnOneHostAreNotPredicted) {
    auto request = gang(1, 4);
    auto small = gang(1, 2).roles.front();
    small.members.front().uid = PodUid("small");
    small.members.front().key.name = "small";
    request.roles.push_back(small);
    EXPECT_EQ(gpus(plan_on({{"a", "dgx-1v"}}, request)), "a:? a:?");
    EXPECT_EQ(gpus(plan_on({{"a", "dgx-1v"}}, request, "best-bandwidth")), "a:0,2,4,6 a:1,5");
}

TEST(GpuPlans, RolesAvoidHostsThatOnlyHoldSlowSets) {
    auto request = gang(1, 4);
    auto cpu = gang(1, 0).roles.front();
    cpu.members.front().uid = PodUid("cpu");
    cpu.members.front().key.name = "cpu";
    request.roles.push_back(cpu);
    const Outcome outcome = plan_on({{"a", "dgx-1v", {1, 2, 3, 4}}, {"b", "dgx-1v", {0, 1, 2, 3}}}, request);
    EXPECT_EQ(gpus(outcome), "b:4,5,6,7 b:");
    EXPECT_LT(quality(outcome).objective.front(),
              quality(plan_on({{"a", "dgx-1v", {1, 2, 3, 4}}}, request)).objective.front());
}

GangRequest two_roles(std::int64_t first_gpus, std::int64_t second_gpus) {
    auto request = gang(1, first_gpus);
    request.roles.push_back(gang(1, second_gpus).roles.front());
    request.roles.back().name = "second";
    request.roles.back().members.front() = {PodUid("second"), {"ml", "second"}, -1};
    return request;
}

TEST(GpuPlans, RolesOfOneSizeCountTogether) {
    // As for one role: together on a the kubelet gives them GPUs that share NICs, though each alone there loses
    // nothing.
    const std::vector<GpuHost> hosts{
        {"a", "dgx-1v"}, {"b", "dgx-1v", {1, 2, 5, 6, 7}}, {"c", "dgx-1v", {1, 2, 5, 6, 7}}};
    const Outcome outcome = plan_on(hosts, two_roles(3, 3));
    EXPECT_EQ(gpus(outcome), "b:0,3,4 c:0,3,4");
    EXPECT_EQ(quality(outcome).objective, (ObjectiveVector{0, 2, 1, 1, 2}));
    EXPECT_EQ(quality(outcome).proof, Proof::optimal);
}

TEST(GpuPlans, RolesOfDifferentSizesStayApartWhereTogetherTheyMayLose) {
    const std::vector<GpuHost> hosts{{"a", "dgx-1v"}, {"b", "dgx-1v"}};
    const Outcome apart = plan_on(hosts, two_roles(4, 2));
    EXPECT_EQ(gpus(apart), "a:0,1,2,3 b:0,3");
    EXPECT_EQ(quality(apart).proof, Proof::optimal);
    // One host must hold both.
    auto together = two_roles(4, 2);
    together.wish.required = "host";
    const Outcome one = plan_on(hosts, together);
    EXPECT_EQ(gpus(one), "a:? a:?");
    EXPECT_GT(quality(one).objective.front(), quality(apart).objective.front());
    EXPECT_EQ(quality(one).proof, Proof::optimal);
    EXPECT_EQ(gpus(plan_on(hosts, two_roles(4, 2), "best-bandwidth")), "a:0,2,4,6 a:1,5") << "there nothing is lost";
}

class GpuClaims : public ::testing::Test {
  protected:
    std::string fault(const Plan& plan) { return verify_plan(state_.snapshot(), request_, plan).value_or("right"); }
    ClusterState state_ = gpu_cluster({{"a", "dgx-1v", {4, 5}}, {"b", "dgx-1v", {}, 1}});
    GangRequest request_ = gang(2, 2);
    Plan plan_ = std::get<Plan>(plan_gang(state_.snapshot(), request_, {}));
};

TEST_F(GpuClaims, MustBeTrue) {
    ASSERT_EQ(fault(plan_), "right");
    ASSERT_EQ(plan_.placements.front().gpu_source, GpuSource::predicted);
    Plan wrong = plan_;
    wrong.placements[0].gpus = plan_.placements[1].gpus;
    EXPECT_EQ(fault(wrong).find("member ml/m-1 on node a: GPU"), 0U) << fault(wrong);
    wrong = plan_;
    wrong.placements[0].gpus = {4, 5};
    EXPECT_EQ(fault(wrong), "member ml/m-0 on node a: GPU 4 is not there, in use, or given twice");
    wrong.placements[0].gpus = {0, 8};
    EXPECT_EQ(fault(wrong), "member ml/m-0 on node a: GPU 8 is not there, in use, or given twice");
    wrong.placements[0].gpus = {0};
    EXPECT_EQ(fault(wrong), "member ml/m-0 on node a: 1 GPUs stated, 2 can be");
    wrong = plan_;
    wrong.placements[0].gpu_source = GpuSource::controlled;
    EXPECT_EQ(fault(wrong), "member ml/m-0 on node a: the rule predict-kubelet gives no such source");
    wrong = plan_;
    for (auto& placement : wrong.placements) {
        placement.gpus.clear();
        placement.gpu_source = GpuSource::unknown;
    }
    EXPECT_EQ(fault(wrong), "member ml/m-0 on node a: its GPUs are known, but not stated");
    wrong = plan_;
    wrong.placements[0].gpus = {};
    wrong.placements[0].gpu_source = GpuSource::none;
    EXPECT_EQ(fault(wrong), "member ml/m-0 on node a: asks for 2 GPUs of a machine, and its source is not stated");
}

TEST_F(GpuClaims, PredictionsMustBeTheKubelets) {
    Plan wrong = plan_;
    const auto swap_one = [&](std::vector<std::int32_t>& a, std::vector<std::int32_t>& b) {
        std::swap(a.front(), b.front());
        std::ranges::sort(a);
        std::ranges::sort(b);
    };
    swap_one(wrong.placements[0].gpus, wrong.placements[1].gpus);
    EXPECT_EQ(fault(wrong), "node a: the kubelet gives other GPUs than predicted");
}

TEST_F(GpuClaims, TheStatedBandwidthMustBeFound) {
    Plan wrong = plan_;
    wrong.quality.bus_mbps += 1;
    EXPECT_EQ(fault(wrong).find("stated bus bandwidth"), 0U);
    wrong = plan_;
    wrong.quality.objective.front() += 1;
    EXPECT_EQ(fault(wrong).find("stated bandwidth class"), 0U);
    wrong = plan_;
    wrong.quality.gpu_picker = "lowest-ordinals";
    EXPECT_NE(fault(wrong), "right");
}

}  // namespace
}  // namespace muster
