// Kubernetes Events for people, written in the background. They are never worth waiting for: what does not fit into the
// queue, or cannot be written, is dropped and counted.
#pragma once

#include "extender/kube/api_client.hpp"
#include "extender/service/cluster_api.hpp"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <thread>

namespace muster::kube {

struct EventLimits {
    std::size_t queue = limits::kEventQueue;
    double per_second = 50;  // as client-go's default for a whole client
    double burst = 100;
};

class EventWriter {
  public:
    // `instance`: who reports (our host name). `api` outlives it.
    EventWriter(ApiClient& api, std::string instance, EventLimits limits = {});
    ~EventWriter();  // drops what is queued
    EventWriter(const EventWriter&) = delete;
    EventWriter& operator=(const EventWriter&) = delete;

    void add(EventNote note);
    [[nodiscard]] std::uint64_t written() const { return written_; }
    [[nodiscard]] std::uint64_t dropped() const { return dropped_; }

  private:
    void run();
    void write(const EventNote& note);
    Millis until_allowed();

    ApiClient& api_;
    const std::string instance_;
    const EventLimits limits_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<EventNote> queue_;
    bool stopping_ = false;
    std::atomic<std::uint64_t> written_ = 0, dropped_ = 0;
    // of the thread alone
    double allowance_;
    std::chrono::steady_clock::time_point counted_at_;
    std::uint64_t number_ = 0;
    std::thread thread_;
};

// Wall clock, RFC 3339 with six digits of a second, as Kubernetes' MicroTime.
[[nodiscard]] std::string wall_clock_micro();

}  // namespace muster::kube
