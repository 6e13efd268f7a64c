// Values of GPU sets inside one machine, from cold: all sets of a profile, and the best set of every size.
#include "placement/topology/gpu_set_value.hpp"
#include "placement/topology/kubelet_choice.hpp"
#include "placement/topology/machine_profiles.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

#include <benchmark/benchmark.h>

namespace muster {
namespace {

// Counters: sets valued, and how many of them are not exact.
void gpu_subset_table(benchmark::State& state, std::string_view profile) {
    const auto machine = machine_profile(profile);
    std::int64_t inexact = 0;
    for ([[maybe_unused]] auto _ : state) {
        GpuSetValues values(*machine);
        inexact = 0;
        for (GpuMask set = 1; set <= machine->all_gpus(); ++set) inexact += values.value(set).exact ? 0 : 1;
        benchmark::DoNotOptimize(inexact);
    }
    state.counters["sets"] = static_cast<double>(machine->all_gpus());
    state.counters["inexact"] = static_cast<double>(inexact);
}

// Counter: bandwidth of the best sets of all sizes from 2 on, GB/s.
void best_set(benchmark::State& state, std::string_view profile) {
    const auto machine = machine_profile(profile);
    std::int64_t sum = 0;
    for ([[maybe_unused]] auto _ : state) {
        GpuSetValues values(*machine);
        sum = 0;
        for (std::size_t k = 1; k <= machine->gpu_count(); ++k) {
            const GpuMask best = values.best(machine->all_gpus(), k).value();
            if (k > 1) sum += values.value(best).ring_mbps;
        }
    }
    state.counters["sum_gbps"] = static_cast<double>(sum) / 1000;
}

// The device plugin's rule for every size, all GPUs free.
void predict(benchmark::State& state, std::string_view profile) {
    const auto machine = machine_profile(profile);
    const MachinePaths paths(*machine);
    const KubeletRule rule(*machine, paths);
    for ([[maybe_unused]] auto _ : state) {
        for (std::size_t k = 1; k <= machine->gpu_count(); ++k) {
            benchmark::DoNotOptimize(rule.choose(machine->all_gpus(), k));
        }
    }
}

[[maybe_unused]] const bool kRegistered = [] {
    for (const std::string_view profile : machine_profile_names()) {
        const std::string name(profile);
        benchmark::RegisterBenchmark(("gpu_subset_table/" + name).c_str(), gpu_subset_table, profile)
            ->Unit(benchmark::kMillisecond);
        benchmark::RegisterBenchmark(("best_set/" + name).c_str(), best_set, profile)->Unit(benchmark::kMillisecond);
        benchmark::RegisterBenchmark(("predict_kubelet/" + name).c_str(), predict, profile)
            ->Unit(benchmark::kMicrosecond);
    }
    return true;
}();

}  // namespace
}  // namespace muster
