#include "placement/plan/gang_planner.hpp"

#include "placement/model/check.hpp"
#include "placement/plan/bound_members.hpp"
#include "placement/plan/node_room.hpp"
#include "placement/plan/role_planner.hpp"
#include "placement/plan/role_shortfall.hpp"
#include "placement/plan/seats.hpp"
#include "placement/plan/shortfall.hpp"
#include "placement/plan/tree_search.hpp"
#include "placement/plan/wishes.hpp"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

namespace muster {
namespace {

class GangPlanner {
  public:
    GangPlanner(const Snapshot& snapshot, const GangRequest& request, const Policies& policies)
        : snapshot_(snapshot),
          fabric_(snapshot.fabric()),
          request_(request),
          policies_(policies),
          bound_(fabric_, request.fixed),
          required_(level(request.wish.required)),
          preferred_(level(request.wish.preferred)) {}

    Outcome run() {
        if (required_ && bound_.any()) {
            const auto [first, last] = *bound_.span();
            if (fabric_.domain(holder(fabric_, first, last)).depth < depth_of(*required_)) return bound_apart(request_);
        }
        room_ = domain_room(snapshot_, request_, RoomBasis::now);
        if (const auto limits = wish_limits(fabric_, request_.wish); !limits.empty()) {
            wished_ = wish_room(snapshot_, request_, limits, room_, RoomBasis::now);
            if (wished_.stuck) return too_small(snapshot_, request_, required_, bound_, room_);
            room_.swap(wished_.room);
        }
        return search();
    }

  private:
    static std::uint32_t depth_of(LevelIdx level) { return level.value() + 1; }

    [[nodiscard]] std::optional<LevelIdx> level(const std::optional<std::string>& wish) const {
        return wish ? fabric_.level(*wish) : std::nullopt;
    }

    // From the finest level that makes a difference upwards: the first with a placement is the lowest that has one.
    Outcome search() {
        const auto hosts = static_cast<std::uint32_t>(fabric_.levels().size());
        const std::uint32_t coarsest = required_ ? depth_of(*required_) : 0;
        const std::uint32_t finest = preferred_ ? std::max(depth_of(*preferred_), coarsest) : hosts;
        std::optional<TreeSearch> search;
        for (std::uint32_t depth = finest + 1; depth-- > coarsest;) {
            auto candidates = roomy_domains(depth, depth == finest);
            if (candidates.empty()) continue;
            if (!search) search.emplace(snapshot_, request_, policies_, room_, bound_.paid(), wished_.steps());
            if (auto best = search->best_in(std::move(candidates))) return plan(*best);
        }
        if (!search) {
            return too_small(snapshot_, request_, required_, bound_, wished_.room.empty() ? room_ : wished_.room);
        }
        std::vector<std::string> refusing;
        for (const auto& policy : policies_) {
            if (policy->may_refuse()) refusing.emplace_back(policy->name());
        }
        return refused(request_, std::move(refusing));
    }

    // Domains of the depth that could hold the whole gang. With `below`, where such a domain is synthetic (and so holds
    // nothing), the highest ones inside it instead.
    [[nodiscard]] std::vector<DomainIdx> roomy_domains(std::uint32_t depth, bool below) const {
        std::vector<DomainIdx> found;
        const auto need = static_cast<std::int64_t>(request_.members());
        const auto visit = [&](const auto& self, std::uint32_t index) -> void {
            const Domain& domain = fabric_.domains()[index];
            if (room_[index] < need || !bound_.inside(domain)) return;
            const bool here = domain.depth >= depth && !domain.synthetic;
            if (here) found.emplace_back(index);
            if (here || (domain.depth >= depth && !below)) return;
            for (std::uint32_t child = domain.first_child; child < domain.last_child; ++child) self(self, child);
        };
        visit(visit, fabric_.root().value());
        return found;
    }

    [[nodiscard]] Plan plan(const TreeSearch::Best& best) const {
        Plan plan;
        plan.placements = seat_members(fabric_, request_.roles.front(), best.shares, !bound_.any());
        NodeIdx first = best.shares.front().node;
        NodeIdx last = best.shares.back().node;
        if (bound_.any()) {
            first = std::min(first, bound_.span()->first);
            last = std::max(last, bound_.span()->second);
        }
        const DomainIdx holds = holder(fabric_, first, last);
        const std::uint32_t depth = fabric_.domain(holds).depth;
        plan.quality.level = depth == 0 ? "cluster" : fabric_.levels()[depth - 1].name;
        plan.quality.domain = fabric_.path(holds);

        const auto levels = static_cast<std::int64_t>(fabric_.levels().size());
        std::int64_t term = levels + 1 - std::int64_t{depth};
        if (preferred_) term = std::max(term, levels - std::int64_t{preferred_->value()});
        plan.quality.objective.push_back(term);
        plan.quality.objective.insert(plan.quality.objective.end(), best.objective.begin(), best.objective.end());
        for (std::size_t i = 0; i < fabric_.levels().size(); ++i) {
            plan.quality.domains.push_back({fabric_.levels()[i].name, static_cast<std::int32_t>(best.objective[i])});
        }
        return plan;
    }

    const Snapshot& snapshot_;
    const Fabric& fabric_;
    const GangRequest& request_;
    const Policies& policies_;
    BoundMembers bound_;
    std::optional<LevelIdx> required_;
    std::optional<LevelIdx> preferred_;
    std::vector<std::int64_t> room_;  // by domain, as wished
    WishRoom wished_;                 // its room, after the swap, is that without wishes
};

}  // namespace

Outcome plan_gang(const Snapshot& snapshot, const GangRequest& request, const Policies& policies) {
    MUSTER_CHECK(!request.roles.empty());
    MUSTER_CHECK(std::ranges::none_of(request.roles, [](const auto& role) { return role.members.empty(); }));
    if (auto outcome = unknown_level(snapshot, request)) return std::move(*outcome);
    if (auto outcome = unknown_role_level(snapshot, request)) return std::move(*outcome);
    if (auto outcome = contradictory_wishes(snapshot, request)) return std::move(*outcome);
    if (auto outcome = role_without_node(snapshot, request)) return std::move(*outcome);
    if (request.roles.size() > 1 || request.roles.front().required) {
        const TopologyWish& wish = request.wish;
        const bool one_role_only = !wish.slices.empty() || !wish.spread.empty() || wish.exclusive;
        return one_role_only ? several_roles(request) : plan_roles(snapshot, request, policies);
    }
    return GangPlanner(snapshot, request, policies).run();
}

std::int32_t capacity(const Snapshot& snapshot, NodeIdx node, const PodShape& shape) {
    return NodeRoom(snapshot, shape, RoomBasis::now).members(node, std::numeric_limits<std::int32_t>::max());
}

std::vector<NodePenalty> score_nodes(const Snapshot& snapshot, const GangRequest& single, const Policies& policies,
                                     const std::vector<NodeIdx>& offered) {
    MUSTER_CHECK(single.roles.size() == 1);
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
    std::ranges::sort(scores, [](const NodePenalty& a, const NodePenalty& b) {
        return a.penalty != b.penalty ? a.penalty < b.penalty : a.node < b.node;
    });
    const auto repeated = std::ranges::unique(scores, {}, &NodePenalty::node);
    scores.erase(repeated.begin(), repeated.end());
    return scores;
}

}  // namespace muster
