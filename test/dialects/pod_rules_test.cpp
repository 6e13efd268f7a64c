#include "dialects/pod_rules.hpp"

#include "test/dialects/objects_for_tests.hpp"
#include "test/dialects/refusal_of.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

using testing::pod_with_spec;
using testing::read;
using testing::yaml;
using Strings = std::vector<std::string>;

PodShape shape(const Object& pod) {
    const auto facts = read(pod);
    EXPECT_TRUE(facts.has_value()) << (facts ? "" : to_string(facts.error()));
    return facts ? facts->shape : PodShape();
}

std::string spec_refusal(const std::string& spec) {
    return test::refusal_of(read(pod_with_spec(spec)));
}

TEST(PodRules, SelectorAndRequiredNodeAffinityAreRead) {
    const PodShape s =
        shape(pod_with_spec("  nodeSelector: {b: \"2\", a: x}\n"
                            "  affinity:\n"
                            "    nodeAffinity:\n"
                            "      requiredDuringSchedulingIgnoredDuringExecution:\n"
                            "        nodeSelectorTerms:\n"
                            "        - matchExpressions: [{key: zone, operator: In, values: [z1, z2]}, {key: old, "
                            "operator: DoesNotExist}]\n"
                            "          matchFields: [{key: metadata.name, operator: NotIn, values: [n7]}]\n"
                            "        - matchExpressions: [{key: gen, operator: Gt, values: [\"4\"]}]\n"
                            "      preferredDuringSchedulingIgnoredDuringExecution: [{weight: 1, preference: {}}]\n"));
    EXPECT_EQ(s.node_selector, (Labels{{"a", "x"}, {"b", "2"}}));
    ASSERT_TRUE(s.required_affinity);
    EXPECT_EQ(*s.required_affinity, (std::vector<SelectorTerm>{{{"zone", SelectorOp::in, {"z1", "z2"}, false},
                                                                {"old", SelectorOp::does_not_exist, {}, false},
                                                                {"metadata.name", SelectorOp::not_in, {"n7"}, true}},
                                                               {{"gen", SelectorOp::gt, {"4"}, false}}}));
    EXPECT_TRUE(s.unmodelled.empty());
}

TEST(PodRules, NoTermsMatchNothingWhileNoAffinityMatchesAll) {
    const PodShape none = shape(pod_with_spec(
        "  affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: []}}}\n"));
    ASSERT_TRUE(none.required_affinity);
    EXPECT_TRUE(none.required_affinity->empty());
    EXPECT_FALSE(shape(pod_with_spec("  affinity: {}\n")).required_affinity);
}

TEST(PodRules, TolerationsAreRead) {
    const PodShape s =
        shape(pod_with_spec("  tolerations:\n"
                            "  - {operator: Exists}\n"
                            "  - {key: gpu, value: \"yes\", effect: NoSchedule}\n"
                            "  - {key: down, operator: Exists, effect: NoExecute, tolerationSeconds: 300}\n"));
    EXPECT_EQ(s.tolerations, (std::vector<Toleration>{{"", "", true, std::nullopt},
                                                      {"gpu", "yes", false, TaintEffect::no_schedule},
                                                      {"down", "", true, TaintEffect::no_execute}}));
}

TEST(PodRules, HostPortsOfContainersAndSidecarsAreNormalised) {
    const PodShape s =
        shape(pod_with_spec("  containers:\n"
                            "  - ports: [{containerPort: 80}, {hostPort: 8080, containerPort: 80}, {hostPort: 53, "
                            "protocol: UDP, hostIP: 10.0.0.1}]\n"
                            "  initContainers:\n"
                            "  - {restartPolicy: Always, ports: [{hostPort: 9000}]}\n"
                            "  - {ports: [{hostPort: 9999}]}\n"));
    EXPECT_EQ(s.host_ports, (Strings{"TCP/0.0.0.0/8080", "TCP/0.0.0.0/9000", "UDP/10.0.0.1/53"}));
}

TEST(PodRules, OnTheHostNetworkEveryContainerPortIsAHostPort) {
    const PodShape s = shape(pod_with_spec("  hostNetwork: true\n  containers: [{ports: [{containerPort: 29500}]}]\n"));
    EXPECT_EQ(s.host_ports, (Strings{"TCP/0.0.0.0/29500"}));
}

Object member(const std::string& anti_affinity_term,
              const std::string& labels = "muster.scheduler/gang: llama, app: x") {
    return yaml("metadata:\n  name: p\n  namespace: ml\n  labels: {" + labels +
                "}\n  annotations: {muster.scheduler/members: \"2\"}\n" +
                "  ownerReferences: [{controller: true, uid: u1, kind: Job, name: j}]\n"
                "spec:\n  schedulerName: muster\n  affinity:\n    podAntiAffinity:\n"
                "      requiredDuringSchedulingIgnoredDuringExecution:\n      - " +
                anti_affinity_term + "\n");
}

TEST(PodRules, AntiAffinityAgainstTheOwnGangOnTheHostIsOnePerHost) {
    const std::string host = "topologyKey: kubernetes.io/hostname";
    for (const std::string& selector :
         Strings{"matchLabels: {muster.scheduler/gang: llama}",
                 "matchExpressions: [{key: muster.scheduler/gang, operator: In, values: [llama]}]"}) {
        const PodShape s = shape(member("{" + host + ", labelSelector: {" + selector + "}}"));
        EXPECT_TRUE(s.one_per_host) << selector;
        EXPECT_TRUE(s.unmodelled.empty()) << selector;
    }
    EXPECT_TRUE(
        shape(member("{" + host + ", namespaces: [ml], labelSelector: {matchLabels: {muster.scheduler/gang: llama}}}"))
            .one_per_host);
    EXPECT_TRUE(
        shape(member("{" + host + ", labelSelector: {matchLabels: {job-name: j}}}", "job-name: j")).one_per_host);
}

TEST(PodRules, OtherPodAntiAffinityIsNamedAsUnmodelled) {
    const std::string host = "topologyKey: kubernetes.io/hostname";
    const std::string own = "labelSelector: {matchLabels: {muster.scheduler/gang: llama}}";
    for (const std::string& term : Strings{
             "{topologyKey: rack, " + own + "}", "{" + host + ", labelSelector: {matchLabels: {app: x}}}",
             "{" + host + ", labelSelector: {matchLabels: {muster.scheduler/gang: other}}}",
             "{" + host + ", labelSelector: {matchLabels: {muster.scheduler/gang: llama, app: x}}}",
             "{" + host + ", namespaces: [other], " + own + "}", "{" + host + ", namespaceSelector: {}, " + own + "}",
             "{" + host + ", matchLabelKeys: [x], " + own + "}", "{" + host + "}",
             "{" + host + ", labelSelector: {matchExpressions: [{key: muster.scheduler/gang, operator: Exists}]}}"}) {
        const PodShape s = shape(member(term));
        EXPECT_FALSE(s.one_per_host) << term;
        EXPECT_EQ(s.unmodelled, (Strings{"spec.affinity.podAntiAffinity"})) << term;
    }
}

TEST(PodRules, OnlyFeaturesThatCouldMakeAPlanWrongAreUnmodelled) {
    const PodShape bad = shape(pod_with_spec(
        "  affinity: {podAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: zone}]}}\n"
        "  topologySpreadConstraints: [{whenUnsatisfiable: DoNotSchedule}, {topologyKey: zone}]\n"
        "  resourceClaims: [{name: c}]\n"
        "  tolerations: [{key: a, operator: Lt, value: \"3\"}]\n"));
    EXPECT_EQ(bad.unmodelled, (Strings{"spec.affinity.podAffinity", "spec.resourceClaims",
                                       "spec.tolerations with operator Lt", "spec.topologySpreadConstraints"}));
    const PodShape good = shape(
        pod_with_spec("  affinity:\n    podAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 1}]}\n"
                      "    podAntiAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 1}]}\n"
                      "  topologySpreadConstraints: [{whenUnsatisfiable: ScheduleAnyway}]\n"
                      "  volumes: [{name: v, persistentVolumeClaim: {claimName: c}}]\n"));
    EXPECT_TRUE(good.unmodelled.empty());
}

TEST(PodRules, WrongRulesNameTheirField) {
    EXPECT_EQ(spec_refusal("  nodeSelector: {zone: 3}\n"),
              "pod ml/p: spec.nodeSelector[zone]: is a number (3); write a string, in quotes");
    EXPECT_EQ(spec_refusal("  tolerations: [{effect: NoSchedul}]\n"),
              "pod ml/p: spec.tolerations[0].effect: \"NoSchedul\" is not an effect; did you mean \"NoSchedule\"?");
    EXPECT_EQ(spec_refusal("  tolerations: [{operator: Equals}]\n"),
              "pod ml/p: spec.tolerations[0].operator: \"Equals\" is not an operator; known: Equal, Exists");
    EXPECT_EQ(spec_refusal("  containers: [{ports: [{hostPort: 70000}]}]\n"),
              "pod ml/p: spec.containers[0].ports[0].hostPort: 70000 is not a port; write 1 to 65535");
    EXPECT_EQ(
        spec_refusal("  affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: "
                     "[{matchExpressions: [{key: a, "
                     "operator: is}]}]}}}\n")
            .substr(0, 150),
        std::string("pod ml/p: "
                    "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms["
                    "0].matchExpressions[0]."
                    "operator: \"is\" is not an operator")
            .substr(0, 150));
}

TEST(PodRules, SharesOfOneDeviceAreNamed) {
    const auto unmodelled = [](const std::string& requests, const std::string& annotations = "") {
        return shape(yaml("metadata: {name: p, annotations: {" + annotations +
                          "}}\nspec: {containers: [{resources: " + "{requests: {" + requests + "}}}]}\n"))
            .unmodelled;
    };
    EXPECT_EQ(unmodelled("nvidia.com/gpu: 1, nvidia.com/gpumem: 3000, nvidia.com/gpucores: 30"),
              (Strings{"share of one device: nvidia.com/gpucores", "share of one device: nvidia.com/gpumem"}));
    EXPECT_EQ(unmodelled("volcano.sh/gpu-memory: 3"), Strings{"share of one device: volcano.sh/gpu-memory"});
    EXPECT_EQ(unmodelled("cpu: 1", "alibabacloud.com/gpu-milli: '700'"),
              Strings{"share of one device: alibabacloud.com/gpu-milli"});
    EXPECT_EQ(unmodelled("nvidia.com/gpu: 1, nvidia.com/mig-1g.10gb: 1", "alibabacloud.com/gpu-milli: '1000'"),
              Strings{});
}

}  // namespace
}  // namespace muster
