#include "placement/plan/gpu_room.hpp"

#include "placement/plan/bandwidth_class.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace muster {

std::size_t machine_gpus(const NodeFacts& node, const PodShape& shape) {
    if (!node.machine) return 0;
    // More than a machine can have never gets room.
    return static_cast<std::size_t>(
        std::clamp<std::int64_t>(shape.requests.get(node.gpu_resource), 0, std::int64_t{kMaxGpus} + 1));
}

GpuUse gpus_gone(const Snapshot& snapshot, NodeIdx node) {
    const NodeFacts& facts = snapshot.fabric().node(node);
    const auto gpus = static_cast<std::int64_t>(facts.machine->gpu_count());
    GpuUse use = snapshot.gpu_use(node);
    const auto column = snapshot.resource(facts.gpu_resource);
    const std::int64_t offered = column ? std::clamp<std::int64_t>(snapshot.allocatable(node, *column), 0, gpus) : 0;
    use.untold += static_cast<std::int32_t>(gpus - offered);
    return use;
}

GpuRoom::GpuRoom(const Snapshot& snapshot, const PodShape& shape, bool neighbours, std::span<const std::int64_t> room,
                 GpuTables& tables)
    : fabric_(snapshot.fabric()) {
    classes_.push_back(0);
    if (fabric_.machines().empty()) return;
    const std::vector<GpuTable*> by_machine = tables.tables(fabric_.machines());
    const std::span hosts = room.subspan(fabric_.domain_count() - fabric_.node_count());
    packs_.assign(hosts.size(), nullptr);
    std::array<bool, kWorstClass + 1> seen{};
    for (std::uint32_t i = 0; i < hosts.size(); ++i) {
        const auto machine = hosts[i] > 0 ? fabric_.machine_of(NodeIdx(i)) : std::nullopt;
        const std::size_t k = machine ? machine_gpus(fabric_.node(NodeIdx(i)), shape) : 0;
        if (k == 0) continue;
        packs_[i] = &by_machine[*machine]->packs(gpus_gone(snapshot, NodeIdx(i)), k, neighbours);
        std::int32_t worst = 0;
        for (std::size_t pods = 1; std::cmp_less_equal(pods, hosts[i]) && worst < kWorstClass; ++pods) {
            worst = packs_[i]->of(pods).bandwidth_class;
            seen[static_cast<std::size_t>(worst)] = true;
        }
    }
    for (std::int32_t i = 1; i <= kWorstClass; ++i) {
        if (seen[static_cast<std::size_t>(i)]) classes_.push_back(i);
    }
}

std::vector<std::int64_t> GpuRoom::cut(std::int32_t bandwidth_class, std::span<const std::int64_t> room) const {
    if (packs_.empty() || bandwidth_class >= classes_.back()) return {room.begin(), room.end()};
    const std::size_t first_host = fabric_.domain_count() - fabric_.node_count();
    std::vector<std::int64_t> sums(room.size(), 0);
    for (std::size_t node = 0; node < packs_.size(); ++node) {
        const std::int64_t here = room[first_host + node];
        sums[first_host + node] =
            packs_[node] == nullptr || here <= 0 ? here : packs_[node]->within(bandwidth_class, here);
    }
    // A parent comes before its children.
    for (std::size_t i = sums.size(); i-- > 1;) {
        if (sums[i] != 0) sums[fabric_.domains()[i].parent.value()] += sums[i];
    }
    return sums;
}

}  // namespace muster
