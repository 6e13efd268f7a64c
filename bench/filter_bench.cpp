// The filter call of a planned gang member as kube-scheduler makes it: real server, real service, keep-alive
// connection, a Pod of 5.7 KB and 5,000 node names. Counters are microseconds from the request's first byte to the
// answer's last one, both ends of the socket included (design §9: p99 < 0.5 ms).
#include "dialects/object.hpp"
#include "extender/http/handlers.hpp"
#include "extender/http/server.hpp"
#include "extender/memory/memory_cluster.hpp"
#include "extender/service/scheduler_service.hpp"
#include "test/extender/http/fake_service.hpp"
#include "test/extender/http/raw_client.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <benchmark/benchmark.h>

namespace muster {
namespace {

using Steady = std::chrono::steady_clock;

constexpr int kNodes = 5'000;
constexpr int kMembers = 8;
constexpr std::size_t kPodBytes = 5'700;

void require(bool holds, const std::string& what) {
    if (holds) return;
    std::fprintf(stderr, "filter_bench: %s\n", what.c_str());
    std::exit(1);
}

std::string node_name(int i) {
    const auto digits = std::to_string(10'000 + i);
    return "gpu-node-" + digits.substr(1);
}

std::string node_json(int i) {
    return R"({"kind":"Node","apiVersion":"v1","metadata":{"name":")" + node_name(i) +
           R"("},"status":{"allocatable":{"cpu":"96","memory":"1Ti","pods":"110","nvidia.com/gpu":"8"}}})";
}

std::string pod_json(int rank) {
    const auto name = "member-" + std::to_string(rank);
    std::string head = R"({"kind":"Pod","apiVersion":"v1","metadata":{"name":")" + name +
                       R"(","namespace":"ml","uid":"uid-)" + std::to_string(rank) +
                       R"(","labels":{"muster.scheduler/gang":"llama"},"annotations":{"muster.scheduler/members":")" +
                       std::to_string(kMembers) + R"(","example.com/notes":")";
    const std::string tail =
        R"("}},"spec":{"schedulerName":"muster","schedulingGates":[{"name":"muster.scheduler/gang"}],"containers":[{"name":"trainer",)"
        R"("resources":{"requests":{"cpu":"8","memory":"64Gi","nvidia.com/gpu":"8"},"limits":{"nvidia.com/gpu":"8"}}}]}})";
    if (head.size() + tail.size() < kPodBytes) head.append(kPodBytes - head.size() - tail.size(), 'x');
    return head + tail;
}

struct BenchClock : Clock {
    [[nodiscard]] TimePoint now() const override {
        return TimePoint(std::chrono::duration_cast<Millis>(Steady::now().time_since_epoch()));
    }
};

// 5,000 nodes and one gang that is admitted and waits for its binds. Members are destroyed from the last to the first.
struct Service {
    Settings settings;
    BenchClock clock;
    MemoryCluster cluster{{"muster"}};
    std::unique_ptr<SchedulerService> scheduler;
    test::NoOwners owners;
    std::unique_ptr<Handlers> handlers;
    std::unique_ptr<HttpServer> server;

    Service() {
        settings.gang.bind_timeout = std::chrono::hours(1);
        std::vector<Object> objects;
        for (int i = 0; i < kNodes; ++i) add(objects, node_json(i));
        for (int rank = 0; rank < kMembers; ++rank) add(objects, pod_json(rank));
        const auto created = cluster.create(objects);
        require(created.has_value(), created ? "" : to_string(created.error()));
        scheduler = SchedulerService::create(settings, {}, cluster, clock);
        cluster.start(*scheduler);
        wait_admitted();
        handlers = std::make_unique<Handlers>(HandlerContext{*scheduler, owners, settings.scheduler_names});
        auto started = HttpServer::start({Listener{"scheduling", {"127.0.0.1", 0}, handlers->scheduling(), {}}});
        require(started.has_value(), "cannot listen");
        server = std::move(*started);
    }
    ~Service() {
        server.reset();
        cluster.stop();
    }
    Service(const Service&) = delete;
    Service& operator=(const Service&) = delete;

  private:
    static void add(std::vector<Object>& objects, const std::string& json) {
        auto object = parse_json(json, "bench");
        require(object.has_value(), "bad object");
        objects.push_back(std::move(*object));
    }
    void wait_admitted() const {
        const auto deadline = Steady::now() + std::chrono::seconds(30);
        while (Steady::now() < deadline) {
            const auto gangs = scheduler->gangs();
            if (gangs.size() == 1 && gangs.front().state == "admitted") return;
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
        require(false, "the gang was not admitted");
    }
};

std::string filter_request(int rank) {
    std::string body = R"({"Pod":)" + pod_json(rank) + R"(,"Nodes":null,"NodeNames":[)";
    for (int i = 0; i < kNodes; ++i) body += (i == 0 ? "\"" : ",\"") + node_name(i) + "\"";
    return test::RawClient::request("/filter", body + "]}");
}

double microseconds_at(std::vector<Steady::duration>& samples, double part) {
    const auto at = static_cast<std::ptrdiff_t>(part * static_cast<double>(samples.size() - 1));
    std::nth_element(samples.begin(), samples.begin() + at, samples.end());
    return std::chrono::duration<double, std::micro>(samples[static_cast<std::size_t>(at)]).count();
}

void filter_planned(benchmark::State& bench) {
    const Service service;
    test::RawClient client(service.server->port(0));
    std::vector<std::string> requests;
    for (int rank = 0; rank < kMembers; ++rank) requests.push_back(filter_request(rank));
    std::vector<Steady::duration> samples;
    samples.reserve(1UL << 20);
    std::size_t next = 0;
    for (auto _ : bench) {
        const auto begin = Steady::now();
        client.send(requests[next++ % requests.size()]);
        const auto answer = client.receive();
        samples.push_back(Steady::now() - begin);
        if (!answer || answer->status != 200 || !answer->body.starts_with(R"({"Nodes":null,"NodeNames":["gpu-node-)")) {
            bench.SkipWithError("the planned node was not answered");
            break;
        }
    }
    if (samples.empty()) return;
    bench.counters["p50_us"] = microseconds_at(samples, 0.50);
    bench.counters["p99_us"] = microseconds_at(samples, 0.99);
    bench.SetBytesProcessed(static_cast<std::int64_t>(samples.size() * requests.front().size()));
}
BENCHMARK(filter_planned)->Name("filter_planned/names:5000")->UseRealTime()->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace muster
