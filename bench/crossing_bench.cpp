// What a plan costs whose members may be spread over power zones that lie across the racks, and how often it is proved
// best: each host in a state of its own.
#include "bench/plan_runs.hpp"
#include "placement/model/node.hpp"
#include "test/property/world_gen.hpp"

#include <cstdint>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

namespace muster {
namespace {

constexpr std::uint32_t kZones = 8;
const std::string kZone = "example.com/power-zone";

std::vector<Snapshot> zoned_worlds(std::uint32_t nodes) {
    std::vector<Snapshot> worlds;
    for (std::uint64_t seed = 1; seed <= 8; ++seed) {
        world::BigWorld spec;
        spec.nodes = nodes;
        spec.racks_per_block = nodes / spec.blocks / 25;
        spec.seed = seed;
        world::World world = world::big_world(spec);
        world::Dice dice(seed);
        for (auto& node : world.nodes) {
            node.labels.emplace_back(kZone, world::numbered("z", dice.below(kZones)));
            normalize(node.labels);
        }
        worlds.push_back(world.snapshot());
    }
    return worlds;
}

// 64 members of one GPU, at most `range(1)` in each zone.
void most_per_zone(benchmark::State& state) {
    const auto worlds = zoned_worlds(static_cast<std::uint32_t>(state.range(0)));
    GangRequest gang = world::plain_gang(64, 1);
    gang.wish.spread.push_back({kZone, static_cast<std::int32_t>(state.range(1)), 0, false});
    bench::plan_all(state, worlds, gang, bench::Expected::plan);
}
BENCHMARK(most_per_zone)
    ->Name("plan_gang/crossing/gang:64/fill:70")
    ->ArgNames({"nodes", "most"})
    ->ArgsProduct({{1'000, 5'000}, {8, 12, 16}})
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace muster
