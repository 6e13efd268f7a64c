// What each policy costs at 5,000 nodes: prepare (once for each plan and role) and look-ups of cost (up to domains ×
// members of them), and the plan of design §9 under the orders of design §5 and with each policy alone. And all scores
// of a pod that is not planned.
#include "bench/plan_runs.hpp"
#include "placement/plan/scores/node_scores.hpp"
#include "policies/registry.hpp"
#include "test/property/world_gen.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>

namespace muster {
namespace {

const std::vector<Snapshot>& policy_worlds() {
    static const std::vector<Snapshot> kSnapshots = bench::make_worlds({}, 8);
    return kSnapshots;
}

const std::vector<Snapshot>& empty_worlds() {
    static const std::vector<Snapshot> kSnapshots = bench::make_worlds({.fill_percent = 0}, 8);
    return kSnapshots;
}

// Parameters under which each policy tells the worlds' nodes apart.
Policies named(const std::vector<std::string>& names) {
    PolicyParams params;
    params.prefer_label.labels = {{"kubernetes.io/hostname", ""}};
    params.spread_failure_domains.level = "rack";
    return make_policies(names, params).value();
}

void prepare_5000(benchmark::State& bench, const std::string& name) {
    const auto policy = named({name}).front();
    const Snapshot& snapshot = policy_worlds().front();
    const auto gang = world::plain_gang(512, 1);
    for (auto _ : bench) {
        auto cost = policy->prepare(snapshot, gang);
        benchmark::DoNotOptimize(cost);
    }
}

// One look-up, over all domains and 1 to 8 members in turn.
void cost_5000(benchmark::State& bench, const std::string& name) {
    const auto policy = named({name}).front();
    const Snapshot& snapshot = policy_worlds().front();
    const auto cost = policy->prepare(snapshot, world::plain_gang(512, 1));
    const auto domains = static_cast<std::uint32_t>(snapshot.fabric().domain_count());
    std::uint32_t domain = 0;
    std::int32_t members = 1;
    for (auto _ : bench) {
        auto value = cost->cost(DomainIdx(domain), members);
        benchmark::DoNotOptimize(value);
        if (++domain < domains) continue;
        domain = 0;
        members = members % 8 + 1;
    }
}

void plan_5000(benchmark::State& bench, const std::vector<std::string>& names) {
    bench::plan_all(bench, policy_worlds(), world::plain_gang(512, 1), bench::Expected::plan, named(names));
}

void plan_empty_5000(benchmark::State& bench, const std::string& name) {
    bench::plan_all(bench, empty_worlds(), world::plain_gang(512, 1), bench::Expected::plan, named({name}));
}

// pairwise_distance stands before the numbers of domains.
void all_to_all(benchmark::State& bench, std::uint32_t members, const std::vector<Snapshot>& (*worlds)()) {
    auto gang = world::plain_gang(members, 1);
    gang.wish.pattern = Pattern::all_to_all;
    bench::plan_all(bench, worlds(), gang, bench::Expected::plan);
}
BENCHMARK_CAPTURE(all_to_all, full, 512, policy_worlds)
    ->Name("plan_gang/nodes:5000/gang:512/fill:70/pattern:all-to-all")
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(all_to_all, large, 3'000, policy_worlds)
    ->Name("plan_gang/nodes:5000/gang:3000/fill:70/pattern:all-to-all")
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(all_to_all, empty, 1'024, empty_worlds)
    ->Name("plan_gang/nodes:5000/gang:1024/fill:0/pattern:all-to-all")
    ->Unit(benchmark::kMillisecond);

// A member of a gang of 64, 8 of which are on nodes, under the rules that ship. `waiting` other gangs have no place;
// the domain of each is the whole cluster, so that every node is judged for all of them.
void node_scores_5000(benchmark::State& bench, std::size_t waiting) {
    const Snapshot& snapshot = policy_worlds().front();
    PodToScore pod{.pod = world::plain_gang(1, 1), .siblings = {}, .gang_size = 64};
    std::vector<NodeIdx> offered;
    for (std::uint32_t i = 0; i < snapshot.fabric().node_count(); ++i) {
        offered.emplace_back(i);
        if (i % 640 == 0) pod.siblings.push_back(snapshot.fabric().node(NodeIdx(i)).name);
    }
    WaitingGang other{world::plain_gang(512, 4), ""};
    other.request.key.name = "other";
    pod.waiting.assign(waiting, std::make_shared<const WaitingGang>(std::move(other)));
    const Policies policies = default_policies();
    GpuTables gpus;
    for (auto _ : bench) {
        auto scores = node_scores(snapshot, pod, policies, {}, offered, gpus);
        benchmark::DoNotOptimize(scores);
    }
}
BENCHMARK_CAPTURE(node_scores_5000, none, 0)->Name("node_scores/nodes:5000")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(node_scores_5000, all, kMostWaitingGangs)
    ->Name("node_scores/nodes:5000/waiting:8")
    ->Unit(benchmark::kMicrosecond);

std::string joined(const std::vector<std::string>& names) {
    std::string text;
    for (const auto& name : names) text += (text.empty() ? "" : "+") + name;
    return text.empty() ? "none" : text;
}

const bool kRegistered = [] {
    for (const auto policy : policy_names()) {
        const std::string name(policy);
        benchmark::RegisterBenchmark(("policy_prepare/nodes:5000/" + name).c_str(), prepare_5000, name)
            ->Unit(benchmark::kMicrosecond);
        benchmark::RegisterBenchmark(("policy_cost/nodes:5000/" + name).c_str(), cost_5000, name);
        benchmark::RegisterBenchmark(("policy_plan/nodes:5000/gang:512/fill:0/" + name).c_str(), plan_empty_5000, name)
            ->Unit(benchmark::kMicrosecond);
    }
    std::vector<std::vector<std::string>> orders{
        {}, {"whole_cells", "pairwise_distance"}, {"whole_cells", "least_fragment", "pairwise_distance"}};
    for (const auto policy : policy_names()) orders.push_back({std::string(policy)});
    for (const auto& order : orders) {
        benchmark::RegisterBenchmark(("policy_plan/nodes:5000/gang:512/fill:70/" + joined(order)).c_str(), plan_5000,
                                     order)
            ->Unit(benchmark::kMicrosecond);
    }
    return true;
}();

}  // namespace
}  // namespace muster
