// How plans are timed: one plan per iteration, worlds in turn, so that nothing can be remembered from one to the next.
// Counters: microseconds over all iterations, wall time and time of the thread (which tells what a busy machine adds),
// and the quality of the plans.
#pragma once

#include "placement/cluster/snapshot.hpp"
#include "placement/model/gang.hpp"
#include "placement/model/plan.hpp"
#include "placement/plan/policy.hpp"
#include "policies/registry.hpp"
#include "test/property/world_gen.hpp"

#include <cstdint>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

namespace muster::bench {

// Counters p50_us, p99_us, cpu_p50_us, cpu_p99_us. For plans also, as means: `level` (0 the whole cluster, 1 the
// coarsest level, …), `blocks`, `racks`, `hosts`, `optimal` (the part that is proved so) and `gap`: by how much the
// objective is above its bound, in the first term in which they differ. Stops with an error when an answer is not what
// is expected.
enum class Expected { plan, no_fit };
void plan_all(benchmark::State& bench, const std::vector<Snapshot>& worlds, const GangRequest& gang, Expected expected,
              const Policies& policies = default_policies());

// `number` worlds with seeds 1, 2, ….
[[nodiscard]] std::vector<Snapshot> make_worlds(world::BigWorld spec, std::uint64_t number);

// A further role of `members` pods, named apart from those of other roles.
void add_role(GangRequest& gang, const std::string& name, std::uint32_t members, std::int64_t gpus);

}  // namespace muster::bench
