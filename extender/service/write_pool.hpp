// Threads that perform blocking API calls. The queue is bounded; submit never waits.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace muster {

class WritePool {
  public:
    WritePool(std::size_t threads, std::size_t capacity);
    ~WritePool();  // finishes the jobs that are running, drops the rest
    WritePool(const WritePool&) = delete;
    WritePool& operator=(const WritePool&) = delete;

    using Job = std::function<void()>;
    // False when the queue is full or the pool is stopping; the job is then not run. Urgent jobs (Bindings, fences) go
    // first.
    [[nodiscard]] bool submit(Job job, bool urgent = false);
    [[nodiscard]] std::size_t waiting() const;  // jobs queued or running
    void stop();

  private:
    void run();
    mutable std::mutex mutex_;
    std::condition_variable work_;
    std::deque<Job> urgent_;
    std::deque<Job> ordinary_;
    std::size_t capacity_;
    std::size_t running_ = 0;
    bool stopping_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace muster
