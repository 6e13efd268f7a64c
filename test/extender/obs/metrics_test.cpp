#include "extender/obs/metrics.hpp"

#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace muster::obs {
namespace {

using namespace std::chrono_literals;

bool has_line(const Metrics& metrics, const std::string& line) {
    return ("\n" + metrics.text()).find("\n" + line + "\n") != std::string::npos;
}

TEST(Metrics, CountsByLabel) {
    Metrics metrics;
    metrics.binding(BindingResult::ok);
    metrics.binding(BindingResult::ok);
    metrics.binding(BindingResult::unavailable);
    metrics.api_request(ApiVerb::bind, 201);
    metrics.api_request(ApiVerb::remove, 0);
    EXPECT_TRUE(has_line(metrics, R"(muster_bindings_total{result="ok"} 2)"));
    EXPECT_TRUE(has_line(metrics, R"(muster_bindings_total{result="unavailable"} 1)"));
    EXPECT_TRUE(has_line(metrics, R"(muster_bindings_total{result="conflict"} 0)"));
    EXPECT_TRUE(has_line(metrics, R"(muster_api_requests_total{code="201",verb="bind"} 1)"));
    EXPECT_TRUE(has_line(metrics, R"(muster_api_requests_total{code="none",verb="delete"} 1)"));
}

TEST(Metrics, SortsDurationsIntoBucketsInSeconds) {
    Metrics metrics;
    metrics.http_request(HttpVerb::filter, 200, 200us);
    metrics.http_request(HttpVerb::bind, 200, 20s);
    metrics.plan(PlanResult::no_fit, 3ms);
    EXPECT_TRUE(has_line(metrics, R"(muster_http_request_duration_seconds_bucket{verb="filter",le="0.0001"} 0)"));
    EXPECT_TRUE(has_line(metrics, R"(muster_http_request_duration_seconds_bucket{verb="filter",le="0.00025"} 1)"));
    EXPECT_TRUE(has_line(metrics, R"(muster_http_request_duration_seconds_sum{verb="bind"} 20)"));
    EXPECT_TRUE(has_line(metrics, R"(muster_plan_duration_seconds_count{result="no-fit"} 1)"));
}

TEST(Metrics, LetsNoPeerAddSeriesByInventingCodes) {
    Metrics metrics;
    for (int code = -1'000; code < 1'000; ++code) metrics.api_request(ApiVerb::get, code);
    const auto text = metrics.text();
    std::size_t series = 0;
    for (auto at = text.find("muster_api_requests_total{"); at != std::string::npos;
         at = text.find("muster_api_requests_total{", at + 1))
        ++series;
    EXPECT_LE(series, 25U);
    EXPECT_TRUE(has_line(metrics, R"(muster_api_requests_total{code="404",verb="get"} 1)"));
    EXPECT_NE(text.find(R"(code="other",verb="get"})"), std::string::npos);
}

TEST(Metrics, LosesNoCountOfManyThreads) {
    Metrics metrics;
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&] {
            for (int i = 0; i < 1'000; ++i) metrics.http_request(HttpVerb::prioritize, 503, 1ms);
        });
    }
    for (auto& thread : threads) thread.join();
    EXPECT_TRUE(has_line(metrics, R"(muster_http_requests_total{code="503",verb="prioritize"} 4000)"));
}

TEST(Metrics, ShowsGangsByState) {
    Metrics metrics;
    ServiceGauges gauges;
    gauges.leading = true;
    gauges.gangs[static_cast<std::size_t>(GangState::committing)] = 2;
    metrics.set_gauges(gauges);
    EXPECT_TRUE(has_line(metrics, R"(muster_gangs{state="committing"} 2)"));
    EXPECT_TRUE(has_line(metrics, R"(muster_gangs{state="takeover"} 0)"));
    EXPECT_TRUE(has_line(metrics, "muster_leading 1"));
}

}  // namespace
}  // namespace muster::obs
