#include "placement/verify/verify_roles.hpp"

#include "placement/verify/verify_crossing.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace muster {
namespace {

// Whether some real domain at this depth or below it has all the nodes.
bool together(const Fabric& fabric, std::span<const NodeIdx> nodes, std::uint32_t depth) {
    for (DomainIdx at = fabric.host_domain(nodes.front()); fabric.domain(at).depth >= depth;
         at = fabric.domain(at).parent) {
        const Domain& domain = fabric.domain(at);
        const bool all = std::ranges::all_of(
            nodes, [&](NodeIdx node) { return node.value() >= domain.first_node && node.value() < domain.last_node; });
        if (all && !domain.synthetic) return true;
    }
    return false;
}

}  // namespace

std::optional<std::string> verify_roles(const Fabric& fabric, const GangRequest& request, const Plan& plan,
                                        std::span<const NodeIdx> seats) {
    std::size_t first = 0;
    for (const auto& role : request.roles) {
        const auto own = seats.subspan(first, role.members.size());
        first += role.members.size();
        if (!role.wish.required || own.empty()) continue;
        const auto level = fabric.level(*role.wish.required);
        if (!level && is_node_label(fabric, *role.wish.required)) continue;
        if (!level) return "level " + *role.wish.required + " of role " + role.name + " is unknown";
        std::vector<NodeIdx> nodes(own.begin(), own.end());
        for (const auto& fixed : request.fixed) {
            const auto node = fixed.role == role.name ? fabric.find(fixed.node.str()) : std::nullopt;
            if (node) nodes.push_back(*node);
        }
        if (!together(fabric, nodes, level->value() + 1)) {
            return "the members of role " + role.name + " are not in one domain of its required level " +
                   *role.wish.required;
        }
    }
    const Quality& stated = plan.quality;
    if ((stated.proof == Proof::optimal) != stated.bound.empty()) {
        return "a bound must be stated exactly when the plan is not proved optimal";
    }
    if (!stated.bound.empty() && (stated.bound.size() != stated.objective.size() || stated.bound >= stated.objective)) {
        return "the stated bound is not smaller than the objective";
    }
    return std::nullopt;
}

}  // namespace muster
