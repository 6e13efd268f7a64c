// From the plan to the open barrier.
#include "test/placement/gang/gang_fixture.hpp"

#include <gtest/gtest.h>

namespace muster::gangtest {
namespace {

TEST(GangAdmit, PlanIsWrittenToEveryMemberWithItsVersion) {
    Gang gang;
    gang.see_all("ab", 2);
    gang.plan({{"a", "n0"}, {"b", "n1"}});
    EXPECT_EQ(gang.about<Admit>(), "ab");
    const Admit first = gang.all<Admit>().front();
    EXPECT_EQ(first.resource_version, "a-1");
    EXPECT_EQ(first.plan, (WrittenPlan{Epoch(1), kTerm, NodeName("n0"), 0, false}));
    EXPECT_TRUE(first.nominate);
    EXPECT_TRUE(first.ungate);
    EXPECT_EQ(gang.machine.filter_answer(uid("b")).node, NodeName("n1"));
    EXPECT_EQ(gang.machine.filter_answer(uid("b")).refusal, nullptr);
}

TEST(GangAdmit, MemberWithoutGateIsNotUngated) {
    Gang gang;
    PodFacts bare = pod("a", 1);
    bare.own_gate = false;
    gang.see(bare);
    gang.plan({{"a", "n0"}});
    EXPECT_FALSE(gang.only<Admit>().ungate);
}

TEST(GangAdmit, NominationCanBeSwitchedOff) {
    GangTiming timing;
    timing.nominate = false;
    Gang gang(timing);
    gang.see(pod("a", 1));
    gang.plan({{"a", "n0"}});
    EXPECT_FALSE(gang.only<Admit>().nominate);
}

TEST(GangAdmit, ConflictIsReadAndThenWrittenAgainWithTheNewVersion) {
    Gang gang;
    gang.see(pod("a", 1));
    gang.plan({{"a", "n0"}});
    gang.give(AdmitDone{uid("a"), gang.machine.epoch(), outcome(WriteStatus::conflict)});
    EXPECT_EQ(gang.about<ReadMember>(), "a");
    PodFacts moved = pod("a", 1);
    moved.resource_version = "a-9";
    gang.read(moved);
    EXPECT_EQ(gang.only<Admit>().resource_version, "a-9");
    EXPECT_FALSE(gang.member("a").acknowledged);
}

TEST(GangAdmit, WriteThatLandedWhileItsAnswerWasLostIsAcknowledgedByReading) {
    Gang gang;
    gang.see(pod("a", 1));
    gang.plan({{"a", "n0"}});
    gang.give(AdmitDone{uid("a"), gang.machine.epoch(), outcome(WriteStatus::unavailable)});
    EXPECT_TRUE(gang.asked.empty()) << "not at once";
    EXPECT_EQ(gang.machine.next_deadline(), gang.now + GangTiming{}.write_retry);
    gang.pass(GangTiming{}.write_retry);
    EXPECT_EQ(gang.about<ReadMember>(), "a");
    gang.read(gang.planned("a", 1));
    EXPECT_TRUE(gang.member("a").acknowledged);
    EXPECT_TRUE(gang.asked.empty());
    gang.park("a", 1);
    EXPECT_EQ(gang.only<WriteBinding>().resource_version, "a-2");
}

TEST(GangAdmit, ReadThatIsNotAnsweredIsAskedForAgainLater) {
    Gang gang;
    gang.see(pod("a", 1));
    gang.plan({{"a", "n0"}});
    gang.give(AdmitDone{uid("a"), gang.machine.epoch(), outcome(WriteStatus::conflict)});
    gang.give(MemberRead{uid("a"), false, {}, false});
    EXPECT_TRUE(gang.asked.empty());
    EXPECT_EQ(gang.machine.state(), GangState::admitted) << "no answer does not say that the pod is gone";
    gang.pass(GangTiming{}.write_retry);
    EXPECT_EQ(gang.about<ReadMember>(), "a");
}

TEST(GangAdmit, RefusedWriteEndsTheEpochAndBlocks) {
    Gang gang;
    gang.see_all("ab", 2);
    gang.plan({{"a", "n0"}, {"b", "n1"}});
    gang.acknowledge("a");
    gang.give(AdmitDone{uid("b"), gang.machine.epoch(), outcome(WriteStatus::refused)});
    EXPECT_EQ(gang.machine.state(), GangState::aborting);
    EXPECT_EQ(gang.about<Fence>(), "a");
    gang.fenced("a");
    gang.pass(GangTiming{}.write_retry);
    gang.read(pod("b", 2));
    EXPECT_EQ(gang.about<Fence>(), "b");
    gang.fenced("b");
    EXPECT_EQ(gang.machine.state(), GangState::blocked);
    EXPECT_NE(gang.machine.trouble().text.find("because"), std::string::npos);
}

TEST(GangAdmit, MemberThatIsGoneEndsTheEpochAndFreesItsOwnPlaceAtOnce) {
    Gang gang;
    gang.see_all("ab", 2);
    gang.plan({{"a", "n0"}, {"b", "n1"}});
    gang.give(AdmitDone{uid("b"), gang.machine.epoch(), outcome(WriteStatus::gone)});
    EXPECT_EQ(gang.machine.state(), GangState::aborting);
    EXPECT_EQ(gang.about<ReleaseReservation>(), "b") << "what is gone can never be bound";
}

TEST(GangAdmit, StaleWatchEventAfterTheAcknowledgementChangesNothing) {
    Gang gang;
    gang.admit("a", 1);
    PodFacts stale = pod("a", 1);
    stale.resource_version = "a-1x";
    gang.see(stale);
    EXPECT_TRUE(gang.asked.empty());
    gang.park("a", 1);
    EXPECT_EQ(gang.only<WriteBinding>().resource_version, "a-2") << "the version of the acknowledged plan (rule 2)";
}

TEST(GangAdmit, NewerVersionOfOurOwnPlanIsTaken) {
    Gang gang;
    gang.admit("a", 1);
    PodFacts touched = gang.planned("a", 1);
    touched.resource_version = "a-5";
    gang.see(touched);
    gang.park("a", 1);
    EXPECT_EQ(gang.only<WriteBinding>().resource_version, "a-5");
}

TEST(GangAdmit, ShapeThatChangesAfterThePlanEndsTheEpoch) {
    Gang gang;
    gang.admit("ab", 2);
    PodFacts changed = gang.planned("b", 2);
    changed.shape.node_selector = {{"disk", "ssd"}};
    gang.see(changed);
    EXPECT_EQ(gang.machine.state(), GangState::aborting);
}

TEST(GangAdmit, DeclarationThatIsLostAfterThePlanEndsTheEpochBehindFences) {
    Gang gang;
    gang.admit("ab", 2);
    PodFacts bare = gang.planned("b", 2);
    bare.gang.reset();
    gang.see(bare);
    EXPECT_EQ(gang.about<Fence>(), "ab");
    EXPECT_EQ(gang.count<ReleaseReservation>(), 0U);
    gang.fenced("b");
    EXPECT_EQ(gang.about<ReleaseReservation>(), "b");
}

TEST(GangAdmit, NodeThatGoesBadEndsTheEpochOnlyOfThoseWhoUseIt) {
    Gang gang;
    gang.admit("ab", 2);
    gang.give(NodesBad{{NodeName("n7")}});
    EXPECT_EQ(gang.machine.state(), GangState::admitted);
    gang.give(NodesBad{{NodeName("n7"), NodeName("n1")}});
    EXPECT_EQ(gang.machine.state(), GangState::aborting);
    EXPECT_EQ(gang.machine.trouble().text, "node n1 went away or is not ready");
}

// ---- the barrier

TEST(GangBarrier, OpensWithTheLastArrivalWhateverTheOrder) {
    Gang gang;
    gang.see_all("abc", 3);
    gang.plan({{"a", "n0"}, {"b", "n1"}, {"c", "n2"}});
    gang.acknowledge("c");
    gang.park("c", 3);
    gang.park("a", 1);  // the gate is gone, but the answer to our write is not here yet
    gang.acknowledge("a");
    gang.park("b", 2);
    EXPECT_EQ(gang.count<WriteBinding>(), 0U) << "rule 4: parked is not enough";
    EXPECT_EQ(gang.machine.parked(), 3);
    gang.acknowledge("b");
    EXPECT_EQ(gang.about<WriteBinding>(), "abc");
    EXPECT_EQ(gang.machine.state(), GangState::committing);
}

TEST(GangBarrier, StaysClosedWhileTheOutcomeOfAnAdmissionIsUnknown) {
    Gang gang;
    gang.see_all("ab", 2);
    gang.plan({{"a", "n0"}, {"b", "n1"}});
    gang.acknowledge("a");
    gang.give(AdmitDone{uid("b"), gang.machine.epoch(), outcome(WriteStatus::unavailable)});
    gang.park("a", 1);
    gang.park("b", 2);
    EXPECT_EQ(gang.machine.state(), GangState::admitted);
    gang.pass(GangTiming{}.write_retry);
    EXPECT_EQ(gang.about<ReadMember>(), "b");
    gang.read(gang.planned("b", 2));
    EXPECT_EQ(gang.about<WriteBinding>(), "ab");
}

TEST(GangBarrier, BindingCarriesVersionEpochNodeAndDomain) {
    Gang gang;
    gang.admit("a", 1);
    gang.park("a", 1);
    const WriteBinding write = gang.only<WriteBinding>();
    EXPECT_EQ(write.resource_version, "a-2");
    EXPECT_EQ(write.node, NodeName("n0"));
    EXPECT_EQ(write.epoch, Epoch(1));
    EXPECT_EQ(write.domain, "z/r");
    EXPECT_EQ(write.rank, 0);
}

TEST(GangBarrier, NewestConnectionWinsAndTheOlderIsAnswered) {
    Gang gang;
    gang.admit("ab", 2);
    gang.park("a", 1);
    gang.park("a", 2);
    EXPECT_EQ(gang.only<AnswerBind>().call, CallId(1));
    EXPECT_FALSE(gang.only<AnswerBind>().bound);
    gang.give(BindWithdrawn{uid("a"), CallId(1)});  // the older one's disconnect comes late
    EXPECT_EQ(gang.machine.parked(), 1);
    gang.park("b", 3);
    EXPECT_EQ(gang.machine.state(), GangState::committing);
}

TEST(GangBarrier, WithdrawnCallIsALostArrival) {
    Gang gang;
    gang.admit("ab", 2);
    gang.park("a", 1);
    gang.give(BindWithdrawn{uid("a"), CallId(1)});
    gang.park("b", 2);
    EXPECT_EQ(gang.machine.state(), GangState::admitted);
    gang.park("a", 3);
    EXPECT_EQ(gang.about<WriteBinding>(), "ab");
}

TEST(GangBarrier, CallForAnotherNodeThanThePlansIsRefused) {
    Gang gang;
    gang.admit("ab", 2);
    gang.park("a", 1, "n1");
    EXPECT_EQ(gang.only<AnswerBind>().error, gang_text::kStaleBind);
    EXPECT_EQ(gang.machine.parked(), 0);
}

TEST(GangBarrier, CallInAnyStateWithoutAPlanIsRefused) {
    Gang gang;
    gang.give(BindParked{uid("a"), CallId(1), NodeName("n0")});
    EXPECT_EQ(gang.only<AnswerBind>().error, gang_text::kStaleBind) << "unknown pod";
    gang.see_all("ab", 2);
    gang.give(BindParked{uid("a"), CallId(2), NodeName("n0")});
    EXPECT_EQ(gang.only<AnswerBind>().error, gang_text::kStaleBind);
    EXPECT_EQ(gang.machine.parked(), 0);
}

TEST(GangBarrier, MemberBoundBySomebodyElseCountsAsArrived) {
    Gang gang;
    gang.admit("ab", 2);
    gang.see(bound(gang.planned("a", 2), "n0"));
    EXPECT_EQ(gang.machine.state(), GangState::admitted);
    gang.park("b", 2);
    EXPECT_EQ(gang.about<WriteBinding>(), "b");
}

TEST(GangBarrier, WaveThatIsBoundAltogetherBySomebodyElseIsServed) {
    Gang gang;
    gang.admit("ab", 2);
    gang.park("a", 1);
    gang.see(bound(gang.planned("a", 2), "n0"));
    EXPECT_TRUE(gang.only<AnswerBind>().bound);
    gang.see(bound(gang.planned("b", 2), "n1"));
    EXPECT_EQ(gang.machine.state(), GangState::served);
}

TEST(GangBarrier, MemberDeletedWhileParkedEndsTheEpoch) {
    Gang gang;
    gang.admit("ab", 2);
    gang.park("a", 1);
    gang.park("b", 2, "n9");
    PodFacts ending = gang.planned("a", 2);
    ending.terminating = true;
    gang.see(ending);
    EXPECT_EQ(gang.machine.state(), GangState::aborting);
    EXPECT_EQ(gang.about<AnswerBind>(), "a");
    EXPECT_EQ(gang.about<ReleaseReservation>(), "a");
    EXPECT_EQ(gang.about<Fence>(), "b");
    gang.fenced("b");
    EXPECT_EQ(gang.machine.state(), GangState::gathering);
}

TEST(GangBarrier, LossOfABoundMemberBeforeTheCommitEndsTheEpochOfItsNewcomers) {
    Gang gang;
    gang.whole("abc", 3);
    gang.give(MemberGone{uid("a")});
    gang.see(pod("d", 3));
    gang.plan({{"d", "n3"}});
    gang.acknowledge("d");
    gang.give(MemberGone{uid("b")});
    EXPECT_EQ(gang.machine.state(), GangState::aborting) << "d alone would not make the gang whole";
    gang.fenced("d");
    EXPECT_EQ(gang.machine.state(), GangState::gathering);
    gang.see(pod("e", 3));
    EXPECT_EQ(gang.wave(), "de");
}

TEST(GangBarrier, EpochWithoutProgressEndsAndNamesWhoIsMissing) {
    Gang gang;
    gang.admit("ab", 2);
    gang.now += Millis(10'000);
    gang.park("b", 2);
    EXPECT_EQ(gang.machine.next_deadline(), gang.now + GangTiming{}.bind_timeout) << "an arrival is progress";
    gang.pass(GangTiming{}.bind_timeout - Millis(1));
    EXPECT_EQ(gang.machine.state(), GangState::admitted);
    gang.pass(Millis(1));
    EXPECT_EQ(gang.machine.state(), GangState::aborting);
    EXPECT_EQ(gang.only<AnswerBind>().error, gang_text::kEpochEnded);
    EXPECT_EQ(gang.only<Report>().detail, "members did not arrive in time, among them a");
}

TEST(GangBarrier, ComingAgainIsNoProgress) {
    Gang gang;
    gang.admit("ab", 2);
    gang.park("b", 1);
    const auto deadline = gang.machine.next_deadline();
    gang.now += Millis(20'000);
    gang.give(BindWithdrawn{uid("b"), CallId(1)});
    gang.park("b", 2);
    EXPECT_EQ(gang.machine.next_deadline(), deadline) << "else an absent member could hold the space for ever";
}

TEST(GangBarrier, EpochEndsBeforeTheSchedulersOwnTimeout) {
    GangTiming timing;
    timing.bind_timeout = Millis(3'600'000);
    Gang gang(timing);
    gang.admit("ab", 2);
    gang.park("a", 1);
    gang.pass(timing.call_timeout - timing.commit_budget);
    EXPECT_EQ(gang.machine.state(), GangState::aborting);
    EXPECT_FALSE(gang.only<AnswerBind>().bound);
}

}  // namespace
}  // namespace muster::gangtest
