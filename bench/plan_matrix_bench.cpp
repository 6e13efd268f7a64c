// Plans over sizes of cluster, gang and fill: one role, slices, three roles, and the answer that nothing fits. All
// hosts are in different states; one GPU a member unless said otherwise.
#include "bench/plan_runs.hpp"
#include "placement/cluster/snapshot.hpp"
#include "placement/model/gang.hpp"
#include "test/property/world_gen.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>

namespace muster {
namespace {

using bench::Expected;

struct Size {
    std::uint32_t nodes = 0;
    std::uint32_t fill = 0;  // percent
    bool operator==(const Size&) const = default;
};

// Only the worlds of one size are kept: those of 100,000 nodes take most of a gigabyte. Rows of one size stand
// together.
const std::vector<Snapshot>& worlds(const Size& size) {
    static std::pair<std::optional<Size>, std::vector<Snapshot>> kept;
    if (kept.first != size) {
        kept.second.clear();
        const std::uint64_t number = size.nodes <= 5'000 ? 8 : size.nodes <= 20'000 ? 2 : 1;
        const std::uint32_t racks = size.nodes < 100'000 ? 20 : 100;  // of 25 nodes, in each block
        kept.second = bench::make_worlds({.nodes = size.nodes,
                                          .blocks = size.nodes / (25 * racks),
                                          .racks_per_block = racks,
                                          .fill_percent = size.fill},
                                         number);
        kept.first = size;
    }
    return kept.second;
}

void add(const std::string& name, const Size& size, GangRequest gang, Expected expected) {
    benchmark::RegisterBenchmark(name.c_str(), [size, gang = std::move(gang), expected](benchmark::State& state) {
        bench::plan_all(state, worlds(size), gang, expected);
    })->Unit(benchmark::kMillisecond);
}

GangRequest sliced(std::uint32_t members) {
    GangRequest gang = world::plain_gang(members, 1);
    gang.wish.slices = {{2, "host"}, {8, "rack"}};
    return gang;
}

// A leader without GPUs, a third of the others with 2 GPUs, the rest with 1.
GangRequest three_roles(std::uint32_t members) {
    GangRequest gang{{"ml", "gang"}, {}, {}, {}, {}};
    const std::uint32_t prefill = (members - 1) / 3;
    bench::add_role(gang, "leader", 1, 0);
    bench::add_role(gang, "prefill", prefill, 2);
    bench::add_role(gang, "decode", members - 1 - prefill, 1);
    return gang;
}

[[maybe_unused]] const bool kRegistered = [] {
    for (const std::uint32_t nodes : {1'000U, 5'000U, 20'000U, 100'000U}) {
        for (const std::uint32_t fill : {0U, 70U, 95U}) {
            const Size size{nodes, fill};
            for (const std::uint32_t members : {8U, 64U, 512U, 1'024U}) {
                // Where the gang needs more than half of what is free, not every seed has room for it.
                if (std::uint64_t{members} * 200 > std::uint64_t{nodes} * 8 * (100 - fill)) continue;
                const std::string row = "/nodes:" + std::to_string(nodes) + "/gang:" + std::to_string(members) +
                                        "/fill:" + std::to_string(fill);
                add("plan_gang" + row, size, world::plain_gang(members, 1), Expected::plan);
                if (fill == 70 && nodes != 1'000)
                    add("plan_gang" + row + "/slices", size, sliced(members), Expected::plan);
                if (fill == 70 && members <= 512 && nodes <= 20'000)
                    add("plan_gang" + row + "/roles:3", size, three_roles(members), Expected::plan);
            }
            if (fill == 0) continue;
            // Members of 8 GPUs: as many as there are hosts never fit beside what runs.
            const std::uint32_t whole = fill == 70 ? nodes / 2 : nodes / 10;
            add("no_fit/nodes:" + std::to_string(nodes) + "/gang:" + std::to_string(whole) +
                    "/fill:" + std::to_string(fill) + "/gpus:8",
                size, world::plain_gang(whole, 8), Expected::no_fit);
        }
    }
    return true;
}();

}  // namespace
}  // namespace muster
