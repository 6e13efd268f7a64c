#include "extender/kube/http_client.hpp"

#include "test/extender/kube/fake_api_server.hpp"
#include "test/extender/kube/sample_objects.hpp"

#include <thread>

#include <gtest/gtest.h>

namespace muster::kube {
namespace {

using test::eventually;
using test::FakeApiServer;

std::unique_ptr<HttpClient> client_of(const FakeApiServer& server, Timeouts timeouts = {},
                                      std::size_t max_answer = 1UL << 20) {
    return std::move(*HttpClient::create(server.access().endpoint, timeouts, max_answer));
}

ApiRequest get(std::string path) {
    ApiRequest request;
    request.path = std::move(path);
    return request;
}

TEST(HttpClient, KeepsItsConnectionBetweenRequests) {
    FakeApiServer server;
    const auto client = client_of(server);
    for (int i = 0; i < 5; ++i) EXPECT_EQ(client->send(get(test::kPods))->status, 200);
    EXPECT_EQ(server.connections(), 1U);
}

TEST(HttpClient, OpensANewConnectionWhenTheServerHasClosedTheOldOne) {
    FakeApiServer server;
    const auto client = client_of(server);
    server.fail_next({"GET", "pods", 0});
    EXPECT_EQ(client->send(get(test::kPods)).error().code, ErrorCode::dependency);
    EXPECT_EQ(client->send(get(test::kPods))->status, 200);
    EXPECT_EQ(server.connections(), 2U);
}

TEST(HttpClient, SendsMethodHeadersAndBodyAsGiven) {
    FakeApiServer server;
    server.store().put(test::kPods, test::sample_pod("a"));
    const auto client = client_of(server);
    ApiRequest request;
    request.method = "PATCH";
    request.path = "/api/v1/namespaces/ml/pods/a";
    request.content_type = "application/strategic-merge-patch+json";
    request.body = R"({"metadata":{"annotations":{"k":"v"}}})";
    EXPECT_EQ(client->send(request)->status, 200);
    const auto seen = server.requests("PATCH", "/pods/a");
    ASSERT_EQ(seen.size(), 1U);
    EXPECT_EQ(seen[0].content_type, request.content_type);
    EXPECT_EQ(seen[0].body, request.body);
}

TEST(HttpClient, AnAnswerBeyondTheLimitIsAnError) {
    FakeApiServer server;
    for (int i = 0; i < 50; ++i) server.store().put(test::kPods, test::sample_pod("p" + std::to_string(i)));
    const auto client = client_of(server, {}, 10'000);
    EXPECT_EQ(client->send(get(test::kPods)).error().code, ErrorCode::limit);
    EXPECT_EQ(client->send(get(test::kNodes))->status, 200) << "the client is still of use";
}

TEST(HttpClient, GivesUpWhenNoAnswerComesInTime) {
    FakeApiServer server;
    server.delay_answers(Millis(500));
    const auto client = client_of(server, {.connect = Millis(100), .read = Millis(50), .total = Millis(100)});
    EXPECT_EQ(client->send(get(test::kPods)).error().code, ErrorCode::dependency);
}

TEST(HttpClient, SaysWhenNobodyListens) {
    Endpoint endpoint;
    endpoint.tls = false;
    endpoint.host = "127.0.0.1";
    endpoint.port = 1;
    const auto client = std::move(*HttpClient::create(endpoint, {}));
    EXPECT_EQ(to_string(client->send(get("/version")).error()), "GET /version: cannot connect");
}

TEST(HttpClient, StopFromAnotherThreadEndsAStream) {
    FakeApiServer server;
    const auto client = client_of(server);
    Result<ApiAnswer> answer;
    std::thread reader([&] {
        answer =
            client->stream(get(test::kPods + "?watch=1&resourceVersion=" + std::to_string(server.store().version())),
                           [](std::string_view) { return true; });
    });
    EXPECT_TRUE(eventually([&] { return server.open_watches(test::kPods) == 1; }));
    client->stop();
    reader.join();
    EXPECT_FALSE(answer);
    EXPECT_FALSE(client->send(get(test::kPods))) << "stopped for good";
}

TEST(HttpClient, TheReceiverCanEndAStream) {
    FakeApiServer server;
    const auto version = std::to_string(server.store().version());
    server.store().put(test::kPods, test::sample_pod("a"));
    const auto client = client_of(server);
    const auto answer = client->stream(get(test::kPods + "?watch=1&resourceVersion=" + version),
                                       [](std::string_view) { return false; });
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 200);
}

TEST(HttpClient, AStreamThatIsRefusedGivesTheBody) {
    FakeApiServer server;
    server.store().forget_history();
    const auto client = client_of(server);
    const auto answer =
        client->stream(get(test::kPods + "?watch=1&resourceVersion=1"), [](std::string_view) { return true; });
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 410);
    EXPECT_NE(answer->body.find("too old"), std::string::npos);
}

}  // namespace
}  // namespace muster::kube
