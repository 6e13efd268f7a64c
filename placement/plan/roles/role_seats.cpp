#include "placement/plan/roles/role_seats.hpp"

#include "placement/plan/tree/seats.hpp"
#include "placement/plan/tree/tree_search.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <set>
#include <utility>
#include <vector>

namespace muster {
namespace {

// Members come role by role, as in the request.
void give_ranks(const GangRequest& request, std::vector<Placement>& placements) {
    std::set<std::int32_t> taken;
    for (const auto& placement : placements) taken.insert(placement.rank);
    std::int32_t next = 0;
    std::size_t first = 0;
    for (const auto& role : request.roles) {
        std::vector<std::size_t> order(role.members.size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        std::ranges::sort(order, [&](auto a, auto b) { return member_before(role.members[a], role.members[b]); });
        for (const std::size_t member : order) {
            std::int32_t& rank = placements[first + member].rank;
            if (rank >= 0) continue;
            while (taken.contains(next)) ++next;
            rank = next++;
        }
        first += role.members.size();
    }
}

// The role's members; those of slices that bound ones began sit with them where ranks tell which.
std::vector<Placement> seats_of(const RoleProblem& problem, std::size_t role, std::span<const HostShare> shares) {
    const GangRequest& request = problem.request();
    const RoleRequest& members = request.roles[role];
    const bool sole = request.roles.size() == 1;
    GangRequest own{request.key, {members}, {}, request.fixed, {}};
    if (!sole) std::erase_if(own.fixed, [&](const FixedMember& fixed) { return fixed.role != members.name; });
    const auto& wish = sole && members.wish.slices.empty() ? request.wish : members.wish;
    const auto ranked = RankedSlices::make(problem.fabric(), own, slices_of(problem.fabric(), wish));
    return ranked ? seat_ranked(problem.fabric(), members, shares, *ranked)
                  : seat_members(problem.fabric(), members, shares, false);
}

}  // namespace

Plan seat_roles(const RoleProblem& problem, std::span<const RoleShare> shares, ObjectiveVector objective) {
    const Fabric& fabric = problem.fabric();
    const GangRequest& request = problem.request();
    Plan plan;
    for (std::size_t role = 0; role < request.roles.size(); ++role) {
        std::vector<HostShare> own;
        for (const auto& share : shares) {
            if (share.members[role] > 0) own.push_back({share.node, share.members[role]});
        }
        auto seats = seats_of(problem, role, own);
        std::ranges::move(seats, std::back_inserter(plan.placements));
    }
    if (!problem.bound().any()) give_ranks(request, plan.placements);

    const DomainIdx holds = problem.held_by(shares);
    const std::uint32_t depth = fabric.domain(holds).depth;
    plan.quality.level = depth == 0 ? "cluster" : fabric.levels()[depth - 1].name;
    plan.quality.domain = fabric.path(holds);
    for (std::uint32_t i = 0; i < fabric.levels().size(); ++i)
        plan.quality.domains.push_back(
            {fabric.levels()[i].name, static_cast<std::int32_t>(objective[problem.count_at(i + 1)])});
    plan.quality.leading = static_cast<std::int32_t>(problem.leading());
    plan.quality.objective = std::move(objective);
    return plan;
}

}  // namespace muster
