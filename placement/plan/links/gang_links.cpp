#include "placement/plan/links/gang_links.hpp"

#include "placement/plan/links/gpu_room.hpp"
#include "placement/plan/links/gpu_seats.hpp"
#include "placement/plan/room/bound_members.hpp"

#include <algorithm>
#include <bit>
#include <limits>
#include <utility>

namespace muster {
namespace {

// The GPUs of the node's machine with these ids; none unless all of them are there.
GpuMask told_set(const NodeFacts& node, const std::vector<std::string>& devices) {
    GpuMask set = 0;
    for (const auto& id : devices) {
        const auto ordinal = gpu_ordinal(node, id);
        if (!ordinal || (set & GpuMask{1} << *ordinal) != 0) return 0;
        set |= GpuMask{1} << *ordinal;
    }
    return set;
}

}  // namespace

GangLinks::GangLinks(const Snapshot& snapshot, const GangRequest& request, GpuTables& gpus)
    : snapshot_(snapshot),
      fabric_(snapshot.fabric()),
      request_(request),
      gpus_(gpus),
      neighbours_(has_neighbours(request)),
      uplinks_(snapshot, request.key) {
    auto finest = static_cast<std::uint32_t>(fabric_.levels().size());
    const auto depths = uplinks_.depths();
    for (std::size_t i = depths.size(); i-- > 0;) {
        held_.push_back({depths[i], finest});
        finest = depths[i] - 1;
    }
    held_.push_back({0, finest});
    for (const auto& member : request.fixed) {
        if (const auto node = fabric_.find(member.node.str())) bound_.push_back(bound(member, *node));
    }
}

GangLinks::Bound GangLinks::bound(const FixedMember& member, NodeIdx node) {
    Bound bound{.node = node, .best_mbps = std::nullopt, .pack = {.sets = {}}};
    const NodeFacts& facts = fabric_.node(node);
    const GpuMask set = facts.machine ? told_set(facts, member.devices) : 0;
    if (set == 0) return bound;
    GpuTable& table = *gpus_.tables(fabric_.machines())[fabric_.machine_of(node).value()];
    bound.best_mbps = table.most_mbps(static_cast<std::size_t>(std::popcount(set)), neighbours_);
    bound.pack = table.of(set, neighbours_);
    return bound;
}

std::int32_t GangLinks::bound_class(std::uint32_t held) const {
    std::int32_t worst = 0;
    for (const Bound& member : bound_) {
        worst = std::max(
            {worst, member.pack.bandwidth_class, uplinks_.bandwidth_class(member.node, held, member.best_mbps)});
    }
    return worst;
}

std::int32_t GangLinks::bound_class() const {
    if (bound_.empty()) return 0;
    const auto [first, last] = std::ranges::minmax(bound_, {}, &Bound::node);
    return bound_class(fabric_.domain(holder(fabric_, first.node, last.node)).depth);
}

std::vector<GangLinks::Seat> GangLinks::seats(const Plan& plan) const {
    std::vector<Seat> seats;
    const auto tables = gpus_.tables(fabric_.machines());
    auto placement = plan.placements.begin();
    for (const auto& role : request_.roles) {
        for (std::size_t i = 0; i < role.members.size(); ++i, ++placement) {
            const NodeIdx node = fabric_.find(placement->node.str()).value();
            const std::size_t k = machine_gpus(fabric_.node(node), role.shape);
            Seat seat{.node = node, .best_mbps = std::nullopt};
            if (k > 0) seat.best_mbps = tables[*fabric_.machine_of(node)]->most_mbps(k, neighbours_);
            seats.push_back(seat);
        }
    }
    for (const Bound& member : bound_) seats.push_back({member.node, member.best_mbps});
    std::ranges::sort(seats);
    const auto repeated = std::ranges::unique(seats);
    seats.erase(repeated.begin(), repeated.end());
    return seats;
}

std::int32_t GangLinks::grade(Plan& plan) const {
    auto [worst, least_mbps, unknown] = seat_gpus(snapshot_, request_, gpus_, plan);
    for (const Bound& member : bound_) {
        worst = std::max(worst, member.pack.bandwidth_class);
        if (member.best_mbps)
            least_mbps = std::min(least_mbps.value_or(member.pack.least_mbps), member.pack.least_mbps);
    }
    std::optional<DomainIdx> slowest;
    if (!uplinks_.depths().empty()) {
        const auto seats = this->seats(plan);
        const std::uint32_t held = fabric_.domain(holder(fabric_, seats.front().node, seats.back().node)).depth;
        for (const Seat& seat : seats) {
            worst = std::max(worst, uplinks_.bandwidth_class(seat.node, held, seat.best_mbps));
            const auto here = uplinks_.slowest(seat.node, held);
            if (here &&
                (!slowest || std::pair(*uplinks_.share(*here), *here) < std::pair(*uplinks_.share(*slowest), *slowest)))
                slowest = here;
        }
    }
    Quality& quality = plan.quality;
    constexpr std::int64_t kAny = std::numeric_limits<std::int64_t>::max();
    const std::int64_t uplink_mbps = slowest ? uplinks_.share(*slowest).value_or(kAny) : kAny;
    if (least_mbps && !unknown) quality.bus_mbps = std::min(*least_mbps, uplink_mbps) * 95 / 100;
    if (slowest && uplink_mbps < least_mbps.value_or(kAny)) {
        const LevelSpec& level = fabric_.levels()[fabric_.domain(*slowest).depth - 1];
        quality.slowest_uplink = {level.name, fabric_.path(*slowest), level.uplink_mbps, 1 + uplinks_.others(*slowest)};
    }
    return worst;
}

}  // namespace muster
