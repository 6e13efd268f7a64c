#include "placement/plan/gang_planner.hpp"

#include "placement/model/check.hpp"
#include "placement/plan/crossing/crossing.hpp"
#include "placement/plan/one_role_planner.hpp"
#include "placement/plan/roles/role_shortfall.hpp"
#include "placement/plan/room/node_room.hpp"
#include "placement/plan/tree/shortfall.hpp"
#include "placement/plan/wait_for_level.hpp"
#include "placement/plan/wish_planner.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace muster {
namespace {

// For a request without wishes on labels that are no level.
Outcome plan_on_levels(const Snapshot& snapshot, const GangRequest& request, const Policies& policies,
                       GpuTables& gpus) {
    if (auto outcome = unknown_level(snapshot, request)) return std::move(*outcome);
    if (auto outcome = unknown_role_level(snapshot, request)) return std::move(*outcome);
    if (auto outcome = contradictory_wishes(snapshot, request)) return std::move(*outcome);
    if (auto outcome = role_without_node(snapshot, request)) return std::move(*outcome);
    if (needs_counts(request)) return plan_wished(snapshot, request, policies, gpus);
    return plan_one_role(snapshot, request, policies, gpus);
}

}  // namespace

Outcome plan_gang(const Snapshot& snapshot, const GangRequest& request, const Policies& policies) {
    GpuTables gpus;
    return plan_gang(snapshot, request, policies, gpus);
}

Outcome plan_gang(const Snapshot& snapshot, const GangRequest& request, const Policies& policies, GpuTables& gpus) {
    MUSTER_CHECK(!request.roles.empty());
    MUSTER_CHECK(std::ranges::none_of(request.roles, [](const auto& role) { return role.members.empty(); }));
    const auto on_levels = [&](const GangRequest& rest, const Policies& used) {
        return plan_on_levels(snapshot, rest, used, gpus);
    };
    if (auto outcome = plan_crossing(snapshot, request, policies, on_levels)) return std::move(*outcome);
    if (request.hold_preferred) return plan_or_wait(snapshot, request, policies, gpus);
    return on_levels(request, policies);
}

std::int32_t capacity(const Snapshot& snapshot, NodeIdx node, const PodShape& shape) {
    return NodeRoom(snapshot, shape, RoomBasis::now).members(node, std::numeric_limits<std::int32_t>::max());
}

}  // namespace muster
