// What the state costs at 5,000 nodes (design §9: < 5 µs per pod event, < 1 µs per snapshot).
#include "test/property/world_gen.hpp"

#include <cstdint>

#include <benchmark/benchmark.h>

namespace muster {
namespace {

constexpr std::uint32_t kNodes = 5'000;

const world::World& big() {
    static const world::World kWorld = world::big_world({.nodes = kNodes});
    return kWorld;
}

// The pods of a 512-pod gang come and go, each on another node.
const std::vector<ClusterEvent>& pod_events() {
    static const std::vector<ClusterEvent> kEvents = [] {
        std::vector<ClusterEvent> events;
        const auto shape = world::plain_gang(1, 1).roles.front().shape;
        world::Dice dice(7);
        for (std::uint32_t i = 0; i < 512; ++i) {
            const PodUid uid(world::numbered("new-", i));
            const NodeName& node = big().nodes[dice.below(kNodes)].name;
            events.emplace_back(Reserved{uid, node, shape.requests, {}});
            events.emplace_back(PodBound{uid, node, shape.requests, {}, false});
            events.emplace_back(PodGone{uid});
        }
        return events;
    }();
    return kEvents;
}

void apply_event(benchmark::State& bench) {
    auto state = big().state();
    auto snapshot = state.snapshot();
    const auto& events = pod_events();
    std::size_t at = 0;
    for (auto _ : bench) {
        benchmark::DoNotOptimize(state.apply(events[at]));
        at = at + 1 == events.size() ? 0 : at + 1;
    }
}
BENCHMARK(apply_event)->Name("apply_event/nodes:5000");

void take_snapshot(benchmark::State& bench) {
    auto state = big().state();
    auto first = state.snapshot();
    for (auto _ : bench) {
        auto snapshot = state.snapshot();
        benchmark::DoNotOptimize(snapshot);
    }
}
BENCHMARK(take_snapshot)->Name("snapshot/nodes:5000");

// The worst rhythm: each event is published, so each copies one chunk and the spine.
void event_and_snapshot(benchmark::State& bench) {
    auto state = big().state();
    auto snapshot = state.snapshot();
    const auto& events = pod_events();
    std::size_t at = 0;
    for (auto _ : bench) {
        state.apply(events[at]);
        snapshot = state.snapshot();
        at = at + 1 == events.size() ? 0 : at + 1;
    }
}
BENCHMARK(event_and_snapshot)->Name("event_and_snapshot/nodes:5000");

// A node changed: the fabric and all columns are built anew (once per batch of changes).
void rebuild(benchmark::State& bench) {
    auto state = big().state();
    auto snapshot = state.snapshot();
    NodeFacts node = big().nodes.front();
    for (auto _ : bench) {
        node.unschedulable = !node.unschedulable;
        state.apply(NodeSeen{node});
        snapshot = state.snapshot();
    }
}
BENCHMARK(rebuild)->Name("rebuild/nodes:5000")->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace muster
