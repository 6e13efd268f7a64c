#include "test/placement/gang/gang_fixture.hpp"

#include <gtest/gtest.h>

namespace muster::gangtest {
namespace {

std::vector<NodeName> nodes(const std::vector<std::string>& names) {
    std::vector<NodeName> out;
    for (const std::string& name : names) out.emplace_back(name);
    return out;
}

TEST(GangPlan, MembersAreAskedForByRankThenByNameWithNumbersByValue) {
    Gang gang;
    for (const char* name : {"w-10", "w-2"}) gang.see(pod(name, 3));
    PodFacts first = pod("z", 3);
    first.gang->rank = 0;
    gang.see(first);
    EXPECT_EQ(gang.wave(), "zw-2w-10");
}

TEST(GangPlan, MembersOfDifferentShapesAreDifferentRoles) {
    Gang gang;
    PodFacts large = pod("a", 2);
    large.shape.node_selector = {{"size", "large"}};
    gang.see(large);
    gang.see(pod("b", 2));
    EXPECT_EQ(gang.only<AskPlan>().gang.roles.size(), 2U);
}

TEST(GangPlan, PriorityIsTheHighestAndAgeTheOldestOfTheMembers) {
    Gang gang;
    PodFacts old = pod("a", 2);
    old.created_s = 100;
    old.priority = 1;
    PodFacts young = pod("b", 2);
    young.created_s = 200;
    young.priority = 5;
    gang.see(old);
    gang.see(young);
    EXPECT_EQ(gang.only<AskPlan>().priority, 5);
    EXPECT_EQ(gang.only<AskPlan>().oldest_s, 100);
}

TEST(GangPlan, AnswerToAnOlderRequestIsVoid) {
    Gang gang;
    gang.see_all("ab", 2);
    const std::uint64_t old = gang.machine.wanted_plan().value();
    gang.give(MemberGone{uid("b")});
    gang.see(pod("c", 2));
    EXPECT_NE(gang.machine.wanted_plan(), old);
    gang.give(Planned{old, Plan{}});
    EXPECT_EQ(gang.machine.state(), GangState::planning);
    EXPECT_TRUE(gang.asked.empty());
}

TEST(GangPlan, RefusedPlanIsAskedForAgain) {
    Gang gang;
    gang.see_all("ab", 2);
    const std::uint64_t old = gang.machine.wanted_plan().value();
    gang.give(PlanRefused{old});
    EXPECT_EQ(gang.only<AskPlan>().request, old + 1);
    gang.give(PlanRefused{old});
    EXPECT_TRUE(gang.asked.empty());
}

TEST(GangPlan, NoFitWaitsForSpaceAndIsReportedOnce) {
    Gang gang;
    gang.see_all("ab", 2);
    gang.no_fit();
    EXPECT_EQ(gang.machine.state(), GangState::waiting);
    EXPECT_EQ(gang.only<Report>().notice, Notice::does_not_fit);
    EXPECT_STREQ(gang.machine.filter_answer(uid("a")).refusal, gang_text::kNoPlace);
    EXPECT_FALSE(gang.machine.next_deadline().has_value()) << "nothing is polled";
    gang.see(pod("a", 2));
    EXPECT_EQ(gang.count<AskPlan>(), 0U);
    gang.give(SpaceFreed{});
    EXPECT_EQ(gang.wave(), "ab");
    gang.no_fit();
    EXPECT_EQ(gang.count<Report>(), 0U);
    EXPECT_EQ(gang.machine.trouble().shortfall->need, 2);
}

TEST(GangPlan, NeverFitsSaysSo) {
    Gang gang;
    gang.see_all("ab", 2);
    gang.no_fit(true);
    EXPECT_TRUE(gang.machine.trouble().never);
    EXPECT_EQ(gang.only<Report>().notice, Notice::never_fits);
}

TEST(GangPlan, ShapeThatChangesWhilePlanningIsAskedForAgain) {
    Gang gang;
    gang.see_all("ab", 2);
    const std::uint64_t old = gang.machine.wanted_plan().value();
    PodFacts changed = pod("b", 2);
    changed.shape.node_selector = {{"disk", "ssd"}};
    gang.see(changed);
    EXPECT_EQ(gang.machine.wanted_plan(), old + 1);
    EXPECT_EQ(gang.only<AskPlan>().gang.roles.size(), 2U);
}

TEST(GangPlan, ShapeThatChangesWhileWaitingIsAskedForAgain) {
    Gang gang;
    gang.see_all("ab", 2);
    gang.no_fit();
    PodFacts changed = pod("b", 2);
    changed.gang->wish.preferred = "rack";
    PodFacts same = pod("a", 2);
    same.gang->wish.preferred = "rack";
    gang.see(changed);
    EXPECT_EQ(gang.machine.state(), GangState::blocked) << "the two disagree";
    gang.see(same);
    EXPECT_EQ(gang.only<AskPlan>().gang.wish.preferred, "rack");
}

TEST(GangPlan, AllMembersBoundBySomebodyElseWhilePlanningIsServed) {
    Gang gang;
    gang.see_all("ab", 2);
    gang.see(bound(pod("a", 2), "n5"));
    EXPECT_EQ(gang.wave(), "b");
    gang.see(bound(pod("b", 2), "n6"));
    EXPECT_EQ(gang.machine.state(), GangState::served);
    EXPECT_FALSE(gang.machine.wanted_plan().has_value());
}

TEST(GangPlan, NodeNotOfferedTwiceASecondApartIsALessonForTheNextPlan) {
    Gang gang;
    gang.admit("ab", 2);
    gang.give(Filtered{uid("a"), false});
    EXPECT_EQ(gang.machine.state(), GangState::admitted) << "the scheduler's snapshot may be old";
    gang.now += Millis(500);
    gang.give(Filtered{uid("a"), false});
    EXPECT_EQ(gang.machine.state(), GangState::admitted) << "too soon";
    gang.now += Millis(500);
    gang.give(Filtered{uid("a"), false});
    EXPECT_EQ(gang.machine.state(), GangState::aborting);
    gang.fenced("a");
    gang.fenced("b");
    EXPECT_EQ(gang.only<AskPlan>().gang.avoid, nodes({"n0"}));
}

TEST(GangPlan, NodeThatIsOfferedInBetweenIsNoLesson) {
    Gang gang;
    gang.admit("ab", 2);
    gang.give(Filtered{uid("a"), false});
    gang.give(Filtered{uid("a"), true});
    gang.now += Millis(2'000);
    gang.give(Filtered{uid("a"), false});
    EXPECT_EQ(gang.machine.state(), GangState::admitted);
}

TEST(GangPlan, LessonAgesAndTheGangIsPlannedAgainWithoutIt) {
    Gang gang;
    gang.admit("ab", 2);
    gang.give(Filtered{uid("a"), false});
    gang.now += Millis(1'000);
    gang.give(Filtered{uid("a"), false});
    gang.fenced("a");
    gang.fenced("b");
    gang.no_fit();
    EXPECT_EQ(gang.machine.next_deadline(), gang.now + GangTiming{}.lesson_age) << "nothing else would wake it";
    gang.pass(GangTiming{}.lesson_age - Millis(1));
    EXPECT_EQ(gang.machine.state(), GangState::waiting);
    gang.pass(Millis(1));
    EXPECT_TRUE(gang.only<AskPlan>().gang.avoid.empty());
}

TEST(GangPlan, MemberRefusedBeforeItReachedFilterBlocksWithTheSchedulersWords) {
    Gang gang;
    gang.admit("ab", 2);
    PodFacts refused = gang.planned("a", 2);
    refused.unschedulable_message = "0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims";
    gang.see(refused);
    EXPECT_EQ(gang.machine.state(), GangState::aborting);
    gang.fenced("a");
    gang.fenced("b");
    EXPECT_EQ(gang.machine.state(), GangState::blocked);
    EXPECT_NE(gang.machine.trouble().text.find("unbound immediate PersistentVolumeClaims"), std::string::npos);
    EXPECT_EQ(gang.only<Report>().notice, Notice::blocked);
}

TEST(GangPlan, OwnTextsAndTextsFromBeforeAdmissionAreNoRefusal) {
    Gang gang;
    PodFacts before = pod("a", 2);
    before.unschedulable_message = "0/3 nodes are available: old story";
    gang.see(before);
    gang.see(pod("b", 2));
    gang.plan({{"a", "n0"}, {"b", "n1"}});
    gang.acknowledge("a");
    PodFacts after = gang.planned("a", 2);
    after.unschedulable_message = before.unschedulable_message;
    gang.see(after);
    EXPECT_EQ(gang.machine.state(), GangState::admitted);
    for (const char* text : gang_text::kFilterTexts) {
        after.unschedulable_message = "0/3 nodes are available: 3 " + std::string(text) + ".";
        gang.see(after);
        EXPECT_EQ(gang.machine.state(), GangState::admitted) << text;
    }
}

TEST(GangPlan, MemberThatReachedFilterIsNotBlockedByACondition) {
    Gang gang;
    gang.admit("ab", 2);
    gang.give(Filtered{uid("a"), true});
    PodFacts refused = gang.planned("a", 2);
    refused.unschedulable_message = "0/3 nodes are available: insufficient cpu";
    gang.see(refused);
    EXPECT_EQ(gang.machine.state(), GangState::admitted);
}

TEST(GangPlan, ThreeFailedEpochsBlockWithGrowingBackoffUpToFiveMinutes) {
    Gang gang;
    gang.see_all("ab", 2);
    const auto fail = [&gang] {
        gang.plan({{"a", "n0"}, {"b", "n1"}});
        gang.acknowledge("a");
        gang.acknowledge("b");
        gang.give(NodesBad{nodes({"n1"})});
        gang.fenced("a");
        gang.fenced("b");
    };
    fail();
    fail();
    EXPECT_EQ(gang.machine.state(), GangState::planning);
    fail();
    Millis pause{1'000};
    for (int i = 0; i < 12; ++i) {
        ASSERT_EQ(gang.machine.state(), GangState::blocked);
        ASSERT_EQ(gang.machine.next_deadline(), gang.now + pause);
        EXPECT_STREQ(gang.machine.filter_answer(uid("a")).refusal, gang_text::kBlocked);
        gang.pass(pause - Millis(1));
        ASSERT_EQ(gang.machine.state(), GangState::blocked);
        gang.see(pod("a", 2));
        ASSERT_EQ(gang.machine.state(), GangState::blocked) << "an event does not end a backoff";
        gang.pass(Millis(1));
        ASSERT_EQ(gang.machine.state(), GangState::planning);
        fail();  // one more try, then the next pause
        pause = std::min(pause * 2, Millis(300'000));
    }
    EXPECT_EQ(pause, Millis(300'000));
}

TEST(GangPlan, SuccessEndsTheBackoff) {
    Gang gang;
    gang.admit("ab", 2);
    gang.pass(GangTiming{}.bind_timeout);
    gang.fenced("a");
    gang.fenced("b");
    gang.pass(Millis(1'000));
    gang.plan({{"a", "n0"}, {"b", "n1"}});
    for (const char* name : {"a", "b"}) gang.acknowledge(name);
    gang.park("a", 1);
    gang.park("b", 2);
    gang.bound_ok("a");
    gang.bound_ok("b");
    gang.see(pod("c", 2));
    gang.plan({{"c", "n3"}});
    gang.acknowledge("c");
    gang.pass(GangTiming{}.bind_timeout);
    gang.fenced("c");
    EXPECT_EQ(gang.machine.next_deadline(), gang.now + Millis(1'000)) << "the first pause again";
}

TEST(GangPlan, BackoffOutlivesTheMembers) {
    Gang gang;
    gang.admit("a", 1);
    gang.pass(GangTiming{}.bind_timeout);
    gang.fenced("a");
    gang.give(MemberGone{uid("a")});
    EXPECT_FALSE(gang.machine.empty());
    gang.see(pod("b", 1));
    EXPECT_EQ(gang.machine.state(), GangState::blocked);
    gang.give(MemberGone{uid("b")});
    gang.pass(Millis(1'000));
    EXPECT_TRUE(gang.machine.empty());
}

TEST(GangPlan, GrowthThatDoesNotFitLeavesTheServedAlone) {
    Gang gang;
    gang.whole("ab", 2);
    gang.see(pod("c", 2));
    gang.no_fit();
    EXPECT_EQ(gang.machine.state(), GangState::waiting);
    EXPECT_EQ(gang.machine.served(), 2);
    EXPECT_FALSE(gang.machine.next_deadline().has_value());
    gang.give(MemberGone{uid("c")});
    EXPECT_EQ(gang.machine.state(), GangState::served);
}

}  // namespace
}  // namespace muster::gangtest
