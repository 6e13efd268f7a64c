#include "extender/service/sibling_pods.hpp"

#include <set>
#include <string>

#include <gtest/gtest.h>

namespace muster::test {
namespace {

PodFacts pod_of(const std::string& name, const std::string& gang, const std::string& controller) {
    PodFacts pod;
    pod.uid = PodUid("uid-" + name);
    pod.key = {"ml", name};
    if (!gang.empty()) {
        pod.gang.emplace();
        pod.gang->key = {"ml", gang};
    }
    if (!controller.empty()) pod.controller_uid = controller;
    return pod;
}

TEST(SiblingPods, AreThoseOfOneGangOrElseOfOneController) {
    SiblingPods siblings;
    const PodFacts worker = pod_of("worker", "train", "job");
    const PodFacts leader = pod_of("leader", "train", "other-job");
    const PodFacts plain = pod_of("plain", "", "job");
    for (const auto& pod : {worker, leader, plain}) siblings.seen(nullptr, pod);
    EXPECT_EQ(siblings.of(worker), (std::set<PodUid>{leader.uid, worker.uid}));
    EXPECT_EQ(siblings.of(plain), std::set<PodUid>{plain.uid});
}

TEST(SiblingPods, APodWithoutBothHasNone) {
    SiblingPods siblings;
    const PodFacts one = pod_of("one", "", "");
    siblings.seen(nullptr, one);
    siblings.seen(nullptr, pod_of("two", "", ""));
    EXPECT_TRUE(siblings.of(one).empty());
}

TEST(SiblingPods, AChangedLabelMovesAPod) {
    SiblingPods siblings;
    const PodFacts before = pod_of("pod", "a", "");
    const PodFacts now = pod_of("pod", "b", "");
    siblings.seen(nullptr, before);
    siblings.seen(&before, now);
    EXPECT_TRUE(siblings.of(before).empty());
    EXPECT_EQ(siblings.of(now).size(), 1U);
    siblings.seen(&now, now);
    EXPECT_EQ(siblings.of(now).size(), 1U);
    siblings.gone(now);
    EXPECT_TRUE(siblings.of(now).empty());
}

TEST(SiblingPods, OfOtherNamespacesAreOthers) {
    SiblingPods siblings;
    PodFacts here = pod_of("pod", "a", "");
    PodFacts there = here;
    there.uid = PodUid("uid-there");
    there.key.ns = there.gang->key.ns = "other";
    siblings.seen(nullptr, here);
    siblings.seen(nullptr, there);
    EXPECT_EQ(siblings.of(here).size(), 1U);
}

}  // namespace
}  // namespace muster::test
