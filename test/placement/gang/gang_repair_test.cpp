// Aborts, fences, repair, roll-back.
#include "test/placement/gang/gang_fixture.hpp"

#include <gtest/gtest.h>

namespace muster::gangtest {
namespace {

// "a" is bound, "b" was refused for good and is fenced; the gang is planned again beside "a".
Gang half_bound() {
    Gang gang;
    gang.commit("ab", 2);
    gang.bound_ok("a");
    gang.give(BindingDone{uid("b"), gang.machine.epoch(), outcome(WriteStatus::refused)});
    gang.fenced("b");
    return gang;
}

// The same, and its time is over: "b" is being fenced once more.
Gang rolling_back() {
    Gang gang = half_bound();
    gang.pass(GangTiming{}.repair_limit);
    return gang;
}

TEST(GangAbort, ClaimIsReleasedOnlyBehindItsFenceMemberByMember) {
    Gang gang;
    gang.admit("ab", 2);
    gang.pass(GangTiming{}.bind_timeout);
    EXPECT_EQ(gang.about<Fence>(), "ab");
    const Fence first = gang.all<Fence>().front();
    EXPECT_EQ(first.resource_version, "a-2");
    EXPECT_EQ(first.plan, (WrittenPlan{Epoch(1), kTerm, NodeName(), -1, false}));
    EXPECT_TRUE(first.clear_nomination) << "rule 12";
    EXPECT_EQ(gang.count<ReleaseReservation>(), 0U);
    EXPECT_STREQ(gang.machine.filter_answer(uid("a")).refusal, gang_text::kEpochEnded);
    gang.fenced("b");
    EXPECT_EQ(gang.about<ReleaseReservation>(), "b");
    EXPECT_EQ(gang.machine.state(), GangState::aborting);
    gang.fenced("a");
    EXPECT_EQ(gang.about<ReleaseReservation>(), "a");
    EXPECT_EQ(gang.machine.state(), GangState::blocked);
}

TEST(GangAbort, FenceWaitsForTheAdmissionThatIsUnderWay) {
    Gang gang;
    gang.see_all("ab", 2);
    gang.plan({{"a", "n0"}, {"b", "n1"}});
    gang.acknowledge("a");
    gang.give(NodesBad{{NodeName("n0")}});
    EXPECT_EQ(gang.about<Fence>(), "a");
    gang.acknowledge("b");
    EXPECT_EQ(gang.about<Fence>(), "b");
    EXPECT_EQ(gang.only<Fence>().resource_version, "b-2");
    EXPECT_TRUE(gang.only<Fence>().clear_nomination);
}

TEST(GangAbort, FenceThatMeetsAConflictReadsAndTriesAgain) {
    Gang gang;
    gang.admit("a", 1);
    gang.pass(GangTiming{}.bind_timeout);
    gang.give(FenceDone{uid("a"), gang.machine.epoch(), outcome(WriteStatus::conflict)});
    EXPECT_EQ(gang.about<ReadMember>(), "a");
    PodFacts moved = gang.planned("a", 1);
    moved.resource_version = "a-7";
    gang.read(moved);
    EXPECT_EQ(gang.only<Fence>().resource_version, "a-7");
    EXPECT_EQ(gang.count<ReleaseReservation>(), 0U);
}

TEST(GangAbort, FenceThatIsRefusedKeepsTheClaim) {
    Gang gang;
    gang.admit("a", 1);
    gang.pass(GangTiming{}.bind_timeout);
    for (int i = 0; i < 3; ++i) {
        gang.give(FenceDone{uid("a"), gang.machine.epoch(), outcome(WriteStatus::refused)});
        EXPECT_TRUE(gang.asked.empty());
        gang.pass(GangTiming{}.write_retry);
        gang.read(gang.planned("a", 1));
        EXPECT_EQ(gang.about<Fence>(), "a");
        EXPECT_EQ(gang.count<ReleaseReservation>(), 0U);
    }
}

TEST(GangAbort, FenceThatFindsThePodBoundMakesItAMemberAndReleasesNothing) {
    Gang gang;
    gang.admit("ab", 2);
    gang.pass(GangTiming{}.bind_timeout);
    gang.give(FenceDone{uid("a"), gang.machine.epoch(), ok("a-9", "n0")});
    EXPECT_EQ(gang.count<ReleaseReservation>(), 0U);
    EXPECT_EQ(gang.machine.served(), 1);
    gang.fenced("b");
    EXPECT_EQ(gang.wave(), "b") << "no backoff while it is partly bound";
}

TEST(GangAbort, MemberThatGoesAwayNeedsNoFence) {
    Gang gang;
    gang.admit("ab", 2);
    gang.pass(GangTiming{}.bind_timeout);
    gang.give(MemberGone{uid("a")});
    EXPECT_EQ(gang.about<ReleaseReservation>(), "a");
    gang.fenced("b");
    EXPECT_EQ(gang.machine.state(), GangState::blocked);
}

TEST(GangAbort, NextEpochHasAHigherNumber) {
    Gang gang;
    gang.admit("a", 1);
    gang.give(NodesBad{{NodeName("n0")}});
    gang.fenced("a");
    gang.plan({{"a", "n1"}});
    EXPECT_EQ(gang.only<Admit>().plan.epoch, Epoch(2));
    EXPECT_EQ(gang.only<Admit>().resource_version, "a-4");
}

TEST(GangRepair, MembersAreBoundBesideTheOthersAndTheGangIsServed) {
    Gang gang = half_bound();
    gang.plan({{"b", "n5"}});
    gang.acknowledge("b");
    gang.park("b", 9);
    EXPECT_EQ(gang.only<WriteBinding>().node, NodeName("n5"));
    gang.bound_ok("b");
    EXPECT_EQ(gang.machine.state(), GangState::served);
    EXPECT_FALSE(gang.machine.next_deadline().has_value());
}

TEST(GangRepair, LimitRunsFromTheFirstBoundMemberWhateverTheState) {
    Gang gang = half_bound();
    const TimePoint limit = gang.now + GangTiming{}.repair_limit;
    EXPECT_EQ(gang.machine.next_deadline(), limit);
    gang.now += Millis(1'000);
    gang.no_fit();
    EXPECT_EQ(gang.machine.next_deadline(), limit);
    gang.give(SpaceFreed{});
    gang.plan({{"b", "n5"}});
    EXPECT_EQ(gang.machine.next_deadline(), limit);
}

TEST(GangRepair, EpochOfARepairThatTakesTooLongEndsInARollBack) {
    Gang gang = half_bound();
    gang.plan({{"b", "n5"}});
    gang.acknowledge("b");
    gang.pass(GangTiming{}.repair_limit);
    EXPECT_EQ(gang.machine.state(), GangState::aborting);
    gang.fenced("b");
    EXPECT_EQ(gang.machine.state(), GangState::rolling_back) << "it is not planned once more";
}

TEST(GangRepair, BindingThatNeverSucceedsIsGivenUpAtTheLimit) {
    Gang gang;
    gang.commit("ab", 2);
    gang.bound_ok("a");
    gang.now += GangTiming{}.repair_limit;
    gang.give(BindingDone{uid("b"), gang.machine.epoch(), outcome(WriteStatus::unavailable)});
    gang.pass(GangTiming{}.write_retry);
    gang.read(gang.planned("b", 2));
    EXPECT_EQ(gang.machine.state(), GangState::rolling_back);
}

TEST(GangRepair, BadDeclarationOfANewcomerDoesNotStopTheClock) {
    Gang gang;
    gang.commit("ab", 2);
    gang.bound_ok("a");
    gang.give(BindingDone{uid("b"), gang.machine.epoch(), outcome(WriteStatus::gone)});
    gang.see(pod("c", 3));
    EXPECT_EQ(gang.machine.state(), GangState::repairing);
    gang.fenced("c");
    EXPECT_EQ(gang.only<Report>().notice, Notice::bad_declaration);
    gang.pass(GangTiming{}.repair_limit);
    EXPECT_EQ(gang.machine.state(), GangState::rolling_back);
}

TEST(GangRepair, NewcomerOfAPartialGangIsMarkedBeforeItIsPlanned) {
    Gang gang;
    gang.commit("ab", 2);
    gang.bound_ok("a");
    gang.give(BindingDone{uid("b"), gang.machine.epoch(), outcome(WriteStatus::gone)});
    gang.see(pod("c", 2));
    EXPECT_EQ(gang.only<Fence>().plan, (WrittenPlan{Epoch(1), kTerm, NodeName(), -1, false}));
    EXPECT_EQ(gang.count<AskPlan>(), 0U);
    gang.fenced("c");
    EXPECT_EQ(gang.wave(), "c");
    EXPECT_EQ(gang.count<ReleaseReservation>(), 0U);
}

TEST(GangRollBack, UnboundAreFencedBeforeAnybodyIsDeleted) {
    Gang gang = rolling_back();
    EXPECT_EQ(gang.machine.state(), GangState::rolling_back);
    EXPECT_EQ(gang.about<Fence>(), "b");
    EXPECT_EQ(gang.count<DeleteMember>(), 0U);
    EXPECT_EQ(gang.only<Report>().about, (std::vector<PodKey>{{"ml", "a"}}));
    gang.fenced("b");
    EXPECT_EQ(gang.about<DeleteMember>(), "a");
    EXPECT_EQ(gang.only<DeleteMember>().resource_version, "a-3") << "the version that was judged";
}

TEST(GangRollBack, WriteThatWinsTheRaceAgainstTheFenceSavesTheGang) {
    Gang gang = rolling_back();
    gang.give(FenceDone{uid("b"), gang.machine.epoch(), ok("b-9", "n1")});
    EXPECT_EQ(gang.count<DeleteMember>(), 0U);
    EXPECT_EQ(gang.machine.state(), GangState::served);
}

TEST(GangRollBack, DeleteThatMeetsAConflictIsJudgedAgain) {
    Gang gang = rolling_back();
    gang.fenced("b");
    gang.give(DeleteDone{uid("a"), outcome(WriteStatus::conflict)});
    EXPECT_EQ(gang.about<ReadMember>(), "a");
    PodFacts moved = bound(gang.planned("a", 2), "n0");
    moved.resource_version = "a-6";
    gang.read(moved);
    EXPECT_EQ(gang.only<DeleteMember>().resource_version, "a-6");
}

TEST(GangRollBack, EndsInABackoffAndThenTheNewPodsArePlanned) {
    Gang gang = rolling_back();
    gang.fenced("b");
    gang.give(DeleteDone{uid("a"), ok()});
    EXPECT_EQ(gang.machine.state(), GangState::blocked);
    EXPECT_EQ(gang.all<Report>().front().notice, Notice::rolled_back);
    gang.give(MemberGone{uid("a")});
    gang.see(pod("c", 2));
    EXPECT_EQ(gang.machine.state(), GangState::blocked);
    gang.pass(Millis(1'000));
    EXPECT_EQ(gang.wave(), "bc");
}

TEST(GangRollBack, MemberThatIsDeletedMeanwhileDoesNotHoldItUp) {
    Gang gang = rolling_back();
    PodFacts ending = pod("b", 2);
    ending.terminating = true;  // kept in the API by a finalizer
    gang.see(ending);
    EXPECT_EQ(gang.about<DeleteMember>(), "a");
}

TEST(GangRollBack, GangThatWasWholeIsNeverRolledBack) {
    Gang gang;
    gang.whole("ab", 2);
    gang.give(MemberGone{uid("b")});
    gang.see(pod("c", 2));
    EXPECT_FALSE(gang.machine.next_deadline().has_value());
    gang.no_fit();
    gang.pass(GangTiming{}.repair_limit * 10);
    EXPECT_EQ(gang.machine.state(), GangState::waiting);
    EXPECT_EQ(gang.count<DeleteMember>(), 0U);
}

TEST(GangRollBack, GangThatLostAllItsMembersStartsAnewAndIsProtectedNoMore) {
    Gang gang;
    gang.whole("ab", 2);
    gang.give(MemberGone{uid("a")});
    gang.give(MemberGone{uid("b")});
    gang.see(pod("c", 2));
    gang.see(pod("d", 2));
    gang.plan({{"c", "n0"}, {"d", "n1"}});
    EXPECT_FALSE(gang.all<Admit>().front().plan.was_whole);
    for (const char* name : {"c", "d"}) gang.acknowledge(name);
    gang.park("c", 1);
    gang.park("d", 2);
    gang.bound_ok("c");
    gang.give(BindingDone{uid("d"), gang.machine.epoch(), outcome(WriteStatus::refused)});
    gang.fenced("d");
    gang.pass(GangTiming{}.repair_limit);
    EXPECT_EQ(gang.machine.state(), GangState::rolling_back);
}

TEST(GangRollBack, MemberThatFinishedWhileItsGangWasPartialIsNotRolledBackForEver) {
    Gang gang = half_bound();
    PodFacts done = bound(gang.planned("a", 2), "n0");
    done.phase = PodPhase::succeeded;
    gang.see(done);
    EXPECT_FALSE(gang.machine.next_deadline().has_value()) << "nothing runs: nothing is partial";
}

TEST(GangRollBack, BlockedGangThatSomebodyElseBindsInPartIsRepaired) {
    Gang gang;
    gang.admit("ab", 2);
    gang.pass(GangTiming{}.bind_timeout);
    gang.fenced("a");
    gang.fenced("b");
    ASSERT_EQ(gang.machine.state(), GangState::blocked);
    gang.see(bound(gang.planned("a", 2), "n0"));
    EXPECT_EQ(gang.wave(), "b");
}

}  // namespace
}  // namespace muster::gangtest
