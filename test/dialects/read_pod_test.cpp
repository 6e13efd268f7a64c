#include "dialects/timestamp.hpp"
#include "test/dialects/objects_for_tests.hpp"
#include "test/dialects/refusal_of.hpp"

#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

using testing::read;
using testing::yaml;

PodFacts facts(std::string_view text) {
    auto pod = read(yaml(text));
    EXPECT_TRUE(pod.has_value()) << (pod ? "" : to_string(pod.error()));
    return pod.value_or(PodFacts());
}

std::string pod_refusal(std::string_view text) {
    return test::refusal_of(read(yaml(text)));
}

TEST(ReadPod, APodFromTheApiGivesEveryFact) {
    const PodFacts pod = facts(R"(
apiVersion: v1
kind: Pod
metadata:
  name: llama-3
  namespace: ml
  uid: 5f1c
  resourceVersion: "4711"
  creationTimestamp: "2026-08-18T09:30:00Z"
  deletionTimestamp: "2026-08-18T09:40:00Z"
  labels: {muster.scheduler/gang: llama}
  annotations:
    muster.scheduler/members: "8"
    muster.scheduler/plan: '{"v":1,"epoch":7,"term":3,"node":"n17","rank":2}'
  ownerReferences:
  - {kind: Other, name: o, uid: u0}
  - {kind: Job, name: llama, uid: u1, controller: true}
spec:
  schedulerName: muster
  priority: 1000
  schedulingGates: [{name: muster.scheduler/gang}, {name: kueue.x-k8s.io/admission}]
status:
  phase: Pending
  nominatedNodeName: n17
  conditions:
  - {type: PodScheduled, status: "False", reason: Unschedulable, message: "0/3 nodes are available"}
)");
    EXPECT_EQ(pod.uid.str(), "5f1c");
    EXPECT_EQ(pod.key, (PodKey{"ml", "llama-3"}));
    EXPECT_EQ(pod.resource_version, "4711");
    EXPECT_EQ(pod.scheduler_name, "muster");
    EXPECT_TRUE(pod.node.empty());
    EXPECT_EQ(pod.nominated_node.str(), "n17");
    EXPECT_EQ(pod.phase, PodPhase::pending);
    EXPECT_TRUE(pod.terminating);
    EXPECT_FALSE(pod.stays);
    EXPECT_TRUE(pod.own_gate);
    EXPECT_TRUE(pod.foreign_gates);
    EXPECT_EQ(pod.priority, 1'000);
    EXPECT_EQ(pod.created_s, 1'787'045'400);
    EXPECT_EQ(pod.controller_uid, "u1");
    EXPECT_EQ(pod.controller_kind, "Job");
    EXPECT_EQ(pod.controller_name, "llama");
    ASSERT_TRUE(pod.gang);
    EXPECT_EQ(pod.gang->needed, 8);
    EXPECT_TRUE(pod.gang_errors.empty());
    ASSERT_TRUE(pod.plan);
    EXPECT_EQ(*pod.plan, (WrittenPlan{Epoch(7), Term(3), NodeName("n17"), 2}));
    EXPECT_EQ(pod.unschedulable_message, "0/3 nodes are available");
}

TEST(ReadPod, AManifestHasDefaults) {
    const PodFacts pod = facts("metadata: {name: a}\nspec: {}\n");
    EXPECT_TRUE(pod.uid.empty());
    EXPECT_EQ(pod.key.ns, "default");
    EXPECT_EQ(pod.scheduler_name, "default-scheduler");
    EXPECT_EQ(pod.phase, PodPhase::pending);
    EXPECT_EQ(pod.created_s, 0);
    EXPECT_FALSE(pod.controller_uid);
    EXPECT_FALSE(pod.own_gate || pod.foreign_gates || pod.terminating || pod.stays);
    EXPECT_FALSE(pod.plan);
}

TEST(ReadPod, ABoundPodNamesItsNodeAndPhasesAreRead) {
    EXPECT_EQ(facts("metadata: {name: a}\nspec: {nodeName: n1}\nstatus: {phase: Running}\n").node.str(), "n1");
    EXPECT_EQ(facts("metadata: {name: a}\nstatus: {phase: Succeeded}\n").phase, PodPhase::succeeded);
    EXPECT_EQ(facts("metadata: {name: a}\nstatus: {phase: Failed}\n").phase, PodPhase::failed);
    EXPECT_EQ(facts("metadata: {name: a}\nstatus: {phase: Paused}\n").phase, PodPhase::unknown);
}

TEST(ReadPod, DaemonSetAndMirrorPodsStay) {
    EXPECT_TRUE(
        facts("metadata: {name: a, ownerReferences: [{kind: DaemonSet, name: d, uid: u, controller: true}]}\n").stays);
    EXPECT_TRUE(facts("metadata: {name: a, annotations: {kubernetes.io/config.mirror: x}}\n").stays);
    EXPECT_FALSE(facts("metadata: {name: a, ownerReferences: [{kind: DaemonSet, name: d, uid: u}]}\n").stays);
}

TEST(ReadPod, AScheduledConditionIsNoComplaint) {
    EXPECT_EQ(
        facts("metadata: {name: a}\nstatus: {conditions: [{type: PodScheduled, status: \"True\", message: fine}]}\n")
            .unschedulable_message,
        "");
    EXPECT_EQ(facts("metadata: {name: a}\nstatus: {conditions: [{type: PodScheduled, status: \"False\", reason: "
                    "SchedulingGated, message: held}]}\n")
                  .unschedulable_message,
              "");
}

TEST(ReadPod, PodsOfOtherSchedulersAreInNoGang) {
    const PodFacts pod = facts(
        "metadata: {name: a, labels: {muster.scheduler/gang: g}, annotations: {muster.scheduler/members: junk}}\n");
    EXPECT_FALSE(pod.gang);
    EXPECT_TRUE(pod.gang_errors.empty());
}

TEST(ReadPod, ABadDeclarationDoesNotHideWhatThePodUses) {
    const PodFacts pod = facts(
        "metadata: {name: a, labels: {muster.scheduler/gang: g}, annotations: {muster.scheduler/members: junk}}\n"
        "spec: {schedulerName: muster, nodeName: n1, containers: [{resources: {requests: {cpu: 1}}}]}\n");
    EXPECT_EQ(pod.shape.requests.get("cpu"), 1'000);
    EXPECT_EQ(pod.gang_errors.size(), 1U);
    ASSERT_TRUE(pod.gang);
    EXPECT_EQ(pod.gang->key.name, "g");
}

TEST(ReadPod, WrongTypesNameTheirField) {
    EXPECT_EQ(pod_refusal("spec: {}\n"), "pod without a name: metadata.name: is missing; give the pod a name");
    EXPECT_EQ(pod_refusal("metadata: {name: 7}\n"),
              "pod without a name: metadata.name: is a number (7); write a string, in quotes");
    EXPECT_EQ(
        pod_refusal("metadata: {name: a, creationTimestamp: yesterday}\n"),
        "pod default/a: metadata.creationTimestamp: \"yesterday\" is not a time; write e.g. 2026-08-18T09:30:00Z");
    EXPECT_EQ(pod_refusal("metadata: {name: a}\nspec: {priority: high}\n"),
              "pod default/a: spec.priority: is a string (high); write a whole number");
    EXPECT_EQ(pod_refusal("metadata: {name: a}\nspec: {priority: 3000000000}\n"),
              "pod default/a: spec.priority: 3000000000 is out of range; write a 32-bit number");
    EXPECT_EQ(pod_refusal("metadata: {name: a}\nspec: []\n"), "pod default/a: spec: is a list; write a map");
    EXPECT_EQ(pod_refusal("metadata: {name: a}\nspec: {schedulingGates: [{name: [x]}]}\n"),
              "pod default/a: spec.schedulingGates[0].name: is a list; write a string");
}

TEST(Timestamp, WhatIsWrittenReadsBack) {
    EXPECT_EQ(format_timestamp(0), "1970-01-01T00:00:00Z");
    EXPECT_EQ(format_timestamp(951'825'600), "2000-02-29T12:00:00Z");
    EXPECT_EQ(format_timestamp(-1), "1969-12-31T23:59:59Z");
    EXPECT_EQ(format_timestamp(std::numeric_limits<std::int64_t>::max()), "9999-12-31T23:59:59Z");
    EXPECT_EQ(format_timestamp(std::numeric_limits<std::int64_t>::min()), "0000-01-01T00:00:00Z");
    for (const std::int64_t seconds : {951'825'601LL, 4'102'444'800LL, -2'208'988'800LL})
        EXPECT_EQ(parse_timestamp(format_timestamp(seconds)), seconds);
}

TEST(Timestamp, RfcTimesAreSecondsSince1970) {
    EXPECT_EQ(parse_timestamp("1970-01-01T00:00:00Z"), 0);
    EXPECT_EQ(parse_timestamp("2000-02-29T12:00:00Z"), 951'825'600);
    EXPECT_EQ(parse_timestamp("2000-02-29T12:00:00.123456Z"), 951'825'600);
    EXPECT_EQ(parse_timestamp("2000-02-29T14:30:00+02:30"), 951'825'600);
    EXPECT_EQ(parse_timestamp("1969-12-31T23:59:59Z"), -1);
    for (const char* text : {"", "2000-02-30T12:00:00Z", "2001-02-29T12:00:00Z", "2000-02-29", "2000-02-29T12:00:00",
                             "2000-02-29 12:00:00Z", "2000-02-29T25:00:00Z", "2000-02-29T12:00:00.Z",
                             "2000-02-29T12:00:00Zx", "2000-13-01T00:00:00Z", "20-02-29T12:00:00Z"}) {
        EXPECT_FALSE(parse_timestamp(text)) << text;
    }
}

}  // namespace
}  // namespace muster
