#include "test/property/brute_regions.hpp"

#include <numeric>
#include <utility>

namespace muster::brute {

using world::World;

std::vector<std::string> path_of(const World& world, const NodeFacts& node) {
    std::vector<std::string> path;
    for (const auto& level : world.levels) {
        const std::string* value = find_label(node.labels, level.label);
        path.push_back(value == nullptr ? std::string(kMissingValue) : *value);
    }
    path.push_back(node.name.str());
    return path;
}

std::vector<Region> regions_of(const World& world) {
    std::vector<std::vector<std::string>> paths;
    for (const auto& node : world.nodes) paths.push_back(path_of(world, node));
    std::vector<std::size_t> order(world.nodes.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::sort(order, [&](std::size_t a, std::size_t b) { return paths[a] < paths[b]; });
    const std::size_t hosts = world.levels.size() + 1;
    std::vector<Region> regions{{0, {}, false, order}};
    for (std::uint32_t depth = 1; depth <= hosts; ++depth) {
        for (const std::size_t node : order) {
            std::string path;
            for (std::uint32_t i = 0; i < depth; ++i) path += (i == 0 ? "" : "/") + paths[node][i];
            if (regions.back().depth != depth || regions.back().path != path) {
                const bool synthetic = depth < hosts && paths[node][depth - 1] == kMissingValue;
                regions.push_back({depth, std::move(path), synthetic, {}});
            }
            regions.back().nodes.push_back(node);
        }
    }
    return regions;
}

bool all_free(const World& world, const NodeFacts& node) {
    return node.ready && !node.unschedulable && std::ranges::none_of(world.pods, [&](const PodBound& pod) {
               return pod.node == node.name && (!pod.stays || pod.requests.get(world::kGpu) > 0);
           });
}

}  // namespace muster::brute
