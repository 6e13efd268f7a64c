#include "placement/plan/links/gpu_seats.hpp"

#include "placement/model/check.hpp"
#include "placement/plan/links/gpu_mix.hpp"
#include "placement/plan/links/gpu_room.hpp"
#include "placement/plan/room/node_room.hpp"
#include "placement/plan/tree/seats.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <functional>
#include <limits>
#include <map>
#include <numeric>
#include <optional>
#include <string>
#include <vector>

namespace muster {
namespace {

std::vector<std::int32_t> ordinals(GpuMask set) {
    std::vector<std::int32_t> list;
    for (; set != 0; set &= set - 1) list.push_back(std::countr_zero(set));
    return list;
}

class GpuSeats {
  public:
    GpuSeats(const Snapshot& snapshot, const GangRequest& request, GpuTables& tables, Plan& plan)
        : snapshot_(snapshot),
          fabric_(snapshot.fabric()),
          request_(request),
          picker_(tables.picker()),
          tables_(tables.tables(fabric_.machines())),
          neighbours_(has_neighbours(request)),
          plan_(plan) {}

    SeatedSets run() {
        gather();
        for (auto& [node, by_size] : hosts_)
            seat(*tables_[fabric_.machine_of(node).value()], gpus_gone(snapshot_, node), by_size);
        if (!hosts_.empty()) plan_.quality.gpu_picker = picker_.name();
        return seated_;
    }

  private:
    // Placements that ask for so many GPUs of one host, the largest number first.
    using BySize = std::map<std::size_t, std::vector<Placement*>, std::greater<>>;

    // Members in their order, by host and number of GPUs.
    void gather() {
        std::size_t first = 0;
        for (const auto& role : request_.roles) {
            std::vector<std::size_t> order(role.members.size());
            std::iota(order.begin(), order.end(), std::size_t{0});
            std::ranges::sort(
                order, [&](std::size_t a, std::size_t b) { return member_before(role.members[a], role.members[b]); });
            const bool devices = std::ranges::any_of(role.shape.requests.entries(), [](const auto& entry) {
                return entry.second > 0 && is_device(entry.first);
            });
            for (const std::size_t member : order) {
                Placement& placement = plan_.placements[first + member];
                const NodeIdx node = fabric_.find(placement.node.str()).value();
                const std::size_t k = machine_gpus(fabric_.node(node), role.shape);
                if (k > 0) hosts_[node][k].push_back(&placement);
                seated_.unknown = seated_.unknown || (devices && !fabric_.machine_of(node));
            }
            first += role.members.size();
        }
    }

    void seat(GpuTable& table, GpuUse use, BySize& by_size) {
        std::vector<SizedPods> pods;
        for (const auto& [k, placements] : by_size) pods.push_back({k, placements.size()});
        const auto packs = packs_together(table, use, pods, neighbours_);
        auto pack = packs.begin();
        for (auto& [k, placements] : by_size) {
            const auto& sets = (*pack)->sets;
            for (std::size_t i = 0; i < placements.size(); ++i) {
                placements[i]->gpu_source = sets.empty() ? GpuSource::unknown : picker_.source();
                if (!sets.empty()) placements[i]->gpus = ordinals(sets[i]);
            }
            count(**pack++, k);
        }
    }

    void count(const GpuPack& pack, std::size_t k) {
        auto& [worst, least_mbps, unknown] = seated_;
        worst = std::max(worst, pack.bandwidth_class);
        if (k > 1 || neighbours_) least_mbps = std::min(least_mbps.value_or(pack.least_mbps), pack.least_mbps);
    }

    const Snapshot& snapshot_;
    const Fabric& fabric_;
    const GangRequest& request_;
    const GpuPicker& picker_;
    std::vector<GpuTable*> tables_;
    bool neighbours_;
    Plan& plan_;
    std::map<NodeIdx, BySize> hosts_;
    SeatedSets seated_;
};

}  // namespace

SeatedSets seat_gpus(const Snapshot& snapshot, const GangRequest& request, GpuTables& tables, Plan& plan) {
    MUSTER_CHECK(plan.placements.size() == request.members());
    if (snapshot.fabric().machines().empty()) return {};
    return GpuSeats(snapshot, request, tables, plan).run();
}

}  // namespace muster
