#include "test/property/brute_policies.hpp"

#include "placement/model/node.hpp"
#include "placement/model/pod_shape.hpp"
#include "placement/topology/kubelet_choice.hpp"
#include "placement/topology/machine_paths.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace muster::brute {
namespace {

using world::World;
using Cost = std::optional<std::int64_t>;

// Free amounts of a node, below 0 where it is over-committed.
std::int64_t free_on(const World& world, std::size_t node, const std::string& resource) {
    std::int64_t free = world.nodes[node].allocatable.get(resource);
    for (const auto& pod : world.pods) {
        if (pod.node == world.nodes[node].name) free -= pod.requests.get(resource);
    }
    return free;
}

// Bound members by node.
std::vector<std::int64_t> bound_on(const World& world, const GangRequest& gang) {
    std::vector<std::int64_t> bound;
    for (const auto& node : world.nodes) bound.push_back(std::ranges::count(gang.fixed, node.name, &FixedMember::node));
    return bound;
}

std::int64_t sum_in(const Region& region, const std::vector<std::int64_t>& by_node) {
    std::int64_t sum = 0;
    for (const std::size_t node : region.nodes) sum += by_node[node];
    return sum;
}

bool is_host(const World& world, const Region& region) {
    return region.depth == world.levels.size() + 1;
}

std::int64_t useless(const LeastFragmentParams& params, std::int64_t free) {
    std::int64_t sum = 0;
    for (const auto& entry : params.mix) sum += entry.gpus > free ? free * entry.pods : 0;
    return sum;
}

// GPUs of a machine with what is near them, by brute force over its sets.
struct Rails {
    explicit Rails(const MachineGraph& graph) : machine(graph), paths(graph), rule(graph, paths) {}

    [[nodiscard]] std::size_t near(GpuMask set) const {
        std::size_t count = 0;
        for (std::size_t nic = 0; nic < machine.nic_count(); ++nic) {
            bool reached = false;
            for (std::size_t gpu = 0; gpu < machine.gpu_count(); ++gpu)
                reached = reached || ((set >> gpu & 1U) != 0 && paths.to_nic(gpu, nic).path <= PathClass::p2c);
            count += reached ? 1 : 0;
        }
        return count;
    }
    // Least and most near NICs of any k GPUs.
    [[nodiscard]] std::pair<std::size_t, std::size_t> range(std::size_t k) const {
        std::pair<std::size_t, std::size_t> found{SIZE_MAX, 0};
        for (GpuMask set = 1; set <= machine.all_gpus(); ++set) {
            if (static_cast<std::size_t>(std::popcount(set)) != k) continue;
            found = {std::min(found.first, near(set)), std::max(found.second, near(set))};
        }
        return found;
    }

    const MachineGraph& machine;
    MachinePaths paths;
    KubeletRule rule;
};

// The GPUs that nobody has; nullopt: not known.
std::optional<GpuMask> free_gpus(const World& world, const NodeFacts& node) {
    if (std::cmp_not_equal(node.allocatable.get(world::kGpu), node.machine->gpu_count())) return std::nullopt;
    GpuMask free = node.machine->all_gpus();
    for (const auto& pod : world.pods) {
        if (pod.node != node.name) continue;
        if (std::cmp_not_equal(pod.devices.size(), pod.requests.get(world::kGpu))) return std::nullopt;
        for (const auto& device : pod.devices) free &= ~(GpuMask{1} << std::stoi(device.substr(8)));
    }
    return free;
}

}  // namespace

Rule rail_aligned(const World& world, const GangRequest& gang) {
    const auto k = static_cast<std::size_t>(gang.roles.front().shape.requests.get(world::kGpu));
    const auto all = static_cast<std::int32_t>(gang.members());
    // By node and number of members.
    std::vector<std::vector<std::int64_t>> costs(world.nodes.size());
    for (std::size_t at = 0; at < world.nodes.size(); ++at) {
        const NodeFacts& node = world.nodes[at];
        costs[at].assign(static_cast<std::size_t>(all) + 1, 0);
        if (!node.machine || k == 0) continue;
        const Rails rails(*node.machine);
        const auto [least, most] = rails.range(k);
        if (least == most) continue;
        auto free = free_gpus(world, node);
        for (std::size_t m = 1; m < costs[at].size(); ++m) {
            // 0: not known, or more members than fit.
            const GpuMask set = free ? rails.rule.choose(*free, k).value_or(0) : 0;
            costs[at][m] = costs[at][m - 1] + (set != 0 && rails.near(set) == most ? 0 : 1);
            if (free) free = *free & ~set;
        }
    }
    return {[=, &world](const Region& region, std::int32_t m) -> Cost {
                return is_host(world, region) ? costs[region.nodes.front()][static_cast<std::size_t>(m)] : 0;
            },
            false};
}

Rule pairwise_distance(const World& world, const GangRequest& gang, bool hosts) {
    const auto bound = bound_on(world, gang);
    std::int64_t all_bound = 0;
    for (const auto count : bound) all_bound += count;
    const auto members = static_cast<std::int64_t>(gang.members());
    return {[=, &world](const Region& region, std::int32_t m) -> Cost {
                if (is_host(world, region) && !hosts) return 0;
                return m * (members - m) + 2 * m * (all_bound - sum_in(region, bound));
            },
            false};
}

Rule least_fragment(const World& world, const GangRequest& gang, const LeastFragmentParams& params) {
    std::vector<std::int64_t> free;
    for (std::size_t node = 0; node < world.nodes.size(); ++node)
        free.push_back(std::max<std::int64_t>(0, free_on(world, node, std::string(world::kGpu))));
    const std::int64_t request = gang.roles.front().shape.requests.get(world::kGpu);
    std::int64_t pods = 0;
    for (const auto& entry : params.mix) pods += entry.pods;
    return {[=, &world](const Region& region, std::int32_t m) -> Cost {
                if (!is_host(world, region)) return 0;
                const std::int64_t before = free[region.nodes.front()];
                const std::int64_t taken = m * request;
                return useless(params, before - taken) - useless(params, before) + taken * pods;
            },
            false};
}

Rule tightest_domain(const World& world, const GangRequest& gang) {
    const PodShape& shape = gang.roles.front().shape;
    std::vector<std::int64_t> room;
    for (std::size_t node = 0; node < world.nodes.size(); ++node) {
        std::int64_t here = judge_node(shape, world.nodes[node]) == NodeVerdict::ok ? 1'000'000 : 0;
        if (shape.one_per_host || !shape.host_ports.empty()) here = std::min<std::int64_t>(here, 1);
        for (const auto& [name, amount] : shape.requests.entries())
            here = std::min(here, std::max<std::int64_t>(0, free_on(world, node, name)) / amount);
        room.push_back(here);
    }
    return {[=](const Region& region, std::int32_t m) -> Cost {
                return region.depth == 0 ? 0 : std::max<std::int64_t>(0, sum_in(region, room) - m);
            },
            false};
}

Rule spread_failure_domains(const World& world, const GangRequest& gang, const std::string& level) {
    const auto bound = bound_on(world, gang);
    std::size_t depth = world.levels.size() + 1;
    for (std::size_t i = 0; i < world.levels.size(); ++i) {
        if (world.levels[i].name == level) depth = i + 1;
    }
    return {[=](const Region& region, std::int32_t m) -> Cost {
                return region.depth == depth ? m + sum_in(region, bound) : 0;
            },
            true};
}

Rule label_cost(const World& world, const LabelValue& label, bool with) {
    std::vector<std::int64_t> costs;
    for (const auto& node : world.nodes) {
        const std::string* value = find_label(node.labels, label.label);
        const bool has = value != nullptr && (label.value.empty() || *value == label.value);
        costs.push_back(has == with ? 1 : 0);
    }
    return {[=, &world](const Region& region, std::int32_t m) -> Cost {
                return is_host(world, region) ? m * costs[region.nodes.front()] : 0;
            },
            false};
}

}  // namespace muster::brute
