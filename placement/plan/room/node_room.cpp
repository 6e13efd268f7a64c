#include "placement/plan/room/node_room.hpp"

#include "placement/plan/room/domain_caps.hpp"
#include "placement/plan/room/share_room.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <span>

namespace muster {
namespace {

// Taints of this prefix follow a node's condition: they go when the condition goes.
constexpr std::string_view kConditionTaints = "node.kubernetes.io/";

NodeFacts at_its_best(NodeFacts node) {
    node.ready = true;
    node.unschedulable = false;
    std::erase_if(node.taints, [](const Taint& taint) { return taint.key.starts_with(kConditionTaints); });
    return node;
}

// Of an amount beside which there is room for so many; both are at least 0.
std::int64_t cut_room(std::int64_t room, std::int64_t amount, std::int64_t request) {
    if (amount < request) return 0;
    if (request == 1) return std::min(amount, room);
    // The division only where this resource is the scarcest so far: most nodes never need a second one.
    std::int64_t needed = 0;
    const bool scarcer = __builtin_mul_overflow(request, room, &needed) || amount < needed;
    return scarcer ? amount / request : room;
}

// Lowers each room to the whole requests in the amount beside it. Whether any room is left.
bool cut_rooms(std::span<std::int64_t> rooms, std::span<const std::int64_t> amounts, std::int64_t request) {
    std::int64_t left = 0;
    for (std::size_t i = 0; i < rooms.size(); ++i) {
        rooms[i] = cut_room(rooms[i], amounts[i], request);
        left |= rooms[i];
    }
    return left != 0;
}

// The sums over the children of every domain above the hosts, whose rooms are there. `capped`: at most, by domain below
// the root; or empty.
void add_up(const Fabric& fabric, std::span<const std::int64_t> capped, std::span<std::int64_t> rooms) {
    const std::size_t first_host = fabric.domain_count() - fabric.node_count();
    const auto cap = [&](std::size_t i) {
        if (!capped.empty() && i > 0) rooms[i] = std::min(rooms[i], capped[i]);
    };
    for (std::size_t i = first_host; i < rooms.size(); ++i) cap(i);
    // A parent comes before its children, so going backwards they are ready. Hosts are never looked at: reading a
    // hundred thousand of them costs more than all the rest.
    for (std::size_t i = first_host; i-- > 0;) {
        const Domain& domain = fabric.domains()[i];
        for (std::uint32_t child = domain.first_child; child < domain.last_child; ++child) rooms[i] += rooms[child];
        cap(i);
    }
}

}  // namespace

NodeRoom::NodeRoom(const Snapshot& snapshot, const PodShape& shape, RoomBasis basis)
    : snapshot_(snapshot), shape_(shape), basis_(basis) {
    any_node_ = shape.node_selector.empty() && !shape.required_affinity;
    by_amounts_alone_ = any_node_ && shape.shares.empty() && shape.host_ports.empty();
    for (const auto& [name, amount] : shape.requests.entries()) {
        if (amount <= 0) continue;
        const auto share = std::ranges::find(shape.shares, name, &DeviceShare::resource);
        requests_.push_back({name, amount, snapshot.resource(name), share == shape.shares.end() ? nullptr : &*share});
    }
    // Devices run out first; asked first, they spare most full nodes the rest.
    std::ranges::stable_partition(requests_, [](const Request& request) { return is_device(request.name); });
}

bool NodeRoom::admits(NodeIdx node) const {
    const bool plain = snapshot_.in_service(node) && snapshot_.untainted(node);
    if (plain && any_node_) return true;
    const NodeFacts& facts = snapshot_.fabric().node(node);
    if (plain || basis_ == RoomBasis::now) return judge_node(shape_, facts) == NodeVerdict::ok;
    return judge_node(shape_, at_its_best(facts)) == NodeVerdict::ok;
}

std::int64_t NodeRoom::offered(NodeIdx node, const Request& request) const {
    if (!request.column) return 0;
    return basis_ == RoomBasis::now ? snapshot_.free(node, *request.column)
                                    : snapshot_.potential(node, *request.column);
}

std::int64_t NodeRoom::room_on_devices(NodeIdx node, const Request& request, std::int64_t most) const {
    const auto space = request.share == nullptr ? std::nullopt : device_space(snapshot_, node, request.name, basis_);
    return space ? share_room(*space, *request.share, most) : most;
}

bool NodeRoom::ports_taken(NodeIdx node) const {
    // Which ports staying pods hold is not recorded apart, so `ever` takes all as free: its room stays an upper bound.
    if (basis_ == RoomBasis::ever) return false;
    const auto& taken = snapshot_.host_ports(node);
    return std::ranges::any_of(shape_.host_ports, [&](const auto& port) {
        return std::ranges::any_of(taken, [&](const auto& other) { return ports_conflict(port, other); });
    });
}

std::int64_t NodeRoom::limit(std::int32_t most) const {
    const bool single = shape_.one_per_host || !shape_.host_ports.empty();
    return single ? std::min(most, 1) : most;
}

std::int32_t NodeRoom::members(NodeIdx node, std::int32_t most) const {
    std::int64_t room = limit(most);
    for (const auto& request : requests_) {
        room = cut_room(room, offered(node, request), request.amount);
        if (room == 0) return 0;
    }
    if (!shape_.shares.empty()) {
        for (const auto& request : requests_) room = room_on_devices(node, request, room);
    }
    if (room <= 0 || !admits(node) || ports_taken(node)) return 0;
    return static_cast<std::int32_t>(room);
}

std::span<const std::int64_t> NodeRoom::offered_in_chunk(std::size_t chunk, const Request& request,
                                                         std::span<std::int64_t> kept) const {
    if (request.column && basis_ == RoomBasis::now) return snapshot_.free_in_chunk(chunk, *request.column);
    for (std::size_t i = 0; i < kept.size(); ++i)
        kept[i] = offered(NodeIdx(static_cast<std::uint32_t>(chunk * kChunkNodes + i)), request);
    return kept;
}

void NodeRoom::members_of_chunk(std::size_t chunk, std::int32_t most, std::span<std::int64_t> rooms) const {
    std::array<std::int64_t, kChunkNodes> kept{};
    std::ranges::fill(rooms, limit(most));
    for (const auto& request : requests_) {
        const auto amounts = offered_in_chunk(chunk, request, std::span(kept).first(rooms.size()));
        if (!cut_rooms(rooms, amounts, request.amount)) return;
    }
    // Most chunks have nothing that would have to be asked of each node.
    if (by_amounts_alone_ && snapshot_.plain_in_chunk(chunk).all()) return;
    for (std::size_t i = 0; i < rooms.size(); ++i) {
        const NodeIdx node(static_cast<std::uint32_t>(chunk * kChunkNodes + i));
        if (rooms[i] > 0 && !shape_.shares.empty()) {
            for (const auto& request : requests_) rooms[i] = room_on_devices(node, request, rooms[i]);
        }
        if (rooms[i] <= 0 || !admits(node) || ports_taken(node)) rooms[i] = 0;
    }
}

void NodeRoom::members_of_all(std::int32_t most, std::span<std::int64_t> rooms) const {
    for (std::size_t chunk = 0; chunk * kChunkNodes < rooms.size(); ++chunk) {
        const auto rest = rooms.subspan(chunk * kChunkNodes);
        members_of_chunk(chunk, most, rest.first(std::min<std::size_t>(rest.size(), kChunkNodes)));
    }
}

std::string_view NodeRoom::scarce(NodeIdx node) const {
    if (!admits(node) || ports_taken(node)) return {};
    const Request* scarcest = nullptr;
    std::int64_t room = std::numeric_limits<std::int64_t>::max();
    for (const auto& request : requests_) {
        const std::int64_t whole = std::max<std::int64_t>(0, offered(node, request)) / request.amount;
        const std::int64_t here = room_on_devices(node, request, whole);
        if (here < room || (here == room && request.name < scarcest->name)) {
            room = here;
            scarcest = &request;
        }
    }
    const bool single = shape_.one_per_host || !shape_.host_ports.empty();
    if (scarcest == nullptr || (single && room >= 1)) return {};
    return scarcest->name;
}

std::vector<std::int64_t> domain_room(const Snapshot& snapshot, const GangRequest& request, RoomBasis basis) {
    const Fabric& fabric = snapshot.fabric();
    const PodShape& shape = request.roles.front().shape;
    const NodeRoom room(snapshot, shape, basis);
    const auto most = static_cast<std::int32_t>(request.members());
    std::vector<std::int64_t> sums(fabric.domain_count(), 0);
    const std::size_t first_host = fabric.domain_count() - fabric.node_count();
    const std::span hosts = std::span(sums).subspan(first_host);
    room.members_of_all(most, hosts);
    if (basis == RoomBasis::now) {
        for (const auto& name : request.avoid) {
            if (const auto node = fabric.find(name.str())) hosts[node->value()] = 0;
        }
        for (const auto& fixed : request.fixed) {
            const auto node = shape.one_per_host ? fabric.find(fixed.node.str()) : std::nullopt;
            if (node) hosts[node->value()] = 0;
        }
    }
    const auto capped =
        most_by_domain(fabric, basis == RoomBasis::now ? std::span(request.caps) : std::span<const DomainCap>());
    add_up(fabric, capped, sums);
    return sums;
}

}  // namespace muster
