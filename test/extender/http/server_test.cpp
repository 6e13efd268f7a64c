// The server with a handler that echoes: HTTP itself, limits, deadlines, ends.
#include "extender/http/server.hpp"

#include "test/extender/http/raw_client.hpp"

#include <condition_variable>
#include <mutex>
#include <thread>

#include <gtest/gtest.h>
#include <sys/resource.h>

namespace muster {
namespace {

using namespace std::chrono_literals;
using test::RawClient;

// "/park" keeps its exchange until release(); anything else is answered with what was received.
class EchoHandler {
  public:
    HttpHandler handler() {
        return [this](HttpRequest request, const std::shared_ptr<Exchange>& exchange) {
            if (request.path == "/throw") throw std::runtime_error("handler broke");
            if (request.path == "/park") return park(exchange);
            HttpResponse response;
            response.body =
                request.method + " " + request.path + "?" + request.query + " " + std::to_string(request.body.size()) +
                " " + (request.body.size() <= 100 ? request.body : request.body.substr(request.body.size() - 3)) +
                (request.body.capacity() >= request.body.size() + 64 || request.body.empty() ? "" : " no room");
            exchange->reply(std::move(response));
        };
    }
    bool wait(std::size_t parked, std::size_t gone) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, test::kPatience, [&] { return parked_.size() == parked && gone_ == gone; });
    }
    void release(const std::string& body) {
        std::vector<std::shared_ptr<Exchange>> parked;
        {
            const std::scoped_lock lock(mutex_);
            parked.swap(parked_);
        }
        HttpResponse response;
        response.body = body;
        for (const auto& exchange : parked) exchange->reply(response);
    }

  private:
    void park(const std::shared_ptr<Exchange>& exchange) {
        {
            const std::scoped_lock lock(mutex_);
            parked_.push_back(exchange);
            changed_.notify_all();
        }
        exchange->on_gone([this] {
            const std::scoped_lock lock(mutex_);
            ++gone_;
            changed_.notify_all();
        });
    }
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::shared_ptr<Exchange>> parked_;
    std::size_t gone_ = 0;
};

class ServerTest : public testing::Test {
  protected:
    void start(HttpLimits limits = {}) {
        auto started = HttpServer::start({Listener{"test", {"127.0.0.1", 0}, echo.handler(), limits}});
        ASSERT_TRUE(started) << to_string(started.error());
        server = std::move(*started);
        port = server->port(0);
    }
    // The status of the answer to these bytes, and that the server then closes having said so.
    int refusal(std::string_view bytes) {
        RawClient client(port);
        client.send(bytes);
        const auto answer = client.receive();
        if (!answer) return 0;
        EXPECT_EQ(answer->headers.at("connection"), "close");
        EXPECT_TRUE(answer->body.starts_with(R"({"error":")")) << answer->body;
        EXPECT_TRUE(client.closed_by_server());
        return answer->status;
    }
    EchoHandler echo;  // outlives the server
    std::unique_ptr<HttpServer> server;
    std::uint16_t port = 0;
};

TEST_F(ServerTest, AnswersManyRequestsOnOneConnection) {
    start();
    RawClient client(port);
    for (int i = 0; i < 100; ++i) {
        const auto answer = client.post("/a?x=1&y", "body");
        ASSERT_TRUE(answer);
        ASSERT_EQ(answer->status, 200);
        ASSERT_EQ(answer->body, "POST /a?x=1&y 4 body");
        ASSERT_FALSE(answer->headers.contains("connection"));
    }
    EXPECT_EQ(server->connections(), 1U);
}

TEST_F(ServerTest, AnswersPipelinedRequestsInOrder) {
    start();
    RawClient client(port);
    std::string bytes;
    for (int i = 0; i < 50; ++i) bytes += RawClient::request("/" + std::to_string(i), std::string(3'000, 'x'));
    std::thread sender([&] { client.send(bytes); });
    for (int i = 0; i < 50; ++i) {
        const auto answer = client.receive();
        ASSERT_TRUE(answer);
        EXPECT_EQ(answer->body, "POST /" + std::to_string(i) + "? 3000 xxx");
    }
    sender.join();
}

TEST_F(ServerTest, AnswersRequestsThatWerePipelinedBehindAParkedOne) {
    start();
    RawClient client(port);
    client.send(RawClient::request("/park", "") + RawClient::request("/next", "1"));
    ASSERT_TRUE(echo.wait(1, 0));
    client.send(RawClient::request("/last", "2"));
    echo.release("parked");
    EXPECT_EQ(client.receive()->body, "parked");
    EXPECT_EQ(client.receive()->body, "POST /next? 1 1");
    EXPECT_EQ(client.receive()->body, "POST /last? 1 2");
}

TEST_F(ServerTest, ReadsBodiesOfAnySizeUpToTheLimit) {
    start();
    RawClient client(port);
    for (const std::size_t size : {0UL, 1UL, 4'000UL, 65'535UL, 65'536UL, 200'000UL, 8UL << 20}) {
        std::string body(size, 'a');
        if (size >= 3) body.replace(size - 3, 3, "end");
        const auto answer = client.post("/", body);
        ASSERT_TRUE(answer) << size;
        EXPECT_EQ(answer->body.find(std::to_string(size) + (size > 100 ? " end" : " ")), 8U)
            << answer->body.substr(0, 100);
        EXPECT_EQ(answer->body.find("no room"), std::string::npos);
    }
}

TEST_F(ServerTest, ReadsARequestThatComesByteByByte) {
    start();
    RawClient client(port);
    for (const char byte : RawClient::request("/slow", "abc")) ASSERT_TRUE(client.send(std::string_view(&byte, 1)));
    EXPECT_EQ(client.receive()->body, "POST /slow? 3 abc");
}

TEST_F(ServerTest, SendsOnlyTheHeadForHead) {
    start();
    RawClient client(port);
    client.send("HEAD /x HTTP/1.1\r\nHost: a\r\n\r\n");
    const auto answer = client.receive(test::kPatience, true);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->headers.at("content-length"), "11");
    EXPECT_EQ(client.get("/y")->body, "GET /y? 0 ");
}

TEST_F(ServerTest, ClosesAfterTheAnswerWhenTheClientWantsThat) {
    start();
    for (const auto* bytes : {"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "GET / HTTP/1.0\r\n\r\n"}) {
        RawClient client(port);
        client.send(bytes);
        const auto answer = client.receive();
        ASSERT_TRUE(answer);
        EXPECT_EQ(answer->status, 200);
        EXPECT_EQ(answer->headers.at("connection"), "close");
        EXPECT_TRUE(client.closed_by_server());
    }
}

TEST_F(ServerTest, LetsAClientAskBeforeItSendsALargeBody) {
    start();
    RawClient client(port);
    client.send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
    EXPECT_EQ(client.receive()->status, 100);
    client.send("abc");
    EXPECT_EQ(client.receive()->body, "POST /? 3 abc");
}

TEST_F(ServerTest, RefusesWhatIsNotAPlainRequest) {
    start({.header_bytes = 2'000, .body_bytes = 1'000});
    EXPECT_EQ(refusal("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"), 411);
    EXPECT_EQ(refusal("POST / HTTP/1.1\r\nHost: a\r\n\r\n"), 411);
    EXPECT_EQ(refusal("POST / HTTP/1.1\r\nHost: a\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc"), 415);
    EXPECT_EQ(refusal(RawClient::request("/", std::string(1'001, 'x'))), 413);
    EXPECT_EQ(refusal("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999\r\n\r\n"), 413);
    EXPECT_EQ(refusal("GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(3'000, 'x') + "\r\n\r\n"), 431);
    EXPECT_EQ(refusal("GET /\r\n\r\n"), 400);
    EXPECT_EQ(refusal("\x16\x03\x01\x02hello of TLS\r\n\r\n"), 400);
    EXPECT_EQ(refusal("POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n"), 400);
    EXPECT_EQ(refusal("POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx"), 400);
    EXPECT_EQ(RawClient(port).get("/still")->status, 200);
}

TEST_F(ServerTest, LetsARefusalBeReadThoughTheBodyIsStillBeingSent) {
    start({.body_bytes = 1'000});
    RawClient client(port);
    std::thread sender([&] { client.send(RawClient::request("/", std::string(4UL << 20, 'x'))); });
    const auto answer = client.receive();
    sender.join();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 413);
    EXPECT_NE(answer->body.find("nodeCacheCapable"), std::string::npos);
}

TEST_F(ServerTest, EndsRequestsThatComeTooSlowly) {
    start({.header_timeout = 100ms, .body_timeout = 100ms, .idle_timeout = 10s});
    EXPECT_EQ(refusal("POST / HTTP/1.1\r\nHost:"), 408);
    EXPECT_EQ(refusal("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nabc"), 408);
}

TEST_F(ServerTest, AHeaderThatDripsDoesNotPutOffItsDeadline) {
    start({.header_timeout = 300ms, .idle_timeout = 10s});
    RawClient client(port);
    client.send("POST / HTTP/1.1\r\n");
    int sent = 0;
    std::optional<test::RawAnswer> answer;
    while (!answer && sent < 400) {  // one field every 50 ms would live for ever under a deadline per read
        client.send("X: y\r\n");
        ++sent;
        answer = client.receive(50ms);
    }
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 408);
}

TEST_F(ServerTest, ClosesIdleConnectionsAndOnlyThose) {
    start({.idle_timeout = 100ms});
    RawClient parked(port);
    parked.send(RawClient::request("/park", ""));
    ASSERT_TRUE(echo.wait(1, 0));
    RawClient fresh(port);
    RawClient used(port);
    ASSERT_TRUE(used.get("/"));
    EXPECT_TRUE(fresh.closed_by_server());
    EXPECT_TRUE(used.closed_by_server());
    echo.release("late");
    EXPECT_EQ(parked.receive()->body, "late");
}

TEST_F(ServerTest, NoticesAClientThatVanishesWhileParked) {
    start();
    RawClient closes(port);
    RawClient resets(port);
    RawClient stays(port);
    for (auto* client : {&closes, &resets, &stays}) client->send(RawClient::request("/park", "x"));
    ASSERT_TRUE(echo.wait(3, 0));
    closes.close();
    ASSERT_TRUE(echo.wait(3, 1));
    resets.reset();
    ASSERT_TRUE(echo.wait(3, 2));
    echo.release("done");
    EXPECT_EQ(stays.receive()->body, "done");
    EXPECT_TRUE(echo.wait(0, 2));
}

TEST_F(ServerTest, Answers500WhenAHandlerThrows) {
    start();
    RawClient client(port);
    EXPECT_EQ(client.post("/throw", "")->status, 500);
    EXPECT_EQ(client.post("/", "")->status, 200);
}

TEST_F(ServerTest, RefusesConnectionsBeyondTheLimit) {
    start({.connections = 2});
    RawClient first(port);
    RawClient second(port);
    ASSERT_TRUE(first.get("/"));
    ASSERT_TRUE(second.get("/"));
    RawClient third(port);
    EXPECT_EQ(third.receive()->status, 503);
    EXPECT_TRUE(third.closed_by_server());
    first.close();
    // The place is free once the server has noticed.
    const auto deadline = std::chrono::steady_clock::now() + test::kPatience;
    while (server->connections() == 2 && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
    EXPECT_EQ(RawClient(port).get("/")->status, 200);
}

TEST_F(ServerTest, DrainsByClosingAfterTheNextAnswerAndTakingNobodyNew) {
    start();
    RawClient idle(port);
    ASSERT_TRUE(idle.get("/"));
    RawClient parked(port);
    parked.send(RawClient::request("/park", ""));
    ASSERT_TRUE(echo.wait(1, 0));
    server->drain();
    EXPECT_EQ(idle.get("/again")->headers.at("connection"), "close");
    EXPECT_TRUE(idle.closed_by_server());
    echo.release("done");
    const auto answer = parked.receive();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->body, "done");
    EXPECT_EQ(answer->headers.at("connection"), "close");
    const auto refused = [&] {
        try {
            return !RawClient(port).get("/");
        } catch (const std::runtime_error&) {
            return true;
        }
    };
    const auto deadline = std::chrono::steady_clock::now() + test::kPatience;
    while (!refused() && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
    EXPECT_TRUE(refused());
}

TEST_F(ServerTest, StopsAtOnceWithConnectionsInEveryState) {
    start();
    RawClient idle(port);
    ASSERT_TRUE(idle.get("/"));
    RawClient fresh(port);
    RawClient half(port);
    half.send("POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc");
    RawClient parked(port);
    parked.send(RawClient::request("/park", ""));
    ASSERT_TRUE(echo.wait(1, 0));
    server->stop();
    EXPECT_TRUE(echo.wait(1, 1));
    EXPECT_EQ(server->connections(), 0U);
    EXPECT_TRUE(parked.closed_by_server());
    server.reset();
    echo.release("nobody hears this");  // an exchange outlives its server
}

TEST_F(ServerTest, RaisesTheDescriptorLimit) {
    start();
    rlimit limit{};
    ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
    EXPECT_EQ(limit.rlim_cur, limit.rlim_max);
}

TEST(ServerStart, NamesTheAddressThatCannotBeUsed) {
    const auto handler = [](HttpRequest, const std::shared_ptr<Exchange>&) {};
    const auto wrong = HttpServer::start({Listener{"binding", {"not-an-address", 1}, handler, {}}});
    ASSERT_FALSE(wrong);
    EXPECT_EQ(wrong.error().where, "listener binding at not-an-address:1");
    EXPECT_FALSE(wrong.error().remedy.empty());

    const auto first = HttpServer::start({Listener{"a", {"127.0.0.1", 0}, handler, {}}});
    ASSERT_TRUE(first);
    const auto taken = HttpServer::start({Listener{"b", {"127.0.0.1", (*first)->port(0)}, handler, {}}});
    ASSERT_FALSE(taken);
    EXPECT_EQ(taken.error().code, ErrorCode::dependency);
}

}  // namespace
}  // namespace muster
