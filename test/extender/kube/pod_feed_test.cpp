#include "extender/kube/pod_feed.hpp"

#include "extender/kube/job_defaults.hpp"
#include "extender/kube/node_feed.hpp"
#include "placement/topology/machine_library.hpp"
#include "test/extender/kube/recording_service.hpp"
#include "test/extender/kube/sample_objects.hpp"

#include <gtest/gtest.h>

namespace muster::test {
namespace {

Object tree(const Json& json) {
    return *parse_json(json.dump(), "test");
}

class PodFeedTest : public ::testing::Test {
  protected:
    PodFeedTest() {
        jobs.on_change([this](const std::string& uid) { feed.job_changed(uid); });
    }
    void see(const Json& pod) { feed.seen(tree(pod)); }
    void see_job(const Json& job) { jobs.seen(tree(job)); }
    [[nodiscard]] std::optional<std::int32_t> needed(const std::string& uid) {
        return service.pods().at(uid).gang->needed;
    }
    static Json unreadable(Json pod) {
        pod["spec"]["containers"][0]["resources"]["requests"]["cpu"] = "lots";
        return pod;
    }
    static Json bound(Json pod) {
        pod["spec"].erase("schedulingGates");
        pod["spec"]["nodeName"] = "n1";
        return pod;
    }

    RecordingService service;
    kube::JobDefaults jobs;
    kube::PodFeed feed{service, jobs, {"muster"}, [] {}};
};

TEST_F(PodFeedTest, APodIsDeliveredAndTakenBack) {
    see(sample_pod("a"));
    EXPECT_EQ(service.pods().at("uid-a").key, (PodKey{"ml", "a"}));
    feed.gone(tree(sample_pod("a")));
    EXPECT_FALSE(service.knows(PodUid("uid-a")));
    feed.gone(tree(sample_pod("a")));
    EXPECT_EQ(service.count("pod-gone uid-a"), 1U);
}

TEST_F(PodFeedTest, APodThatAListNoLongerShowsIsGone) {
    feed.list_begins();
    see(sample_pod("a"));
    see(sample_pod("b"));
    feed.list_ends();
    feed.list_begins();
    see(sample_pod("b"));
    feed.list_ends();
    EXPECT_FALSE(service.knows(PodUid("uid-a")));
    EXPECT_TRUE(service.knows(PodUid("uid-b")));
}

TEST_F(PodFeedTest, APodMadeAgainUnderTheSameNameIsAnotherPod) {
    feed.list_begins();
    see(sample_pod("a"));
    feed.list_ends();
    feed.list_begins();
    Json again = sample_pod("a");
    again["metadata"]["uid"] = "uid-again";
    see(again);
    feed.list_ends();
    EXPECT_FALSE(service.knows(PodUid("uid-a")));
    EXPECT_TRUE(service.knows(PodUid("uid-again")));
}

TEST_F(PodFeedTest, AJobGivesTheSizeOfItsPodsGang) {
    see_job(sample_job("job-1", 8));
    see(job_pod("a", "job-1"));
    EXPECT_EQ(needed("uid-a"), 8);
}

TEST_F(PodFeedTest, AJobThatArrivesAfterItsPodsDeliversThemAgain) {
    see(job_pod("a", "job-1"));
    see(job_pod("b", "job-1"));
    see(job_pod("c", "job-2"));
    EXPECT_EQ(needed("uid-a"), std::nullopt);
    see_job(sample_job("job-1", 8));
    EXPECT_EQ(needed("uid-a"), 8);
    EXPECT_EQ(needed("uid-b"), 8);
    EXPECT_EQ(service.count("pod c"), 1U) << "pods of other Jobs are left alone";
    see_job(sample_job("job-1", 8));
    EXPECT_EQ(service.count("pod a"), 2U) << "a Job that changed nothing delivers nothing";
    see_job(sample_job("job-1", 4));
    EXPECT_EQ(needed("uid-a"), 4);
}

TEST_F(PodFeedTest, ADeletedPodIsNotDeliveredAgainByItsJob) {
    see(job_pod("a", "job-1"));
    feed.gone(tree(job_pod("a", "job-1")));
    see_job(sample_job("job-1", 8));
    EXPECT_FALSE(service.knows(PodUid("uid-a")));
}

TEST_F(PodFeedTest, AnOwnMembersAnnotationWinsOverTheJob) {
    Json pod = job_pod("a", "job-1");
    pod["metadata"]["annotations"]["muster.scheduler/members"] = "3";
    see(pod);
    see_job(sample_job("job-1", 8));
    EXPECT_EQ(needed("uid-a"), 3);
    EXPECT_EQ(service.count("pod a"), 1U);
}

TEST_F(PodFeedTest, AnUnreadableUnboundPodIsNotDelivered) {
    see(unreadable(sample_pod("a")));
    EXPECT_FALSE(service.knows(PodUid("uid-a")));
    see(sample_pod("b"));
    EXPECT_TRUE(service.knows(PodUid("uid-b"))) << "a bad pod hinders no other";
}

TEST_F(PodFeedTest, AnUnreadableBoundPodKeepsItsLastFacts) {
    see(bound(sample_pod("a")));
    see(unreadable(bound(sample_pod("a"))));
    EXPECT_EQ(service.count("pod a"), 1U);
    EXPECT_EQ(service.pods().at("uid-a").shape.requests.get("nvidia.com/gpu"), 8);
}

TEST_F(PodFeedTest, AnUnreadableBoundPodThatWasNeverReadableTakesAPodSlot) {
    see(unreadable(bound(sample_pod("a"))));
    ASSERT_TRUE(service.knows(PodUid("uid-a")));
    EXPECT_EQ(service.pods().at("uid-a").node.str(), "n1");
    EXPECT_EQ(service.pods().at("uid-a").shape.requests.get(kPodSlots), 1);
}

TEST_F(PodFeedTest, AnUnreadablePodThatFinishedFreesItsCapacity) {
    see(bound(sample_pod("a")));
    Json finished = unreadable(bound(sample_pod("a")));
    finished["status"]["phase"] = "Succeeded";
    see(finished);
    EXPECT_TRUE(service.pods().at("uid-a").terminal());
}

TEST(NodeFeed, NodesComeAndGo) {
    RecordingService service;
    bool listed = false;
    kube::NodeFeed feed(service, built_in_machines(), [&] { listed = true; });
    feed.list_begins();
    feed.seen(tree(sample_node("n1")));
    feed.seen(tree(sample_node("n2")));
    EXPECT_FALSE(listed);
    feed.list_ends();
    EXPECT_TRUE(listed);
    feed.gone(tree(sample_node("n1")));
    feed.list_begins();
    feed.list_ends();
    EXPECT_EQ(service.log(), (std::vector<std::string>{"node n1", "node n2", "node-gone n1", "node-gone n2"}));
}

TEST(NodeFeed, AnUnreadableNodeKeepsItsLastFacts) {
    RecordingService service;
    kube::NodeFeed feed(service, built_in_machines(), [] {});
    Json bad = sample_node("n1");
    bad["status"]["allocatable"]["cpu"] = "lots";
    feed.seen(tree(bad));
    EXPECT_TRUE(service.nodes().empty());
    feed.seen(tree(sample_node("n1")));
    feed.seen(tree(bad));
    EXPECT_EQ(service.nodes().at("n1").allocatable.get("nvidia.com/gpu"), 8);
    EXPECT_EQ(service.count("node n1"), 1U);
}

TEST(NodeFeed, ANodeIsSeenWithItsMachineOrWithWhatIsWrongWithIt) {
    RecordingService service;
    kube::NodeFeed feed(service, built_in_machines(), [] {});
    Json node = sample_node("n1");
    node["metadata"]["labels"]["nvidia.com/gpu.product"] = "NVIDIA-H200";
    feed.seen(tree(node));
    ASSERT_TRUE(service.nodes().at("n1").machine);
    EXPECT_EQ(service.nodes().at("n1").machine->name(), "hgx-h200");
    node["metadata"]["annotations"]["muster.scheduler/machine"] = "nothing-known";
    feed.seen(tree(node));
    EXPECT_FALSE(service.nodes().at("n1").machine);
    EXPECT_EQ(service.nodes().at("n1").machine_errors.size(), 1U);
}

TEST(JobDefaults, AJobThatAListNoLongerShowsIsUnknown) {
    kube::JobDefaults jobs;
    int listed = 0;
    jobs.on_listed([&] { ++listed; });
    jobs.list_begins();
    jobs.seen(tree(sample_job("job-1", 2)));
    jobs.list_ends();
    EXPECT_EQ(jobs.parallelism("job-1"), 2);
    jobs.list_begins();
    jobs.list_ends();
    EXPECT_EQ(jobs.parallelism("job-1"), std::nullopt);
    EXPECT_EQ(listed, 1);
}

}  // namespace
}  // namespace muster::test
