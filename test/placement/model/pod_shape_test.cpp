#include "placement/model/pod_shape.hpp"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

NodeFacts gpu_node() {
    NodeFacts node;
    node.name = NodeName("n1");
    node.labels = {{"gen", "5"}, {"pool", "a"}};
    return node;
}

SelectorExpression expression(std::string key, SelectorOp op, std::vector<std::string> values = {}) {
    return {std::move(key), op, std::move(values), false};
}

TEST(JudgeNode, PodWithoutWishesMayRunOnAPlainNode) {
    EXPECT_EQ(judge_node(PodShape{}, gpu_node()), NodeVerdict::ok);
}

TEST(JudgeNode, NotReadyNodeIsRefusedWhateverThePodTolerates) {
    NodeFacts node = gpu_node();
    node.ready = false;
    PodShape shape;
    shape.tolerations.push_back({"", "", true, std::nullopt});
    EXPECT_EQ(judge_node(shape, node), NodeVerdict::not_ready);
}

TEST(JudgeNode, CordonedNodeTakesOnlyPodsThatTolerateTheCordon) {
    NodeFacts node = gpu_node();
    node.unschedulable = true;
    PodShape shape;
    EXPECT_EQ(judge_node(shape, node), NodeVerdict::cordoned);
    shape.tolerations.push_back({"node.kubernetes.io/unschedulable", "", true, TaintEffect::no_schedule});
    EXPECT_EQ(judge_node(shape, node), NodeVerdict::ok);
}

TEST(JudgeNode, EveryEntryOfTheNodeSelectorMustMatch) {
    PodShape shape;
    shape.node_selector = {{"gen", "5"}, {"pool", "a"}};
    EXPECT_EQ(judge_node(shape, gpu_node()), NodeVerdict::ok);
    shape.node_selector[1].second = "b";
    EXPECT_EQ(judge_node(shape, gpu_node()), NodeVerdict::selector);
    shape.node_selector = {{"absent", ""}};
    EXPECT_EQ(judge_node(shape, gpu_node()), NodeVerdict::selector);
}

TEST(JudgeNode, OneTermOfTheAffinitySufficesAndAnEmptyListMatchesNothing) {
    PodShape shape;
    const SelectorTerm no{expression("pool", SelectorOp::in, {"b"})};
    const SelectorTerm yes{expression("pool", SelectorOp::exists)};
    shape.required_affinity = std::vector<SelectorTerm>{no, yes};
    EXPECT_EQ(judge_node(shape, gpu_node()), NodeVerdict::ok);
    shape.required_affinity = std::vector<SelectorTerm>{no};
    EXPECT_EQ(judge_node(shape, gpu_node()), NodeVerdict::affinity);
    shape.required_affinity = std::vector<SelectorTerm>{};
    EXPECT_EQ(judge_node(shape, gpu_node()), NodeVerdict::affinity);
}

TEST(JudgeNode, TaintsOfNoScheduleAndNoExecuteMustBeToleratedPreferredOnesNot) {
    struct Case {
        TaintEffect effect;
        NodeVerdict verdict;
    };
    for (const auto& [effect, verdict] :
         {Case{TaintEffect::no_schedule, NodeVerdict::taint}, Case{TaintEffect::no_execute, NodeVerdict::taint},
          Case{TaintEffect::prefer_no_schedule, NodeVerdict::ok}}) {
        NodeFacts node = gpu_node();
        node.taints.push_back({"dedicated", "ml", effect});
        EXPECT_EQ(judge_node(PodShape{}, node), verdict);
        PodShape shape;
        shape.tolerations.push_back({"dedicated", "ml", false, std::nullopt});
        EXPECT_EQ(judge_node(shape, node), NodeVerdict::ok);
    }
}

TEST(Tolerates, KeyValueOperatorAndEffectMustAllAgree) {
    const Taint taint{"dedicated", "ml", TaintEffect::no_schedule};
    struct Case {
        Toleration toleration;
        bool tolerated;
    };
    const Case cases[] = {
        {{"dedicated", "ml", false, std::nullopt}, true},
        {{"dedicated", "ml", false, TaintEffect::no_schedule}, true},
        {{"dedicated", "ml", false, TaintEffect::no_execute}, false},
        {{"dedicated", "web", false, std::nullopt}, false},
        {{"dedicated", "", false, std::nullopt}, false},
        {{"dedicated", "", true, std::nullopt}, true},
        {{"other", "ml", true, std::nullopt}, false},
        {{"", "", true, std::nullopt}, true},
        {{"", "", true, TaintEffect::no_execute}, false},
        {{"", "ml", false, std::nullopt}, false},
    };
    for (const auto& [toleration, tolerated] : cases) EXPECT_EQ(tolerates({toleration}, taint), tolerated);
    EXPECT_FALSE(tolerates({}, taint));
}

TEST(Matches, EachOperatorAsKubernetesHasIt) {
    struct Case {
        SelectorExpression expression;
        bool matched;
    };
    const Case cases[] = {
        {expression("pool", SelectorOp::in, {"b", "a"}), true},
        {expression("pool", SelectorOp::in, {"b"}), false},
        {expression("absent", SelectorOp::in, {""}), false},
        {expression("pool", SelectorOp::not_in, {"a"}), false},
        {expression("pool", SelectorOp::not_in, {"b"}), true},
        {expression("absent", SelectorOp::not_in, {"a"}), true},
        {expression("pool", SelectorOp::exists), true},
        {expression("absent", SelectorOp::exists), false},
        {expression("pool", SelectorOp::does_not_exist), false},
        {expression("absent", SelectorOp::does_not_exist), true},
        {expression("gen", SelectorOp::gt, {"4"}), true},
        {expression("gen", SelectorOp::gt, {"5"}), false},
        {expression("gen", SelectorOp::lt, {"6"}), true},
        {expression("gen", SelectorOp::lt, {"5"}), false},
        {expression("gen", SelectorOp::gt, {"+4"}), true},
        {expression("gen", SelectorOp::gt, {"+-4"}), false},
        {expression("gen", SelectorOp::gt, {"4.5"}), false},
        {expression("gen", SelectorOp::gt, {"4", "3"}), false},
        {expression("pool", SelectorOp::gt, {"4"}), false},
        {expression("absent", SelectorOp::lt, {"4"}), false},
    };
    for (const auto& [one, matched] : cases) EXPECT_EQ(matches({one}, gpu_node()), matched) << one.key;
}

TEST(Matches, AllExpressionsOfATermMustHoldAndAnEmptyTermMatchesNothing) {
    const auto yes = expression("pool", SelectorOp::exists);
    const auto no = expression("pool", SelectorOp::does_not_exist);
    EXPECT_TRUE(matches({yes, yes}, gpu_node()));
    EXPECT_FALSE(matches({yes, no}, gpu_node()));
    EXPECT_FALSE(matches(SelectorTerm{}, gpu_node()));
}

TEST(Matches, FieldsKnowOnlyTheNodesName) {
    EXPECT_TRUE(matches({{"metadata.name", SelectorOp::in, {"n1"}, true}}, gpu_node()));
    EXPECT_FALSE(matches({{"metadata.name", SelectorOp::not_in, {"n1"}, true}}, gpu_node()));
    EXPECT_FALSE(matches({{"metadata.uid", SelectorOp::not_in, {"n1"}, true}}, gpu_node()));
    EXPECT_FALSE(matches({{"metadata.name", SelectorOp::in, {"n1"}, false}}, gpu_node()));
}

TEST(PortsConflict, OnlyOnOneProtocolAndPortAndOverlappingAddresses) {
    struct Case {
        const char* a;
        const char* b;
        bool conflict;
    };
    const Case cases[] = {
        {"TCP/10.0.0.1/80", "TCP/10.0.0.1/80", true},
        {"TCP/10.0.0.1/80", "TCP/10.0.0.2/80", false},
        {"TCP/0.0.0.0/80", "TCP/10.0.0.2/80", true},
        {"TCP//80", "TCP/10.0.0.2/80", true},
        {"TCP//80", "TCP/0.0.0.0/80", true},
        {"TCP//80", "UDP//80", false},
        {"TCP//80", "TCP//8080", false},
        {"TCP//80", "TCP//81", false},
        {"TCP/10.0.0.1/80", "UDP/10.0.0.1/80", false},
    };
    for (const auto& [a, b, conflict] : cases) {
        EXPECT_EQ(ports_conflict(a, b), conflict) << a << " and " << b;
        EXPECT_EQ(ports_conflict(b, a), conflict) << b << " and " << a;
    }
}

}  // namespace
}  // namespace muster
