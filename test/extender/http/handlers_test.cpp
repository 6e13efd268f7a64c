#include "extender/obs/log.hpp"
#include "test/extender/http/service_fixture.hpp"

#include <mutex>

#include <nlohmann/json.hpp>

namespace muster {
namespace {

using nlohmann::json;

class HandlersTest : public test::ServiceFixture {};

TEST_F(HandlersTest, FilterAnswersTheNodesThatTheServiceLeaves) {
    service.change([](auto& behaviour) {
        behaviour.filter = [](const wire::ExtenderArgs& args) {
            wire::FilterResult result;
            result.node_names = {args.node_names.back()};
            result.unresolvable = {{args.node_names.front(), "gang does not fit"}};
            return result;
        };
    });
    const auto answer = scheduling().post("/filter", filter_body());
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 200);
    EXPECT_EQ(answer->headers.at("content-type"), "application/json");
    EXPECT_EQ(
        json::parse(answer->body),
        json::parse(
            R"({"Nodes":null,"NodeNames":["n2"],"FailedNodes":{},"FailedAndUnresolvableNodes":{"n1":"gang does not fit"},"Error":""})"));
}

TEST_F(HandlersTest, FilterAnswersWholeNodesToASchedulerThatSendsThem) {
    const auto answer = scheduling().post(
        "/filter",
        R"({"Pod":{"metadata":{"name":"p","namespace":"ml","uid":"u"}},"Nodes":{"items":[{"metadata":{"name":"n1"}}]},"NodeNames":null})");
    ASSERT_TRUE(answer);
    EXPECT_EQ(json::parse(answer->body)["Nodes"]["items"], json::parse(R"([{"metadata":{"name":"n1"}}])"));
}

TEST_F(HandlersTest, PrioritizeAnswersWithNamesAndWithWholeNodes) {
    auto client = scheduling();
    EXPECT_EQ(client.post("/prioritize", filter_body())->body, R"([{"Host":"n1","Score":10},{"Host":"n2","Score":0}])");
    EXPECT_EQ(
        client
            .post(
                "/prioritize",
                R"({"Pod":{"metadata":{"name":"p","namespace":"ml","uid":"u"}},"Nodes":{"items":[{"metadata":{"name":"n1"}}]}})")
            ->body,
        R"([{"Host":"n1","Score":10}])");
}

TEST_F(HandlersTest, PreemptAnswersMetaVictims) {
    const auto answer = scheduling().post(
        "/preempt",
        R"({"Pod":{"metadata":{"name":"p","namespace":"ml","uid":"u"}},"NodeNameToMetaVictims":{"n1":{"Pods":[{"UID":"v"}],"NumPDBViolations":1}}})");
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->body, R"({"NodeNameToMetaVictims":{"n1":{"Pods":[{"UID":"v"}],"NumPDBViolations":1}}})");
}

TEST_F(HandlersTest, BindAnswersWithWhatTheServiceSays) {
    auto client = binding();
    client.send(test::RawClient::request("/bind", bind_body("u1")));
    ASSERT_TRUE(service.wait_parked(1));
    service.answer_all([](const PodUid&) { return "gang plan was withdrawn"; });
    const auto answer = client.receive();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 200);
    EXPECT_EQ(answer->body, R"({"Error":"gang plan was withdrawn"})");
}

TEST_F(HandlersTest, BindMayBeAnsweredBeforeItIsParked) {
    service.change([](auto& behaviour) { behaviour.answer_binds_at_once = true; });
    EXPECT_EQ(binding().post("/bind", bind_body("u1"))->body, R"({"Error":""})");
    EXPECT_TRUE(service.withdrawn().empty());
}

TEST_F(HandlersTest, BindOfAVanishedClientIsWithdrawn) {
    auto client = binding();
    client.send(test::RawClient::request("/bind", bind_body("u1")));
    ASSERT_TRUE(service.wait_parked(1));
    client.close();
    ASSERT_TRUE(service.wait_withdrawn(1));
    EXPECT_EQ(service.withdrawn(), std::vector{PodUid("u1")});
}

TEST_F(HandlersTest, BindIsAnsweredThoughTheServiceForgetsIt) {
    auto client = binding();
    client.send(test::RawClient::request("/bind", bind_body("u1")));
    ASSERT_TRUE(service.wait_parked(1));
    service.forget_all();
    EXPECT_EQ(client.receive()->status, 500);
}

TEST_F(HandlersTest, PassesThePodOnWhenTheWatchHasNotShownIt) {
    auto client = scheduling();
    ASSERT_TRUE(client.post("/filter", filter_body()));
    EXPECT_FALSE(service.last_unseen());
    service.change([](auto& behaviour) { behaviour.knows_all = false; });
    ASSERT_TRUE(client.post("/filter", filter_body()));
    ASSERT_TRUE(service.last_unseen());
    EXPECT_EQ(service.last_unseen()->uid, PodUid("u"));
    EXPECT_EQ(service.last_unseen()->key, (PodKey{"ml", "p"}));
}

TEST_F(HandlersTest, RefusesAnUnreadablePodInTheWordsOfTheProtocol) {
    service.change([](auto& behaviour) { behaviour.knows_all = false; });
    const auto absurd =
        filter_body(R"(["n1"])", R"({"containers":[{"name":"c","resources":{"requests":{"cpu":"lots"}}}]})");
    const auto answer = scheduling().post("/filter", absurd);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 200);
    const auto body = json::parse(answer->body);
    EXPECT_EQ(body["NodeNames"], json::array());
    EXPECT_NE(body["Error"].get<std::string>().find("ml/p"), std::string::npos) << answer->body;
    EXPECT_EQ(json::parse(scheduling().post("/prioritize", absurd)->body).size(), 1U);
}

TEST_F(HandlersTest, AnswersBadMessagesWith400AndTheField) {
    auto client = scheduling();
    for (const auto* path : {"/filter", "/prioritize", "/preempt"}) {
        const auto answer = client.post(path, R"({"Pod":{"metadata":{"uid":1}}})");
        ASSERT_TRUE(answer);
        EXPECT_EQ(answer->status, 400);
        EXPECT_EQ(answer->body, R"({"error":"Pod.metadata.uid: must be a string, is a number"})");
        EXPECT_EQ(client.post(path, "{")->status, 400);
        EXPECT_EQ(client.post(path, "")->status, 400);
    }
    EXPECT_EQ(binding().post("/bind", "[]")->status, 400);
    EXPECT_EQ(client.post("/filter", filter_body())->status, 200);
}

TEST_F(HandlersTest, KeepsTheListenersApart) {
    EXPECT_EQ(scheduling().post("/bind", bind_body("u"))->status, 404);
    EXPECT_EQ(binding().post("/filter", filter_body())->status, 404);
    const auto answer = scheduling().post("/filter/", filter_body());
    EXPECT_EQ(answer->status, 404);
    EXPECT_NE(answer->body.find("/filter, /prioritize, /preempt"), std::string::npos) << answer->body;
}

TEST_F(HandlersTest, TakesOnlyPost) {
    const auto answer = scheduling().get("/filter");
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 405);
    EXPECT_EQ(answer->headers.at("allow"), "POST");
    EXPECT_EQ(binding().get("/bind")->status, 405);
}

TEST_F(HandlersTest, Answers503UntilTheClusterHasBeenListed) {
    service.change([](auto& behaviour) { behaviour.status.synced = false; });
    EXPECT_EQ(scheduling().post("/filter", filter_body())->status, 503);
    EXPECT_EQ(binding().post("/bind", bind_body("u"))->status, 503);
    service.change([](auto& behaviour) { behaviour.status.synced = true; });
    EXPECT_EQ(scheduling().post("/filter", filter_body())->status, 200);
}

TEST_F(HandlersTest, WritesOneLineForEachDecision) {
    std::mutex mutex;
    std::vector<std::string> lines;
    log::capture({log::Level::info, log::Format::key_value}, [&](std::string_view line) {
        const std::scoped_lock lock(mutex);
        lines.emplace_back(line.substr(line.find("info")));
    });
    ASSERT_TRUE(scheduling().post("/filter", filter_body(R"(["n1"])")));
    service.change([](auto& behaviour) { behaviour.answer_binds_at_once = true; });
    ASSERT_TRUE(binding().post("/bind", bind_body("u1")));
    log::capture({}, nullptr);
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_TRUE(
        lines[0].starts_with("info    filter pod=ml/p uid=u gang=\"\" epoch=0 verdict=passed offered=1 left=1 node=n1 "
                             "reason=\"\" ms="))
        << lines[0];
    EXPECT_TRUE(lines[1].starts_with("info    bind pod=ml/p-u1 uid=u1 node=n1 verdict=bound reason=\"\" ms="))
        << lines[1];
}

}  // namespace
}  // namespace muster
