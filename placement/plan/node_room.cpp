#include "placement/plan/node_room.hpp"

#include "placement/plan/domain_caps.hpp"
#include "placement/plan/share_room.hpp"

#include <algorithm>
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

}  // namespace

NodeRoom::NodeRoom(const Snapshot& snapshot, const PodShape& shape, RoomBasis basis)
    : snapshot_(snapshot), shape_(shape), basis_(basis) {
    any_node_ = shape.node_selector.empty() && !shape.required_affinity;
    for (const auto& [name, amount] : shape.requests.entries()) {
        if (amount <= 0) continue;
        const auto share = std::ranges::find(shape.shares, name, &DeviceShare::resource);
        requests_.push_back({name, amount, snapshot.resource(name), share == shape.shares.end() ? nullptr : &*share});
    }
    // Devices run out first; asked first, they spare most full nodes the rest.
    std::ranges::stable_partition(requests_, [](const Request& request) { return is_device(request.name); });
}

bool NodeRoom::admits(NodeIdx node) const {
    const NodeFacts& facts = snapshot_.fabric().node(node);
    const bool plain = facts.ready && !facts.unschedulable && facts.taints.empty();
    if (plain) return any_node_ || judge_node(shape_, facts) == NodeVerdict::ok;
    if (basis_ == RoomBasis::now) return judge_node(shape_, facts) == NodeVerdict::ok;
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

std::int32_t NodeRoom::members(NodeIdx node, std::int32_t most) const {
    std::int64_t room = most;
    if (shape_.one_per_host || !shape_.host_ports.empty()) room = std::min<std::int64_t>(room, 1);
    for (const auto& request : requests_) {
        const std::int64_t amount = offered(node, request);
        if (amount < request.amount) return 0;
        // The division only where this resource is the scarcest so far: most nodes never need a second one.
        std::int64_t needed = 0;
        const bool scarcer = __builtin_mul_overflow(request.amount, room, &needed) || amount < needed;
        if (scarcer) room = amount / request.amount;
    }
    if (!shape_.shares.empty()) {
        for (const auto& request : requests_) room = room_on_devices(node, request, room);
    }
    if (room <= 0 || !admits(node) || ports_taken(node)) return 0;
    return static_cast<std::int32_t>(room);
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
    for (std::uint32_t node = 0; node < fabric.node_count(); ++node) hosts[node] = room.members(NodeIdx(node), most);
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
    // A parent comes before its children, so going backwards every sum is ready when it is added.
    for (std::size_t i = sums.size(); i-- > 1;) {
        if (!capped.empty()) sums[i] = std::min(sums[i], capped[i]);
        if (sums[i] != 0) sums[fabric.domains()[i].parent.value()] += sums[i];
    }
    return sums;
}

}  // namespace muster
