// Keeps a consumer in step with all objects of one resource: a list, then watches, for ever. The API server ends
// watches when it likes (slow ones in bursts, without an error): then the next one goes on at the last resourceVersion.
// Only a version that the server has forgotten (410) makes it list again.
#pragma once

#include "dialects/object.hpp"
#include "extender/kube/api_client.hpp"
#include "extender/kube/backoff.hpp"
#include "extender/kube/stop_flag.hpp"
#include "extender/kube/watch_stream.hpp"
#include "placement/model/result.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>

namespace muster::kube {

// Called on the reflector's thread, one call at a time.
class ObjectSink {
  public:
    virtual ~ObjectSink() = default;
    // A list starts; one that broke off is begun again.
    virtual void list_begins() = 0;
    // Listed, added or changed. Items of a list carry no kind.
    virtual void seen(const Object& object) = 0;
    virtual void gone(const Object& object) = 0;
    // Whatever was not seen since list_begins is gone.
    virtual void list_ends() = 0;
};

struct ReflectorOptions {
    std::string path;  // "/api/v1/pods"
    std::size_t page = limits::kListPage;
    Timeouts list;
    // A watch without a byte for so long is given up: the server sends a bookmark about once a minute.
    Millis silence{150'000};
    std::chrono::seconds watch_min{300}, watch_max{600};  // asked length of a watch, random between them
    BackoffTiming backoff;
};

class Reflector {
  public:
    // `api` and `sink` outlive it.
    Reflector(ApiClient& api, ReflectorOptions options, ObjectSink& sink);
    ~Reflector();  // stops
    Reflector(const Reflector&) = delete;
    Reflector& operator=(const Reflector&) = delete;

    [[nodiscard]] Result<void> start();
    // Returns when the thread has ended; no call of the sink comes afterwards.
    void stop();
    [[nodiscard]] bool synced() const { return synced_; }  // a whole list was delivered
    [[nodiscard]] std::uint64_t lists() const { return lists_; }
    [[nodiscard]] std::uint64_t watches() const { return watches_; }

  private:
    enum class Next { go_on, pause, list_again };
    struct Page {
        std::string version;  // of the whole list
        std::string next;     // token of the page after it; empty: the last
    };

    void run();
    Result<void> list();
    Result<Page> list_page(const std::string& next_page, bool paged);
    Next watch();
    Next judge_answer(const ApiAnswer& answer);
    bool apply(const WatchEvent& event, Next& next);
    void pause();

    ApiClient& api_;
    const ReflectorOptions options_;
    ObjectSink& sink_;
    std::unique_ptr<HttpClient> list_client_, watch_client_;
    StopFlag stopping_;
    std::atomic<bool> synced_ = false;
    std::atomic<std::uint64_t> lists_ = 0, watches_ = 0;
    // of the thread alone
    Backoff backoff_;
    std::string version_;  // resourceVersion to go on from; empty: list
    std::chrono::steady_clock::time_point listed_at_;
    Millis wait_at_least_{0};  // what the server asked for (Retry-After)
    int failures_ = 0;         // watches in a row that could not be opened
    std::atomic<bool> ended_ = true;
    std::thread thread_;
};

}  // namespace muster::kube
