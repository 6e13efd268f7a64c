#include "extender/kube/api_client.hpp"

#include "test/extender/kube/fake_api_server.hpp"
#include "test/extender/kube/sample_objects.hpp"

#include <fstream>

#include <gtest/gtest.h>
#include <unistd.h>

namespace muster::kube {
namespace {

using test::FakeApiServer;

ApiRequest request(std::string method, std::string path, std::string body = "") {
    ApiRequest out;
    out.method = std::move(method);
    out.path = std::move(path);
    out.body = std::move(body);
    return out;
}

TEST(ApiClient, ARefusedTokenIsRenewedAndTheRequestSentAgain) {
    std::string name = std::filesystem::temp_directory_path() / "api-client-test-XXXXXX";
    const std::filesystem::path folder = mkdtemp(name.data());
    std::ofstream(folder / "token") << "old";
    FakeApiServer server;
    ApiAccess access = server.access();
    access.token_file = folder / "token";
    const auto api = std::move(*ApiClient::create(access));
    server.require_token("old");
    EXPECT_EQ(api->send(request("GET", test::kPods))->status, 200);
    server.require_token("new");
    std::ofstream(folder / "token") << "new";
    EXPECT_EQ(api->send(request("POST", "/api/v1/namespaces/ml/pods", test::sample_pod("a").dump()))->status, 201);
    EXPECT_EQ(server.requests("POST", "pods").size(), 2U);
    server.require_token("newer");
    EXPECT_EQ(api->send(request("GET", test::kPods))->status, 401) << "the same token again would be refused again";
    std::filesystem::remove_all(folder);
}

TEST(ApiClient, OnlyAReadIsSentAgainWhenItsConnectionBreaks) {
    FakeApiServer server;
    const auto api = std::move(*ApiClient::create(server.access()));
    server.fail_next({"GET", "pods", 0});
    EXPECT_EQ(api->send(request("GET", test::kPods))->status, 200);
    server.fail_next({"POST", "pods", 0, 1, 0, true});
    EXPECT_FALSE(api->send(request("POST", "/api/v1/namespaces/ml/pods", test::sample_pod("a").dump())));
    EXPECT_EQ(server.requests("POST", "pods").size(), 1U);
    EXPECT_TRUE(server.store().get(test::kPods, "ml/a")) << "the write was done though its answer was lost";
}

TEST(ApiClient, ThirtyTwoThreadsShareThirtyTwoConnections) {
    FakeApiServer server;
    const auto api = std::move(*ApiClient::create(server.access()));
    std::vector<std::thread> threads;
    std::atomic<int> answers = 0;
    for (int i = 0; i < 32; ++i) {
        threads.emplace_back([&] {
            for (int k = 0; k < 20; ++k) answers += api->send(request("GET", test::kNodes))->ok() ? 1 : 0;
        });
    }
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(answers, 640);
    EXPECT_LE(server.connections(), 32U);
}

TEST(ApiClient, DescribesAnswers) {
    EXPECT_EQ(describe_answer({409, R"({"kind":"Status","message":"it has moved on"})", ""}),
              "HTTP 409: it has moved on");
    EXPECT_EQ(describe_answer({502, "bad gateway", ""}), "HTTP 502: bad gateway");
    EXPECT_EQ(describe_answer({500, "", ""}), "HTTP 500");
}

TEST(ApiClient, EncodesPaths) {
    EXPECT_EQ(percent_encode("a-b.c_d~/?\xC3\xA4 "), "a-b.c_d~%2F%3F%C3%A4%20");
}

}  // namespace
}  // namespace muster::kube
