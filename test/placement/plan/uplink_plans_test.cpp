// Uplinks in plans: which domain holds the gang because of them, what bound members change, and what a plan says.
#include "placement/verify/verify_plan.hpp"
#include "test/placement/plan/checked_plan.hpp"
#include "test/placement/plan/gpu_world.hpp"

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

using test::checked_plan;
using test::gang;
using test::nodes;

const std::vector<LevelSpec> kLevels{{"block", "block", 0}, {"rack", "rack", 100'000}};

// Hosts a, b, c in rack r1, d, e in r2, f, g in r3, h in no rack, with so many GPUs free; no machines.
ClusterState racks(const std::vector<std::int64_t>& free) {
    ClusterState state(kLevels);
    const std::vector<std::pair<std::string, std::string>> hosts{{"a", "r1"}, {"b", "r1"}, {"c", "r1"}, {"d", "r2"},
                                                                 {"e", "r2"}, {"f", "r3"}, {"g", "r3"}, {"h", ""}};
    for (std::size_t i = 0; i < hosts.size(); ++i)
        state.apply(NodeSeen{test::facts({hosts[i].first, "b1", hosts[i].second, free[i]})});
    return state;
}

void run(ClusterState& state, const std::string& name, const std::vector<std::string>& on) {
    for (const auto& node : on) {
        PodBound pod;
        pod.uid = PodUid(name + "-" + node);
        pod.node = NodeName(node);
        pod.requests = {{"pods", 1}};
        pod.gang = name;
        state.apply(pod);
    }
}

Plan planned(ClusterState& state, const GangRequest& request, std::string_view picker = kDefaultGpuPicker) {
    Outcome outcome = checked_plan(state, request, {}, picker);
    EXPECT_TRUE(std::holds_alternative<Plan>(outcome));
    return std::holds_alternative<Plan>(outcome) ? std::get<Plan>(std::move(outcome)) : Plan();
}

TEST(UplinkPlans, RacksWhoseUplinksTheFewestShareWin) {
    auto state = racks({8, 0, 0, 8, 0, 8, 0, 0});
    run(state, "ml/x", {"a", "d"});
    run(state, "ml/y", {"a", "f"});
    const Plan plan = planned(state, gang(2, 8));
    EXPECT_EQ(nodes(plan), "d f");
    EXPECT_EQ(plan.quality.objective.front(), 3) << "half of each uplink is left";
    EXPECT_EQ(plan.quality.slowest_uplink, (UplinkUse{"rack", "b1/r2", 100'000, 2}));
    EXPECT_EQ(plan.quality.bus_mbps, 0) << "nothing is known of the hosts' inside";
}

TEST(UplinkPlans, AGangOfOneRackCrossesNothing) {
    auto state = racks({8, 8, 0, 8, 8, 8, 8, 0});
    run(state, "ml/other", {"a", "e", "f"});
    const Plan plan = planned(state, gang(2, 8));
    EXPECT_EQ(nodes(plan), "a b");
    EXPECT_EQ(plan.quality.objective.front(), 0);
    EXPECT_FALSE(plan.quality.slowest_uplink);
}

TEST(UplinkPlans, TheClassStandsBeforeTheNumberOfDomains) {
    auto state = racks({8, 8, 0, 8, 0, 8, 0, 8});
    EXPECT_EQ(nodes(planned(state, gang(3, 8))), "a b d");
    for (const char* name : {"ml/x", "ml/y", "ml/z"}) run(state, name, {"a", "h"});
    const Plan plan = planned(state, gang(3, 8));
    EXPECT_EQ(nodes(plan), "d f h");
    EXPECT_EQ(plan.quality.objective.front(), 0);
    const Plan larger = planned(state, gang(4, 8));
    EXPECT_EQ(larger.quality.objective.front(), 4) << "a quarter of the uplink of r1";
}

TEST(UplinkPlans, ItsOwnMembersAreNoOtherGang) {
    auto state = racks({8, 0, 0, 8, 0, 0, 0, 0});
    run(state, "ml/gang", {"a", "f"});
    GangRequest request = gang(1, 8);
    request.fixed = {{PodUid("ml/gang-a"), NodeName("a")}, {PodUid("ml/gang-f"), NodeName("f")}};
    const Plan plan = planned(state, request);
    EXPECT_EQ(plan.quality.objective.front(), 0);
    EXPECT_EQ(plan.quality.slowest_uplink, (UplinkUse{"rack", "b1/r1", 100'000, 1}));
}

TEST(UplinkPlans, BoundMembersElsewhereMakeTheGangCross) {
    auto state = racks({0, 0, 0, 8, 8, 8, 8, 0});
    run(state, "ml/gang", {"a"});
    run(state, "ml/x", {"d", "g"});
    run(state, "ml/y", {"e", "b"});
    GangRequest request = gang(2, 8);
    EXPECT_EQ(nodes(planned(state, request)), "d e");
    request.fixed = {{PodUid("ml/gang-a"), NodeName("a")}};
    const Plan plan = planned(state, request);
    EXPECT_EQ(nodes(plan), "f g") << "r2 is shared with two gangs, r3 with one";
    EXPECT_EQ(plan.quality.objective.front(), 3);
}

TEST(UplinkPlans, OnceItsPodsAreGoneAGangCrossesNothing) {
    auto state = racks({8, 0, 0, 8, 0, 8, 0, 0});
    run(state, "ml/other", {"a", "c", "e"});
    state.apply(PodGone{PodUid("ml/other-e")});
    EXPECT_EQ(planned(state, gang(2, 8)).quality.objective.front(), 0);
}

// DGX-1V hosts with 12.5 GB/s of NICs for each pair of GPUs.
ClusterState machines(std::int64_t uplink_mbps) {
    ClusterState state({{"block", "block", 0}, {"rack", "rack", uplink_mbps}});
    for (const auto& [name, rack] : {std::pair("a", "r1"), std::pair("b", "r2")}) {
        NodeFacts node = test::facts({name, "b1", rack});
        node.machine = MachineRef(machine_profile("dgx-1v"));
        node.gpu_resource = test::kGpu;
        node.allocatable.set(test::kGpu, 8);
        state.apply(NodeSeen{node});
    }
    return state;
}

TEST(UplinkPlans, TheRingIsAsFastAsItsSlowestLink) {
    auto free = machines(0);
    const Plan inside = planned(free, gang(2, 8));
    EXPECT_EQ(nodes(inside), "a b");
    EXPECT_FALSE(inside.quality.slowest_uplink);
    EXPECT_EQ(inside.quality.objective.front(), 0);
    const std::int64_t sets_mbps = inside.quality.bus_mbps * 100 / 95;

    auto wide = machines(sets_mbps * 2);
    EXPECT_EQ(planned(wide, gang(2, 8)).quality, inside.quality);
    run(wide, "ml/x", {"a", "b"});
    run(wide, "ml/y", {"a", "b"});
    run(wide, "ml/z", {"a", "b"});
    const Plan shared = planned(wide, gang(2, 8));
    EXPECT_EQ(shared.quality.bus_mbps, sets_mbps / 2 * 95 / 100);
    EXPECT_EQ(shared.quality.objective.front(), 3);
    EXPECT_EQ(shared.quality.slowest_uplink, (UplinkUse{"rack", "b1/r1", sets_mbps * 2, 4}));
}

TEST(UplinkPlans, GpusOfBoundMembersCountWhereTheyAreTold) {
    auto state = test::gpu_cluster({{"a", "dgx-1v", {1, 4, 5, 6, 7}}, {"b", "dgx-1v"}});
    GangRequest request = gang(1, 8);
    request.fixed = {{PodUid("a-told"), NodeName("a")}};
    EXPECT_EQ(planned(state, request).quality.objective.front(), 0);
    const std::int64_t alone = planned(state, request).quality.bus_mbps;
    request.fixed.front().devices = {"ordinal:1", "ordinal:4", "ordinal:5", "ordinal:6", "ordinal:7"};
    const Plan told = planned(state, request);
    EXPECT_GT(told.quality.objective.front(), 0) << "five without NVLink rings";
    EXPECT_LT(told.quality.bus_mbps, alone);
    request.fixed.front().devices.push_back("ordinal:9");
    EXPECT_EQ(planned(state, request).quality.objective.front(), 0) << "an id that the machine lacks: not told";
}

TEST(UplinkPlans, SeveralRolesAvoidSharedUplinks) {
    auto state = racks({4, 0, 0, 4, 0, 4, 0, 0});
    GangRequest request = gang(1, 4);
    request.roles.push_back(gang(1, 3).roles.front());
    request.roles.back().name = "second";
    request.roles.back().members.front() = {PodUid("s"), {"ml", "s"}, -1};
    EXPECT_EQ(nodes(planned(state, request)), "a d");
    for (const char* name : {"ml/x", "ml/y"}) run(state, name, {"a", "h"});
    const Plan plan = planned(state, request);
    EXPECT_EQ(nodes(plan), "d f");
    EXPECT_EQ(plan.quality.objective.front(), 0);
    EXPECT_EQ(plan.quality.proof, Proof::optimal);
}

TEST(UplinkPlans, TheCheckerRefusesWhatIsNotSo) {
    auto state = racks({8, 0, 0, 8, 0, 0, 0, 0});
    run(state, "ml/other", {"a", "e"});
    const GangRequest request = gang(2, 8);
    const Plan right = planned(state, request);
    const Snapshot snapshot = state.snapshot();
    Plan wrong = right;
    --wrong.quality.objective.front();
    EXPECT_TRUE(verify_plan(snapshot, request, wrong));
    wrong = right;
    wrong.quality.slowest_uplink->gangs = 1;
    EXPECT_TRUE(verify_plan(snapshot, request, wrong));
    wrong.quality.slowest_uplink.reset();
    EXPECT_TRUE(verify_plan(snapshot, request, wrong));
}

}  // namespace
}  // namespace muster
