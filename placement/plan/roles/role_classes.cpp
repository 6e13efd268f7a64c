#include "placement/plan/roles/role_classes.hpp"

#include "placement/plan/links/gpu_mix.hpp"
#include "placement/plan/links/gpu_room.hpp"
#include "placement/plan/room/node_room.hpp"
#include "placement/topology/bandwidth_class.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

namespace muster {

void RoleClasses::grade(Plan& plan) const {
    const std::int64_t bandwidth_class = links_.grade(plan);
    plan.quality.objective.insert(plan.quality.objective.begin(), bandwidth_class);
}

std::int64_t RoleClasses::best_possible(const Plan& plan) const {
    const std::int64_t reached = plan.quality.objective.front();
    std::int64_t best = links_.bound_class();
    for (std::size_t role = 0; role < request_.roles.size() && best < reached; ++role)
        best = std::max(best, best_possible(role));
    return std::min(best, reached);
}

std::int64_t RoleClasses::best_possible(std::size_t role) const {
    const Fabric& fabric = snapshot_.fabric();
    const RoleRequest& wanted = request_.roles[role];
    const auto tables = gpus_.tables(fabric.machines());
    const NodeRoom room(snapshot_, wanted.shape, RoomBasis::now);
    const auto most = static_cast<std::int32_t>(wanted.members.size());
    std::array<std::int64_t, kWorstClass + 1> places{};  // by class
    for (std::uint32_t i = 0; i < fabric.node_count(); ++i) {
        const NodeIdx node(i);
        const std::int32_t here = room.members(node, most);
        if (here == 0) continue;
        const std::size_t k = machine_gpus(fabric.node(node), wanted.shape);
        const auto machine = fabric.machine_of(node);
        std::int32_t best = 0;
        if (machine && k > 0) {
            GpuTable& table = *tables[*machine];
            best = table.best(table.all() & ~snapshot_.gpu_use(node).told, k, has_neighbours(request_)).bandwidth_class;
        }
        places[static_cast<std::size_t>(best)] += here;
    }
    std::int64_t sum = 0;
    for (std::size_t i = 0; i < places.size(); ++i) {
        sum += places[i];
        if (sum >= most) return static_cast<std::int64_t>(i);
    }
    return 0;
}

std::vector<RoleClasses::Try> RoleClasses::tries() const {
    const Fabric& fabric = snapshot_.fabric();
    const auto required = request_.wish.required ? fabric.level(*request_.wish.required) : std::nullopt;
    const std::uint32_t coarsest = required ? required->value() + 1 : 0;
    std::vector<Try> tries;
    for (std::size_t held = 0; held < links_.held().size(); ++held) {
        const auto [depth, finest] = links_.held()[held];
        if (finest < coarsest) break;
        tries.push_back({request_, finest, held});
        if (depth > coarsest) tries.back().request.wish.required = fabric.levels()[depth - 1].name;
    }
    return tries;
}

RoleRoom::Limits RoleClasses::limits(std::int64_t bandwidth_class, std::size_t held) const {
    RoleRoom::Limits limits;
    limits.cut = [this, bandwidth_class, held](std::size_t role, std::vector<std::int64_t> room) {
        const GpuRoom classed(snapshot_, request_.roles[role].shape, room, gpus_, links_, request_.roles);
        return classed.cut(static_cast<std::int32_t>(bandwidth_class), held, room);
    };
    if (snapshot_.fabric().machines().empty()) return limits;
    const auto mix = std::make_shared<GpuMix>(snapshot_, request_, gpus_);
    limits.allows = [mix, bandwidth_class](NodeIdx node, std::span<const std::int32_t> counts) {
        return mix->bandwidth_class(node, counts) <= bandwidth_class;
    };
    limits.closed = [mix](NodeIdx node) { return mix->monotone(node); };
    return limits;
}

}  // namespace muster
