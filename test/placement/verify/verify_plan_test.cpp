#include "placement/verify/verify_plan.hpp"

#include "placement/cluster/cluster_state.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

// Blocks b1 (racks r1: a, b; r2: c; without rack: d, e) and b2 (rack r1: f), 8 GPUs each.
struct VerifyPlan : testing::Test {
    VerifyPlan() {
        for (const auto& [name, block, rack] : {Where{"a", "b1", "r1"}, Where{"b", "b1", "r1"}, Where{"c", "b1", "r2"},
                                                Where{"d", "b1", ""}, Where{"e", "b1", ""}, Where{"f", "b2", "r1"}}) {
            NodeFacts facts = node(name);
            facts.labels = {{"example.com/block", block}};
            if (*rack != '\0') facts.labels.emplace_back("example.com/rack", rack);
            see(facts);
        }
        request.key = {"ml", "g"};
        request.roles.resize(1);
        request.roles[0].shape.requests = {{"nvidia.com/gpu", 4}, {"pods", 1}};
    }

    struct Where {
        const char* name;
        const char* block;
        const char* rack;
    };

    static NodeFacts node(const std::string& name) {
        NodeFacts facts;
        facts.name = NodeName(name);
        facts.allocatable = {{"nvidia.com/gpu", 8}, {"pods", 10}};
        return facts;
    }
    void see(NodeFacts facts) { state.apply(NodeSeen{std::move(facts)}); }

    // One member per node named, and a plan that says so, with the quality given.
    Plan place(const std::vector<std::string>& nodes, Quality quality) {
        Plan plan{{}, std::move(quality)};
        for (const auto& on : nodes) {
            const std::string name = "g-" + std::to_string(plan.placements.size());
            request.roles[0].members.push_back({PodUid(name), {"ml", name}});
            plan.placements.push_back({PodUid(name), {"ml", name}, NodeName(on)});
        }
        return plan;
    }

    static Quality quality(std::string level, std::string domain, std::int64_t term, std::vector<std::int32_t> counts) {
        Quality stated{std::move(level), std::move(domain), {}, {0, term}};
        const char* const levels[] = {"block", "rack", "host"};
        for (std::size_t i = 0; i < counts.size(); ++i) {
            stated.domains.push_back({levels[i], counts[i]});
            stated.objective.push_back(counts[i]);
        }
        return stated;
    }

    // In rack b1/r1, two on a and one on b.
    Plan good() { return place({"a", "a", "b"}, quality("rack", "b1/r1", 2, {1, 1, 2})); }

    std::string fault(const Plan& plan) { return verify_plan(state.snapshot(), request, plan).value_or("none"); }

    ClusterState state{{{"block", "example.com/block"}, {"rack", "example.com/rack"}}};
    GangRequest request;
};

TEST_F(VerifyPlan, RightPlanHasNoFault) {
    EXPECT_EQ(fault(good()), "none");
}

TEST_F(VerifyPlan, EveryMemberMustBePlacedOnceAndInOrder) {
    Plan plan = good();
    plan.placements.pop_back();
    EXPECT_EQ(fault(plan), "2 placements for 3 members");
    request.roles[0].members.clear();
    plan = good();
    plan.placements[1] = plan.placements[0];
    EXPECT_EQ(fault(plan), "member ml/g-1: its place in the plan is given to member ml/g-0");
}

TEST_F(VerifyPlan, MemberGivenTwiceInTheRequestIsFound) {
    Plan plan = good();
    request.roles[0].members[1] = request.roles[0].members[0];
    plan.placements[1] = plan.placements[0];
    EXPECT_EQ(fault(plan), "member ml/g-0: its UID stands twice in the request");
}

TEST_F(VerifyPlan, NodeMustExistAndAdmitTheShape) {
    Plan plan = good();
    plan.placements[2].node = NodeName("z");
    EXPECT_EQ(fault(plan), "member ml/g-2: node z is unknown");
    plan.placements[2].node = NodeName("b");
    request.roles[0].shape.node_selector = {{"example.com/rack", "r2"}};
    EXPECT_EQ(fault(plan), "member ml/g-0: node a does not match the node selector");
    request.roles[0].shape.node_selector.clear();
    state.apply(NodeGone{NodeName("b")});
    EXPECT_EQ(fault(plan), "member ml/g-2: node b is unknown");
}

TEST_F(VerifyPlan, CordonedNodeIsRefused) {
    const Plan plan = good();
    NodeFacts facts = *state.node(NodeName("b"));
    facts.unschedulable = true;
    see(facts);
    EXPECT_EQ(fault(plan), "member ml/g-2: node b is cordoned");
}

TEST_F(VerifyPlan, NodeToAvoidIsRefused) {
    request.avoid = {NodeName("b"), NodeName("c")};
    EXPECT_EQ(fault(good()), "member ml/g-2: node b is to be avoided");
}

TEST_F(VerifyPlan, MembersOfANodeMustFitTogetherIntoWhatIsFree) {
    const Plan plan = good();
    state.apply(Reserved{PodUid("other"), NodeName("a"), {{"nvidia.com/gpu", 1}, {"pods", 1}}, {}});
    EXPECT_EQ(fault(plan), "node a: members need 8 of nvidia.com/gpu, free are 7");
    state.apply(Released{PodUid("other")});
    EXPECT_EQ(fault(plan), "none");
}

TEST_F(VerifyPlan, ResourceThatNoNodeOffersIsNotFree) {
    request.roles[0].shape.requests.set("example.com/nic", 1);
    EXPECT_EQ(fault(good()), "node a: members need 2 of example.com/nic, free are 0");
}

TEST_F(VerifyPlan, OverCommitmentOfWhatIsNotRequestedDoesNotMatter) {
    for (const char* uid : {"p", "q"}) {
        state.apply(PodBound{PodUid(uid), NodeName("a"), {{"memory", 100}, {"pods", 1}}, {}, false});
    }
    EXPECT_EQ(fault(good()), "none");
}

TEST_F(VerifyPlan, HostPortTakenByAnotherPodIsAFault) {
    state.apply(PodBound{PodUid("p"), NodeName("a"), {{"pods", 1}}, {"TCP/10.0.0.1/80"}, false});
    request.roles[0].shape.host_ports = {"TCP/0.0.0.0/80"};
    const Plan plan = place({"a"}, quality("host", "b1/r1/a", 1, {1, 1, 1}));
    EXPECT_EQ(fault(plan), "member ml/g-0: host port TCP/0.0.0.0/80 is taken on node a");
    request.roles[0].shape.host_ports = {"TCP/0.0.0.0/81"};
    EXPECT_EQ(fault(plan), "none");
}

TEST_F(VerifyPlan, MembersWithHostPortsNeverShareANode) {
    request.roles[0].shape.host_ports = {"TCP/10.0.0.1/80"};
    EXPECT_EQ(fault(good()), "member ml/g-1: host port TCP/10.0.0.1/80 is taken on node a");
}

TEST_F(VerifyPlan, OnePerHostForbidsSharingWithAnyMemberBoundOnesIncluded) {
    request.roles[0].shape.one_per_host = true;
    const Plan plan = place({"a", "b"}, quality("rack", "b1/r1", 2, {1, 1, 2}));
    EXPECT_EQ(fault(plan), "none");
    request.fixed.push_back({PodUid("bound"), NodeName("b")});
    EXPECT_EQ(fault(plan), "member ml/g-1: shares node b with a member though it may not");
    request.fixed.clear();
    request.roles[0].members.clear();
    EXPECT_EQ(fault(good()), "member ml/g-0: shares node a with a member though it may not");
}

TEST_F(VerifyPlan, RequiredLevelHoldsByNameOrLabelWithBoundMembersIncluded) {
    const Plan plan = good();
    for (const char* level : {"rack", "example.com/rack", "block"}) {
        request.wish.required = level;
        EXPECT_EQ(fault(plan), "none") << level;
    }
    request.wish.required = "host";
    EXPECT_EQ(fault(plan), "the members are not in one domain of the required level host");
    request.wish.required = "rack";
    request.fixed.push_back({PodUid("bound"), NodeName("c")});
    EXPECT_EQ(fault(plan), "the members are not in one domain of the required level rack");
}

TEST_F(VerifyPlan, SameRackNameUnderTwoBlocksIsNotOneRack) {
    request.wish.required = "rack";
    const Plan plan = place({"a", "f"}, quality("cluster", "", 4, {2, 2, 2}));
    EXPECT_EQ(fault(plan), "the members are not in one domain of the required level rack");
}

TEST_F(VerifyPlan, NodesWithoutTheRackLabelAreNoRackButTheirBlockHoldsThem) {
    const Plan plan = place({"d", "e"}, quality("block", "b1", 3, {1, 1, 2}));
    EXPECT_EQ(fault(plan), "none");
    request.wish.required = "rack";
    EXPECT_EQ(fault(plan), "the members are not in one domain of the required level rack");
}

TEST_F(VerifyPlan, OneHostIsInsideOneRackEvenWithoutTheLabel) {
    request.wish.required = "rack";
    EXPECT_EQ(fault(place({"d", "d"}, quality("host", "b1/~/d", 1, {1, 1, 1}))), "none");
}

TEST_F(VerifyPlan, UnknownLevelOfAWishIsAFault) {
    const Plan plan = good();
    request.wish.preferred = "zone";
    EXPECT_EQ(fault(plan), "level zone of the wish is unknown");
    request.wish.preferred.reset();
    request.wish.required = "zone";
    EXPECT_EQ(fault(plan), "level zone of the wish is unknown");
}

TEST_F(VerifyPlan, StatedQualityMustBeTrue) {
    Plan plan = good();
    plan.quality.level = "block";
    EXPECT_EQ(fault(plan), "stated level block, found rack");
    plan.quality.level = "rack";
    plan.quality.domain = "b2/r1";
    EXPECT_EQ(fault(plan), "stated domain b2/r1, found b1/r1");
    plan.quality.domain = "b1/r1";
    plan.quality.domains[2].domains = 1;
    EXPECT_EQ(fault(plan), "stated domain counts differ from those found");
    plan.quality.domains[2].domains = 2;
    plan.quality.objective[1] = 1;
    EXPECT_EQ(fault(plan), "stated objective differs in its level term or counts, which are 2 1 1 2");
    plan.quality.objective = {0, 2, 1, 1};
    EXPECT_EQ(fault(plan), "stated objective differs in its level term or counts, which are 2 1 1 2");
    plan.quality.objective = {0, 2, 1, 1, 2, 77};  // costs of policies follow
    EXPECT_EQ(fault(plan), "none");
    plan.quality.leading = 1;
    EXPECT_EQ(fault(plan), "stated objective differs in its level term or counts, which are 2 1 1 2");
    plan.quality.objective = {0, 2, 77, 1, 1, 2};  // or stand before the domains
    EXPECT_EQ(fault(plan), "none");
    plan.quality.leading = 2;
    EXPECT_EQ(fault(plan), "stated objective differs in its level term or counts, which are 2 1 1 2");
    plan.quality.leading = -1;
    EXPECT_EQ(fault(plan), "stated objective differs in its level term or counts, which are 2 1 1 2");
}

TEST_F(VerifyPlan, LevelTermOfEachLevel) {
    struct Case {
        std::vector<std::string> nodes;
        Quality stated;
    };
    for (const auto& [nodes, stated] : {Case{{"a", "a"}, quality("host", "b1/r1/a", 1, {1, 1, 1})},
                                        Case{{"a", "b"}, quality("rack", "b1/r1", 2, {1, 1, 2})},
                                        Case{{"a", "c"}, quality("block", "b1", 3, {1, 2, 2})},
                                        Case{{"a", "f"}, quality("cluster", "", 4, {2, 2, 2})}}) {
        request.roles[0].members.clear();
        EXPECT_EQ(fault(place(nodes, stated)), "none") << stated.level;
    }
}

TEST_F(VerifyPlan, PreferredLevelTiesEverythingAtOrBelowIt) {
    request.wish.preferred = "block";
    EXPECT_EQ(fault(place({"a", "a"}, quality("host", "b1/r1/a", 3, {1, 1, 1}))), "none");
    request.roles[0].members.clear();
    EXPECT_EQ(fault(place({"a", "f"}, quality("cluster", "", 4, {2, 2, 2}))), "none");
}

TEST_F(VerifyPlan, BoundMembersCountInLevelAndCountsUnlessTheirNodeIsGone) {
    request.fixed.push_back({PodUid("bound"), NodeName("c")});
    const Plan plan = place({"a", "b"}, quality("block", "b1", 3, {1, 2, 3}));
    EXPECT_EQ(fault(plan), "none");
    state.apply(NodeGone{NodeName("c")});
    EXPECT_EQ(fault(plan), "stated level block, found rack");
}

}  // namespace
}  // namespace muster
