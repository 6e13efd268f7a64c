#include "placement/plan/wishes.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <utility>

namespace muster {
namespace {

constexpr std::int64_t kNoLimit = std::numeric_limits<std::int64_t>::max();

std::uint32_t depth_of(LevelIdx level) {
    return level.value() + 1;
}

// Bound members by domain index.
std::vector<std::int32_t> bound_by_domain(const Fabric& fabric, const std::vector<FixedMember>& fixed) {
    std::vector<std::int32_t> bound(fabric.domain_count(), 0);
    for (const auto& member : fixed) {
        const auto node = fabric.find(member.node.str());
        if (!node) continue;
        for (DomainIdx at = fabric.host_domain(*node);; at = fabric.domain(at).parent) {
            ++bound[at.value()];
            if (at == fabric.root()) break;
        }
    }
    return bound;
}

// The size whose multiples a domain holds: of the largest slice that lies wholly inside it or in domains below. A
// domain without the label holds no slice itself, so whatever is below it has to.
std::vector<std::int32_t> units(const Fabric& fabric, std::span<const WishLimit> limits) {
    std::vector<std::int32_t> unit(fabric.domain_count(), 1);
    std::vector<char> whole(fabric.domain_count(), 1);
    for (const WishLimit& limit : limits) {
        if (limit.kind != WishLimit::Kind::slice) continue;
        unit.front() = limit.number;
        for (std::size_t i = 1; i < unit.size(); ++i) {
            const Domain& domain = fabric.domains()[i];
            const std::size_t parent = domain.parent.value();
            whole[i] =
                domain.depth <= limit.depth || (whole[parent] != 0 && fabric.domain(domain.parent).synthetic) ? 1 : 0;
            if (whole[i] != 0) unit[i] = limit.number;
        }
    }
    return unit;
}

// Whether pods that may go away use devices of the node, those of this gang aside.
class OtherPods {
  public:
    OtherPods(const Snapshot& snapshot, const GangRequest& request)
        : snapshot_(snapshot), own_(snapshot.fabric().node_count(), 0) {
        for (std::uint32_t i = 0; i < snapshot.resource_count(); ++i) {
            const std::string& name = snapshot.resource_name(ResourceIdx(i));
            if (!is_device(name)) continue;
            devices_.push_back({ResourceIdx(i), request.roles.front().shape.requests.get(name)});
        }
        for (const auto& member : request.fixed) {
            if (const auto node = snapshot.fabric().find(member.node.str())) ++own_[node->value()];
        }
    }

    [[nodiscard]] bool use(NodeIdx node) const {
        return std::ranges::any_of(devices_, [&](const Device& device) {
            const std::int64_t leaving = snapshot_.potential(node, device.column) - snapshot_.free(node, device.column);
            return leaving > own_[node.value()] * device.request;
        });
    }

  private:
    struct Device {
        ResourceIdx column;
        std::int64_t request = 0;  // of one member
    };
    const Snapshot& snapshot_;
    std::vector<std::int64_t> own_;  // bound members by node
    std::vector<Device> devices_;
};

// No room on the hosts of domains that are not the gang's alone. Where the label is missing, nobody knows whose they
// are.
void keep_exclusive(const Snapshot& snapshot, const GangRequest& request, std::uint32_t depth, RoomBasis basis,
                    std::span<std::int64_t> hosts) {
    const OtherPods others(snapshot, request);
    for (const Domain& domain : snapshot.fabric().domains()) {
        if (domain.depth != depth) continue;
        bool shared = domain.synthetic;
        for (std::uint32_t node = domain.first_node; node < domain.last_node && basis == RoomBasis::now; ++node)
            shared = shared || others.use(NodeIdx(node));
        if (shared) std::ranges::fill(hosts.subspan(domain.first_node, domain.last_node - domain.first_node), 0);
    }
}

// The numbers in the form base + k × unit, from the hosts up.
class Sums {
  public:
    Sums(const Fabric& fabric, WishRoom& result, std::vector<std::int64_t> most, std::vector<std::int32_t> bound)
        : fabric_(fabric), result_(result), most_(std::move(most)), bound_(std::move(bound)) {}

    void add_up() {
        // A parent comes before its children.
        for (std::size_t i = result_.room.size(); i-- > 0;) {
            settle(i);
            if (i == 0) break;
            const std::size_t parent = fabric_.domains()[i].parent.value();
            result_.room[parent] += result_.room[i];
            if (!result_.base.empty()) result_.base[parent] += result_.base[i];
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
        if (result_.unit.empty()) return;
        std::int32_t& base = result_.base[i];
        const std::int64_t unit = result_.unit[i];
        // All children are whole in their own units, so the next multiple is reached by some of them.
        base += static_cast<std::int32_t>((unit - (base + bound) % unit) % unit);
        if (room < base) {
            if (!result_.stuck) result_.stuck = DomainIdx(static_cast<std::uint32_t>(i));
            room = base = 0;
            return;
        }
        room -= (room - base) % unit;
    }

    const Fabric& fabric_;
    WishRoom& result_;
    std::vector<std::int64_t> most_;  // by depth
    std::vector<std::int32_t> bound_;
};

}  // namespace

std::vector<WishLimit> wish_limits(const Fabric& fabric, const TopologyWish& wish) {
    std::vector<WishLimit> limits;
    for (const auto& slice : wish.slices) {
        if (const auto level = fabric.level(slice.level))
            limits.push_back({WishLimit::Kind::slice, depth_of(*level), slice.size});
    }
    std::ranges::sort(limits, {}, &WishLimit::number);
    for (const auto& spread : wish.spread) {
        const auto level = fabric.level(spread.level);
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
    bool cut = false;
    for (const WishLimit& limit : limits) {
        cut = cut || (slices && limit.kind == WishLimit::Kind::slice);
        if (limit.kind == WishLimit::Kind::most)
            most[limit.depth] = std::min<std::int64_t>(most[limit.depth], limit.number);
        if (limit.kind == WishLimit::Kind::exclusive)
            keep_exclusive(snapshot, request, limit.depth, basis, std::span(result.room).subspan(first_host));
    }
    if (cut) {
        result.unit = units(fabric, limits);
        result.base.assign(fabric.domain_count(), 0);
    }
    Sums sums(fabric, result, std::move(most),
              bound ? bound_by_domain(fabric, request.fixed) : std::vector<std::int32_t>());
    sums.add_up();
    sums.pass_down();
    if (cut && !result.stuck && result.base.front() > static_cast<std::int64_t>(request.members()))
        result.stuck = fabric.root();
    return result;
}

std::optional<Shortfall> contradiction(const Fabric& fabric, const GangRequest& request) {
    struct Slice {
        std::uint32_t depth = 0;
        const SliceWish* wish = nullptr;
    };
    std::vector<Slice> slices;
    for (const auto& wish : request.wish.slices) {
        if (const auto level = fabric.level(wish.level)) slices.push_back({depth_of(*level), &wish});
    }
    std::ranges::stable_sort(slices, {}, &Slice::depth);

    const auto required = request.wish.required ? fabric.level(*request.wish.required) : std::nullopt;
    const auto bound = std::ranges::count_if(
        request.fixed, [&](const FixedMember& member) { return fabric.find(member.node.str()).has_value(); });
    Shortfall reason;
    reason.need = static_cast<std::int32_t>(request.members() + static_cast<std::size_t>(bound));
    for (std::size_t i = 0; i < slices.size(); ++i) {
        const SliceWish& wish = *slices[i].wish;
        reason.level = wish.level;
        reason.limit = wish.size;
        if (i > 0) {
            const SliceWish& coarser = *slices[i - 1].wish;
            const bool nested =
                slices[i - 1].depth < slices[i].depth && wish.size < coarser.size && coarser.size % wish.size == 0;
            if (!nested) {
                reason.code = ReasonCode::slices_not_nested;
                reason.details = {coarser.level, std::to_string(coarser.size)};
                return reason;
            }
        }
        if (required && slices[i].depth < depth_of(*required)) {
            reason.code = ReasonCode::slice_above_required;
            reason.details = {*request.wish.required};
            return reason;
        }
        if (wish.size < 1 || reason.need % wish.size != 0) {
            reason.code = ReasonCode::slice_uneven;
            return reason;
        }
    }
    return std::nullopt;
}

}  // namespace muster
