#include "placement/plan/roles/role_room.hpp"

#include "placement/plan/room/closed_hosts.hpp"
#include "placement/plan/room/domain_caps.hpp"
#include "placement/plan/room/share_room.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <numeric>
#include <string_view>
#include <utility>

namespace muster {
namespace {

// No sum over nodes gets larger, so none overflows.
constexpr std::int64_t kLargestSum = std::numeric_limits<std::int64_t>::max() / 2;

std::int64_t times(std::int64_t a, std::int64_t b) {
    std::int64_t product = 0;
    return __builtin_mul_overflow(a, b, &product) ? kLargestSum : std::min(product, kLargestSum);
}

// Pods whose rules forbid that they share a node. one_per_host is against every member of the gang.
bool never_together(const PodShape& a, const PodShape& b) {
    if (a.one_per_host || b.one_per_host) return true;
    return std::ranges::any_of(a.host_ports, [&](const auto& port) {
        return std::ranges::any_of(b.host_ports, [&](const auto& other) { return ports_conflict(port, other); });
    });
}

GangRequest request_of(const GangRequest& request, const RoleRequest& role) {
    const auto index = static_cast<std::size_t>(&role - request.roles.data());
    return {request.key, {role}, {}, request.fixed, request.avoid, caps_of(request, index)};
}

bool closes_hosts(const TopologyWish& wish) {
    return wish.exclusive || std::ranges::any_of(wish.spread, [](const SpreadWish& spread) {
               return spread.min_domains > 0 || spread.balanced;
           });
}

// Leaves out what the gang's wish and the role's close.
void close(const Snapshot& snapshot, const GangRequest& request, const TopologyWish& own, RoomBasis basis,
           std::vector<std::int64_t>& room) {
    if (!closes_hosts(request.wish) && !closes_hosts(own)) return;
    const Fabric& fabric = snapshot.fabric();
    const std::size_t first_host = fabric.domain_count() - fabric.node_count();
    const auto hosts = std::span(room).subspan(first_host);
    close_hosts(snapshot, request, request.wish, basis, hosts);
    close_hosts(snapshot, request, own, basis, hosts);
    std::vector<std::int64_t> sums(first_host, 0);
    for (std::size_t i = room.size(); i-- > 1;) {
        if (i < first_host) room[i] = std::min(room[i], sums[i]);
        sums[fabric.domains()[i].parent.value()] += room[i];
    }
    room.front() = std::min(room.front(), sums.front());
}

}  // namespace

struct RoleRoom::Walk {
    DomainIdx host;
    std::vector<std::int32_t> counts;
    std::vector<std::int64_t> left;  // by column
    const Column& call;
};

RoleRoom::RoleRoom(const Snapshot& snapshot, const GangRequest& request, RoomBasis basis, Limits limits)
    : snapshot_(snapshot), request_(request), basis_(basis), limits_(std::move(limits)), order_(request.roles.size()) {
    std::map<std::string_view, std::size_t> askers;
    for (const auto& role : request.roles) {
        auto room = domain_room(snapshot, request_of(request, role), basis);
        close(snapshot, request, role.wish, basis, room);
        if (limits_.cut) room = limits_.cut(demands_.size(), std::move(room));
        demands_.push_back({static_cast<std::int64_t>(role.members.size()), std::move(room), {}});
        for (const auto& [name, amount] : role.shape.requests.entries()) askers[name] += amount > 0 ? 1 : 0;
        apart_.emplace_back();
        for (const auto& other : request.roles)
            apart_.back().push_back(&other != &role && never_together(role.shape, other.shape) ? 1 : 0);
    }
    shares_ = std::ranges::any_of(request.roles, [](const auto& role) { return !role.shape.shares.empty(); });
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    std::ranges::stable_sort(order_, {}, [&](std::size_t role) { return request.roles[role].members.size(); });
    asks_.resize(request.roles.size());
    for (const auto& [name, number] : askers) {
        // What one role alone asks for is counted in its room, and what no node offers leaves it none.
        const auto column = snapshot.resource(name);
        if (number < 2 || !column) continue;
        columns_.push_back(*column);
        for (std::size_t role = 0; role < asks_.size(); ++role)
            asks_[role].push_back(std::max<std::int64_t>(0, request.roles[role].shape.requests.get(name)));
    }
    add_resources();
}

// Resources that several roles share, as demands of their own.
void RoleRoom::add_resources() {
    const Fabric& fabric = snapshot_.fabric();
    const std::size_t first_host = fabric.domain_count() - fabric.node_count();
    for (std::size_t column = 0; column < columns_.size(); ++column) {
        Demand demand{0, std::vector<std::int64_t>(fabric.domain_count(), 0),
                      snapshot_.resource_name(columns_[column])};
        for (std::size_t role = 0; role < asks_.size(); ++role)
            demand.need = std::min(kLargestSum, demand.need + times(asks_[role][column], demands_[role].need));
        for (std::uint32_t node = 0; node < fabric.node_count(); ++node) {
            if (!usable(fabric.host_domain(NodeIdx(node)))) continue;
            const std::int64_t amount = basis_ == RoomBasis::now ? snapshot_.free(NodeIdx(node), columns_[column])
                                                                 : snapshot_.potential(NodeIdx(node), columns_[column]);
            demand.room[first_host + node] = std::clamp<std::int64_t>(amount, 0, demand.need);
        }
        for (std::size_t i = demand.room.size(); i-- > 1;) {
            std::int64_t& sum = demand.room[fabric.domains()[i].parent.value()];
            sum = std::min(kLargestSum, sum + demand.room[i]);
        }
        demands_.push_back(std::move(demand));
    }
}

bool RoleRoom::could_hold(DomainIdx domain) const {
    return std::ranges::all_of(demands_,
                               [&](const Demand& demand) { return demand.room[domain.value()] >= demand.need; });
}

bool RoleRoom::usable(DomainIdx domain) const {
    return std::ranges::any_of(order_, [&](std::size_t role) { return alone(role, domain) > 0; });
}

bool RoleRoom::beside(const Walk& walk, std::size_t role) const {
    for (std::size_t other = 0; other < walk.counts.size(); ++other) {
        if (walk.counts[other] > 0 && apart_[role][other] != 0) return false;
    }
    return true;
}

std::int32_t RoleRoom::most_next(const Walk& walk, std::size_t role) const {
    std::int64_t most = alone(role, walk.host);
    if (most == 0 || !beside(walk, role)) return 0;
    for (std::size_t column = 0; column < columns_.size() && most > 0; ++column) {
        const std::int64_t ask = asks_[role][column];
        if (ask > 0) most = std::min(most, std::max<std::int64_t>(0, walk.left[column]) / ask);
    }
    const NodeIdx node(snapshot_.fabric().domain(walk.host).first_node);
    return most_beside(node, walk.counts, role, static_cast<std::int32_t>(most));
}

std::int32_t RoleRoom::most_beside(NodeIdx node, std::span<const std::int32_t> counts, std::size_t role,
                                   std::int32_t most) const {
    // By `ever`, what each role alone has room for is an upper bound.
    const bool told = !snapshot_.fabric().node(node).shared_devices.empty();
    const bool shares = shares_ && told && basis_ == RoomBasis::now;
    const bool limited = limits_.allows && limits_.closed(node);
    if (most == 0 || (!shares && !limited)) return most;
    std::vector<std::int32_t> together(counts.begin(), counts.end());
    const auto possible = [&] {
        return (!shares || shares_fit(snapshot_, node, request_.roles, together)) &&
               (!limited || limits_.allows(node, together));
    };
    std::int32_t fit = 0;
    std::int32_t beyond = most + 1;
    while (fit + 1 < beyond) {
        together[role] = fit + (beyond - fit) / 2;
        (possible() ? fit : beyond) = together[role];
    }
    return fit;
}

void RoleRoom::step(Walk& walk, std::size_t at) const {
    const std::size_t role = order_[at];
    const std::int32_t most = most_next(walk, role);
    if (at + 1 == order_.size()) return walk.call(walk.counts, most);
    const auto take = [&](std::int32_t members) {
        walk.counts[role] += members;
        for (std::size_t column = 0; column < columns_.size(); ++column)
            walk.left[column] -= members * asks_[role][column];
    };
    for (std::int32_t members = 0; members <= most; ++members) {
        if (members > 0) take(1);
        step(walk, at + 1);
    }
    take(-most);
}

void RoleRoom::each_column(NodeIdx node, const Column& call) const {
    Walk walk{snapshot_.fabric().host_domain(node), std::vector<std::int32_t>(order_.size(), 0), {}, call};
    for (const auto column : columns_)
        walk.left.push_back(basis_ == RoomBasis::now ? snapshot_.free(node, column)
                                                     : snapshot_.potential(node, column));
    step(walk, 0);
}

}  // namespace muster
