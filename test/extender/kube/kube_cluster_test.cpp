#include "extender/kube/kube_cluster.hpp"

#include "extender/kube/steady_clock.hpp"
#include "placement/topology/machine_library.hpp"
#include "test/extender/kube/fake_api_server.hpp"
#include "test/extender/kube/recording_service.hpp"
#include "test/extender/kube/sample_objects.hpp"

#include <gtest/gtest.h>

namespace muster::test {
namespace {

class KubeClusterTest : public ::testing::Test {
  protected:
    void start() {
        options.backoff = {Millis(10), Millis(40), Millis(120'000)};
        options.host_name = "me";
        cluster = std::move(*KubeCluster::create(settings, server.access(), clock, built_in_machines(), options));
        ASSERT_TRUE(cluster->start(service));
    }
    bool synced() {
        return eventually([&] { return service.count("synced") == 1; });
    }
    FakeApiServer server;
    Settings settings;
    SteadyClock clock;
    RecordingService service;
    KubeClusterOptions options;
    std::unique_ptr<KubeCluster> cluster;
};

TEST_F(KubeClusterTest, DeliversEverythingBeforeItSaysSynced) {
    settings.leadership.mode = LeadershipMode::none;
    for (const char* name : {"n1", "n2"}) server.store().put(kNodes, sample_node(name));
    server.store().put(kJobs, sample_job("job-1", 8));
    server.store().put(kPods, job_pod("a", "job-1"));
    start();
    ASSERT_TRUE(synced());
    const auto log = service.log();
    const auto place = [&](const std::string& entry) { return std::find(log.begin(), log.end(), entry) - log.begin(); };
    for (const char* entry : {"node n1", "node n2", "pod a"}) EXPECT_LT(place(entry), place("synced")) << entry;
    EXPECT_EQ(service.pods().at("uid-a").gang->needed, 8) << "Jobs are known before their pods";
    EXPECT_EQ(service.count("pod a"), 1U);
    EXPECT_EQ(service.lead_times(), std::vector<TimePoint>{TimePoint::max()});
}

TEST_F(KubeClusterTest, FollowsChangesThroughClosedWatchesAndForgottenVersions) {
    start();
    ASSERT_TRUE(synced());
    server.store().put(kPods, sample_pod("a"));
    server.store().put(kNodes, sample_node("n1"));
    ASSERT_TRUE(eventually([&] { return service.knows(PodUid("uid-a")) && service.nodes().contains("n1"); }));
    server.close_watches();
    server.store().erase(kPods, "ml/a");
    EXPECT_TRUE(eventually([&] { return !service.knows(PodUid("uid-a")); }));
    server.store().forget_history();
    server.error_watches(410);
    server.store().put(kPods, sample_pod("b"));
    EXPECT_TRUE(eventually([&] { return service.knows(PodUid("uid-b")); }));
    EXPECT_EQ(service.count("synced"), 1U);
}

TEST_F(KubeClusterTest, GoesOnWithoutJobsWhereTheyAreForbidden) {
    options.jobs_patience = Millis(50);
    server.fail_next({"GET", "/jobs", 403, 1'000'000});
    server.store().put(kPods, sample_pod("a"));
    start();
    EXPECT_TRUE(synced());
    EXPECT_TRUE(service.knows(PodUid("uid-a")));
}

TEST_F(KubeClusterTest, IsNotSyncedWhileAListIsMissing) {
    server.fail_next({"GET", "/nodes", 500, 20});
    server.store().put(kPods, sample_pod("a"));
    start();
    ASSERT_TRUE(eventually([&] { return service.knows(PodUid("uid-a")); }));
    EXPECT_EQ(service.count("synced"), 0U);
    EXPECT_TRUE(synced());
}

TEST_F(KubeClusterTest, OwnWritesComeBackThroughTheWatch) {
    server.store().put(kPods, open_pod("a"));
    start();
    ASSERT_TRUE(synced());
    const PodFacts pod = service.pods().at("uid-a");
    ASSERT_EQ(cluster->api().bind_plain({pod.uid, pod.key, pod.resource_version, NodeName("n1")}).status,
              WriteStatus::ok);
    EXPECT_TRUE(eventually([&] { return service.pods().at("uid-a").node.str() == "n1"; }));
}

TEST_F(KubeClusterTest, AfterStopNothingIsDelivered) {
    start();
    ASSERT_TRUE(synced());
    cluster->stop();
    server.store().put(kPods, sample_pod("late"));
    EXPECT_FALSE(service.knows(PodUid("uid-late")));
}

}  // namespace
}  // namespace muster::test
