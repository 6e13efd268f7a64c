#include "extender/service/write_pool.hpp"

#include <utility>

namespace muster {

WritePool::WritePool(std::size_t threads, std::size_t capacity) : capacity_(capacity) {
    threads_.reserve(threads);
    for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { run(); });
}

WritePool::~WritePool() {
    stop();
}

void WritePool::stop() {
    {
        const std::scoped_lock lock(mutex_);
        stopping_ = true;
    }
    work_.notify_all();
    for (std::thread& thread : threads_) {
        if (thread.joinable()) thread.join();
    }
}

bool WritePool::submit(Job job, bool urgent) {
    {
        const std::scoped_lock lock(mutex_);
        if (stopping_ || urgent_.size() + ordinary_.size() >= capacity_) return false;
        (urgent ? urgent_ : ordinary_).push_back(std::move(job));
    }
    work_.notify_one();
    return true;
}

std::size_t WritePool::waiting() const {
    const std::scoped_lock lock(mutex_);
    return urgent_.size() + ordinary_.size() + running_;
}

void WritePool::run() {
    std::unique_lock lock(mutex_);
    for (;;) {
        work_.wait(lock, [this] { return stopping_ || !urgent_.empty() || !ordinary_.empty(); });
        if (stopping_) return;
        std::deque<Job>& queue = urgent_.empty() ? ordinary_ : urgent_;
        const Job job = std::move(queue.front());
        queue.pop_front();
        ++running_;
        lock.unlock();
        job();
        lock.lock();
        --running_;
    }
}

}  // namespace muster
