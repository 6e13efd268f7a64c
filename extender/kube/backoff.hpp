// Growing pauses between attempts, as client-go's reflector makes them: 800 ms doubled up to 30 s, each stretched by a
// random 0…100 % so that clients do not come back in step, and back to the first after two minutes without a failure.
#pragma once

#include "placement/model/units.hpp"

#include <algorithm>
#include <chrono>
#include <random>

namespace muster::kube {

struct BackoffTiming {
    Millis first{800};
    Millis last{30'000};
    Millis forget{120'000};
};

// One thread's.
class Backoff {
  public:
    explicit Backoff(BackoffTiming timing) : timing_(timing), next_(timing.first), random_(std::random_device{}()) {}

    // How long to wait after the failure that was just seen.
    [[nodiscard]] Millis next() {
        const auto now = std::chrono::steady_clock::now();
        if (now - last_failure_ > timing_.forget) next_ = timing_.first;
        last_failure_ = now;
        const Millis base = next_;
        next_ = std::min(next_ * 2, timing_.last);
        return base + Millis(std::uniform_int_distribution<Millis::rep>(0, base.count())(random_));
    }
    // A whole number between the two, both included.
    [[nodiscard]] std::int64_t random_between(std::int64_t low, std::int64_t high) {
        return std::uniform_int_distribution<std::int64_t>(low, high)(random_);
    }

  private:
    BackoffTiming timing_;
    Millis next_;
    std::chrono::steady_clock::time_point last_failure_;
    std::minstd_rand random_;
};

}  // namespace muster::kube
