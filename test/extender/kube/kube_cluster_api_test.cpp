#include "extender/kube/kube_cluster_api.hpp"

#include "dialects/own_vocabulary.hpp"
#include "extender/kube/job_defaults.hpp"
#include "test/extender/kube/fake_api_server.hpp"
#include "test/extender/kube/sample_objects.hpp"

#include <gtest/gtest.h>

namespace muster::test {
namespace {

class KubeClusterApiTest : public ::testing::Test {
  protected:
    PodFacts add(const Json& pod) {
        server.store().put(kPods, pod);
        return now(pod["metadata"]["name"]);
    }
    PodFacts now(const std::string& name) { return api.read({"ml", name}).value().value(); }
    [[nodiscard]] Json stored(const std::string& name) { return server.store().get(kPods, "ml/" + name).value(); }
    static Admit admit_of(const PodFacts& pod, const std::string& node) {
        return {pod.uid, pod.key, pod.resource_version, {Epoch(3), Term(1), NodeName(node), 0}, true, true};
    }
    static WriteBinding binding_of(const PodFacts& pod, const std::string& node) {
        return {pod.uid, pod.key, pod.resource_version, NodeName(node), Epoch(3), 0, "b1/r1"};
    }

    FakeApiServer server;
    kube::JobDefaults jobs;
    std::unique_ptr<kube::ApiClient> client = std::move(*kube::ApiClient::create(server.access()));
    kube::KubeClusterApi api{*client, jobs, {"muster"}, "me"};
};

TEST_F(KubeClusterApiTest, AdmitNominatesThenWritesThePlanAndLiftsOnlyOurGate) {
    const PodFacts pod = add(sample_pod("a"));
    const WriteOutcome outcome = api.admit(admit_of(pod, "n1"));
    ASSERT_EQ(outcome.status, WriteStatus::ok) << outcome.message;
    const PodFacts after = now("a");
    EXPECT_EQ(after.nominated_node.str(), "n1");
    EXPECT_EQ(after.plan, (WrittenPlan{Epoch(3), Term(1), NodeName("n1"), 0}));
    EXPECT_FALSE(after.own_gate);
    EXPECT_TRUE(after.foreign_gates);
    EXPECT_EQ(outcome.resource_version, after.resource_version);
    const auto patches = server.requests("PATCH", "/pods/a");
    ASSERT_EQ(patches.size(), 2U);
    EXPECT_NE(patches[0].target.find("/status"), std::string::npos) << "the nomination comes first";
    EXPECT_EQ(patches[0].connection, patches[1].connection);
}

TEST_F(KubeClusterApiTest, AdmitAgainChangesNothing) {
    const PodFacts pod = add(sample_pod("a"));
    const WriteOutcome first = api.admit(admit_of(pod, "n1"));
    const WriteOutcome second = api.admit(admit_of(now("a"), "n1"));
    EXPECT_EQ(second.status, WriteStatus::ok);
    EXPECT_EQ(second.resource_version, first.resource_version);
}

TEST_F(KubeClusterApiTest, AStaleVersionIsAConflictAndWritesNothing) {
    const PodFacts pod = add(sample_pod("a"));
    EXPECT_EQ(api.touch(pod.key, pod.uid, "", "t").status, WriteStatus::ok);
    const Json before = stored("a");
    EXPECT_EQ(api.admit(admit_of(pod, "n1")).status, WriteStatus::conflict);
    EXPECT_EQ(api.fence({pod.uid, pod.key, pod.resource_version, {Epoch(3), Term(1), NodeName(), -1}, true}).status,
              WriteStatus::conflict);
    EXPECT_EQ(api.touch(pod.key, pod.uid, pod.resource_version, "u").status, WriteStatus::conflict);
    EXPECT_EQ(api.remove({pod.uid, pod.key, pod.resource_version, "why"}).status, WriteStatus::conflict);
    EXPECT_EQ(stored("a"), before);
}

TEST_F(KubeClusterApiTest, AnotherPodOfThatNameIsAConflictAndAMissingOneIsGone) {
    const PodFacts pod = add(sample_pod("a"));
    EXPECT_EQ(api.touch(pod.key, PodUid("another"), "", "t").status, WriteStatus::conflict);
    server.store().erase(kPods, "ml/a");
    EXPECT_EQ(api.admit(admit_of(pod, "n1")).status, WriteStatus::gone);
    EXPECT_EQ(api.bind(binding_of(pod, "n1")).status, WriteStatus::gone);
    EXPECT_EQ(api.read(pod.key).value(), std::nullopt);
}

TEST_F(KubeClusterApiTest, FenceClearsTheNominationAndThePlansNode) {
    const PodFacts pod = add(sample_pod("a"));
    ASSERT_EQ(api.admit(admit_of(pod, "n1")).status, WriteStatus::ok);
    const PodFacts admitted = now("a");
    const WriteOutcome outcome =
        api.fence({pod.uid, pod.key, admitted.resource_version, {Epoch(3), Term(1), NodeName(), -1}, true});
    ASSERT_EQ(outcome.status, WriteStatus::ok);
    EXPECT_TRUE(now("a").nominated_node.empty());
    EXPECT_TRUE(now("a").plan->node.empty());
    EXPECT_EQ(now("a").resource_version, outcome.resource_version);
}

TEST_F(KubeClusterApiTest, BindAssignsOnceWithAnnotations) {
    const PodFacts pod = add(open_pod("a"));
    const WriteOutcome outcome = api.bind(binding_of(pod, "n1"));
    ASSERT_EQ(outcome.status, WriteStatus::ok) << outcome.message;
    EXPECT_EQ(outcome.node.str(), "n1");
    EXPECT_EQ(now("a").node.str(), "n1");
    EXPECT_EQ(stored("a")["metadata"]["annotations"]["muster.scheduler/domain"], "b1/r1");
    EXPECT_EQ(api.bind(binding_of(now("a"), "n1")).status, WriteStatus::conflict)
        << "already assigned, even to the same node";
    EXPECT_EQ(api.bind_plain({pod.uid, pod.key, pod.resource_version, NodeName("n2")}).status, WriteStatus::conflict);
}

TEST_F(KubeClusterApiTest, AGatedOrTerminatingPodIsNotBound) {
    EXPECT_EQ(api.bind(binding_of(add(sample_pod("a")), "n1")).status, WriteStatus::conflict);
    Json ending = open_pod("b");
    ending["metadata"]["deletionTimestamp"] = "2030-01-01T00:00:00Z";
    EXPECT_EQ(api.bind(binding_of(add(ending), "n1")).status, WriteStatus::conflict);
}

TEST_F(KubeClusterApiTest, RemoveSaysWhyBeforeItDeletes) {
    const PodFacts pod = add(open_pod("a"));
    ASSERT_EQ(api.remove({pod.uid, pod.key, pod.resource_version, "gang cannot become whole"}).status, WriteStatus::ok);
    EXPECT_FALSE(server.store().get(kPods, "ml/a"));
    ASSERT_EQ(server.requests("DELETE", "/pods/a").size(), 1U);
    EXPECT_EQ(server.requests("PATCH", "/pods/a/status").size(), 1U);
}

TEST_F(KubeClusterApiTest, CodesBecomeOutcomes) {
    const PodFacts pod = add(sample_pod("a"));
    const std::pair<int, WriteStatus> rows[] = {
        {401, WriteStatus::unavailable}, {403, WriteStatus::refused},     {404, WriteStatus::gone},
        {409, WriteStatus::conflict},    {422, WriteStatus::refused},     {429, WriteStatus::unavailable},
        {500, WriteStatus::unavailable}, {503, WriteStatus::unavailable}, {0, WriteStatus::unavailable}};
    for (const auto& [code, status] : rows) {
        server.fail_next({"PATCH", "/pods/a", code});
        EXPECT_EQ(api.touch(pod.key, pod.uid, "", "t").status, status) << code;
    }
}

TEST_F(KubeClusterApiTest, AForbiddenNominationDoesNotHinderAdmission) {
    const PodFacts pod = add(sample_pod("a"));
    server.fail_next({"PATCH", "/pods/a/status", 403});
    EXPECT_EQ(api.admit(admit_of(pod, "n1")).status, WriteStatus::ok);
    EXPECT_FALSE(now("a").own_gate);
}

TEST_F(KubeClusterApiTest, AnAnswerThatIsLostHasAnUnknownOutcome) {
    const PodFacts pod = add(open_pod("a"));
    server.fail_next({"POST", "/binding", 0, 1, 0, true});
    EXPECT_EQ(api.bind(binding_of(pod, "n1")).status, WriteStatus::unavailable);
    EXPECT_EQ(now("a").node.str(), "n1") << "yet it was carried out";
}

TEST_F(KubeClusterApiTest, FiveHundredAdmissionsAndBindingsFromThirtyTwoThreads) {
    constexpr int kCount = 512;
    std::vector<PodFacts> pods;
    for (int i = 0; i < kCount; ++i) {
        Json pod = sample_pod("p" + std::to_string(i));
        pod["spec"]["schedulingGates"].erase(0);
        pods.push_back(add(pod));
    }
    std::atomic<int> next = 0, bound = 0;
    std::vector<std::thread> threads;
    for (int t = 0; t < 32; ++t) {
        threads.emplace_back([&] {
            for (int i = next++; i < kCount; i = next++) {
                PodFacts& pod = pods[static_cast<std::size_t>(i)];
                const WriteOutcome admitted = api.admit(admit_of(pod, "n1"));
                pod.resource_version = admitted.resource_version;
                if (admitted.status == WriteStatus::ok && api.bind(binding_of(pod, "n1")).status == WriteStatus::ok)
                    ++bound;
            }
        });
    }
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(bound, kCount);
    EXPECT_LE(server.connections(), 33U) << "connections are used again";
}

TEST_F(KubeClusterApiTest, EventsAreWrittenInTheBackground) {
    api.note({PodUid("u"), {"ml", "a"}, "Pod", "GangAdmitted", "all 2 members", false});
    ASSERT_TRUE(
        eventually([&] { return server.requests("POST", "/apis/events.k8s.io/v1/namespaces/ml/events").size() == 1; }));
    const Json event = Json::parse(server.requests("POST", "/events")[0].body);
    EXPECT_EQ(event["reason"], "GangAdmitted");
    EXPECT_EQ(event["reportingInstance"], "me");
}

TEST_F(KubeClusterApiTest, EventsThatDoNotFitAreDroppedAndTheRestIsPaced) {
    server.delay_answers(Millis(20));
    kube::EventWriter writer(*client, "me", {.queue = 4, .per_second = 1'000, .burst = 2});
    for (int i = 0; i < 100; ++i) writer.add({PodUid("u"), {"ml", "a"}, "Pod", "R", "n", false});
    EXPECT_GE(writer.dropped(), 90U);
    EXPECT_TRUE(eventually([&] { return writer.written() + writer.dropped() == 100; }));
    EXPECT_GE(writer.written(), 4U);
}

}  // namespace
}  // namespace muster::test
