// The service's clock: monotonic time since the machine started, in milliseconds.
#pragma once

#include "extender/service/cluster_api.hpp"

#include <chrono>

namespace muster {

class SteadyClock final : public Clock {
  public:
    [[nodiscard]] TimePoint now() const override {
        return TimePoint(std::chrono::duration_cast<Millis>(std::chrono::steady_clock::now().time_since_epoch()));
    }
};

}  // namespace muster
