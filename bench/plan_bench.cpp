// What a plan, or a refusal, costs at 5,000 nodes (design §9: p99 < 1 ms). Every host is in a state of its own, and the
// worlds take turns, so nothing can be remembered from one plan to the next. Counters are microseconds over all
// iterations: wall time, and the time of the thread, which tells what a busy machine adds.
#include "placement/plan/gang_planner.hpp"
#include "policies/registry.hpp"
#include "test/property/world_gen.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <string>
#include <variant>
#include <vector>

#include <benchmark/benchmark.h>

namespace muster {
namespace {

constexpr std::uint64_t kWorlds = 8;

std::vector<Snapshot> make_worlds(world::BigWorld spec) {
    std::vector<Snapshot> worlds;
    for (spec.seed = 1; spec.seed <= kWorlds; ++spec.seed) worlds.push_back(world::big_world(spec).snapshot());
    return worlds;
}

const std::vector<Snapshot>& worlds_of_5000() {
    static const std::vector<Snapshot> kSnapshots = make_worlds({});
    return kSnapshots;
}

double thread_us() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

double percentile(std::vector<double> times_us, std::size_t percent) {
    if (times_us.empty()) return 0;
    std::ranges::sort(times_us);
    return times_us[(times_us.size() - 1) * percent / 100];
}

// Plans once per iteration, and stops when an answer is not as it should be.
void plan_all(benchmark::State& bench, const std::vector<Snapshot>& worlds, const GangRequest& gang, bool fits) {
    const Policies policies = default_policies();
    std::vector<double> wall_us;
    std::vector<double> cpu_us;
    std::size_t turn = 0;
    for (auto _ : bench) {
        const auto start = std::chrono::steady_clock::now();
        const double cpu_start = thread_us();
        const Outcome outcome = plan_gang(worlds[turn++ % worlds.size()], gang, policies);
        cpu_us.push_back(thread_us() - cpu_start);
        wall_us.push_back(std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count());
        if (std::holds_alternative<Plan>(outcome) != fits) bench.SkipWithError(fits ? "does not fit" : "fits");
    }
    bench.counters["p50_us"] = percentile(wall_us, 50);
    bench.counters["p99_us"] = percentile(wall_us, 99);
    bench.counters["cpu_p50_us"] = percentile(cpu_us, 50);
    bench.counters["cpu_p99_us"] = percentile(cpu_us, 99);
}

void plan_gang_5000(benchmark::State& bench, std::uint32_t members, std::int64_t gpus, const char* required) {
    auto gang = world::plain_gang(members, gpus);
    if (required != nullptr) gang.wish.required = required;
    plan_all(bench, worlds_of_5000(), gang, true);
}

void no_fit_5000(benchmark::State& bench, std::uint32_t members, std::int64_t gpus, const char* required) {
    auto gang = world::plain_gang(members, gpus);
    if (required != nullptr) gang.wish.required = required;
    plan_all(bench, worlds_of_5000(), gang, false);
}

// The figures of design §9: one GPU a member, so hosts hold 0 to 8 members each.
BENCHMARK_CAPTURE(plan_gang_5000, main, 512, 1, nullptr)->Name("plan_gang/nodes:5000/gang:512/fill:70");
BENCHMARK_CAPTURE(no_fit_5000, main, 512, 8, nullptr)->Name("no_fit/nodes:5000/gang:512");
// Other shapes of the same question.
BENCHMARK_CAPTURE(plan_gang_5000, two, 512, 2, nullptr)->Name("plan_gang/nodes:5000/gang:512/fill:70/gpus:2");
BENCHMARK_CAPTURE(plan_gang_5000, four, 256, 4, nullptr)->Name("plan_gang/nodes:5000/gang:256/fill:70/gpus:4");
BENCHMARK_CAPTURE(plan_gang_5000, eight, 64, 8, nullptr)->Name("plan_gang/nodes:5000/gang:64/fill:70/gpus:8");
BENCHMARK_CAPTURE(plan_gang_5000, large, 3'000, 1, nullptr)->Name("plan_gang/nodes:5000/gang:3000/fill:70");
BENCHMARK_CAPTURE(plan_gang_5000, small, 16, 1, nullptr)->Name("plan_gang/nodes:5000/gang:16/fill:70");
BENCHMARK_CAPTURE(plan_gang_5000, block, 512, 1, "block")->Name("plan_gang/nodes:5000/gang:512/fill:70/required:block");
BENCHMARK_CAPTURE(no_fit_5000, rack, 512, 1, "rack")->Name("no_fit/nodes:5000/gang:512/required:rack");

// The same with wishes across hosts.
void wished_5000(benchmark::State& bench, const TopologyWish& wish, std::int64_t gpus, bool fits) {
    auto gang = world::plain_gang(512, gpus);
    gang.wish = wish;
    plan_all(bench, worlds_of_5000(), gang, fits);
}

TopologyWish slices() {
    TopologyWish wish;
    wish.slices = {{2, "host"}, {8, "rack"}};
    return wish;
}

TopologyWish spread() {
    TopologyWish wish;
    wish.spread = {{"rack", 16}};
    return wish;
}

TopologyWish exclusive() {
    TopologyWish wish;
    wish.exclusive = "host";
    return wish;
}

BENCHMARK_CAPTURE(wished_5000, slices, slices(), 1, true)->Name("plan_gang/nodes:5000/gang:512/fill:70/slices");
BENCHMARK_CAPTURE(wished_5000, spread, spread(), 1, true)->Name("plan_gang/nodes:5000/gang:512/fill:70/spread");
BENCHMARK_CAPTURE(wished_5000, exclusive, exclusive(), 1, true)
    ->Name("plan_gang/nodes:5000/gang:512/fill:70/exclusive");
BENCHMARK_CAPTURE(wished_5000, no_slices, slices(), 8, false)->Name("no_fit/nodes:5000/gang:512/slices");

void plan_gang_100000(benchmark::State& bench) {
    static const std::vector<Snapshot> kSnapshots{
        world::big_world({.nodes = 100'000, .blocks = 40, .racks_per_block = 100}).snapshot()};
    plan_all(bench, kSnapshots, world::plain_gang(1'024, 1), true);
}
BENCHMARK(plan_gang_100000)->Name("plan_gang/nodes:100000/gang:1024/fill:70")->Unit(benchmark::kMillisecond);

void score_5000(benchmark::State& bench) {
    const Snapshot& snapshot = worlds_of_5000().front();
    const Policies policies = default_policies();
    const auto pod = world::plain_gang(1, 1);
    std::vector<NodeIdx> offered;
    for (std::uint32_t i = 0; i < snapshot.fabric().node_count(); ++i) offered.emplace_back(i);
    for (auto _ : bench) {
        auto scores = score_nodes(snapshot, pod, policies, offered);
        benchmark::DoNotOptimize(scores);
    }
}
BENCHMARK(score_5000)->Name("score_nodes/nodes:5000")->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace muster
