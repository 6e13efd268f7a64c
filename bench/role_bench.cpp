// What a plan of several roles costs at 5,000 nodes, each host in a state of its own: shapes beside those of
// plan_matrix_bench.cpp.
#include "bench/plan_runs.hpp"
#include "test/property/world_gen.hpp"

#include <vector>

#include <benchmark/benchmark.h>

namespace muster {
namespace {

const std::vector<Snapshot>& worlds() {
    static const std::vector<Snapshot> kSnapshots = bench::make_worlds({}, 8);
    return kSnapshots;
}

void leader_and_workers(benchmark::State& state) {
    GangRequest gang{{"ml", "gang"}, {}, {}, {}, {}};
    bench::add_role(gang, "leader", 1, 0);
    bench::add_role(gang, "worker", 63, 1);
    bench::plan_all(state, worlds(), gang, bench::Expected::plan);
}
BENCHMARK(leader_and_workers)->Name("plan_gang/nodes:5000/gang:64/roles:2")->Unit(benchmark::kMillisecond);

void prefill_and_decode(benchmark::State& state) {
    GangRequest gang{{"ml", "gang"}, {}, {}, {}, {}};
    bench::add_role(gang, "prefill", 32, 2);
    bench::add_role(gang, "decode", 32, 1);
    bench::plan_all(state, worlds(), gang, bench::Expected::plan);
}
BENCHMARK(prefill_and_decode)->Name("plan_gang/nodes:5000/gang:64/roles:2/halves")->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace muster
