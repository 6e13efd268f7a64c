// Restarts, changes of leader, draining, and the table of transitions.
#include "placement/gang/gang_state.hpp"
#include "test/placement/gang/gang_fixture.hpp"

#include <gtest/gtest.h>

namespace muster::gangtest {
namespace {

// A pod as an earlier process left it: ungated, with its plan.
PodFacts left(const std::string& name, std::uint64_t epoch, const std::string& node, bool was_whole = false) {
    PodFacts facts = pod(name, 2);
    facts.own_gate = false;
    facts.plan = WrittenPlan{Epoch(epoch), Term(3), NodeName(node), 0, was_whole};
    return facts;
}

Gang restarted(const std::vector<PodFacts>& pods) {
    Gang gang({}, false);
    for (const PodFacts& facts : pods) gang.see(facts);
    gang.give(TakeOver{kTerm});
    return gang;
}

TEST(GangTakeOver, EveryUnboundMemberIsTouchedBeforeAnythingElse) {
    Gang gang = restarted({pod("a", 2), pod("b", 2)});
    EXPECT_EQ(gang.machine.state(), GangState::takeover);
    EXPECT_EQ(gang.about<Fence>(), "ab") << "gated ones too (rule 7)";
    EXPECT_EQ(gang.all<Fence>().front().plan.term, kTerm);
    gang.fenced("a");
    EXPECT_EQ(gang.count<AskPlan>(), 0U);
    EXPECT_EQ(gang.count<ReleaseReservation>(), 0U) << "nothing was claimed";
    gang.fenced("b");
    EXPECT_EQ(gang.wave(), "ab");
}

TEST(GangTakeOver, HalfAdmittedEpochEndsBehindItsFences) {
    PodFacts half = left("a", 4, "n0");
    half.nominated_node = NodeName("n0");
    Gang gang = restarted({half, pod("b", 2)});
    EXPECT_TRUE(gang.all<Fence>().front().clear_nomination);
    gang.fenced("b");
    gang.fenced("a");
    EXPECT_EQ(gang.about<ReleaseReservation>(), "a");
    gang.plan({{"a", "n2"}, {"b", "n3"}});
    EXPECT_EQ(gang.machine.epoch(), Epoch(5));
}

TEST(GangTakeOver, WholeGangIsLeftAlone) {
    Gang gang = restarted({bound(left("a", 1, "n0"), "n0"), bound(left("b", 1, "n1"), "n1")});
    EXPECT_EQ(gang.machine.state(), GangState::served);
    EXPECT_TRUE(gang.asked.empty());
}

TEST(GangTakeOver, RestOfACutCommitKeepsItsNodesAndIsWrittenWithoutTheScheduler) {
    Gang gang = restarted({bound(left("a", 1, "n0"), "n0"), left("b", 1, "n1")});
    EXPECT_EQ(gang.about<Fence>(), "ab") << "bound members of a partial gang too (rule 11)";
    EXPECT_EQ(gang.all<Fence>().back().plan.node, NodeName("n1"));
    gang.give(FenceDone{uid("a"), gang.machine.epoch(), ok("a-9", "n0")});
    gang.fenced("b");
    EXPECT_EQ(gang.count<ReleaseReservation>(), 0U);
    EXPECT_EQ(gang.only<WriteBinding>().node, NodeName("n1"));
    EXPECT_EQ(gang.only<WriteBinding>().resource_version, "b-4");
    gang.bound_ok("b");
    EXPECT_EQ(gang.machine.state(), GangState::served);
}

TEST(GangTakeOver, RestOfACommitThatSomebodyHasFencedSinceTheListKeepsNothing) {
    Gang gang = restarted({bound(left("a", 1, "n0"), "n0"), left("b", 1, "n1")});
    gang.give(FenceDone{uid("b"), gang.machine.epoch(), outcome(WriteStatus::conflict)});
    gang.read(left("b", 1, ""));
    EXPECT_TRUE(gang.only<Fence>().plan.node.empty());
    gang.fenced("b");
    EXPECT_EQ(gang.about<ReleaseReservation>(), "b");
    gang.give(FenceDone{uid("a"), gang.machine.epoch(), ok("a-9", "n0")});
    EXPECT_EQ(gang.wave(), "b");
}

TEST(GangTakeOver, StaleWatchEventDoesNotHideAPlanThatWasAcknowledged) {
    Gang gang;
    gang.commit("ab", 2);
    gang.see(pod("a", 2));  // late
    gang.see(pod("b", 2));
    gang.bound_ok("a");
    gang.give(BindingDone{uid("b"), gang.machine.epoch(), outcome(WriteStatus::refused)});
    gang.fenced("b");
    gang.give(TakeOver{Term(8)});
    gang.give(FenceDone{uid("a"), gang.machine.epoch(), ok("a-9", "n0")});
    gang.fenced("b");
    EXPECT_TRUE(gang.machine.next_deadline().has_value()) << "it was never whole, so its limit runs";
}

TEST(GangTakeOver, BindingOfTheDeadProcessThatLandsBeforeTheFenceCounts) {
    Gang gang = restarted({left("a", 1, "n0"), left("b", 1, "n1")});
    gang.give(FenceDone{uid("a"), gang.machine.epoch(), outcome(WriteStatus::conflict)});
    gang.read(bound(left("a", 1, "n0"), "n0"));
    EXPECT_EQ(gang.count<ReleaseReservation>(), 0U);
    EXPECT_EQ(gang.about<Fence>(), "a") << "a delete of the dead process may be under way";
    gang.give(FenceDone{uid("a"), gang.machine.epoch(), ok("a-9", "n0")});
    gang.fenced("b");
    EXPECT_EQ(gang.wave(), "b") << "planned beside it";
    EXPECT_EQ(gang.machine.next_deadline(), gang.now + GangTiming{}.repair_limit);
}

TEST(GangTakeOver, PartialGangThatWasWholeIsRepairedWithoutALimit) {
    Gang gang = restarted({bound(left("a", 1, "n0"), "n0"), pod("b", 2)});
    gang.give(FenceDone{uid("a"), gang.machine.epoch(), ok("a-9", "n0")});
    gang.fenced("b");
    EXPECT_EQ(gang.wave(), "b");
    EXPECT_FALSE(gang.machine.next_deadline().has_value());
}

TEST(GangTakeOver, RepairOfAGangThatWasNeverWholeKeepsItsLimit) {
    // b was refused, and planned again as epoch 2: nothing of it was committed.
    Gang gang = restarted({bound(left("a", 1, "n0"), "n0"), left("b", 2, "n5")});
    gang.give(FenceDone{uid("a"), gang.machine.epoch(), ok("a-9", "n0")});
    gang.fenced("b");
    EXPECT_EQ(gang.about<ReleaseReservation>(), "b") << "only the rest of a commit is written directly";
    EXPECT_EQ(gang.wave(), "b");
    EXPECT_EQ(gang.machine.next_deadline(), gang.now + GangTiming{}.repair_limit);
}

TEST(GangTakeOver, FencedMemberOfAPartialGangShowsThatItWasNeverWhole) {
    Gang gang = restarted({bound(left("a", 1, "n0"), "n0"), left("b", 1, "")});
    gang.give(FenceDone{uid("a"), gang.machine.epoch(), ok("a-9", "n0")});
    gang.fenced("b");
    EXPECT_TRUE(gang.machine.next_deadline().has_value());
}

TEST(GangTakeOver, PlanThatSaysThatTheGangWasWholeProtectsIt) {
    Gang gang = restarted({bound(left("a", 1, "n0"), "n0"), left("b", 2, "n5", true)});
    gang.give(FenceDone{uid("a"), gang.machine.epoch(), ok("a-9", "n0")});
    gang.fenced("b");
    EXPECT_EQ(gang.wave(), "b");
    EXPECT_FALSE(gang.machine.next_deadline().has_value());
}

TEST(GangTakeOver, LatestPlanTellsWhetherTheGangWasWhole) {
    // a replaced a member of a gang that was whole; then all others were lost, and b is a marked newcomer.
    Gang gang = restarted({bound(left("a", 2, "n0", true), "n0"), left("b", 2, "")});
    gang.give(FenceDone{uid("a"), gang.machine.epoch(), ok("a-9", "n0")});
    gang.fenced("b");
    EXPECT_TRUE(gang.machine.next_deadline().has_value());
}

TEST(GangTakeOver, MemberThatIsDeletedMeanwhileDoesNotHoldItUp) {
    Gang gang = restarted({pod("a", 1), pod("b", 1)});
    PodFacts ending = pod("b", 1);
    ending.terminating = true;
    gang.see(ending);
    gang.fenced("a");
    EXPECT_EQ(gang.wave(), "a");
}

TEST(GangTakeOver, InTheSameProcessEndsWhateverWasUnderWay) {
    Gang gang;
    gang.commit("ab", 2);
    gang.bound_ok("a");
    gang.give(TakeOver{Term(8)});
    EXPECT_EQ(gang.about<AnswerBind>(), "ab");
    EXPECT_TRUE(gang.all<AnswerBind>()[0].bound) << "its Binding was accepted";
    EXPECT_EQ(gang.all<AnswerBind>()[1].error, gang_text::kNotLeading);
    EXPECT_EQ(gang.about<Fence>(), "ab");
    EXPECT_EQ(gang.machine.served(), 1) << "an accepted Binding is not forgotten, though the watch has not shown it";
}

TEST(GangTakeOver, InTheSameProcessReservationsEndBehindTheirFencesThoughNothingWasWritten) {
    Gang gang;
    gang.see_all("ab", 2);
    gang.plan({{"a", "n0"}, {"b", "n1"}});
    gang.give(TakeOver{Term(8)});
    EXPECT_EQ(gang.count<ReleaseReservation>(), 0U);
    gang.fenced("a");
    EXPECT_EQ(gang.about<ReleaseReservation>(), "a");
}

TEST(GangTakeOver, WhoHasLedBeforeKnowsThatThePartialGangWasNeverWhole) {
    Gang gang;
    gang.commit("ab", 2);
    gang.bound_ok("a");
    gang.give(BindingDone{uid("b"), gang.machine.epoch(), outcome(WriteStatus::gone)});
    gang.see(pod("c", 2));
    gang.give(TakeOver{Term(8)});  // the mark on c is not acknowledged
    gang.give(FenceDone{uid("a"), gang.machine.epoch(), ok("a-9", "n0")});
    gang.fenced("c");
    EXPECT_TRUE(gang.machine.next_deadline().has_value());
}

TEST(GangTakeOver, FutureMembersNeedNoTouch) {
    Gang gang = restarted({});
    EXPECT_EQ(gang.machine.state(), GangState::gathering);
    gang.see_all("ab", 2);
    EXPECT_EQ(gang.count<Fence>(), 0U);
    EXPECT_EQ(gang.wave(), "ab");
}

TEST(GangTerm, LaterTermOnAPodStopsForGood) {
    Gang gang;
    gang.admit("ab", 2);
    gang.park("a", 1);
    PodFacts taken = gang.planned("b", 2);
    taken.plan->term = Term(8);
    gang.see(taken);
    EXPECT_EQ(gang.only<StopForGood>().seen, Term(8));
    EXPECT_EQ(gang.only<AnswerBind>().error, gang_text::kNotLeading);
    EXPECT_TRUE(gang.machine.stopped());
    gang.park("b", 2);
    EXPECT_EQ(gang.only<AnswerBind>().error, gang_text::kNotLeading);
    gang.see(pod("c", 2));
    gang.pass(Millis(1'000'000));
    EXPECT_TRUE(gang.asked.empty());
    EXPECT_FALSE(gang.machine.next_deadline().has_value());
}

TEST(GangTerm, LaterTermFoundByReadingStopsForGoodToo) {
    Gang gang;
    gang.commit("ab", 2);
    gang.give(BindingDone{uid("a"), gang.machine.epoch(), outcome(WriteStatus::conflict)});
    PodFacts taken = gang.planned("a", 2);
    taken.plan->term = Term(8);
    gang.read(taken);
    EXPECT_EQ(gang.count<StopForGood>(), 1U);
    EXPECT_EQ(gang.count<WriteBinding>(), 0U);
}

TEST(GangDrain, UncommittedCallsAreRefusedAndNothingNewBegins) {
    Gang gang;
    gang.admit("ab", 2);
    gang.park("a", 1);
    gang.give(Drain{});
    EXPECT_EQ(gang.only<AnswerBind>().error, gang_text::kDraining);
    gang.park("a", 2);
    EXPECT_EQ(gang.only<AnswerBind>().error, gang_text::kDraining);
    gang.park("b", 3);
    EXPECT_EQ(gang.machine.state(), GangState::admitted);
}

TEST(GangDrain, AdmissionsStop) {
    Gang gang;
    gang.see_all("ab", 2);
    gang.plan({{"a", "n0"}, {"b", "n1"}});
    gang.give(Drain{});
    gang.give(AdmitDone{uid("a"), gang.machine.epoch(), outcome(WriteStatus::conflict)});
    gang.read(pod("a", 2));
    EXPECT_EQ(gang.count<Admit>(), 0U);
}

TEST(GangDrain, PlansAreNoLongerWanted) {
    Gang gang;
    gang.see_all("ab", 2);
    gang.give(Drain{});
    EXPECT_FALSE(gang.machine.wanted_plan().has_value());
    gang.see(pod("c", 3));
    EXPECT_TRUE(gang.asked.empty());
}

TEST(GangDrain, CommitIsFinished) {
    Gang gang;
    gang.commit("ab", 2);
    gang.bound_ok("a");
    gang.give(Drain{});
    EXPECT_EQ(gang.count<AnswerBind>(), 0U);
    gang.give(BindingDone{uid("b"), gang.machine.epoch(), outcome(WriteStatus::conflict)});
    gang.read(gang.planned("b", 2));
    EXPECT_EQ(gang.about<WriteBinding>(), "b");
    gang.bound_ok("b");
    EXPECT_EQ(gang.machine.state(), GangState::served);
}

TEST(GangDrain, FencesAreFinished) {
    Gang gang;
    gang.admit("a", 1);
    gang.give(NodesBad{{NodeName("n0")}});
    gang.give(Drain{});
    gang.give(FenceDone{uid("a"), gang.machine.epoch(), outcome(WriteStatus::conflict)});
    gang.read(gang.planned("a", 1));
    EXPECT_EQ(gang.about<Fence>(), "a");
    gang.fenced("a");
    EXPECT_EQ(gang.about<ReleaseReservation>(), "a");
    EXPECT_EQ(gang.count<AskPlan>(), 0U);
}

TEST(GangDrain, PartialGangIsLeftToTheNextProcess) {
    Gang gang;
    gang.commit("ab", 2);
    gang.bound_ok("a");
    gang.give(Drain{});
    gang.give(BindingDone{uid("b"), gang.machine.epoch(), outcome(WriteStatus::refused)});
    EXPECT_EQ(gang.about<Fence>(), "b");
    gang.fenced("b");
    EXPECT_FALSE(gang.machine.next_deadline().has_value());
    gang.pass(GangTiming{}.repair_limit);
    EXPECT_EQ(gang.count<DeleteMember>(), 0U);
}

// ---- the table

constexpr std::size_t kStates = kGangStateNames.size();

GangState state_at(std::size_t i) {
    return static_cast<GangState>(i);
}

TEST(GangState, EveryStateCanBeReachedAndLeft) {
    for (std::size_t s = 0; s < kStates; ++s) {
        std::size_t in = 0;
        std::size_t out = 0;
        for (std::size_t other = 0; other < kStates; ++other) {
            if (other == s) continue;
            in += is_legal(state_at(other), state_at(s)) ? 1U : 0U;
            out += state_at(other) != GangState::takeover && is_legal(state_at(s), state_at(other)) ? 1U : 0U;
        }
        EXPECT_GT(in, 0U) << name_of(state_at(s));
        EXPECT_GT(out, 0U) << name_of(state_at(s));
    }
}

TEST(GangState, FromEveryStateAWayLeadsToServed) {
    std::array<bool, kStates> leads{};
    leads[static_cast<std::size_t>(GangState::served)] = true;
    for (std::size_t round = 0; round < kStates; ++round) {
        for (const auto& [from, to] : kGangTransitions) {
            if (leads[static_cast<std::size_t>(to)]) leads[static_cast<std::size_t>(from)] = true;
        }
    }
    for (std::size_t s = 0; s < kStates; ++s) EXPECT_TRUE(leads[s]) << name_of(state_at(s));
}

TEST(GangState, NothingIsAdmittedWithoutPlanningAndNothingCommittedWithoutAdmission) {
    for (std::size_t s = 0; s < kStates; ++s) {
        const GangState from = state_at(s);
        EXPECT_EQ(is_legal(from, GangState::admitted), from == GangState::planning || from == GangState::admitted);
        const bool may_commit =
            from == GangState::admitted || from == GangState::committing || from == GangState::takeover;
        EXPECT_EQ(is_legal(from, GangState::committing), may_commit) << name_of(from);
        EXPECT_TRUE(is_legal(from, GangState::takeover));
    }
}

TEST(GangState, EpochsEndOnlyThroughAbortingOrForward) {
    for (const GangState to : {GangState::gathering, GangState::planning, GangState::waiting, GangState::blocked}) {
        EXPECT_FALSE(is_legal(GangState::admitted, to)) << name_of(to);
        EXPECT_FALSE(is_legal(GangState::committing, to)) << name_of(to);
    }
}

TEST(GangState, OnlyWhatTheApiShowsIsPersistent) {
    for (std::size_t s = 0; s < kStates; ++s) {
        const bool persistent = state_at(s) == GangState::gathering || state_at(s) == GangState::served;
        EXPECT_EQ(durability_of(state_at(s)) == Durability::persistent, persistent);
    }
}

TEST(GangState, TableHasNoPairTwice) {
    for (std::size_t i = 0; i < kGangTransitions.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j) EXPECT_NE(kGangTransitions[i], kGangTransitions[j]);
    }
}

}  // namespace
}  // namespace muster::gangtest
