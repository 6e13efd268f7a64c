// A thousand bind calls at once, each on its own connection as kube-scheduler makes them, on the two threads of the
// server.
#include "test/extender/http/service_fixture.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <thread>

namespace muster {
namespace {

using namespace std::chrono_literals;
using test::RawClient;

constexpr std::size_t kCalls = 1'000;

class ParkedBinds : public test::ServiceFixture {
  protected:
    void park(std::size_t count) {
        clients.reserve(count);
        for (std::size_t i = 0; i < count; ++i) {
            clients.push_back(binding());
            ASSERT_TRUE(clients.back().send(RawClient::request("/bind", bind_body("u" + std::to_string(i)))));
        }
        ASSERT_TRUE(service.wait_parked(count));
    }
    static std::string answer_for(std::size_t i) { return "answer of u" + std::to_string(i); }
    void answer_all() {
        service.answer_all([](const PodUid& uid) { return "answer of " + uid.str(); });
    }
    // Every client in [begin, end) has its own answer.
    void expect_answers(std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end; ++i) {
            const auto answer = clients[i].receive(60s);
            ASSERT_TRUE(answer) << i;
            ASSERT_EQ(answer->status, 200);
            ASSERT_EQ(answer->body, R"({"Error":")" + answer_for(i) + R"("})");
        }
    }
    std::vector<RawClient> clients;
};

std::size_t threads_named(std::string_view name) {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/task")) {
        std::ifstream file(entry.path() / "comm");
        std::string comm;
        std::getline(file, comm);
        if (comm == name) ++count;
    }
    return count;
}

TEST_F(ParkedBinds, AllHoldNoThreadAndLoseNoAnswer) {
    park(kCalls);
    EXPECT_EQ(threads_named("muster-http"), 2U);
    EXPECT_EQ(server->connections(), kCalls);
    answer_all();
    expect_answers(0, kCalls);
}

TEST_F(ParkedBinds, FreeTheMemberWhoseClientVanishes) {
    park(kCalls);
    for (std::size_t i = 0; i < 100; ++i) i % 2 == 0 ? clients[i].close() : clients[i].reset();
    ASSERT_TRUE(service.wait_withdrawn(100));
    ASSERT_TRUE(service.wait_parked(kCalls - 100));
    auto withdrawn = service.withdrawn();
    std::vector<PodUid> expected;
    for (std::size_t i = 0; i < 100; ++i) expected.emplace_back("u" + std::to_string(i));
    std::ranges::sort(withdrawn);
    std::ranges::sort(expected);
    EXPECT_EQ(withdrawn, expected);
    answer_all();
    expect_answers(100, kCalls);
}

TEST_F(ParkedBinds, DoNotKeepFilterWaiting) {
    park(kCalls);
    auto client = scheduling();
    for (int i = 0; i < 100; ++i) {
        const auto answer = client.post("/filter", filter_body());
        ASSERT_TRUE(answer);
        ASSERT_EQ(answer->status, 200);
    }
    EXPECT_EQ(admin().get("/livez")->status, 200);
    answer_all();
    expect_answers(0, kCalls);
}

TEST_F(ParkedBinds, AreAnsweredDuringADrainAndThenClosed) {
    park(100);
    server->drain();
    answer_all();
    for (std::size_t i = 0; i < 100; ++i) {
        const auto answer = clients[i].receive();
        ASSERT_TRUE(answer);
        EXPECT_EQ(answer->headers.at("connection"), "close");
        EXPECT_EQ(answer->body, R"({"Error":")" + answer_for(i) + R"("})");
    }
    EXPECT_TRUE(service.withdrawn().empty());
}

// Answers from several threads while clients vanish: each call ends exactly once.
TEST_F(ParkedBinds, EndOnceEachWhenAnswersAndDisconnectsRace) {
    park(kCalls);
    std::thread answering([&] { answer_all(); });
    for (std::size_t i = 0; i < kCalls; i += 3) clients[i].reset();
    answering.join();
    for (std::size_t i = 0; i < kCalls; ++i) {
        if (i % 3 == 0) continue;
        const auto answer = clients[i].receive(60s);
        ASSERT_TRUE(answer) << i;
        ASSERT_EQ(answer->body, R"({"Error":")" + answer_for(i) + R"("})");
    }
    server->stop();
    EXPECT_EQ(server->connections(), 0U);
}

TEST_F(ParkedBinds, AreAllWithdrawnWhenTheServerStops) {
    park(kCalls);
    server->stop();
    EXPECT_EQ(service.withdrawn().size(), kCalls);
}

}  // namespace
}  // namespace muster
