// Every metric of the product. Labels are enumerations, so that their number is bounded by the types; prometheus-cpp
// lives in metrics.cpp alone, and each time series is looked up once, at construction.
#pragma once

#include "placement/gang/gang_state.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace muster::obs {

enum class HttpVerb : std::uint8_t { filter, prioritize, preempt, bind };
inline constexpr std::array<std::string_view, 4> kHttpVerbNames{"filter", "prioritize", "preempt", "bind"};

enum class PlanResult : std::uint8_t { plan, no_fit, never_fits, waits, refused };
inline constexpr std::array<std::string_view, 5> kPlanResultNames{"plan", "no-fit", "never-fits", "waits", "refused"};

enum class BindingResult : std::uint8_t { ok, conflict, gone, refused, unavailable };
inline constexpr std::array<std::string_view, 5> kBindingResultNames{"ok", "conflict", "gone", "refused",
                                                                     "unavailable"};

// Calls to the API server. `bind` is a create of pods/binding; `evict` a delete of a member.
enum class ApiVerb : std::uint8_t { get, list, watch, create, update, patch, remove, bind };
inline constexpr std::array<std::string_view, 8> kApiVerbNames{"get",    "list",  "watch",  "create",
                                                               "update", "patch", "delete", "bind"};

// What is counted at the time of a scrape instead of at each change.
struct ServiceGauges {
    bool ready = false;
    bool leading = false;
    std::size_t nodes = 0, pods = 0, reservations = 0, parked_binds = 0, write_queue = 0, connections = 0;
    std::array<std::size_t, kGangStateNames.size()> gangs{};  // by GangState
};

// Thread-safe. All durations are exported in seconds.
class Metrics {
  public:
    Metrics();
    ~Metrics();
    Metrics(const Metrics&) = delete;
    Metrics& operator=(const Metrics&) = delete;

    // muster_http_requests_total{verb,code}, muster_http_request_duration_seconds{verb}. A bind's duration includes its
    // parking.
    void http_request(HttpVerb verb, int status, std::chrono::nanoseconds duration);
    // muster_plan_duration_seconds{result}
    void plan(PlanResult result, std::chrono::nanoseconds duration);
    // muster_bindings_total{result}: outcome of one Binding write.
    void binding(BindingResult result);
    // muster_api_requests_total{verb,code}; status 0: no answer came (code="none").
    void api_request(ApiVerb verb, int status);
    // muster_gangs{state}, muster_parked_binds, muster_ready, muster_leading, muster_nodes, …
    void set_gauges(const ServiceGauges& gauges);

    // Prometheus text format 0.0.4.
    [[nodiscard]] std::string text() const;

  private:
    struct Series;
    std::unique_ptr<Series> series_;
};

// The process's metrics, which GET /metrics shows. Tests make their own.
[[nodiscard]] Metrics& metrics();

}  // namespace muster::obs
