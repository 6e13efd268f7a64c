#include "extender/obs/metrics.hpp"

#include <algorithm>
#include <atomic>
#include <string>
#include <vector>

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

namespace muster::obs {
namespace {

using prometheus::Counter;
using prometheus::Family;
using prometheus::Gauge;
using prometheus::Histogram;
using prometheus::Registry;

// Codes that our own server and an API server give; any other is counted as "other", so that no peer can add series.
constexpr std::array<int, 21> kCodes{200, 201, 202, 400, 401, 403, 404, 405, 408, 409, 410,
                                     411, 413, 415, 422, 429, 431, 500, 502, 503, 504};
constexpr std::size_t kNoAnswer = kCodes.size();
constexpr std::size_t kOtherCode = kCodes.size() + 1;
constexpr std::size_t kCodeCount = kCodes.size() + 2;

std::size_t code_index(int status) {
    if (status == 0) return kNoAnswer;
    const auto* found = std::ranges::lower_bound(kCodes, status);
    return found != kCodes.end() && *found == status ? static_cast<std::size_t>(found - kCodes.begin()) : kOtherCode;
}

std::string code_name(std::size_t index) {
    if (index == kNoAnswer) return "none";
    return index == kOtherCode ? "other" : std::to_string(kCodes[index]);
}

// From a filter answered from memory to a bind that was parked for minutes.
const Histogram::BucketBoundaries kHttpBuckets{0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
                                               0.25,   0.5,     1,      2.5,   5,      10,    30,   60,    300};
const Histogram::BucketBoundaries kPlanBuckets{0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01,
                                               0.025,  0.05,    0.1,    0.5,   1,      5};

template <std::size_t N>
std::array<Counter*, N> counters(Registry& registry, const char* name, const char* help, const char* label,
                                 const std::array<std::string_view, N>& values) {
    auto& family = prometheus::BuildCounter().Name(name).Help(help).Register(registry);
    std::array<Counter*, N> out{};
    for (std::size_t i = 0; i < N; ++i) out[i] = &family.Add({{label, std::string(values[i])}});
    return out;
}

template <std::size_t N>
std::array<Histogram*, N> histograms(Registry& registry, const char* name, const char* help, const char* label,
                                     const std::array<std::string_view, N>& values,
                                     const Histogram::BucketBoundaries& buckets) {
    auto& family = prometheus::BuildHistogram().Name(name).Help(help).Register(registry);
    std::array<Histogram*, N> out{};
    for (std::size_t i = 0; i < N; ++i) out[i] = &family.Add({{label, std::string(values[i])}}, buckets);
    return out;
}

Gauge* gauge(Registry& registry, const char* name, const char* help) {
    return &prometheus::BuildGauge().Name(name).Help(help).Register(registry).Add({});
}

double seconds(std::chrono::nanoseconds duration) {
    return std::chrono::duration<double>(duration).count();
}

template <class Enum>
std::size_t index(Enum value) {
    return static_cast<std::size_t>(value);
}

}  // namespace

namespace detail {  // with a name, because Metrics::Series has members of this type

// Counters by verb and code. A series appears with its first count, not before: most pairs never happen.
template <std::size_t N>
class VerbCodeCounters {
  public:
    VerbCodeCounters(Registry& registry, const char* name, const char* help,
                     const std::array<std::string_view, N>& verbs)
        : verbs_(verbs), family_(prometheus::BuildCounter().Name(name).Help(help).Register(registry)) {}

    void count(std::size_t verb, int status) {
        const auto code = code_index(status);
        auto& cached = cached_[verb][code];
        auto* counter = cached.load(std::memory_order_acquire);
        if (counter == nullptr) {  // Add gives the same counter to whoever asks
            counter = &family_.Add({{"verb", std::string(verbs_[verb])}, {"code", code_name(code)}});
            cached.store(counter, std::memory_order_release);
        }
        counter->Increment();
    }

  private:
    const std::array<std::string_view, N>& verbs_;
    Family<Counter>& family_;
    std::array<std::array<std::atomic<Counter*>, kCodeCount>, N> cached_{};
};

}  // namespace detail

struct Metrics::Series {
    Registry registry;
    detail::VerbCodeCounters<kHttpVerbNames.size()> http_requests{
        registry, "muster_http_requests_total", "Calls of kube-scheduler, by verb and HTTP status.", kHttpVerbNames};
    std::array<Histogram*, kHttpVerbNames.size()> http_duration =
        histograms(registry, "muster_http_request_duration_seconds",
                   "From the request's last byte to the answer; a bind includes its parking.", "verb", kHttpVerbNames,
                   kHttpBuckets);
    std::array<Histogram*, kPlanResultNames.size()> plan_duration =
        histograms(registry, "muster_plan_duration_seconds", "One run of the planner for one gang.", "result",
                   kPlanResultNames, kPlanBuckets);
    std::array<Counter*, kBindingResultNames.size()> bindings =
        counters(registry, "muster_bindings_total", "Bindings written to the API server, by outcome.", "result",
                 kBindingResultNames);
    detail::VerbCodeCounters<kApiVerbNames.size()> api_requests{
        registry, "muster_api_requests_total", "Calls to the API server, by verb and HTTP status.", kApiVerbNames};
    Gauge* ready = gauge(registry, "muster_ready", "1 while /readyz answers 200.");
    Gauge* leading = gauge(registry, "muster_leading", "1 while this replica is the one that writes.");
    Gauge* nodes = gauge(registry, "muster_nodes", "Nodes known.");
    Gauge* pods = gauge(registry, "muster_pods", "Pods known.");
    Gauge* reservations =
        gauge(registry, "muster_reservations", "Pods with capacity reserved that are not yet seen bound.");
    Gauge* parked_binds = gauge(registry, "muster_parked_binds", "Bind calls that wait for their gang.");
    Gauge* write_queue = gauge(registry, "muster_write_queue", "Writes to the API server that wait for a writer.");
    Gauge* connections = gauge(registry, "muster_connections", "Open connections on all listeners.");
    std::array<Gauge*, kGangStateNames.size()> gangs = [this] {
        auto& family = prometheus::BuildGauge().Name("muster_gangs").Help("Gangs, by state.").Register(registry);
        std::array<Gauge*, kGangStateNames.size()> out{};
        for (std::size_t i = 0; i < out.size(); ++i) out[i] = &family.Add({{"state", std::string(kGangStateNames[i])}});
        return out;
    }();
};

Metrics::Metrics() : series_(std::make_unique<Series>()) {}
Metrics::~Metrics() = default;

void Metrics::http_request(HttpVerb verb, int status, std::chrono::nanoseconds duration) {
    series_->http_requests.count(index(verb), status);
    series_->http_duration[index(verb)]->Observe(seconds(duration));
}

void Metrics::plan(PlanResult result, std::chrono::nanoseconds duration) {
    series_->plan_duration[index(result)]->Observe(seconds(duration));
}

void Metrics::binding(BindingResult result) {
    series_->bindings[index(result)]->Increment();
}

void Metrics::api_request(ApiVerb verb, int status) {
    series_->api_requests.count(index(verb), status);
}

void Metrics::set_gauges(const ServiceGauges& gauges) {
    const auto set = [](Gauge* gauge, std::size_t value) { gauge->Set(static_cast<double>(value)); };
    set(series_->ready, gauges.ready ? 1 : 0);
    set(series_->leading, gauges.leading ? 1 : 0);
    set(series_->nodes, gauges.nodes);
    set(series_->pods, gauges.pods);
    set(series_->reservations, gauges.reservations);
    set(series_->parked_binds, gauges.parked_binds);
    set(series_->write_queue, gauges.write_queue);
    set(series_->connections, gauges.connections);
    for (std::size_t i = 0; i < gauges.gangs.size(); ++i) set(series_->gangs[i], gauges.gangs[i]);
}

std::string Metrics::text() const {
    return prometheus::TextSerializer().Serialize(series_->registry.Collect());
}

Metrics& metrics() {
    static Metrics instance;
    return instance;
}

}  // namespace muster::obs
