#include "bench/plan_runs.hpp"

#include "placement/plan/gang_planner.hpp"
#include "policies/registry.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <ctime>
#include <utility>
#include <variant>

namespace muster::bench {
namespace {

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

struct QualitySums {
    double plans = 0, optimal = 0, gap = 0, level = 0;
    std::vector<double> domains;

    void add(const Fabric& fabric, const Quality& quality) {
        ++plans;
        optimal += quality.proof == Proof::optimal ? 1 : 0;
        for (std::size_t i = 0; i < quality.bound.size(); ++i) {
            if (quality.bound[i] == quality.objective[i]) continue;
            gap += static_cast<double>(quality.objective[i] - quality.bound[i]);
            break;
        }
        if (const auto at = fabric.level(quality.level)) level += at->value() + 1;
        domains.resize(quality.domains.size());
        for (std::size_t i = 0; i < domains.size(); ++i) domains[i] += quality.domains[i].domains;
    }

    void tell(benchmark::State& bench, const Fabric& fabric) const {
        if (plans == 0) return;
        bench.counters["level"] = level / plans;
        bench.counters["optimal"] = optimal / plans;
        bench.counters["gap"] = gap / plans;
        for (std::size_t i = 0; i < domains.size(); ++i)
            bench.counters[fabric.levels()[i].name + "s"] = domains[i] / plans;
    }
};

}  // namespace

void plan_all(benchmark::State& bench, const std::vector<Snapshot>& worlds, const GangRequest& gang, Expected expected,
              const Policies& policies) {
    std::vector<double> wall_us;
    std::vector<double> cpu_us;
    QualitySums quality;
    std::size_t turn = 0;
    for (auto _ : bench) {
        const Snapshot& world = worlds[turn++ % worlds.size()];
        const auto start = std::chrono::steady_clock::now();
        const double cpu_start = thread_us();
        const Outcome outcome = plan_gang(world, gang, policies);
        cpu_us.push_back(thread_us() - cpu_start);
        wall_us.push_back(std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count());
        const Plan* plan = std::get_if<Plan>(&outcome);
        if ((plan != nullptr) != (expected == Expected::plan)) {
            bench.SkipWithError(plan == nullptr ? "does not fit" : "fits");
            return;
        }
        if (plan != nullptr) quality.add(world.fabric(), plan->quality);
    }
    bench.counters["p50_us"] = percentile(wall_us, 50);
    bench.counters["p99_us"] = percentile(wall_us, 99);
    bench.counters["cpu_p50_us"] = percentile(cpu_us, 50);
    bench.counters["cpu_p99_us"] = percentile(cpu_us, 99);
    quality.tell(bench, worlds.front().fabric());
}

std::vector<Snapshot> make_worlds(world::BigWorld spec, std::uint64_t number) {
    std::vector<Snapshot> worlds;
    for (spec.seed = 1; spec.seed <= number; ++spec.seed) worlds.push_back(world::big_world(spec).snapshot());
    return worlds;
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

}  // namespace muster::bench
