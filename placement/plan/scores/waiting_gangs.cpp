#include "placement/plan/scores/waiting_gangs.hpp"

#include "placement/plan/room/node_room.hpp"
#include "placement/plan/room/trial.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

namespace muster {
namespace {

std::optional<DomainIdx> domain_of_path(const Fabric& fabric, std::string_view path) {
    if (path.empty()) return fabric.root();
    const std::string_view last = path.substr(path.rfind('/') + 1);
    for (std::uint32_t i = 0; i < fabric.domain_count(); ++i) {
        // The path is built only where its last value is the right one.
        if (fabric.domains()[i].value == last && fabric.path(DomainIdx(i)) == path) return DomainIdx(i);
    }
    return std::nullopt;
}

// Nodes that a lesson or a bound member closes to one role.
std::vector<NodeIdx> closed_nodes(const Fabric& fabric, const GangRequest& request, const PodShape& shape) {
    std::vector<NodeIdx> closed;
    const auto close = [&](const NodeName& name) {
        if (const auto node = fabric.find(name.str())) closed.push_back(*node);
    };
    for (const auto& name : request.avoid) close(name);
    if (shape.one_per_host) {
        for (const auto& fixed : request.fixed) close(fixed.node);
    }
    std::ranges::sort(closed);
    return closed;
}

}  // namespace

bool lacks_room(const Shortfall& reason) {
    switch (reason.code) {
        case ReasonCode::level_too_small:
        case ReasonCode::cluster_too_small:
        case ReasonCode::slice_too_large:
        case ReasonCode::spread_too_tight:
        case ReasonCode::spread_too_narrow:
        case ReasonCode::spread_unbalanced:
        case ReasonCode::not_exclusive:
            return true;
        default:
            return false;
    }
}

std::vector<std::vector<std::int64_t>> room_lost(const Snapshot& snapshot, const PodShape& pod,
                                                 const WaitingGangs& gangs, const std::vector<NodeIdx>& nodes) {
    const Fabric& fabric = snapshot.fabric();
    std::vector<std::vector<std::int64_t>> lost(nodes.size(), std::vector<std::int64_t>(gangs.size(), 0));
    // A node's room is its own affair, so one what-if holds the pod on every node at once.
    Trial trial(snapshot);
    for (const NodeIdx node : nodes) trial.take(node, pod);
    for (std::size_t g = 0; g < gangs.size(); ++g) {
        const auto domain = domain_of_path(fabric, gangs[g]->domain);
        if (!domain) continue;
        const auto [first, last] = std::pair(fabric.domain(*domain).first_node, fabric.domain(*domain).last_node);
        for (const RoleRequest& role : gangs[g]->request.roles) {
            const NodeRoom before(snapshot, role.shape, RoomBasis::now);
            const NodeRoom after(trial.view(), role.shape, RoomBasis::now);
            const auto closed = closed_nodes(fabric, gangs[g]->request, role.shape);
            const auto most = static_cast<std::int32_t>(role.members.size());
            for (std::size_t i = 0; i < nodes.size(); ++i) {
                const NodeIdx node = nodes[i];
                if (node.value() < first || node.value() >= last || std::ranges::binary_search(closed, node)) continue;
                if (const std::int32_t room = before.members(node, most); room > 0)
                    lost[i][g] += room - after.members(node, most);
            }
        }
    }
    return lost;
}

}  // namespace muster
