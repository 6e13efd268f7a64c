#include "placement/plan/scores/score_nodes.hpp"

#include "placement/model/check.hpp"
#include "placement/plan/room/bound_members.hpp"
#include "placement/plan/room/node_room.hpp"
#include "placement/plan/tree/prepared_rules.hpp"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <utility>

namespace muster {

std::vector<NodePenalty> node_penalties(const Snapshot& snapshot, const GangRequest& single, const Policies& given,
                                        const std::vector<NodeIdx>& offered) {
    MUSTER_CHECK(single.roles.size() == 1);
    const Policies policies = policies_of(single, given);
    const Fabric& fabric = snapshot.fabric();
    const BoundMembers bound(fabric, single.fixed);
    const NodeRoom room(snapshot, single.roles.front().shape, RoomBasis::now);
    const auto required = single.wish.required ? fabric.level(*single.wish.required) : std::nullopt;
    std::vector<std::unique_ptr<DomainCost>> costs;
    for (const auto& policy : policies) costs.push_back(policy->prepare(snapshot, single));

    const auto misses_level = [&](NodeIdx node) {
        if (!required || !bound.any()) return false;
        const auto [first, last] = *bound.span();
        return fabric.domain(holder(fabric, std::min(first, node), std::max(last, node))).depth <= required->value();
    };
    std::vector<NodePenalty> scores;
    for (const NodeIdx node : offered) {
        if (room.members(node, 1) == 0 || misses_level(node)) continue;
        NodePenalty score{node, std::vector<std::int64_t>(policies.size(), 0)};
        bool refused = false;
        for (std::size_t i = 0; i < policies.size() && !refused; ++i) {
            for (DomainIdx at = fabric.host_domain(node);; at = fabric.domain(at).parent) {
                const auto cost = costs[i]->cost(at, 1);
                refused = refused || !cost;
                std::int64_t& sum = score.penalty[i];
                sum = policies[i]->combine() == Combine::sum ? sum + cost.value_or(0) : std::max(sum, cost.value_or(0));
                if (at == fabric.root()) break;
            }
        }
        if (!refused) scores.push_back(std::move(score));
    }
    return scores;
}

std::vector<NodePenalty> score_nodes(const Snapshot& snapshot, const GangRequest& single, const Policies& policies,
                                     const std::vector<NodeIdx>& offered) {
    auto scores = node_penalties(snapshot, single, policies, offered);
    std::ranges::sort(scores, [](const NodePenalty& a, const NodePenalty& b) {
        return a.penalty != b.penalty ? a.penalty < b.penalty : a.node < b.node;
    });
    const auto repeated = std::ranges::unique(scores, {}, &NodePenalty::node);
    scores.erase(repeated.begin(), repeated.end());
    return scores;
}

}  // namespace muster
