#include "extender/kube/reflector.hpp"

#include "test/extender/kube/fake_api_server.hpp"
#include "test/extender/kube/sample_objects.hpp"

#include <gtest/gtest.h>

namespace muster::test {
namespace {

// Keeps the names that are there, as a consumer would.
class NameSink final : public kube::ObjectSink {
  public:
    void list_begins() override {
        const std::lock_guard lock(mutex_);
        listed_.clear();
    }
    void seen(const Object& object) override {
        const std::lock_guard lock(mutex_);
        const std::string name(object["metadata"]["name"].text());
        names_[name] = object["metadata"]["resourceVersion"].text();
        listed_.push_back(name);
        ++seen_;
    }
    void gone(const Object& object) override {
        const std::lock_guard lock(mutex_);
        names_.erase(std::string(object["metadata"]["name"].text()));
    }
    void list_ends() override {
        const std::lock_guard lock(mutex_);
        std::erase_if(names_, [&](const auto& entry) {
            return std::find(listed_.begin(), listed_.end(), entry.first) == listed_.end();
        });
    }
    [[nodiscard]] std::string names() const {
        const std::lock_guard lock(mutex_);
        std::string out;
        for (const auto& [name, version] : names_) out += name + " ";
        return out;
    }
    [[nodiscard]] int seen_count() const {
        const std::lock_guard lock(mutex_);
        return seen_;
    }

  private:
    mutable std::mutex mutex_;
    std::map<std::string, std::string> names_;
    std::vector<std::string> listed_;
    int seen_ = 0;
};

class ReflectorTest : public ::testing::Test {
  protected:
    ReflectorTest() {
        options.path = kPods;
        options.backoff = {Millis(10), Millis(40), Millis(120'000)};
        api = std::move(*kube::ApiClient::create(server.access()));
    }
    void start() {
        reflector = std::make_unique<kube::Reflector>(*api, options, sink);
        ASSERT_TRUE(reflector->start());
        ASSERT_TRUE(eventually([&] { return reflector->synced() && server.open_watches(kPods) == 1; }));
    }
    void add(const std::string& name) { server.store().put(kPods, sample_pod(name)); }
    bool becomes(const std::string& names) {
        return eventually([&] { return sink.names() == names; });
    }

    FakeApiServer server;
    std::unique_ptr<kube::ApiClient> api;
    NameSink sink;
    kube::ReflectorOptions options;
    std::unique_ptr<kube::Reflector> reflector;
};

TEST_F(ReflectorTest, ListsInPagesThenFollowsChanges) {
    for (const char* name : {"a", "b", "c", "d", "e"}) add(name);
    options.page = 2;
    start();
    EXPECT_EQ(sink.names(), "a b c d e ");
    EXPECT_EQ(server.requests("GET", "limit=2").size(), 3U);
    add("f");
    EXPECT_TRUE(server.store().erase(kPods, "ml/b"));
    EXPECT_TRUE(becomes("a c d e f "));
    const auto watch = server.requests("GET", "watch=1");
    ASSERT_EQ(watch.size(), 1U);
    EXPECT_NE(watch[0].target.find("allowWatchBookmarks=true"), std::string::npos);
    const auto at = watch[0].target.find("timeoutSeconds=");
    ASSERT_NE(at, std::string::npos);
    const int length_s = std::stoi(watch[0].target.substr(at + 15));
    EXPECT_GE(length_s, 300);
    EXPECT_LE(length_s, 600);
}

TEST_F(ReflectorTest, GoesOnAtTheLastVersionWhenTheServerClosesSilently) {
    add("a");
    start();
    add("b");
    ASSERT_TRUE(becomes("a b "));
    const std::uint64_t version = server.store().version();
    server.close_watches();
    ASSERT_TRUE(eventually([&] { return server.requests("GET", "watch=1").size() == 2; }));
    EXPECT_NE(server.requests("GET", "watch=1")[1].target.find("resourceVersion=" + std::to_string(version)),
              std::string::npos);
    add("c");
    EXPECT_TRUE(becomes("a b c "));
    EXPECT_EQ(reflector->lists(), 1U);
    EXPECT_EQ(sink.seen_count(), 3) << "nothing is delivered twice";
}

TEST_F(ReflectorTest, LosesNothingWhenWatchesBreakInABurst) {
    start();
    for (int i = 0; i < 30; ++i) {
        add("p" + std::to_string(i));
        server.break_watches();
    }
    EXPECT_TRUE(
        eventually([&] { return server.store().list(kPods, "", 0).items.size() == 30 && sink.seen_count() >= 30; }));
    EXPECT_EQ(reflector->lists(), 1U);
}

TEST_F(ReflectorTest, BookmarksMoveTheVersionOn) {
    add("a");
    start();
    server.store().put(kNodes, sample_node("n1"));  // another resource: the version moves without an event here
    const auto version = "resourceVersion=" + std::to_string(server.store().version());
    server.send_bookmarks();
    server.close_watches();
    EXPECT_TRUE(eventually([&] { return server.requests("GET", version).size() == 1; }));
    EXPECT_EQ(reflector->lists(), 1U);
}

TEST_F(ReflectorTest, AForgottenVersionMakesItListAgainAndWhatIsMissingIsGone) {
    add("a");
    add("b");
    start();
    server.hold_watches(true);
    EXPECT_TRUE(server.store().erase(kPods, "ml/a"));
    add("c");
    server.store().forget_history();
    server.hold_watches(false);
    server.close_watches();
    EXPECT_TRUE(becomes("b c "));
    EXPECT_EQ(reflector->lists(), 2U);
}

TEST_F(ReflectorTest, AnExpiredErrorEventMakesItListAgain) {
    start();
    server.error_watches(410);
    EXPECT_TRUE(eventually([&] { return reflector->lists() == 2; }));
    add("a");
    EXPECT_TRUE(becomes("a "));
}

TEST_F(ReflectorTest, ATooManyRequestsEventOnlyPauses) {
    start();
    server.error_watches(429);
    EXPECT_TRUE(eventually([&] { return reflector->watches() == 2; }));
    add("a");
    EXPECT_TRUE(becomes("a "));
    EXPECT_EQ(reflector->lists(), 1U);
}

TEST_F(ReflectorTest, RetriesAFailedListAndWaitsAsLongAsTheServerAsks) {
    server.fail_next({"GET", "limit=", 500, 2});
    server.fail_next({"GET", "limit=", 429, 1, 1});
    const auto begun = std::chrono::steady_clock::now();
    start();
    EXPECT_EQ(reflector->lists(), 4U);
    EXPECT_GE(std::chrono::steady_clock::now() - begun, std::chrono::seconds(1));
}

TEST_F(ReflectorTest, AListWhosePagesExpireIsBegunAgain) {
    for (const char* name : {"a", "b", "c"}) add(name);
    options.page = 1;
    server.fail_next({"GET", "continue=", 410, 1});
    start();
    EXPECT_EQ(sink.names(), "a b c ");
    EXPECT_EQ(reflector->lists(), 1U);
}

TEST_F(ReflectorTest, AWatchThatCannotBeOpenedIsTriedAgainAtTheSameVersion) {
    server.fail_next({"GET", "watch=1", 503, 2});
    start();
    EXPECT_EQ(reflector->lists(), 1U);
    EXPECT_EQ(reflector->watches(), 3U);
}

TEST_F(ReflectorTest, AVersionThatIsRefusedAgainAndAgainIsGivenUp) {
    server.fail_next({"GET", "watch=1", 504, 5});
    start();
    EXPECT_EQ(reflector->lists(), 2U);
}

TEST_F(ReflectorTest, ASilentConnectionIsGivenUpAndNothingIsLost) {
    options.silence = Millis(100);
    start();
    server.hold_watches(true);
    add("a");
    ASSERT_TRUE(eventually([&] { return reflector->watches() >= 2; }));
    server.hold_watches(false);
    EXPECT_TRUE(becomes("a "));
    EXPECT_EQ(reflector->lists(), 1U);
}

TEST_F(ReflectorTest, StopEndsAQuietWatchAtOnceAndNothingIsDeliveredAfterwards) {
    start();
    const auto begun = std::chrono::steady_clock::now();
    reflector->stop();
    EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(5));
    add("late");
    EXPECT_EQ(sink.names(), "");
}

TEST_F(ReflectorTest, StopWorksWhileTheServerCannotBeReached) {
    kube::ApiAccess nowhere = server.access();
    nowhere.endpoint.port = 1;
    auto other = std::move(*kube::ApiClient::create(nowhere));
    kube::Reflector lost(*other, options, sink);
    ASSERT_TRUE(lost.start());
    ASSERT_TRUE(eventually([&] { return lost.lists() >= 2; }));
    lost.stop();
    EXPECT_FALSE(lost.synced());
}

}  // namespace
}  // namespace muster::test
