// The sums over the members: right after whatever happens, and never the reason to look at all members. The fixture and
// the simulated worlds of test/property ask `consistent` after each of their steps, too.
#include "test/placement/gang/gang_fixture.hpp"
#include "test/placement/gang/gang_storm.hpp"

#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace muster::gangtest {
namespace {

constexpr std::uint64_t kStorms = 120;
constexpr int kEvents = 400;

TEST(GangTally, SumsAreRightAfterEachEventOfEveryStorm) {
    for (std::uint64_t seed = 1; seed <= kStorms; ++seed) {
        Storm storm(seed);
        GangMachine gang({"ml", "g"}, GangTiming{});
        for (int i = 0; i < kEvents; ++i) {
            static_cast<void>(storm.step(gang));
            ASSERT_TRUE(gang.consistent())
                << "storm " << seed << ", event " << i << " of kind " << storm.last().index();
        }
    }
}

// Else the test above could pass because nothing happens.
TEST(GangTally, StormsReachEveryStateEveryActionAndLaterRuns) {
    std::set<GangState> states;
    std::set<std::size_t> actions;
    std::size_t most_errors = 0;
    std::uint32_t runs = 0;
    for (std::uint64_t seed = 1; seed <= kStorms; ++seed) {
        Storm storm(seed);
        GangMachine gang({"ml", "g"}, GangTiming{});
        for (int i = 0; i < kEvents; ++i) {
            for (const GangAction& action : storm.step(gang)) actions.insert(action.index());
            states.insert(gang.state());
            most_errors = std::max(most_errors, gang.trouble().errors.size());
            runs = std::max(runs, gang.incarnation());
        }
    }
    EXPECT_EQ(states.size(), kGangStateNames.size());
    EXPECT_EQ(actions.size(), std::variant_size_v<GangAction> - 1);  // nobody leads with a later term
    EXPECT_GT(most_errors, 3U);
    EXPECT_GT(runs, 2U);
}

TEST(GangTally, MachineThatMovesKeepsItsSums) {
    Gang gang;
    gang.admit("abc", 3);
    gang.park("a", 1);
    const auto deadline = gang.machine.next_deadline();
    std::vector<GangMachine> moved;
    moved.push_back(std::move(gang.machine));
    moved.reserve(100);
    EXPECT_TRUE(moved.front().consistent());
    EXPECT_EQ(moved.front().parked(), 1);
    EXPECT_EQ(moved.front().next_deadline(), deadline);
}

TEST(GangTally, OfManyErrorsTheFirstAreTold) {
    Gang gang;
    const auto numbered = [](int i) { return std::to_string(1'000 + i); };
    for (int i = 99; i >= 0; --i) {
        PodFacts wrong = pod(numbered(i), 100);
        wrong.gang_errors = {{ErrorCode::bad_input, "pod ml/" + numbered(i), "is wrong", ""}};
        gang.see(wrong);
    }
    EXPECT_EQ(gang.machine.state(), GangState::blocked);
    ASSERT_EQ(gang.errors().size(), GangMachine::kErrorsTold);
    EXPECT_EQ(gang.errors().front(), "pod ml/1000: is wrong");
    EXPECT_EQ(gang.errors().back(), "pod ml/" + numbered(GangMachine::kErrorsTold - 1) + ": is wrong");
}

TEST(GangTally, MembersAreComparedWithTheFirstByNameWhoeverComesAndGoes) {
    Gang gang;
    gang.see(pod("b", 3));
    gang.see(pod("c", 4));
    ASSERT_EQ(gang.errors().size(), 1U);
    EXPECT_NE(gang.errors().front().find("pod ml/c: muster.scheduler/members: 4, but pod ml/b"), std::string::npos);
    gang.see(pod("a", 4));  // now b is the odd one
    ASSERT_EQ(gang.errors().size(), 1U);
    EXPECT_NE(gang.errors().front().find("pod ml/b: muster.scheduler/members: 3, but pod ml/a"), std::string::npos);
    gang.give(MemberGone{uid("a")});
    ASSERT_EQ(gang.errors().size(), 1U);
    EXPECT_NE(gang.errors().front().find("pod ml/c: muster.scheduler/members: 4, but pod ml/b"), std::string::npos);
    gang.give(MemberGone{uid("b")});
    EXPECT_TRUE(gang.errors().empty());
    EXPECT_EQ(gang.machine.needed(), 4);
}

// Its time would never pass, and whoever waits for the deadline would never sleep.
TEST(GangTally, RetryOfAMemberThatHasEndedIsNoDeadline) {
    Gang gang;
    gang.see_all("ab", 2);
    gang.plan({{"a", "n0"}, {"b", "n1"}});
    gang.acknowledge("b");
    PodFacts deleted = pod("a", 2);
    deleted.terminating = true;
    gang.see(deleted);
    gang.give(AdmitDone{uid("a"), gang.machine.epoch(), outcome(WriteStatus::unavailable)});
    EXPECT_TRUE(gang.member("a").retry_at.has_value());
    gang.pass(Millis(1'000));
    const auto next = gang.machine.next_deadline();
    EXPECT_TRUE(!next || *next > gang.now);
}

}  // namespace
}  // namespace muster::gangtest
