#include "offline/pending_gangs.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

PodFacts member(const std::string& gang, const std::string& name, std::int32_t needed) {
    PodFacts pod;
    pod.key = {"ml", name};
    pod.uid = PodUid("ml/" + name);
    pod.scheduler_name = "muster";
    pod.gang = GangDeclaration{{"ml", gang}, needed, std::nullopt, "", std::nullopt, {}};
    return pod;
}

PodFacts bound(PodFacts pod, const std::string& node) {
    pod.node = NodeName(node);
    pod.phase = PodPhase::running;
    return pod;
}

std::vector<std::string> names(const GangRequest& request) {
    std::vector<std::string> names;
    for (const auto& role : request.roles) {
        for (const auto& pod : role.members) names.push_back(pod.key.name);
    }
    return names;
}

TEST(PendingGangs, ACompleteGangAsksForAllItsMembersInNumericOrder) {
    const auto gangs = pending_gangs({member("g", "g-10", 3), member("g", "g-2", 3), member("g", "g-1", 3)});
    ASSERT_EQ(gangs.size(), 1U);
    ASSERT_TRUE(gangs[0].request);
    EXPECT_EQ(names(*gangs[0].request), (std::vector<std::string>{"g-1", "g-2", "g-10"}));
    EXPECT_EQ(gangs[0].needed, 3);
}

TEST(PendingGangs, AnIncompleteGangAsksForNothing) {
    PodFacts gated = member("g", "g-2", 3);
    gated.foreign_gates = true;
    PodFacts dying = member("g", "g-3", 3);
    dying.terminating = true;
    const auto gangs = pending_gangs({member("g", "g-0", 3), member("g", "g-1", 3), gated, dying});
    ASSERT_EQ(gangs.size(), 1U);
    EXPECT_FALSE(gangs[0].request);
    EXPECT_TRUE(gangs[0].errors.empty());
    EXPECT_EQ(gangs[0].waiting, 2);
    EXPECT_EQ(gangs[0].held, 1);
}

TEST(PendingGangs, ARunningGangIsNotPending) {
    EXPECT_TRUE(pending_gangs({bound(member("g", "g-0", 1), "n1")}).empty());
}

TEST(PendingGangs, ANewcomerIsPlannedBesideTheBoundMembers) {
    const auto gangs =
        pending_gangs({member("g", "g-2x", 3), bound(member("g", "g-0", 3), "n1"), bound(member("g", "g-1", 3), "n2")});
    ASSERT_TRUE(gangs.size() == 1 && gangs[0].request);
    EXPECT_EQ(names(*gangs[0].request), (std::vector<std::string>{"g-2x"}));
    EXPECT_EQ(gangs[0].request->fixed.size(), 2U);
    EXPECT_EQ(gangs[0].served, 2);
}

TEST(PendingGangs, MembersThatDisagreeAreRefusedByName) {
    const auto gangs = pending_gangs({member("g", "g-0", 2), member("g", "g-1", 4)});
    ASSERT_EQ(gangs.size(), 1U);
    EXPECT_FALSE(gangs[0].request);
    ASSERT_FALSE(gangs[0].errors.empty());
    EXPECT_NE(to_string(gangs[0].errors[0]).find("g-1"), std::string::npos) << to_string(gangs[0].errors[0]);
}

TEST(PendingGangs, MoreMembersThanDeclaredAreRefused) {
    const auto gangs = pending_gangs({member("g", "g-0", 2), member("g", "g-1", 2), member("g", "g-2", 2)});
    ASSERT_EQ(gangs.size(), 1U);
    EXPECT_FALSE(gangs[0].request);
    EXPECT_FALSE(gangs[0].errors.empty());
}

TEST(PendingGangs, PriorityThenAgeThenKeyDecidesTheOrderWhateverTheInput) {
    std::vector<PodFacts> pods{member("b", "b-0", 1), member("a", "a-0", 1), member("old", "o-0", 1),
                               member("urgent", "u-0", 1)};
    pods[0].created_s = pods[1].created_s = pods[3].created_s = 100;
    pods[2].created_s = 50;
    pods[3].priority = 1;
    for (int i = 0; i < 4; ++i) {
        std::ranges::rotate(pods, pods.begin() + 1);
        std::vector<std::string> order;
        for (const auto& gang : pending_gangs(pods)) order.push_back(gang.key.name);
        EXPECT_EQ(order, (std::vector<std::string>{"urgent", "old", "a", "b"}));
    }
}

TEST(PendingGangs, TracesOfAServiceAtWorkChangeNothing) {
    PodFacts planned = member("g", "g-0", 1);
    planned.plan = WrittenPlan{Epoch(4), Term(9), NodeName("n1"), 0};
    planned.unschedulable_message = "0/3 nodes are available";
    const auto gangs = pending_gangs({planned});
    ASSERT_EQ(gangs.size(), 1U);
    EXPECT_TRUE(gangs[0].request);
}

TEST(PendingGangs, AGangOfAControllerIsShownByItsName) {
    PodFacts pod = member("u1", "j-0", 1);
    pod.controller_uid = "u1";
    pod.controller_kind = "Job";
    pod.controller_name = "train";
    EXPECT_EQ(pending_gangs({pod})[0].owner, "Job/train");
}

}  // namespace
}  // namespace muster
