// Seeded clusters and gangs for property tests and benchmarks: the same seed gives the same world on every machine.
#pragma once

#include "placement/cluster/cluster_state.hpp"
#include "placement/cluster/events.hpp"
#include "placement/cluster/snapshot.hpp"
#include "placement/model/gang.hpp"
#include "placement/model/level.hpp"
#include "placement/model/node.hpp"
#include "placement/model/pod_shape.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace muster::world {

inline constexpr std::string_view kGpu = "nvidia.com/gpu";

// splitmix64: the standard library's distributions differ between implementations.
class Dice {
  public:
    explicit Dice(std::uint64_t seed) : state_(seed) {}
    std::uint64_t next();
    std::uint32_t below(std::uint32_t sides);                   // 0…sides−1; sides ≥ 1
    std::int64_t between(std::int64_t low, std::int64_t high);  // both ends included
    bool chance(std::uint32_t percent) { return below(100) < percent; }
    template <class T>
    void shuffle(std::vector<T>& items) {
        for (std::size_t i = items.size(); i > 1; --i)
            std::swap(items[i - 1], items[below(static_cast<std::uint32_t>(i))]);
    }

  private:
    std::uint64_t state_;
};

struct World {
    std::vector<LevelSpec> levels;  // without the host
    std::vector<NodeFacts> nodes;
    std::vector<PodBound> pods;  // bound, each with a UID of its own

    [[nodiscard]] std::vector<ClusterEvent> events() const;  // all nodes, then all pods
    [[nodiscard]] ClusterState state() const;
    [[nodiscard]] Snapshot snapshot() const { return state().snapshot(); }
};

// 3–10 hosts of unequal free cpu and GPUs under 0–3 levels, so 1–4 with the host; labels missing now and then; rack
// names that repeat under different blocks; some nodes cordoned, not ready or tainted; bound pods, a few of them
// staying, a few with host ports, now and then one node over-committed.
[[nodiscard]] World small_world(std::uint64_t seed);

// Half of the nodes lose the label of the finest level, so that domains of nodes that lack it are large enough to
// matter.
void lose_finest_labels(World& world, Dice& dice);

// A gang of 1–12 equal members for a small world. Wishes (required, preferred, neither), selectors, tolerations, host
// ports, one_per_host, bound members and nodes to avoid occur each in a good part of the seeds. The room in the world
// is looked at, so that about a third of the gangs does not fit.
[[nodiscard]] GangRequest small_gang(const World& world, std::uint64_t seed);

// `blocks` blocks of `racks_per_block` racks with equally many 8-GPU nodes (the last rack takes what is over). Each
// rack has its own fill around `fill_percent`, and no two hosts have the same free cpu, so no two are in the same
// state. One pod per used GPU, one DaemonSet pod per node.
struct BigWorld {
    std::uint32_t nodes = 5'000;
    std::uint32_t blocks = 10;
    std::uint32_t racks_per_block = 20;
    std::uint32_t fill_percent = 70;
    std::uint64_t seed = 1;
};
[[nodiscard]] World big_world(const BigWorld& spec);

// `members` pods of `gpus` GPUs, `cpu` millicores and 16 GiB each; ranks 0…members−1.
[[nodiscard]] GangRequest plain_gang(std::uint32_t members, std::int64_t gpus, std::int64_t cpu = 4'000);

// "prefix" and the number, zero-padded to `width`.
[[nodiscard]] std::string numbered(const std::string& prefix, std::uint64_t number, std::size_t width = 0);

}  // namespace muster::world
