// Plans and refusals of other shapes than those of plan_matrix_bench.cpp, and scores, at 5,000 nodes. Every host is in
// a state of its own.
#include "bench/plan_runs.hpp"
#include "placement/plan/scores/score_nodes.hpp"
#include "policies/registry.hpp"
#include "test/property/world_gen.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

#include <benchmark/benchmark.h>

namespace muster {
namespace {

using bench::Expected;

const std::vector<Snapshot>& worlds_of_5000() {
    static const std::vector<Snapshot> kSnapshots = bench::make_worlds({}, 8);
    return kSnapshots;
}

void plan_gang_5000(benchmark::State& state, std::uint32_t members, std::int64_t gpus, const char* required) {
    auto gang = world::plain_gang(members, gpus);
    if (required != nullptr) gang.wish.required = required;
    bench::plan_all(state, worlds_of_5000(), gang, Expected::plan);
}

void no_fit_5000(benchmark::State& state, std::uint32_t members, std::int64_t gpus, const char* required) {
    auto gang = world::plain_gang(members, gpus);
    if (required != nullptr) gang.wish.required = required;
    bench::plan_all(state, worlds_of_5000(), gang, Expected::no_fit);
}

// One row of the figures of design §9; the others are in plan_matrix_bench.cpp.
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
void wished_5000(benchmark::State& state, const TopologyWish& wish, std::int64_t gpus, Expected expected) {
    auto gang = world::plain_gang(512, gpus);
    gang.wish = wish;
    bench::plan_all(state, worlds_of_5000(), gang, expected);
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

BENCHMARK_CAPTURE(wished_5000, spread, spread(), 1, Expected::plan)
    ->Name("plan_gang/nodes:5000/gang:512/fill:70/spread");
BENCHMARK_CAPTURE(wished_5000, exclusive, exclusive(), 1, Expected::plan)
    ->Name("plan_gang/nodes:5000/gang:512/fill:70/exclusive");

// Blocks and racks with known uplinks, and running gangs that cross most of them: neighbours, and one pod in ten far
// away.
std::vector<Snapshot> make_uplinked(std::uint64_t number) {
    std::vector<Snapshot> snapshots;
    for (std::uint64_t seed = 1; seed <= number; ++seed) {
        world::World world = world::big_world({.seed = seed});
        for (LevelSpec& level : world.levels) level.uplink_mbps = level.name == "rack" ? 200'000 : 1'600'000;
        const std::size_t gangs = world.pods.size() / 48;
        for (std::size_t i = 0; i < world.pods.size(); ++i) {
            const std::size_t gang = i % 10 == 0 ? i * 31 % gangs : i / 48;
            world.pods[i].gang = world::numbered("ml/job-", gang);
        }
        snapshots.push_back(world.snapshot());
    }
    return snapshots;
}

void uplinked_5000(benchmark::State& state) {
    static const std::vector<Snapshot> kSnapshots = make_uplinked(8);
    bench::plan_all(state, kSnapshots, world::plain_gang(512, 1), Expected::plan);
}
BENCHMARK(uplinked_5000)->Name("plan_gang/nodes:5000/gang:512/fill:70/uplinks");

void score_5000(benchmark::State& state) {
    const Snapshot& snapshot = worlds_of_5000().front();
    const Policies policies = default_policies();
    const auto pod = world::plain_gang(1, 1);
    std::vector<NodeIdx> offered;
    for (std::uint32_t i = 0; i < snapshot.fabric().node_count(); ++i) offered.emplace_back(i);
    for ([[maybe_unused]] auto _ : state) {
        auto scores = score_nodes(snapshot, pod, policies, offered);
        benchmark::DoNotOptimize(scores);
    }
}
BENCHMARK(score_5000)->Name("score_nodes/nodes:5000")->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace muster
