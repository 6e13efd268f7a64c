#include "placement/plan/tree/wishes.hpp"

#include "placement/plan/room/closed_hosts.hpp"
#include "placement/plan/room/domain_caps.hpp"
#include "placement/plan/tree/slice_steps.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <utility>

namespace muster {
namespace {

constexpr std::int64_t kNoLimit = std::numeric_limits<std::int64_t>::max();

// The numbers in the form base + k × unit, from the hosts up.
class Sums {
  public:
    Sums(const Fabric& fabric, WishRoom& result, std::vector<std::int64_t> most, std::vector<std::int64_t> capped,
         std::vector<std::int32_t> bound)
        : fabric_(fabric),
          result_(result),
          most_(std::move(most)),
          capped_(std::move(capped)),
          bound_(std::move(bound)) {}

    void add_up() {
        // A parent comes before its children.
        for (std::size_t i = result_.room.size(); i-- > 0;) {
            settle(i);
            if (i == 0) break;
            const std::size_t parent = fabric_.domains()[i].parent.value();
            result_.room[parent] += result_.room[i];
        }
    }

    // No domain takes more than the one around it.
    void pass_down() {
        for (std::size_t i = 1; i < result_.room.size(); ++i) {
            const std::int64_t around = result_.room[fabric_.domains()[i].parent.value()];
            if (result_.room[i] > around) result_.room[i] = around;
            if (!result_.unit.empty()) result_.room[i] -= (result_.room[i] - result_.base[i]) % result_.unit[i];
        }
    }

  private:
    void settle(std::size_t i) {
        const std::int64_t bound = bound_.empty() ? 0 : bound_[i];
        const std::int64_t most = most_[fabric_.domains()[i].depth];
        std::int64_t& room = result_.room[i];
        if (most != kNoLimit) room = std::min(room, std::max<std::int64_t>(0, most - bound));
        if (!capped_.empty()) room = std::min(room, capped_[i]);
        if (result_.unit.empty()) return;
        const std::int64_t base = result_.base[i];
        if (room < base) {
            if (!result_.stuck) result_.stuck = DomainIdx(static_cast<std::uint32_t>(i));
            room = 0;
            return;
        }
        room -= (room - base) % result_.unit[i];
    }

    const Fabric& fabric_;
    WishRoom& result_;
    std::vector<std::int64_t> most_;    // by depth
    std::vector<std::int64_t> capped_;  // by domain, or empty
    std::vector<std::int32_t> bound_;
};

}  // namespace

std::vector<WishLimit> wish_limits(const Fabric& fabric, const TopologyWish& wish) {
    std::vector<WishLimit> limits;
    for (const SliceAt& slice : slices_of(fabric, wish))
        limits.push_back({WishLimit::Kind::slice, slice.depth, slice.size});
    for (const auto& spread : wish.spread) {
        const auto level = spread.max > 0 ? fabric.level(spread.level) : std::nullopt;
        if (level) limits.push_back({WishLimit::Kind::most, depth_of(*level), spread.max});
    }
    if (const auto level = wish.exclusive ? fabric.level(*wish.exclusive) : std::nullopt)
        limits.push_back({WishLimit::Kind::exclusive, depth_of(*level), 0});
    return limits;
}

WishRoom wish_room(const Snapshot& snapshot, const GangRequest& request, std::span<const WishLimit> limits,
                   std::span<const std::int64_t> room, RoomBasis basis) {
    const Fabric& fabric = snapshot.fabric();
    const std::size_t first_host = fabric.domain_count() - fabric.node_count();
    WishRoom result;
    result.room.assign(room.size(), 0);
    std::ranges::copy(room.subspan(first_host), result.room.begin() + static_cast<std::ptrdiff_t>(first_host));

    const bool bound = basis == RoomBasis::now && !request.fixed.empty();
    const bool slices = basis == RoomBasis::now || request.fixed.empty();
    std::vector<std::int64_t> most(fabric.levels().size() + 1, kNoLimit);
    std::vector<SliceAt> cut;
    for (const WishLimit& limit : limits) {
        if (slices && limit.kind == WishLimit::Kind::slice) cut.push_back({limit.depth, limit.number});
        if (limit.kind == WishLimit::Kind::most)
            most[limit.depth] = std::min<std::int64_t>(most[limit.depth], limit.number);
        if (limit.kind == WishLimit::Kind::exclusive)
            close_shared(snapshot, request, limit.depth, basis, std::span(result.room).subspan(first_host));
    }
    auto held = bound ? bound_by_domain(fabric, request.fixed) : std::vector<std::int32_t>();
    if (!cut.empty()) {
        result.unit = slice_units(fabric, cut);
        const auto ranked = bound ? RankedSlices::make(fabric, request, cut) : std::nullopt;
        result.base = ranked ? ranked->bases(fabric) : bases_by_number(fabric, result.unit, held);
        if (ranked) result.stuck = ranked->torn();
    }
    const std::span caps = basis == RoomBasis::now ? std::span(request.caps) : std::span<const DomainCap>();
    Sums sums(fabric, result, std::move(most), most_by_domain(fabric, caps), std::move(held));
    sums.add_up();
    sums.pass_down();
    if (!cut.empty() && !result.stuck && result.base.front() > static_cast<std::int64_t>(request.members()))
        result.stuck = fabric.root();
    return result;
}

}  // namespace muster
