// Asks a thread to end, and lets it wait in the meantime.
#pragma once

#include "placement/model/units.hpp"

#include <condition_variable>
#include <mutex>

namespace muster::kube {

class StopFlag {
  public:
    void set() {
        {
            const std::lock_guard lock(mutex_);
            set_ = true;
        }
        changed_.notify_all();
    }
    [[nodiscard]] bool is_set() const {
        const std::lock_guard lock(mutex_);
        return set_;
    }
    // Waits that long, or less when the flag is set; gives whether it is.
    bool wait_for(Millis duration) const {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, duration, [this] { return set_; });
    }

  private:
    mutable std::mutex mutex_;
    mutable std::condition_variable changed_;
    bool set_ = false;
};

}  // namespace muster::kube
