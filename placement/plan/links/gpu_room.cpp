#include "placement/plan/links/gpu_room.hpp"

#include "placement/plan/links/gpu_mix.hpp"
#include "placement/topology/bandwidth_class.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
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

namespace {

// Whether pods of k GPUs may get better sets on the node when larger ones of `beside` have chosen before them.
bool better_beside(const NodeFacts& node, GpuUse use, std::size_t k, const GpuPicker& picker,
                   std::span<const RoleRequest> beside) {
    const auto free = static_cast<std::size_t>(std::popcount(node.machine->all_gpus() & ~use.told));
    return order_is_known(picker, use) && !picker.divides_best(free) &&
           std::ranges::any_of(beside, [&](const auto& role) { return machine_gpus(node, role.shape) > k; });
}

}  // namespace

GpuRoom::GpuRoom(const Snapshot& snapshot, const PodShape& shape, std::span<const std::int64_t> room, GpuTables& tables,
                 const GangLinks& links, std::span<const RoleRequest> beside)
    : fabric_(snapshot.fabric()), links_(links) {
    const std::int32_t best = links.bound_class(links.held().front().finest);
    classes_.push_back(best);
    const bool uplinks = links.held().size() > 1;
    if (fabric_.machines().empty() && !uplinks) return;
    const std::vector<GpuTable*> by_machine = tables.tables(fabric_.machines());
    const std::span hosts = room.subspan(fabric_.domain_count() - fabric_.node_count());
    packs_.assign(hosts.size(), nullptr);
    if (uplinks) base_of_.assign(hosts.size(), 0);
    std::array<bool, kWorstClass + 1> seen{};
    const auto see = [&](std::int32_t bandwidth_class) { seen[static_cast<std::size_t>(bandwidth_class)] = true; };
    for (std::uint32_t i = 0; i < hosts.size(); ++i) {
        if (hosts[i] <= 0) continue;
        const auto machine = fabric_.machine_of(NodeIdx(i));
        const std::size_t k = machine ? machine_gpus(fabric_.node(NodeIdx(i)), shape) : 0;
        if (uplinks) {
            base_of_[i] =
                base(k > 0 ? std::optional(by_machine[*machine]->most_mbps(k, links.neighbours())) : std::nullopt);
        }
        if (k == 0) continue;
        const GpuUse gone = gpus_gone(snapshot, NodeIdx(i));
        if (better_beside(fabric_.node(NodeIdx(i)), gone, k, tables.picker(), beside)) continue;
        packs_[i] = &by_machine[*machine]->packs(gone, k, links.neighbours());
        std::int32_t worst = 0;
        for (std::size_t pods = 1; std::cmp_less_equal(pods, hosts[i]) && worst < kWorstClass; ++pods) {
            worst = packs_[i]->of(pods).bandwidth_class;
            see(worst);
        }
    }
    for (std::size_t held = 0; uplinks && held < links.held().size(); ++held) {
        see(links.bound_class(links.held()[held].finest));
        auto& by_base = uplink_classes_.emplace_back();
        for (const auto& best_mbps : bases_)
            by_base.push_back(links.uplinks().bandwidth_classes(links.held()[held].finest, best_mbps));
        for (std::size_t i = 0; i < hosts.size(); ++i) {
            if (hosts[i] > 0) see(uplink_class(held, i));
        }
    }
    for (std::int32_t i = best + 1; i <= kWorstClass; ++i) {
        if (seen[static_cast<std::size_t>(i)]) classes_.push_back(i);
    }
}

std::size_t GpuRoom::base(std::optional<std::int64_t> best_mbps) {
    const auto at = std::ranges::find(bases_, best_mbps);
    const auto index = static_cast<std::size_t>(at - bases_.begin());
    if (at == bases_.end()) bases_.push_back(best_mbps);
    return index;
}

std::int32_t GpuRoom::uplink_class(std::size_t held, std::size_t node) const {
    if (uplink_classes_.empty()) return 0;
    const DomainIdx around = fabric_.domain(fabric_.host_domain(NodeIdx(static_cast<std::uint32_t>(node)))).parent;
    return uplink_classes_[held][base_of_[node]][around.value()];
}

std::vector<std::int64_t> GpuRoom::cut(std::int32_t bandwidth_class, std::size_t held,
                                       std::span<const std::int64_t> room) const {
    if (packs_.empty() || bandwidth_class >= classes_.back()) return {room.begin(), room.end()};
    const std::size_t first_host = fabric_.domain_count() - fabric_.node_count();
    std::vector<std::int64_t> sums(room.size(), 0);
    if (links_.bound_class(links_.held()[held].finest) > bandwidth_class) return sums;
    for (std::size_t node = 0; node < packs_.size(); ++node) {
        const std::int64_t here = room[first_host + node];
        if (here <= 0 || uplink_class(held, node) > bandwidth_class) continue;
        sums[first_host + node] = packs_[node] == nullptr ? here : packs_[node]->within(bandwidth_class, here);
    }
    // A parent comes before its children.
    for (std::size_t i = sums.size(); i-- > 1;) {
        if (sums[i] != 0) sums[fabric_.domains()[i].parent.value()] += sums[i];
    }
    return sums;
}

}  // namespace muster
