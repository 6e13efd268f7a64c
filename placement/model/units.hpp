// Counters and time as the core sees them. Time is always a value that somebody passes in: the core owns no clock.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>

namespace muster {

template <class Tag>
class Counter {
  public:
    constexpr Counter() = default;
    constexpr explicit Counter(std::uint64_t value) : value_(value) {}
    [[nodiscard]] constexpr std::uint64_t value() const { return value_; }
    [[nodiscard]] constexpr Counter next() const { return Counter(value_ + 1); }
    constexpr auto operator<=>(const Counter&) const = default;

  private:
    std::uint64_t value_ = 0;
};

// Number of changes that a ClusterState has applied.
using Generation = Counter<struct GenerationTag>;
// Number of a gang's current plan; whatever belongs to an older one is refused. 0: never planned.
using Epoch = Counter<struct EpochTag>;
// Number of the leadership under which something was written to a pod (model rule 7).
using Term = Counter<struct TermTag>;

using Millis = std::chrono::milliseconds;
// Tag of the product's time line: monotonic in a live service, virtual in the simulator. Has no now().
struct ServiceClock {
    using rep = std::int64_t;
    using period = std::milli;
    using duration = Millis;
    using time_point = std::chrono::time_point<ServiceClock, Millis>;
    static constexpr bool is_steady = true;
};
using TimePoint = ServiceClock::time_point;

}  // namespace muster
