#include "placement/model/gang.hpp"

#include "placement/model/pod.hpp"

#include <gtest/gtest.h>

namespace muster {
namespace {

TEST(GangRequest, CountsTheMembersOfAllRoles) {
    GangRequest gang;
    EXPECT_EQ(gang.members(), 0U);
    gang.roles.resize(2);
    gang.roles[0].members.resize(3);
    gang.roles[1].members.resize(1);
    EXPECT_EQ(gang.members(), 4U);
}

TEST(PodFacts, SucceededAndFailedAreTerminal) {
    PodFacts pod;
    for (const auto phase : {PodPhase::pending, PodPhase::running, PodPhase::unknown}) {
        pod.phase = phase;
        EXPECT_FALSE(pod.terminal());
    }
    for (const auto phase : {PodPhase::succeeded, PodPhase::failed}) {
        pod.phase = phase;
        EXPECT_TRUE(pod.terminal());
    }
}

TEST(PodFacts, IsBoundOnceItHasANodeANominationIsNotEnough) {
    PodFacts pod;
    pod.nominated_node = NodeName("n1");
    EXPECT_FALSE(pod.bound());
    pod.node = NodeName("n1");
    EXPECT_TRUE(pod.bound());
}

}  // namespace
}  // namespace muster
