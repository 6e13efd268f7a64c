// From the open barrier to the served gang, or back.
#include "test/placement/gang/gang_fixture.hpp"

#include <gtest/gtest.h>

namespace muster::gangtest {
namespace {

TEST(GangCommit, CallsAreAnsweredOnlyWhenEveryBindingWasAccepted) {
    Gang gang;
    gang.commit("ab", 2);
    EXPECT_EQ(gang.count<AnswerBind>(), 0U);
    gang.bound_ok("b");
    EXPECT_EQ(gang.count<AnswerBind>(), 0U);
    EXPECT_EQ(gang.machine.state(), GangState::committing);
    EXPECT_EQ(gang.machine.parked(), 1) << "who is bound waits for nothing";
    gang.bound_ok("a");
    EXPECT_EQ(gang.about<AnswerBind>(), "ab");
    EXPECT_TRUE(gang.all<AnswerBind>()[0].bound && gang.all<AnswerBind>()[1].bound);
    EXPECT_EQ(gang.machine.state(), GangState::served);
    EXPECT_EQ(gang.only<Report>().notice, Notice::bound);
    EXPECT_EQ(gang.count<ReleaseReservation>(), 0U) << "the reservation turns into use";
}

TEST(GangCommit, WatchMayShowTheBindingBeforeItsAnswer) {
    Gang gang;
    gang.commit("ab", 2);
    gang.see(bound(gang.planned("a", 2), "n0"));
    EXPECT_EQ(gang.count<AnswerBind>(), 0U);
    gang.bound_ok("a");
    EXPECT_EQ(gang.count<AnswerBind>(), 0U);
    gang.bound_ok("b");
    EXPECT_EQ(gang.about<AnswerBind>(), "ab") << "each once";
    EXPECT_EQ(gang.machine.state(), GangState::served);
}

TEST(GangCommit, ConflictIsReadAndAnUnboundPodIsWrittenAgain) {
    Gang gang;
    gang.commit("ab", 2);
    gang.give(BindingDone{uid("a"), gang.machine.epoch(), outcome(WriteStatus::conflict)});
    EXPECT_EQ(gang.about<ReadMember>(), "a");
    PodFacts moved = gang.planned("a", 2);
    moved.resource_version = "a-8";
    gang.read(moved);
    EXPECT_EQ(gang.only<WriteBinding>().resource_version, "a-8");
    EXPECT_EQ(gang.machine.state(), GangState::committing);
}

TEST(GangCommit, ConflictIsTriedAgainEvenWhenTheGangHasBeenPartialForTooLong) {
    Gang gang;
    gang.commit("ab", 2);
    gang.bound_ok("a");
    gang.pass(Millis(5'000));  // as long as a fail-over takes
    gang.give(BindingDone{uid("b"), gang.machine.epoch(), outcome(WriteStatus::conflict)});
    PodFacts moved = gang.planned("b", 2);
    moved.resource_version = "b-8";
    gang.read(moved);
    EXPECT_EQ(gang.only<WriteBinding>().resource_version, "b-8");
    gang.bound_ok("b");
    EXPECT_EQ(gang.machine.state(), GangState::served);
}

TEST(GangCommit, OutageEndsTheCommitWhenTheGangHasBeenPartialForTooLong) {
    Gang gang;
    gang.commit("ab", 2);
    gang.bound_ok("a");
    gang.pass(Millis(5'000));
    gang.give(BindingDone{uid("b"), gang.machine.epoch(), outcome(WriteStatus::unavailable)});
    gang.pass(Millis(1'000));
    gang.read(gang.planned("b", 2));
    EXPECT_EQ(gang.count<WriteBinding>(), 0U);
    EXPECT_EQ(gang.machine.state(), GangState::rolling_back);
}

TEST(GangCommit, ConflictOfAPodThatIsBoundIsSuccess) {
    Gang gang;
    gang.commit("a", 1);
    gang.give(BindingDone{uid("a"), gang.machine.epoch(), outcome(WriteStatus::conflict)});
    gang.read(bound(gang.planned("a", 1), "n0"));
    EXPECT_TRUE(gang.only<AnswerBind>().bound);
    EXPECT_EQ(gang.machine.state(), GangState::served);
}

TEST(GangCommit, PodBoundElsewhereIsBoundButItsCallIsRefused) {
    Gang gang;
    gang.commit("a", 1);
    gang.give(BindingDone{uid("a"), gang.machine.epoch(), outcome(WriteStatus::conflict)});
    gang.read(bound(gang.planned("a", 1), "n9"));
    EXPECT_FALSE(gang.only<AnswerBind>().bound);
    EXPECT_EQ(gang.member("a").bound_node, NodeName("n9"));
    EXPECT_EQ(gang.machine.state(), GangState::served);
}

TEST(GangCommit, UnknownOutcomeIsReadAfterAPauseAndThenWrittenAgain) {
    Gang gang;
    gang.commit("a", 1);
    gang.give(BindingDone{uid("a"), gang.machine.epoch(), outcome(WriteStatus::unavailable)});
    EXPECT_TRUE(gang.asked.empty());
    gang.pass(GangTiming{}.write_retry);
    EXPECT_EQ(gang.about<ReadMember>(), "a");
    gang.read(gang.planned("a", 1));
    EXPECT_EQ(gang.about<WriteBinding>(), "a");
}

TEST(GangCommit, ConflictThatReadingNeverExplainsIsARefusal) {
    Gang gang;
    gang.commit("a", 1);
    for (int i = 1; i < GangTiming{}.conflicts; ++i) {
        gang.give(BindingDone{uid("a"), gang.machine.epoch(), outcome(WriteStatus::conflict)});
        gang.read(gang.planned("a", 1));
        ASSERT_EQ(gang.count<WriteBinding>(), 1U) << i;
    }
    gang.give(BindingDone{uid("a"), gang.machine.epoch(), outcome(WriteStatus::conflict)});
    gang.read(gang.planned("a", 1));
    EXPECT_EQ(gang.count<WriteBinding>(), 0U);
    EXPECT_EQ(gang.machine.state(), GangState::aborting);
}

TEST(GangCommit, PlanOfSomebodyElseOnThePodIsNotBoundOver) {
    Gang gang;
    gang.commit("a", 1);
    gang.give(BindingDone{uid("a"), gang.machine.epoch(), outcome(WriteStatus::conflict)});
    PodFacts other = gang.planned("a", 1);
    other.plan->node = NodeName("n9");
    gang.read(other);
    EXPECT_EQ(gang.count<WriteBinding>(), 0U);
    EXPECT_EQ(gang.about<Fence>(), "a");
}

TEST(GangCommit, RefusalBeforeTheFirstAcceptedTakesEverythingBack) {
    Gang gang;
    gang.commit("ab", 2);
    gang.give(BindingDone{uid("a"), gang.machine.epoch(), outcome(WriteStatus::refused)});
    EXPECT_EQ(gang.machine.state(), GangState::committing) << "the other's outcome is not known";
    gang.give(BindingDone{uid("b"), gang.machine.epoch(), outcome(WriteStatus::conflict)});
    EXPECT_EQ(gang.about<ReadMember>(), "b");
    gang.read(gang.planned("b", 2));
    EXPECT_EQ(gang.count<WriteBinding>(), 0U) << "written again it could be the first accepted";
    EXPECT_EQ(gang.machine.state(), GangState::aborting);
    EXPECT_EQ(gang.about<AnswerBind>(), "ab");
    EXPECT_EQ(gang.about<Fence>(), "ab");
    gang.fenced("a");
    gang.fenced("b");
    EXPECT_EQ(gang.machine.state(), GangState::blocked);
    EXPECT_EQ(gang.machine.trouble().text, "Binding of a was refused: because");
}

TEST(GangCommit, UnknownOutcomeIsAwaitedBeforeAnythingIsTakenBack) {
    Gang gang;
    gang.commit("ab", 2);
    gang.give(BindingDone{uid("b"), gang.machine.epoch(), outcome(WriteStatus::unavailable)});
    gang.give(BindingDone{uid("a"), gang.machine.epoch(), outcome(WriteStatus::refused)});
    EXPECT_EQ(gang.machine.state(), GangState::committing);
    gang.pass(GangTiming{}.write_retry);
    gang.read(bound(gang.planned("b", 2), "n1"));
    EXPECT_EQ(gang.machine.state(), GangState::repairing);
}

TEST(GangCommit, RefusalAfterTheFirstAcceptedIsPlannedAgainBesideTheBoundBehindAFence) {
    Gang gang;
    gang.commit("ab", 2);
    gang.bound_ok("a");
    gang.give(BindingDone{uid("b"), gang.machine.epoch(), outcome(WriteStatus::refused)});
    EXPECT_EQ(gang.machine.state(), GangState::repairing);
    EXPECT_EQ(gang.about<Fence>(), "b");
    EXPECT_EQ(gang.count<ReleaseReservation>(), 0U);
    gang.fenced("b");
    EXPECT_EQ(gang.about<ReleaseReservation>(), "b");
    EXPECT_EQ(gang.wave(), "b");
    ASSERT_EQ(gang.only<AskPlan>().gang.fixed.size(), 1U);
    EXPECT_EQ(gang.only<AskPlan>().gang.fixed.front().node, NodeName("n0"));
}

TEST(GangCommit, MemberThatIsGoneDoesNotStopTheOthers) {
    Gang gang;
    gang.commit("abc", 3);
    gang.bound_ok("a");
    gang.give(BindingDone{uid("b"), gang.machine.epoch(), outcome(WriteStatus::gone)});
    EXPECT_EQ(gang.about<ReleaseReservation>(), "b");
    gang.give(BindingDone{uid("c"), gang.machine.epoch(), outcome(WriteStatus::conflict)});
    gang.read(gang.planned("c", 3));
    EXPECT_EQ(gang.about<WriteBinding>(), "c");
    gang.bound_ok("c");
    EXPECT_EQ(gang.machine.state(), GangState::repairing);
    gang.see(pod("d", 3));
    gang.fenced("d");
    EXPECT_EQ(gang.wave(), "d");
}

TEST(GangCommit, MemberLostBeforeTheFirstAcceptedTakesTheRestBack) {
    Gang gang;
    gang.commit("ab", 2);
    PodFacts ending = gang.planned("a", 2);
    ending.terminating = true;
    gang.see(ending);
    EXPECT_EQ(gang.machine.state(), GangState::committing) << "b's outcome is not known";
    gang.give(BindingDone{uid("b"), gang.machine.epoch(), outcome(WriteStatus::conflict)});
    gang.read(gang.planned("b", 2));
    EXPECT_EQ(gang.machine.state(), GangState::aborting);
    EXPECT_EQ(gang.count<WriteBinding>(), 0U);
}

TEST(GangCommit, BoundMemberLostDuringTheCommitIsReplaced) {
    Gang gang;
    gang.commit("ab", 2);
    gang.bound_ok("a");
    PodFacts ending = bound(gang.planned("a", 2), "n0");
    ending.terminating = true;
    gang.see(ending);
    gang.bound_ok("b");
    EXPECT_EQ(gang.machine.state(), GangState::repairing);
    gang.see(pod("c", 2));
    gang.fenced("c");
    EXPECT_EQ(gang.wave(), "c");
}

TEST(GangCommit, VanishedClientNoLongerMatters) {
    Gang gang;
    gang.commit("ab", 2);
    gang.give(BindWithdrawn{uid("a"), CallId('a')});
    gang.bound_ok("a");
    EXPECT_EQ(gang.count<AnswerBind>(), 0U);
    gang.bound_ok("b");
    EXPECT_EQ(gang.machine.state(), GangState::served);
}

TEST(GangCommit, CallThatComesDuringTheCommitWaitsForTheBinding) {
    Gang gang;
    gang.commit("ab", 2);
    gang.give(BindWithdrawn{uid("a"), CallId('a')});
    gang.park("a", 50);
    EXPECT_EQ(gang.count<AnswerBind>(), 0U);
    gang.bound_ok("a");
    gang.bound_ok("b");
    EXPECT_EQ(gang.all<AnswerBind>()[0].call, CallId(50));
}

TEST(GangCommit, CallOfABoundMemberIsASuccessWhateverEndsTheWait) {
    Gang lost;
    lost.commit("ab", 2);
    lost.bound_ok("a");
    PodFacts deleted = bound(lost.planned("a", 2), "n0");
    deleted.terminating = true;
    lost.see(deleted);
    EXPECT_TRUE(lost.only<AnswerBind>().bound);
    Gang refused;
    refused.commit("ab", 2);
    refused.bound_ok("a");
    refused.give(BindingDone{uid("b"), refused.machine.epoch(), outcome(WriteStatus::refused)});
    EXPECT_NE(refused.machine.state(), GangState::committing);
    EXPECT_EQ(refused.all<AnswerBind>().size(), 2U);
    for (const AnswerBind& answer : refused.all<AnswerBind>()) EXPECT_EQ(answer.bound, answer.uid == uid("a"));
}

TEST(GangCommit, CallForABoundMemberIsAnsweredAtOnce) {
    Gang gang;
    gang.whole("a", 1);
    gang.park("a", 9);
    EXPECT_TRUE(gang.only<AnswerBind>().bound);
    gang.park("a", 10, "n5");
    EXPECT_FALSE(gang.only<AnswerBind>().bound);
}

TEST(GangCommit, NoDeadlineRunsThatNobodyActsOn) {
    Gang gang;
    gang.commit("ab", 2);
    gang.bound_ok("a");
    EXPECT_FALSE(gang.machine.next_deadline().has_value());
}

TEST(GangCommit, GrowthThatIsRefusedWaitsForItsBackoffAndNobodyElseIsHurt) {
    Gang gang;
    gang.whole("ab", 2);
    gang.see(pod("c", 2));
    gang.plan({{"c", "n2"}});
    EXPECT_TRUE(gang.only<Admit>().plan.was_whole);
    gang.acknowledge("c");
    gang.park("c", 3);
    gang.give(BindingDone{uid("c"), gang.machine.epoch(), outcome(WriteStatus::refused)});
    EXPECT_EQ(gang.machine.state(), GangState::aborting);
    gang.fenced("c");
    EXPECT_EQ(gang.machine.state(), GangState::blocked);
    EXPECT_EQ(gang.machine.served(), 2);
    gang.pass(Millis(1'000));
    EXPECT_EQ(gang.wave(), "c");
}

}  // namespace
}  // namespace muster::gangtest
