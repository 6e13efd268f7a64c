#include "placement/plan/links/gpu_mix.hpp"

#include "placement/plan/links/gpu_room.hpp"

#include <algorithm>
#include <functional>

namespace muster {

bool order_is_known(const GpuPicker& picker, GpuUse use) {
    return use.untold <= 0 && picker.source() != GpuSource::predicted;
}

std::vector<const GpuPack*> packs_together(GpuTable& table, GpuUse use, std::span<const SizedPods> pods,
                                           bool neighbours) {
    std::vector<const GpuPack*> packs;
    const bool known = pods.size() < 2 || order_is_known(table.picker(), use);
    for (const auto& [gpus, number] : pods) {
        const GpuPack& pack = known ? table.packs(use, gpus, neighbours).of(number)
                                    : table.worst(table.all() & ~use.told, gpus, neighbours);
        packs.push_back(&pack);
        for (const GpuMask set : pack.sets) use.told |= set;
    }
    return packs;
}

GpuMix::GpuMix(const Snapshot& snapshot, const GangRequest& request, GpuTables& tables)
    : snapshot_(snapshot), request_(request), tables_(tables), neighbours_(has_neighbours(request)) {}

const GpuMix::Asked& GpuMix::asked(const NodeFacts& node) {
    const auto [known, fresh] = asked_.try_emplace(node.gpu_resource);
    Asked& asked = known->second;
    if (!fresh) return asked;
    std::vector<std::size_t> gpus;
    for (const auto& role : request_.roles) gpus.push_back(machine_gpus(node, role.shape));
    asked.sizes = gpus;
    std::ranges::sort(asked.sizes, std::greater<>());
    const auto repeated = std::ranges::unique(asked.sizes);
    asked.sizes.erase(repeated.begin(), repeated.end());
    std::erase(asked.sizes, std::size_t{0});
    for (const std::size_t k : gpus)
        asked.size_of.push_back(static_cast<std::size_t>(std::ranges::find(asked.sizes, k) - asked.sizes.begin()));
    return asked;
}

const GpuMix::Host& GpuMix::host(NodeIdx node) {
    const Fabric& fabric = snapshot_.fabric();
    if (hosts_.empty()) {
        hosts_.resize(fabric.node_count());
        by_machine_ = tables_.tables(fabric.machines());
    }
    Host& host = hosts_[node.value()];
    if (host.known) return host;
    host.known = true;
    const auto machine = fabric.machine_of(node);
    if (!machine) return host;
    host.asked = &asked(fabric.node(node));
    if (host.asked->sizes.empty()) return host;
    host.table = by_machine_[*machine];
    host.use = gpus_gone(snapshot_, node);
    const bool mixed = host.asked->sizes.size() > 1 && !order_is_known(host.table->picker(), host.use);
    for (const std::size_t k : host.asked->sizes) {
        host.alone.push_back(&host.table->packs(host.use, k, neighbours_));
        if (!mixed) continue;
        const GpuMask open = host.table->all() & ~host.use.told;
        host.together.push_back(host.table->worst(open, k, neighbours_).bandwidth_class);
    }
    return host;
}

bool GpuMix::monotone(NodeIdx node) {
    const Host& host = this->host(node);
    return host.table == nullptr || host.asked->sizes.size() < 2 || !host.together.empty();
}

std::int32_t GpuMix::bandwidth_class(NodeIdx node, std::span<const std::int32_t> counts) {
    const Host& host = this->host(node);
    if (host.table == nullptr) return 0;
    const auto& sizes = host.asked->sizes;
    pods_.assign(sizes.size() + 1, 0);
    for (std::size_t role = 0; role < counts.size(); ++role)
        pods_[host.asked->size_of[role]] += static_cast<std::size_t>(counts[role]);
    pods_.back() = 0;
    const auto different = sizes.size() + 1 - static_cast<std::size_t>(std::ranges::count(pods_, std::size_t{0}));
    std::int32_t worst = 0;
    if (different > 1 && host.together.empty()) {
        std::vector<SizedPods> pods;
        for (std::size_t i = 0; i < sizes.size(); ++i) {
            if (pods_[i] > 0) pods.push_back({sizes[i], pods_[i]});
        }
        for (const GpuPack* pack : packs_together(*host.table, host.use, pods, neighbours_))
            worst = std::max(worst, pack->bandwidth_class);
        return worst;
    }
    for (std::size_t i = 0; i < sizes.size(); ++i) {
        if (pods_[i] == 0) continue;
        worst = std::max(worst, different > 1 ? host.together[i] : host.alone[i]->of(pods_[i]).bandwidth_class);
    }
    return worst;
}

}  // namespace muster
