// A small API server for tests, over plain HTTP on a loopback port: list with pages, watch with bookmarks, get, create,
// replace, patch, bind, delete, and the faults that a real one does not produce on demand.
#pragma once

#include "extender/kube/kubeconfig.hpp"
#include "test/extender/kube/fake_api_store.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <list>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace muster::test {

inline const std::string kPods = "/api/v1/pods";
inline const std::string kNodes = "/api/v1/nodes";
inline const std::string kJobs = "/apis/batch/v1/jobs";
inline const std::string kLeases = "/apis/coordination.k8s.io/v1/leases";
inline const std::string kEvents = "/apis/events.k8s.io/v1/events";

class FakeApiServer {
  public:
    FakeApiServer();
    ~FakeApiServer();
    FakeApiServer(const FakeApiServer&) = delete;
    FakeApiServer& operator=(const FakeApiServer&) = delete;

    [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
    [[nodiscard]] kube::ApiAccess access() const;
    [[nodiscard]] FakeApiStore& store() { return store_; }

    // ---- faults
    struct Fault {
        std::string method, path_part;  // path_part also looks at the query
        int status = 500;               // 0: the connection is closed without an answer
        int count = 1;
        int retry_after_s = 0;
        bool after = false;  // the request is carried out first
    };
    void fail_next(Fault fault);
    void require_token(std::string token);  // others get 401
    void delay_answers(std::chrono::milliseconds delay) { delay_ms_ = delay.count(); }
    void close_watches();          // ended in order, without an event
    void break_watches();          // connection closed in the middle
    void error_watches(int code);  // ERROR event, then the end
    void send_bookmarks();         // before an end that is asked for next
    // They stay open, but not a byte comes.
    void hold_watches(bool hold) {
        held_ = hold;
        store_.wake();
    }
    void expire_pages() { ++page_round_; }  // continue tokens given so far: 410

    // ---- observations
    struct Seen {
        std::string method, target, body, content_type;
        std::uint64_t connection = 0;
    };
    [[nodiscard]] std::vector<Seen> requests(const std::string& method, const std::string& target_part) const;
    [[nodiscard]] int open_watches(const std::string& resource) const;
    [[nodiscard]] std::uint64_t connections() const { return accepted_; }

  private:
    struct Request {
        std::string method, path, query, authorization, content_type, body;
        std::uint64_t connection = 0;
    };
    struct Watch {
        std::string resource;
        std::atomic<bool> bookmark = false;  // wanted; sent before an end that is wanted too
        std::atomic<int> end = 0;            // one of WatchEnd
        std::atomic<int> code = 0;
    };
    struct Connection {
        int socket = -1;
        std::thread thread;
    };

    void accept_loop();
    void serve(int socket, std::uint64_t number);
    bool answer(int socket, const Request& request);  // false: close
    bool watch(int socket, const Request& request, const std::string& resource);
    bool follow(int socket, Watch& watch, std::uint64_t version);
    StoreAnswer perform(const Request& request);
    StoreAnswer list(const Request& request, const std::string& resource);
    std::optional<Fault> take_fault(const Request& request);
    enum WatchEnd { none, close_it, break_it, error_it };
    void end_watches(WatchEnd end, int code = 0);

    FakeApiStore store_;
    int listener_ = -1;
    std::uint16_t port_ = 0;
    std::atomic<bool> stopping_ = false;
    std::atomic<bool> held_ = false;
    std::atomic<std::int64_t> delay_ms_ = 0;
    std::atomic<int> page_round_ = 0;
    std::atomic<std::uint64_t> accepted_ = 0;
    mutable std::mutex mutex_;
    std::string token_;
    std::vector<Fault> faults_;
    std::vector<Seen> seen_;
    std::list<Watch*> watches_;
    std::list<Connection> connections_;
    std::thread acceptor_;
};

// Waits for a condition, with a deadline of ten seconds.
template <class Condition>
[[nodiscard]] bool eventually(Condition condition) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!condition()) {
        if (std::chrono::steady_clock::now() > deadline) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return true;
}

}  // namespace muster::test
