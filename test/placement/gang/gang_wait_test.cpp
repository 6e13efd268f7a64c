// Bounded wait for the preferred level, and wishes of roles: what a gang asks the planner, and when again.
#include "test/placement/gang/gang_fixture.hpp"

#include <chrono>

#include <gtest/gtest.h>

namespace muster::gangtest {
namespace {

using std::chrono::minutes;

PodFacts patient(const std::string& name, std::int32_t needed, std::int32_t wait_s = 300) {
    PodFacts facts = pod(name, needed);
    facts.gang->wish.preferred = "rack";
    facts.gang->wish.wait_s = wait_s;
    return facts;
}

void see_patient(Gang& gang, const std::string& names, std::int32_t needed) {
    for (const char name : names) gang.see(patient(std::string(1, name), needed));
}

Shortfall full_rack() {
    Shortfall reason;
    reason.level = "rack";
    reason.need = 2;
    return reason;
}

void hold(Gang& gang) {
    gang.give(Planned{gang.machine.wanted_plan().value(), Wait{full_rack()}});
}

TEST(GangWait, AGangThatStartsMayBeHeldUntilItsWaitIsOver) {
    Gang gang;
    see_patient(gang, "a", 2);
    gang.pass(minutes(10));
    see_patient(gang, "b", 2);
    EXPECT_TRUE(gang.only<AskPlan>().gang.hold_preferred) << "the wait begins when the gang is complete";
    hold(gang);
    EXPECT_EQ(gang.machine.state(), GangState::waiting);
    EXPECT_EQ(gang.only<Report>().notice, Notice::waits_for_level);
    EXPECT_EQ(gang.machine.trouble().wait_until, gang.now + minutes(5));
    EXPECT_EQ(gang.machine.next_deadline(), gang.now + minutes(5));
    gang.pass(minutes(5) - Millis(1));
    EXPECT_EQ(gang.count<AskPlan>(), 0U);
    gang.pass(Millis(1));
    EXPECT_FALSE(gang.only<AskPlan>().gang.hold_preferred) << "any level will do now";
    gang.plan({{"a", "n1"}, {"b", "n2"}});
    EXPECT_EQ(gang.machine.state(), GangState::admitted);
    EXPECT_FALSE(gang.machine.trouble().wait_until);
}

TEST(GangWait, FreedSpaceIsLookedAtMeanwhileAndDoesNotMoveTheEnd) {
    Gang gang;
    see_patient(gang, "ab", 2);
    const TimePoint end = gang.now + minutes(5);
    hold(gang);
    for (int i = 0; i < 4; ++i) {
        gang.now += minutes(1);
        gang.give(SpaceFreed{});
        EXPECT_TRUE(gang.only<AskPlan>().gang.hold_preferred);
        hold(gang);
        EXPECT_EQ(gang.count<Report>(), 0U) << "said once";
        EXPECT_EQ(gang.machine.next_deadline(), end);
    }
    gang.give(SpaceFreed{});
    gang.plan({{"a", "n1"}, {"b", "n2"}});
    EXPECT_EQ(gang.machine.state(), GangState::admitted) << "its rack has room now";
}

TEST(GangWait, AnAnswerThatComesAfterTheEndIsAskedForAgainAtOnce) {
    Gang gang;
    see_patient(gang, "ab", 2);
    gang.now += minutes(6);
    hold(gang);
    ASSERT_TRUE(gang.machine.next_deadline());
    EXPECT_LE(*gang.machine.next_deadline(), gang.now);
    gang.give(Tick{});
    EXPECT_FALSE(gang.only<AskPlan>().gang.hold_preferred);
}

TEST(GangWait, WhatHasNoPlaceAnywhereHasNoDeadline) {
    Gang gang;
    see_patient(gang, "ab", 2);
    hold(gang);
    gang.give(SpaceFreed{});
    gang.no_fit();
    EXPECT_FALSE(gang.machine.next_deadline());
    EXPECT_FALSE(gang.machine.trouble().wait_until);
    EXPECT_EQ(gang.only<Report>().notice, Notice::does_not_fit);
}

TEST(GangWait, AGangThatIsIncompleteInBetweenBeginsAnew) {
    Gang gang;
    see_patient(gang, "ab", 2);
    hold(gang);
    gang.now += minutes(3);
    gang.give(MemberGone{uid("b")});
    EXPECT_EQ(gang.machine.state(), GangState::gathering);
    EXPECT_FALSE(gang.machine.next_deadline());
    see_patient(gang, "c", 2);
    hold(gang);
    EXPECT_EQ(gang.machine.next_deadline(), gang.now + minutes(5));
}

TEST(GangWait, APlanThatFailsDoesNotMoveTheEnd) {
    Gang gang;
    see_patient(gang, "ab", 2);
    const TimePoint end = gang.now + minutes(5);
    gang.plan({{"a", "n1"}, {"b", "n2"}});
    gang.acknowledge("a");
    gang.acknowledge("b");
    gang.now += minutes(2);
    gang.give(NodesBad{{NodeName("n2")}});
    gang.fenced("a");
    gang.fenced("b");
    EXPECT_TRUE(gang.only<AskPlan>().gang.hold_preferred);
    hold(gang);
    EXPECT_EQ(gang.machine.next_deadline(), end);
}

TEST(GangWait, MembersBesideRunningOnesAreNeverHeldBack) {
    Gang gang;
    gang.see(bound(patient("a", 2), "n1"));
    gang.see(patient("b", 2));
    EXPECT_FALSE(gang.only<AskPlan>().gang.hold_preferred);
}

TEST(GangWait, WithoutAPreferredLevelOrAWaitNobodyIsHeld) {
    Gang plain;
    plain.see_all("ab", 2);
    EXPECT_FALSE(plain.only<AskPlan>().gang.hold_preferred);
    Gang hasty;
    for (const char* name : {"a", "b"}) hasty.see(patient(name, 2, 0));
    EXPECT_FALSE(hasty.only<AskPlan>().gang.hold_preferred);
}

TEST(GangWait, ATakeoverBeginsTheWaitAnew) {
    Gang gang;
    see_patient(gang, "ab", 2);
    hold(gang);
    gang.now += minutes(4);
    gang.give(TakeOver{Term(8)});
    gang.fenced("a");
    gang.fenced("b");
    hold(gang);
    EXPECT_EQ(gang.machine.next_deadline(), gang.now + minutes(5));
}

// ---- roles

PodFacts of_role(const std::string& name, const std::string& role, std::int32_t needed) {
    PodFacts facts = pod(name, needed);
    facts.gang->role = role;
    facts.gang->roles = {{"leader", {}}, {"worker", {}}};
    facts.gang->roles[1].wish.required = "rack";
    return facts;
}

TEST(GangRoles, TheWishOfARoleGoesToItsMembers) {
    Gang gang;
    gang.see(of_role("a", "leader", 3));
    gang.see(of_role("b", "worker", 3));
    gang.see(of_role("c", "other", 3));
    const auto roles = gang.only<AskPlan>().gang.roles;
    ASSERT_EQ(roles.size(), 3U);
    EXPECT_EQ(roles[0].wish, TopologyWish());
    EXPECT_EQ(roles[1].wish.required, "rack");
    EXPECT_EQ(roles[2].wish, TopologyWish()) << "a role need not have a wish";
}

TEST(GangRoles, ARoleThatNoMemberHasIsRefusedWhenTheGangIsComplete) {
    Gang gang;
    gang.see(of_role("a", "leader", 2));
    EXPECT_EQ(gang.machine.state(), GangState::gathering) << "its members may still come";
    gang.see(of_role("b", "worler", 2));
    EXPECT_EQ(gang.machine.state(), GangState::blocked);
    EXPECT_EQ(gang.errors(),
              std::vector<std::string>{"gang ml/g: muster.scheduler/topology: roles.worker: is a role that no member "
                                       "has, they are leader, worler; correct the name, or annotate its members with "
                                       "muster.scheduler/role: worker"});
    gang.see(of_role("b", "worker", 2));
    EXPECT_EQ(gang.wave(), "ab") << "put right";
}

TEST(GangRoles, MembersMustAgreeOnTheWishesOfRoles) {
    Gang gang;
    gang.see(of_role("a", "leader", 2));
    PodFacts other = of_role("b", "worker", 2);
    other.gang->roles[1].wish.required = "block";
    gang.see(other);
    EXPECT_EQ(gang.machine.state(), GangState::blocked);
    EXPECT_EQ(gang.errors(), std::vector<std::string>{"pod ml/b: muster.scheduler/topology: differs from that of pod "
                                                      "ml/a of the same gang; write the same wish on all members"});
}

}  // namespace
}  // namespace muster::gangtest
