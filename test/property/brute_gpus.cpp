#include "test/property/brute_gpus.hpp"

#include "placement/topology/gpu_set_value.hpp"
#include "placement/topology/kubelet_choice.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

namespace muster::brute {
namespace {

using world::World;

// Facts about a machine type are the same in all worlds, and slow to find out.
struct Machine {
    explicit Machine(const MachineGraph& graph) : values(graph), rule(graph, values.paths()) {}
    GpuSetValues values;
    KubeletRule rule;
    std::map<std::tuple<GpuMask, int, int, bool>, std::int64_t> divided;
    std::map<std::pair<int, bool>, std::int64_t> most;
};

Machine& machine_of(const NodeFacts& node) {
    static std::map<std::string, std::unique_ptr<Machine>> machines;
    auto& machine = machines[node.machine->name()];
    if (!machine) machine = std::make_unique<Machine>(*node.machine);
    return *machine;
}

struct Asked {
    int k = 1;
    bool neighbours = false;
    bool kubelet = true;
};

std::int64_t worth(Machine& machine, GpuMask set, const Asked& asked) {
    const GpuSetValue& value = machine.values.value(set);
    if (!asked.neighbours || value.nic_mbps == 0) return value.ring_mbps;
    return std::min(value.ring_mbps, value.nic_mbps);
}

// What the slowest of m pods gets when the division is best: every set for the first of them.
std::int64_t best_division(Machine& machine, GpuMask free, int m, const Asked& asked) {
    if (m == 0) return INT64_MAX;
    const auto [known, fresh] = machine.divided.try_emplace({free, m, asked.k, asked.neighbours}, -1);
    if (!fresh) return known->second;
    std::int64_t most = -1;
    for (GpuMask set = free; set != 0; set = (set - 1) & free) {
        if (std::popcount(set) != asked.k) continue;
        most = std::max(most, std::min(worth(machine, set, asked), best_division(machine, free & ~set, m - 1, asked)));
    }
    return machine.divided[{free, m, asked.k, asked.neighbours}] = most;
}

std::int64_t kubelet_division(Machine& machine, GpuMask free, int m, const Asked& asked) {
    std::int64_t least = INT64_MAX;
    for (; m > 0; --m) {
        const GpuMask set = machine.rule.choose(free, static_cast<std::size_t>(asked.k)).value();
        least = std::min(least, worth(machine, set, asked));
        free &= ~set;
    }
    return least;
}

std::int64_t most(Machine& machine, const Asked& asked) {
    const auto [known, fresh] = machine.most.try_emplace({asked.k, asked.neighbours}, 0);
    for (GpuMask set = machine.values.machine().all_gpus(); fresh && set != 0; --set) {
        if (std::popcount(set) == asked.k) known->second = std::max(known->second, worth(machine, set, asked));
    }
    return known->second;
}

std::int64_t class_of(std::int64_t mbps, std::int64_t best) {
    std::int64_t lost = 0;
    for (const int percent : {95, 80, 60, 40, 20, 10}) lost += mbps * 100 < best * percent ? 1 : 0;
    return lost;
}

GpuMask told_on(const World& world, const NodeFacts& node) {
    GpuMask told = 0;
    for (const auto& pod : world.pods) {
        if (pod.node != node.name) continue;
        for (const auto& device : pod.devices) told |= GpuMask{1} << std::stoul(device.substr(device.find(':') + 1));
    }
    return told;
}

std::int64_t class_on(const World& world, const NodeFacts& node, std::int32_t m, const Asked& asked) {
    Machine& machine = machine_of(node);
    const GpuMask all = node.machine->all_gpus();
    const GpuMask told = told_on(world, node);
    std::int64_t used = std::popcount(all) - node.allocatable.get(node.gpu_resource);
    for (const auto& pod : world.pods) {
        if (pod.node != node.name) continue;
        used += pod.requests.get(node.gpu_resource);
    }
    std::int64_t least = INT64_MAX;
    for (GpuMask free = all; free != 0; --free) {
        if ((free & told) != 0 || std::popcount(free) != std::popcount(all) - used) continue;
        least = std::min(
            least, asked.kubelet ? kubelet_division(machine, free, m, asked) : best_division(machine, free, m, asked));
    }
    return class_of(least, most(machine, asked));
}

// The class of the worst set of the GPUs that nobody is known to have.
std::int64_t worst_class_on(const World& world, const NodeFacts& node, const Asked& asked) {
    Machine& machine = machine_of(node);
    const GpuMask open = node.machine->all_gpus() & ~told_on(world, node);
    std::int64_t least = INT64_MAX;
    for (GpuMask set = open; set != 0; set = (set - 1) & open) {
        if (std::popcount(set) == asked.k) least = std::min(least, worth(machine, set, asked));
    }
    return class_of(least, most(machine, asked));
}

}  // namespace

HostClass bandwidth_class(const World& world, const GangRequest& gang, std::string_view picker) {
    const Asked asked{.k = static_cast<int>(gang.roles.front().shape.requests.get(world::kGpu)),
                      .neighbours = gang.members() + gang.fixed.size() > 1,
                      .kubelet = picker == "predict-kubelet"};
    return [&world, asked](std::size_t at, std::int32_t m) -> std::int64_t {
        const NodeFacts& node = world.nodes[at];
        return node.machine && asked.k > 0 ? class_on(world, node, m, asked) : 0;
    };
}

RoleHostClass role_bandwidth_class(const World& world, const GangRequest& gang) {
    std::vector<int> sizes;
    for (const auto& role : gang.roles) sizes.push_back(static_cast<int>(role.shape.requests.get(world::kGpu)));
    const bool neighbours = gang.members() + gang.fixed.size() > 1;
    return [&world, sizes, neighbours](std::size_t at, const std::vector<std::int32_t>& counts) -> std::int64_t {
        const NodeFacts& node = world.nodes[at];
        std::map<int, std::int32_t> by_size;
        for (std::size_t role = 0; role < counts.size(); ++role) {
            if (counts[role] > 0 && sizes[role] > 0) by_size[sizes[role]] += counts[role];
        }
        if (!node.machine) return 0;
        std::int64_t worst = 0;
        for (const auto& [k, m] : by_size) {
            const Asked asked{.k = k, .neighbours = neighbours};
            const bool alone = by_size.size() == 1;
            worst = std::max(worst, alone ? class_on(world, node, m, asked) : worst_class_on(world, node, asked));
        }
        return worst;
    };
}

}  // namespace muster::brute
