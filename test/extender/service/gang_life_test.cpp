// The life of gangs through the real service, planner and state machine, over a cluster in memory.
#include "test/extender/service/service_world.hpp"

#include <algorithm>
#include <set>

namespace muster::test {
namespace {

std::set<std::string> racks_of(const std::vector<PodFacts>& pods) {
    std::set<std::string> racks;
    for (const PodFacts& pod : pods) racks.insert(pod.node.str().substr(0, pod.node.str().rfind('-')));
    return racks;
}

TEST(GangLife, AGatedGangIsBoundWholeInsideOneRack) {
    ServiceWorld world;
    world.add_nodes(2, 2, 4);
    world.add_gang("train", 4);
    world.start();
    world.play_until("4 members bound", [&] { return world.bound_of("train").size() == 4; });
    EXPECT_EQ(racks_of(world.bound_of("train")).size(), 1U);
    world.play_until("no call is left open", [&] { return world.open_calls() == 0; });
    EXPECT_TRUE(world.errors().empty());
    world.play_until("the gang is served", [&] { return world.state_of("train") == "served"; });
}

TEST(GangLife, AnUngatedGangIsBoundToo) {
    ServiceWorld world;
    world.add_nodes(1, 2, 4);
    world.add_gang("train", 4, 8, "", false);
    world.start();
    world.play_until("4 members bound", [&] { return world.bound_of("train").size() == 4; });
}

TEST(GangLife, AGangThatDoesNotFitBindsNobodyAndSaysWhy) {
    ServiceWorld world;
    world.add_nodes(2, 2, 4);
    world.add_gang("big", 6, 8, "required: rack");
    world.start();
    world.play_until("a verdict", [&] { return world.state_of("big") == "waiting"; });
    world.play_for(Millis(100));
    EXPECT_TRUE(world.bound_of("big").empty());
    const auto gangs = world.service().gangs();
    ASSERT_EQ(gangs.size(), 1U);
    EXPECT_EQ(gangs[0].reason_code, "level-too-small");
    EXPECT_FALSE(gangs[0].reason.empty());
    EXPECT_TRUE(world.pod("big-0")->own_gate) << "a gang without a place stays gated";
}

TEST(GangLife, AGangWaitsForItsPreferredRackAndThenTakesTwo) {
    ServiceWorld world;
    world.add_nodes(1, 2, 4);
    world.add_gang("wide", 2, 8, "spread: [{level: rack, max: 1}]");
    world.start();
    world.play_until("one host of each rack is taken", [&] { return world.bound_of("wide").size() == 2; });
    world.add_gang("near", 4, 8, "{preferred: rack, wait: 1s}");
    const auto view = [&] {
        const auto gangs = world.service().gangs();
        const auto at = std::ranges::find(gangs, "near", [](const GangView& gang) { return gang.key.name; });
        return at == gangs.end() ? GangView() : *at;
    };
    world.play_until("it waits", [&] { return view().waits_for.has_value(); });
    EXPECT_EQ(view().reason_code, "waits-for-level");
    EXPECT_TRUE(world.bound_of("near").empty());
    world.play_until("it takes any level", [&] { return world.bound_of("near").size() == 4; });
    EXPECT_EQ(racks_of(world.bound_of("near")).size(), 2U);
    EXPECT_EQ(view().proof, "optimal");
}

TEST(GangLife, OfTwoGangsThatFitOneAtATimeTheSecondIsBoundWholeWhenTheFirstIsGone) {
    ServiceWorld world;
    world.add_nodes(1, 1, 4);
    std::vector<PodSpec> pods;
    for (int i = 0; i < 3; ++i) {
        pods.push_back({"red-" + std::to_string(i), "red", 3});
        pods.push_back({"blue-" + std::to_string(i), "blue", 3});
    }
    world.add(pods);
    world.start();
    world.play_until("one is whole",
                     [&] { return world.bound_of("red").size() == 3 || world.bound_of("blue").size() == 3; });
    const std::string first = world.bound_of("red").empty() ? "blue" : "red";
    const std::string second = first == "red" ? "blue" : "red";
    world.play_for(Millis(100));
    EXPECT_TRUE(world.bound_of(second).empty());
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(world.cluster().delete_pod({"ml", first + "-" + std::to_string(i)}));
    world.play_until("the other is whole", [&] { return world.bound_of(second).size() == 3; });
}

TEST(GangLife, NobodyIsBoundWhileOneMemberIsHeldBack) {
    ServiceWorld world;
    world.add_nodes(1, 1, 4);
    world.add_gang("train", 4);
    world.start();
    const auto held = [](const PodFacts& pod) { return pod.key.name == "train-3"; };
    world.play_until("three are parked", [&] { return world.open_calls() == 3; }, held);
    world.play_for(Millis(100), held);
    EXPECT_TRUE(world.bound_of("train").empty());
    EXPECT_EQ(world.open_calls(), 3U);
    world.play_until("all are bound", [&] { return world.bound_of("train").size() == 4; });
}

TEST(GangLife, AVanishedClientIsALostArrival) {
    ServiceWorld world;
    world.add_nodes(1, 1, 4);
    world.add_gang("train", 3);
    world.start();
    const auto held = [](const PodFacts& pod) { return pod.key.name == "train-2"; };
    world.play_until("two are parked", [&] { return world.open_calls() == 2; }, held);
    world.vanish("train-0");
    const auto both_held = [](const PodFacts& pod) { return pod.key.name == "train-0"; };
    world.play_until(
        "the third is parked, the first is not",
        [&] { return world.open_calls() == 2 && world.service().gangs()[0].parked == 2; }, both_held);
    world.play_for(Millis(50), both_held);
    EXPECT_TRUE(world.bound_of("train").empty());
    world.play_until("all are bound", [&] { return world.bound_of("train").size() == 3; });
}

TEST(GangLife, MembersThatNeverArriveBlockTheGangAndFreeItsSpace) {
    Settings settings;
    settings.gang.bind_timeout = Millis(150);
    ServiceWorld world(settings);
    world.add_nodes(1, 1, 4);
    world.add_gang("stuck", 4);
    world.start();
    const auto held = [](const PodFacts& pod) { return pod.key.name == "stuck-1"; };
    world.play_until("blocked", [&] { return world.state_of("stuck") == "blocked"; }, held);
    EXPECT_EQ(world.service().status().reservations, 0U);
    EXPECT_TRUE(world.bound_of("stuck").empty());
    world.add_gang("other", 4);
    const auto all_of_stuck = [](const PodFacts& pod) { return pod.key.name.starts_with("stuck"); };
    world.play_until("another gang takes the space", [&] { return world.bound_of("other").size() == 4; }, all_of_stuck);
}

TEST(GangLife, ADeletedMemberIsReplacedBesideTheOthers) {
    ServiceWorld world;
    world.add_nodes(2, 2, 4);
    world.add_gang("train", 4);
    world.start();
    world.play_until("all are bound", [&] { return world.bound_of("train").size() == 4; });
    const auto rack = racks_of(world.bound_of("train"));
    ASSERT_TRUE(world.cluster().delete_pod({"ml", "train-2"}));
    world.add({{"train-2b", "train", 4}});
    world.play_until("the replacement is bound", [&] { return world.bound_of("train").size() == 4; });
    EXPECT_EQ(racks_of(world.bound_of("train")), rack);
}

TEST(GangLife, AForeignGateMeansNoMemberYet) {
    ServiceWorld world;
    world.add_nodes(1, 1, 4);
    world.add({{"train-0", "train", 2}, {"train-1", "train", 2, 8, "", true, true}});
    world.start();
    world.play_for(Millis(150));
    EXPECT_EQ(world.state_of("train"), "gathering");
    EXPECT_TRUE(world.pod("train-0")->own_gate);
}

TEST(GangLife, MembersThatDisagreeAreRefusedByNameAndOthersGoOn) {
    ServiceWorld world;
    world.add_nodes(1, 2, 4);
    world.add({{"odd-0", "odd", 2}, {"odd-1", "odd", 3}});
    world.add_gang("train", 4);
    world.start();
    world.play_until("the good gang is bound", [&] { return world.bound_of("train").size() == 4; });
    EXPECT_EQ(world.state_of("odd"), "blocked");
    for (const GangView& gang : world.service().gangs()) {
        if (gang.key.name != "odd") continue;
        EXPECT_NE(gang.reason.find("muster.scheduler/members"), std::string::npos) << gang.reason;
    }
}

TEST(GangLife, DrainAnswersParkedBindsWithARetryableError) {
    ServiceWorld world;
    world.add_nodes(1, 1, 4);
    world.add_gang("train", 4);
    world.start();
    const auto held = [](const PodFacts& pod) { return pod.key.name == "train-0"; };
    world.play_until("three are parked", [&] { return world.open_calls() == 3; }, held);
    world.service().drain(SteadyClock().now() + Millis(2'000));
    EXPECT_EQ(world.open_calls(), 0U);
    EXPECT_EQ(world.errors().size(), 3U);
    EXPECT_TRUE(world.bound_of("train").empty());
}

TEST(GangLife, WhoLosesTheLeadInACommitTellsBoundMembersThatTheyAreBound) {
    ServiceWorld world;
    world.add_nodes(1, 1, 4);
    world.add_gang("train", 3);
    world.bindings().hold("train-2");
    world.start();
    world.play_until("all but one are bound", [&] { return world.bound_of("train").size() == 2; });
    world.play_until("both Bindings are known", [&] { return world.service().gangs()[0].served == 2; });
    EXPECT_EQ(world.open_calls(), 3U) << "answers wait for the commit's last Binding";
    world.service().lead_until(world.now() - Millis(1));
    world.play_until(
        "every call is answered", [&] { return world.open_calls() == 0; }, [](const PodFacts&) { return true; });
    EXPECT_EQ(world.errors().size(), 1U) << "only the member that is not bound is told so";
    world.service().lead_until(TimePoint::max());
    world.bindings().let_go();
    world.play_until("the gang is whole under the new lead", [&] { return world.bound_of("train").size() == 3; });
}

TEST(GangLife, AMemberWhoseLabelChangesLeavesItsClaimAndBothGangsAreBoundWhole) {
    ServiceWorld world;
    world.add_nodes(1, 1, 4);
    world.add_gang("old", 3);
    world.start();
    const auto held = [](const PodFacts& pod) { return pod.key.name == "old-2"; };
    world.play_until("all are admitted, two are parked", [&] { return world.open_calls() == 2; }, held);
    ASSERT_TRUE(world.cluster().edit_pod({"ml", "old-2"}, [](PodFacts& pod) {
        pod.gang->key.name = "new";
        pod.gang->needed = 1;
    }));
    world.play_until("the change is seen", [&] { return !world.state_of("new").empty(); }, held);
    world.play_until("the new gang is bound", [&] { return world.bound_of("new").size() == 1; });
    EXPECT_TRUE(world.bound_of("old").empty());
    world.add({{"old-3", "old", 3, 8}});
    world.play_until("the old gang is whole with a newcomer", [&] { return world.bound_of("old").size() == 3; });
    world.play_until("nothing is reserved any more", [&] { return world.service().status().reservations == 0; });
    std::set<NodeName> nodes;
    for (const PodFacts& pod : world.cluster().pods()) EXPECT_TRUE(nodes.insert(pod.node).second) << pod.key.name;
}

}  // namespace
}  // namespace muster::test
