// What the state costs at 5,000 nodes (design §9: < 5 µs per pod event, < 1 µs per snapshot).
#include "placement/topology/machine_profiles.hpp"
#include "test/property/world_gen.hpp"

#include <cstdint>

#include <benchmark/benchmark.h>

namespace muster {
namespace {

constexpr std::uint32_t kNodes = 5'000;

// `told`: all nodes have a machine of eight GPUs with ids, and every pod tells which it has.
const world::World& big(bool told = false) {
    static const world::World kWorld = world::big_world({.nodes = kNodes});
    static const world::World kTold = [] {
        world::World world = kWorld;
        for (auto& node : world.nodes) {
            node.machine = MachineRef(machine_profile("hgx-h100"));
            node.gpu_resource = world::kGpu;
            for (std::uint64_t i = 0; i < 8; ++i)
                node.gpu_ids.push_back(node.name.str() + world::numbered("-4d5c-11ef-9d3c-0242ac12000", i));
        }
        return world;
    }();
    return told ? kTold : kWorld;
}

// The pods of a 512-pod gang come and go, each on another node; `told`: they have all its GPUs.
std::vector<ClusterEvent> pod_events(bool told = false) {
    std::vector<ClusterEvent> events;
    const auto shape = world::plain_gang(1, told ? 8 : 1).roles.front().shape;
    world::Dice dice(7);
    for (std::uint32_t i = 0; i < 512; ++i) {
        const PodUid uid(world::numbered("new-", i));
        const NodeFacts& node = big(told).nodes[dice.below(kNodes)];
        events.emplace_back(Reserved{uid, node.name, shape.requests, {}, {}});
        events.emplace_back(PodBound{uid, node.name, shape.requests, {}, false, node.gpu_ids});
        events.emplace_back(PodGone{uid});
    }
    return events;
}

template <bool kTold>
void apply_event(benchmark::State& bench) {
    auto state = big(kTold).state();
    auto snapshot = state.snapshot();
    const auto events = pod_events(kTold);
    std::size_t at = 0;
    for (auto _ : bench) {
        benchmark::DoNotOptimize(state.apply(events[at]));
        at = at + 1 == events.size() ? 0 : at + 1;
    }
}
BENCHMARK(apply_event<false>)->Name("apply_event/nodes:5000");
BENCHMARK(apply_event<true>)->Name("apply_event/nodes:5000/gpus:told");

template <bool kTold>
void take_snapshot(benchmark::State& bench) {
    auto state = big(kTold).state();
    auto first = state.snapshot();
    for (auto _ : bench) {
        auto snapshot = state.snapshot();
        benchmark::DoNotOptimize(snapshot);
    }
}
BENCHMARK(take_snapshot<false>)->Name("snapshot/nodes:5000");
BENCHMARK(take_snapshot<true>)->Name("snapshot/nodes:5000/gpus:told");

// The worst rhythm: each event is published, so each copies one chunk and the spine.
template <bool kTold>
void event_and_snapshot(benchmark::State& bench) {
    auto state = big(kTold).state();
    auto snapshot = state.snapshot();
    const auto events = pod_events(kTold);
    std::size_t at = 0;
    for (auto _ : bench) {
        state.apply(events[at]);
        snapshot = state.snapshot();
        at = at + 1 == events.size() ? 0 : at + 1;
    }
}
BENCHMARK(event_and_snapshot<false>)->Name("event_and_snapshot/nodes:5000");
BENCHMARK(event_and_snapshot<true>)->Name("event_and_snapshot/nodes:5000/gpus:told");

// A node changed: the fabric and all columns are built anew (once per batch of changes).
template <bool kTold>
void rebuild(benchmark::State& bench) {
    auto state = big(kTold).state();
    auto snapshot = state.snapshot();
    NodeFacts node = big(kTold).nodes.front();
    for (auto _ : bench) {
        node.unschedulable = !node.unschedulable;
        state.apply(NodeSeen{node});
        snapshot = state.snapshot();
    }
}
BENCHMARK(rebuild<false>)->Name("rebuild/nodes:5000")->Unit(benchmark::kMillisecond);
BENCHMARK(rebuild<true>)->Name("rebuild/nodes:5000/gpus:told")->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace muster
