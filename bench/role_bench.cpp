// What a plan of several roles costs at 5,000 nodes, each host in a state of its own. Counters: microseconds of the
// thread, and the part of the plans that is proved optimal.
#include "placement/plan/gang_planner.hpp"
#include "policies/registry.hpp"
#include "test/property/world_gen.hpp"

#include <algorithm>
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

const std::vector<Snapshot>& worlds() {
    static const std::vector<Snapshot> kSnapshots = [] {
        std::vector<Snapshot> snapshots;
        for (std::uint64_t seed = 1; seed <= kWorlds; ++seed)
            snapshots.push_back(world::big_world({.seed = seed}).snapshot());
        return snapshots;
    }();
    return kSnapshots;
}

void add_role(GangRequest& gang, const std::string& name, std::uint32_t members, std::int64_t gpus) {
    RoleRequest role = world::plain_gang(members, gpus).roles.front();
    role.name = name;
    for (auto& member : role.members) {
        member.key.name = name + "-" + member.key.name;
        member.uid = PodUid(name + "-" + member.uid.str());
        member.rank = -1;
    }
    gang.roles.push_back(std::move(role));
}

double thread_us() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

void plan_all(benchmark::State& bench, const GangRequest& gang) {
    const Policies policies = default_policies();
    const auto& snapshots = worlds();
    std::vector<double> times_us;
    std::size_t turn = 0;
    std::size_t optimal = 0;
    for (auto _ : bench) {
        const double start = thread_us();
        const Outcome outcome = plan_gang(snapshots[turn++ % kWorlds], gang, policies);
        times_us.push_back(thread_us() - start);
        const Plan* plan = std::get_if<Plan>(&outcome);
        if (plan == nullptr) return bench.SkipWithError("does not fit");
        optimal += plan->quality.proof == Proof::optimal ? 1U : 0U;
    }
    std::ranges::sort(times_us);
    bench.counters["cpu_p50_us"] = times_us[(times_us.size() - 1) / 2];
    bench.counters["cpu_max_us"] = times_us.back();
    bench.counters["optimal"] = static_cast<double>(optimal) / static_cast<double>(times_us.size());
}

void leader_and_workers(benchmark::State& bench) {
    GangRequest gang{{"ml", "gang"}, {}, {}, {}, {}};
    add_role(gang, "leader", 1, 0);
    add_role(gang, "worker", 63, 1);
    plan_all(bench, gang);
}
BENCHMARK(leader_and_workers)->Name("plan_gang/nodes:5000/gang:64/roles:2")->Unit(benchmark::kMillisecond);

void prefill_and_decode(benchmark::State& bench) {
    GangRequest gang{{"ml", "gang"}, {}, {}, {}, {}};
    add_role(gang, "prefill", 32, 2);
    add_role(gang, "decode", 32, 1);
    plan_all(bench, gang);
}
BENCHMARK(prefill_and_decode)->Name("plan_gang/nodes:5000/gang:64/roles:2/halves")->Unit(benchmark::kMillisecond);

void three_roles(benchmark::State& bench) {
    GangRequest gang{{"ml", "gang"}, {}, {}, {}, {}};
    add_role(gang, "router", 1, 0);
    add_role(gang, "prefill", 21, 2);
    add_role(gang, "decode", 42, 1);
    plan_all(bench, gang);
}
BENCHMARK(three_roles)->Name("plan_gang/nodes:5000/gang:64/roles:3")->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace muster
