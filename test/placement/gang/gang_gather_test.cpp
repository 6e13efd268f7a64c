#include "test/placement/gang/gang_fixture.hpp"

#include <gtest/gtest.h>

namespace muster::gangtest {
namespace {

TEST(GangGather, IncompleteGangAsksForNothing) {
    Gang gang;
    gang.see_all("a", 2);
    EXPECT_EQ(gang.machine.state(), GangState::gathering);
    EXPECT_TRUE(gang.asked.empty());
    EXPECT_STREQ(gang.machine.filter_answer(uid("a")).refusal, gang_text::kIncomplete);
}

TEST(GangGather, CompleteGangIsPlannedOnce) {
    Gang gang;
    gang.see_all("ab", 2);
    EXPECT_EQ(gang.machine.state(), GangState::planning);
    EXPECT_EQ(gang.wave(), "ab");
    gang.see(pod("a", 2));
    EXPECT_EQ(gang.count<AskPlan>(), 0U) << "nothing has changed";
}

TEST(GangGather, ForeignGateKeepsAMemberFromCounting) {
    Gang gang;
    PodFacts waiting = pod("b", 2);
    waiting.foreign_gates = true;
    gang.see(pod("a", 2));
    gang.see(waiting);
    EXPECT_EQ(gang.machine.state(), GangState::gathering);
    waiting.foreign_gates = false;
    gang.see(waiting);
    EXPECT_EQ(gang.wave(), "ab");
}

TEST(GangGather, UngatedMembersCountToo) {
    Gang gang;
    PodFacts bare = pod("b", 2);
    bare.own_gate = false;
    gang.see(pod("a", 2));
    gang.see(bare);
    EXPECT_EQ(gang.wave(), "ab");
}

TEST(GangGather, SizesThatDisagreeBlockWithBothNamed) {
    Gang gang;
    gang.see(pod("a", 2));
    gang.see(pod("b", 3));
    EXPECT_EQ(gang.machine.state(), GangState::blocked);
    ASSERT_EQ(gang.errors().size(), 1U);
    EXPECT_EQ(
        gang.errors().front(),
        "pod ml/b: muster.scheduler/members: 3, but pod ml/a of the same gang says 2; write the same number on all "
        "members");
    EXPECT_EQ(gang.only<Report>().notice, Notice::bad_declaration);
}

TEST(GangGather, OfManyWhoDisagreeTheFirstByNameAreToldWhoeverTheOthersAreComparedWith) {
    Gang gang;
    for (std::int32_t i = 0; i < 200; ++i) gang.see(pod("m" + std::to_string(1'000 + i), 2 + i));
    ASSERT_EQ(gang.errors().size(), GangMachine::kErrorsTold);
    EXPECT_TRUE(gang.errors().front().starts_with(
        "pod ml/m1001: muster.scheduler/members: 3, but pod ml/m1000 of the same gang says 2"));
    EXPECT_TRUE(gang.errors().back().starts_with("pod ml/m1064: "));
    gang.give(MemberGone{uid("m1000")});
    ASSERT_EQ(gang.errors().size(), GangMachine::kErrorsTold);
    EXPECT_TRUE(gang.errors().front().starts_with(
        "pod ml/m1002: muster.scheduler/members: 4, but pod ml/m1001 of the same gang says 3"));
}

TEST(GangGather, WishesThatDisagreeBlock) {
    Gang gang;
    PodFacts other = pod("b", 2);
    other.gang->wish.required = "rack";
    gang.see(pod("a", 2));
    gang.see(other);
    EXPECT_EQ(gang.machine.state(), GangState::blocked);
    ASSERT_EQ(gang.errors().size(), 1U);
    EXPECT_TRUE(
        gang.errors().front().starts_with("pod ml/b: muster.scheduler/topology: differs from that of pod ml/a"));
}

TEST(GangGather, DeclarationPutRightUnblocksAtOnce) {
    Gang gang;
    gang.see(pod("a", 2));
    gang.see(pod("b", 3));
    EXPECT_FALSE(gang.machine.next_deadline().has_value());
    gang.see(pod("b", 2));
    EXPECT_EQ(gang.wave(), "ab");
    EXPECT_TRUE(gang.machine.trouble().errors.empty());
}

TEST(GangGather, FaultOfAPodsDeclarationIsTheGangsFault) {
    Gang gang;
    PodFacts wrong = pod("b", 2);
    wrong.gang_errors = {{ErrorCode::bad_input, "pod ml/b: x", "is wrong", "put it right"}};
    gang.see(pod("a", 2));
    gang.see(wrong);
    EXPECT_EQ(gang.machine.state(), GangState::blocked);
    EXPECT_EQ(gang.errors(), std::vector<std::string>{"pod ml/b: x: is wrong; put it right"});
}

TEST(GangGather, UnknownSizeBlocksWithTheRemedy) {
    Gang gang;
    PodFacts open = pod("a", 1);
    open.gang->needed.reset();
    gang.see(open);
    EXPECT_EQ(gang.machine.state(), GangState::blocked);
    ASSERT_EQ(gang.errors().size(), 1U);
    EXPECT_EQ(gang.errors().front(),
              "pod ml/a: muster.scheduler/members: the gang's size is not known; annotate its pods with the number of "
              "members that it needs to start");
}

TEST(GangGather, MoreMembersThanDeclaredBlockUntilTheSurplusGoes) {
    Gang gang;
    gang.see_all("ab", 2);
    gang.see(pod("c", 2));
    EXPECT_EQ(gang.machine.state(), GangState::blocked);
    EXPECT_EQ(gang.errors(),
              std::vector<std::string>{
                  "gang ml/g: 3 members exist, but muster.scheduler/members says 2; delete the surplus or "
                  "set muster.scheduler/max-members"});
    gang.give(MemberGone{uid("c")});
    EXPECT_EQ(gang.wave(), "ab");
}

TEST(GangGather, OptionalMembersUpToTheMaximumAreNoSurplus) {
    Gang gang;
    for (const char* name : {"a", "b", "c"}) {
        PodFacts one = pod(name, 2);
        one.gang->max_members = 3;
        gang.see(one);
    }
    EXPECT_EQ(gang.machine.state(), GangState::planning);
}

TEST(GangGather, GangLargerThanTheParkedBindsAllowedIsRefused) {
    GangTiming timing;
    timing.max_members = 2;
    Gang gang(timing);
    gang.see(pod("a", 3));
    EXPECT_EQ(gang.machine.state(), GangState::blocked);
    ASSERT_EQ(gang.machine.trouble().errors.size(), 1U);
    EXPECT_EQ(gang.machine.trouble().errors.front().code, ErrorCode::limit);
}

TEST(GangGather, MemberThatLostItsDeclarationCountsNoMore) {
    Gang gang;
    gang.see_all("ab", 2);
    PodFacts bare = pod("b", 2);
    bare.gang.reset();
    gang.see(bare);
    EXPECT_EQ(gang.machine.state(), GangState::gathering);
    EXPECT_FALSE(gang.machine.wanted_plan().has_value());
}

TEST(GangGather, MemberThatWentOverToAnotherGangCountsNoMore) {
    Gang gang;
    gang.see_all("ab", 2);
    PodFacts other = pod("b", 2);
    other.gang->key.name = "h";
    gang.see(other);
    EXPECT_EQ(gang.machine.state(), GangState::gathering);
}

TEST(GangGather, RetriedPodIsPlannedBesideTheServed) {
    Gang gang;
    gang.whole("abc", 3);
    PodFacts failed = bound(pod("b", 3), "n1");
    failed.phase = PodPhase::failed;
    gang.see(failed);
    EXPECT_EQ(gang.machine.state(), GangState::gathering);
    gang.see(pod("d", 3));
    EXPECT_EQ(gang.wave(), "d");
    EXPECT_EQ(gang.only<AskPlan>().gang.fixed.size(), 2U);
}

TEST(GangGather, SucceededMemberStaysServed) {
    Gang gang;
    gang.whole("ab", 2);
    PodFacts done = bound(pod("a", 2), "n0");
    done.phase = PodPhase::succeeded;
    gang.see(done);
    EXPECT_EQ(gang.machine.state(), GangState::served);
    EXPECT_EQ(gang.machine.served(), 2);
}

TEST(GangGather, SurgePodIsAWaveOfItsOwn) {
    Gang gang;
    gang.whole("ab", 2);
    gang.see(pod("c", 2));
    EXPECT_EQ(gang.wave(), "c");
    gang.see(pod("d", 2));
    EXPECT_EQ(gang.count<AskPlan>(), 0U) << "one at a time";
}

TEST(GangGather, NewcomersAfterAllSucceededAreTheNextIncarnation) {
    Gang gang;
    gang.whole("ab", 2);
    for (const char* name : {"a", "b"}) {
        PodFacts done = bound(pod(name, 2), "n0");
        done.phase = PodPhase::succeeded;
        gang.see(done);
    }
    EXPECT_EQ(gang.machine.incarnation(), 1U);
    gang.see(pod("c", 2));
    EXPECT_EQ(gang.machine.incarnation(), 2U);
    EXPECT_EQ(gang.machine.state(), GangState::gathering) << "the next run needs both again";
    gang.see(pod("d", 2));
    EXPECT_EQ(gang.wave(), "cd");
    EXPECT_TRUE(gang.only<AskPlan>().gang.fixed.empty());
}

TEST(GangGather, MixOfSucceededAndFailedIsARetryOfTheSameRun) {
    Gang gang;
    gang.whole("ab", 2);
    PodFacts done = bound(pod("a", 2), "n0");
    done.phase = PodPhase::succeeded;
    gang.see(done);
    PodFacts failed = bound(pod("b", 2), "n1");
    failed.phase = PodPhase::failed;
    gang.see(failed);
    gang.see(pod("c", 2));
    EXPECT_EQ(gang.machine.incarnation(), 1U);
    EXPECT_EQ(gang.wave(), "c");
}

TEST(GangGather, MorePodsOfTheSameControllerBelongToTheSameRun) {
    Gang gang;
    const auto of_job = [](const std::string& name) {
        PodFacts facts = pod(name, 2);
        facts.controller_uid = "job";
        return facts;
    };
    gang.see(of_job("a"));
    gang.see(of_job("b"));
    gang.plan({{"a", "n0"}, {"b", "n1"}});
    for (const char* name : {"a", "b"}) {
        PodFacts done = bound(of_job(name), "n0");
        done.phase = PodPhase::succeeded;
        gang.see(done);
    }
    gang.see(of_job("c"));  // completions > parallelism
    EXPECT_EQ(gang.machine.incarnation(), 1U);
    EXPECT_EQ(gang.wave(), "c");
}

TEST(GangGather, IncarnationDoesNotDependOnTheOrderInWhichAListGivesThePods) {
    Gang gang({}, false);
    gang.see_all("cd", 2);
    for (const char* name : {"a", "b"}) {
        PodFacts done = bound(pod(name, 2), "n0");
        done.phase = PodPhase::succeeded;
        done.plan = WrittenPlan{Epoch(1), Term(3), NodeName("n0"), 0, false};
        gang.see(done);
    }
    gang.give(TakeOver{kTerm});
    EXPECT_EQ(gang.machine.incarnation(), 2U);
    EXPECT_EQ(gang.machine.served(), 0);
    EXPECT_EQ(gang.about<Fence>(), "cd");
}

TEST(GangGather, StatefulSetThatMakesOnePodAtATimeIsToldSo) {
    Gang gang;
    PodFacts first = pod("a", 3);
    first.controller_kind = "StatefulSet";
    gang.see(first);
    EXPECT_EQ(gang.machine.next_deadline(), gang.now + GangTiming{}.lonely_after);
    gang.pass(GangTiming{}.lonely_after);
    EXPECT_EQ(gang.only<Report>().notice, Notice::creates_one_at_a_time);
    gang.pass(GangTiming{}.lonely_after);
    EXPECT_EQ(gang.count<Report>(), 0U) << "once is enough";
}

TEST(GangGather, JobThatIsStillMakingPodsIsNotTold) {
    Gang gang;
    PodFacts first = pod("a", 3);
    first.controller_kind = "Job";
    gang.see(first);
    EXPECT_FALSE(gang.machine.next_deadline().has_value());
}

TEST(GangGather, StaleWatchEventDoesNotBringATerminatingPodBack) {
    Gang gang;
    gang.see_all("ab", 2);
    PodFacts ending = pod("b", 2);
    ending.terminating = true;
    gang.see(ending);
    gang.see(pod("b", 2));
    EXPECT_EQ(gang.machine.countable(), 1);
    EXPECT_EQ(gang.machine.state(), GangState::gathering);
}

TEST(GangGather, EmptyGangCanBeDropped) {
    Gang gang;
    gang.see_all("a", 2);
    EXPECT_FALSE(gang.machine.empty());
    gang.give(MemberGone{uid("a")});
    EXPECT_TRUE(gang.machine.empty());
}

}  // namespace
}  // namespace muster::gangtest
