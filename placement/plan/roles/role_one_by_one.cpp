#include "placement/plan/roles/role_one_by_one.hpp"

#include "placement/plan/room/bound_members.hpp"
#include "placement/plan/room/node_room.hpp"
#include "placement/plan/tree/split_graph.hpp"
#include "placement/plan/tree/tree_search.hpp"

#include <algorithm>
#include <numeric>
#include <string_view>
#include <utility>

namespace muster {
namespace {

constexpr std::size_t kOrders = 3;
constexpr std::size_t kRounds = 2;
constexpr std::size_t kExtraLimits = 8;

// One policy for one role as the problem has it.
class PreparedCost final : public DomainCost {
  public:
    PreparedCost(const RoleProblem& problem, std::size_t policy, std::size_t role)
        : problem_(problem), policy_(policy), role_(role) {}
    [[nodiscard]] std::optional<std::int64_t> cost(DomainIdx domain, std::int32_t m) const override {
        const std::int64_t cost = problem_.role_cost(policy_, role_, domain, m);
        return cost >= kNever ? std::nullopt : std::optional(cost);
    }
    [[nodiscard]] std::optional<std::int64_t> kind(DomainIdx domain) const override {
        return problem_.role_kind(policy_, role_, domain);
    }

  private:
    const RoleProblem& problem_;
    std::size_t policy_;
    std::size_t role_;
};

class PreparedPolicy final : public DomainPolicy {
  public:
    PreparedPolicy(const RoleProblem& problem, std::size_t policy, std::size_t role)
        : problem_(problem), policy_(policy), role_(role) {}
    [[nodiscard]] std::string_view name() const override { return "prepared"; }
    [[nodiscard]] Combine combine() const override {
        return problem_.maximum(policy_) ? Combine::maximum : Combine::sum;
    }
    [[nodiscard]] bool may_refuse() const override { return problem_.may_refuse(); }
    [[nodiscard]] bool leads(const GangRequest& /*request*/) const override { return policy_ < problem_.leading(); }
    [[nodiscard]] std::unique_ptr<DomainCost> prepare(const Snapshot& /*snapshot*/,
                                                      const GangRequest& /*request*/) const override {
        return std::make_unique<PreparedCost>(problem_, policy_, role_);
    }

  private:
    const RoleProblem& problem_;
    std::size_t policy_;
    std::size_t role_;
};

}  // namespace

RoleOneByOne::RoleOneByOne(const RoleProblem& problem, const RoleRoom& room)
    : problem_(problem), room_(room), policies_(problem.roles()) {
    for (std::size_t role = 0; role < problem.roles(); ++role) {
        for (std::size_t policy = 0; policy < problem.policies(); ++policy)
            policies_[role].push_back(std::make_shared<PreparedPolicy>(problem, policy, role));
    }
}

// Roles by the part of their room in the domain that they need, the largest part first.
std::vector<std::size_t> RoleOneByOne::tightest_first(DomainIdx domain) const {
    std::vector<std::size_t> order(problem_.roles());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) {
        return problem_.needs()[a] * room_.alone(b, domain) > problem_.needs()[b] * room_.alone(a, domain);
    });
    return order;
}

// Limits under which a placement is spread more than asked for, or more evenly.
std::vector<std::optional<WishLimit>> RoleOneByOne::extra_limits() const {
    std::vector<std::optional<WishLimit>> limits{std::nullopt};
    const auto most = [&](std::uint32_t depth, std::int32_t number) {
        if (number > 0 && limits.size() <= kExtraLimits)
            limits.emplace_back(WishLimit{WishLimit::Kind::most, depth, number});
    };
    std::int32_t members = 0;
    for (const auto need : problem_.needs()) members += need;
    for (const auto& counter : problem_.wishes().counters())
        if (counter.need > 1) most(counter.depth, (members + counter.need - 2) / (counter.need - 1) - 1);
    for (std::size_t i = 0; i < problem_.wishes().balances(); ++i) {
        for (const std::int32_t least : problem_.wishes().least_numbers(i)) {
            most(problem_.wishes().balance_depth(i), least);
            most(problem_.wishes().balance_depth(i), least + 1);
        }
    }
    return limits;
}

std::vector<std::int32_t> RoleOneByOne::others_on(NodeIdx node, const Layout& layout, std::size_t role) const {
    std::vector<std::int32_t> counts(layout.size(), 0);
    for (std::size_t other = 0; other < layout.size(); ++other) {
        const auto at = other == role ? layout[other].end() : layout[other].find(node);
        if (at != layout[other].end()) counts[other] = at->second;
    }
    return counts;
}

// The room of the role beside what is placed, as its own wish has it, or the gang's where it has none.
WishRoom RoleOneByOne::wished(const Trial& trial, const Layout& layout, std::size_t role, const GangRequest& request,
                              const std::optional<WishLimit>& extra) const {
    const Fabric& fabric = problem_.fabric();
    auto room = domain_room(trial.view(), request, RoomBasis::now);
    const std::size_t first_host = fabric.domain_count() - fabric.node_count();
    for (std::size_t i = room.size(); i-- > 0;) {
        // What is closed to the role is in its room alone.
        if (i >= first_host) room[i] = std::min(room[i], room_.alone(role, DomainIdx(static_cast<std::uint32_t>(i))));
        if (i < first_host) room[i] = 0;
        if (i < first_host || room[i] <= 0) continue;
        const NodeIdx node(static_cast<std::uint32_t>(i - first_host));
        const auto most = static_cast<std::int32_t>(room[i]);
        room[i] = room_.most_beside(node, others_on(node, layout, role), role, most);
    }
    for (std::size_t i = room.size(); i-- > 1;) room[fabric.domains()[i].parent.value()] += room[i];

    const TopologyWish& own = problem_.request().roles[role].wish;
    const bool has_own = !own.slices.empty() || !own.spread.empty();
    GangRequest counted = request;
    if (has_own) {
        const std::string& name = problem_.request().roles[role].name;
        std::erase_if(counted.fixed, [&](const FixedMember& member) { return member.role != name; });
    }
    auto limits = wish_limits(fabric, has_own ? own : problem_.request().wish);
    const bool mixed = !has_own && problem_.roles() > 1;
    std::erase_if(limits, [&](const WishLimit& limit) {
        return limit.kind == WishLimit::Kind::exclusive || (mixed && limit.kind == WishLimit::Kind::slice);
    });
    if (extra) limits.push_back(*extra);
    if (limits.empty()) return {std::move(room), {}, {}, std::nullopt};
    return wish_room(trial.view(), counted, limits, room, RoomBasis::now);
}

bool RoleOneByOne::place(DomainIdx domain, std::size_t role, Layout& layout,
                         const std::optional<WishLimit>& extra) const {
    const Fabric& fabric = problem_.fabric();
    Trial trial(problem_.snapshot());
    GangRequest request = problem_.alone(role);
    for (std::size_t other = 0; other < layout.size(); ++other) {
        const PodShape& shape = problem_.request().roles[other].shape;
        for (const auto& [node, members] : layout[other]) {
            for (std::int32_t i = 0; i < members; ++i) trial.take(node, shape);
            // As if bound: their domains are used anyway, and a role that is one per host stays off their hosts.
            for (std::int32_t i = 0; i < members; ++i)
                request.fixed.push_back({{}, fabric.node(node).name, problem_.request().roles[other].name});
            if (shape.one_per_host) request.avoid.push_back(fabric.node(node).name);
        }
    }
    const auto wished = this->wished(trial, layout, role, request, extra);
    if (wished.stuck) return false;
    auto candidates = problem_.role_holders(domain, role);
    std::erase_if(candidates, [&](DomainIdx at) { return wished.room[at.value()] < problem_.needs()[role]; });
    if (candidates.empty()) return false;
    const BoundMembers used(fabric, request.fixed);
    TreeSearch search(trial.view(), request, policies_[role], wished.room, used.paid(), wished.steps());
    const auto best = search.best_in(std::move(candidates));
    if (!best) return false;
    for (const auto& share : best->shares) layout[role][share.node] = share.members;
    return true;
}

std::optional<RoleOneByOne::Found> RoleOneByOne::judged(const Layout& layout) const {
    std::map<NodeIdx, RoleShare> by_node;
    for (std::size_t role = 0; role < layout.size(); ++role) {
        for (const auto& [node, members] : layout[role]) {
            RoleShare& share = by_node[node];
            share.node = node;
            share.members.resize(layout.size(), 0);
            share.members[role] = members;
        }
    }
    Found found;
    for (auto& [node, share] : by_node) {
        if (!room_.allows(node, share.members)) return std::nullopt;
        found.shares.push_back(std::move(share));
    }
    auto objective = problem_.objective(found.shares);
    if (!objective) return std::nullopt;
    found.objective = std::move(*objective);
    return found;
}

std::optional<RoleOneByOne::Found> RoleOneByOne::improved(DomainIdx domain, Layout layout) const {
    auto best = judged(layout);
    for (std::size_t round = 0; round < kRounds; ++round) {
        bool moved = false;
        for (std::size_t role = 0; role < layout.size(); ++role) {
            Members before = std::exchange(layout[role], {});
            auto found = place(domain, role, layout, std::nullopt) ? judged(layout) : std::nullopt;
            if (found && (!best || found->objective < best->objective)) {
                best = std::move(found);
                moved = true;
            } else {
                layout[role] = std::move(before);
            }
        }
        if (!moved) break;
    }
    return best;
}

std::optional<RoleOneByOne::Found> RoleOneByOne::improve(DomainIdx domain, std::span<const RoleShare> shares) const {
    Layout layout(problem_.roles());
    for (const auto& share : shares) {
        for (std::size_t role = 0; role < layout.size(); ++role) {
            if (share.members[role] > 0) layout[role][share.node] = share.members[role];
        }
    }
    return improved(domain, std::move(layout));
}

std::optional<RoleOneByOne::Found> RoleOneByOne::place_in(DomainIdx domain) const {
    const auto tightest = tightest_first(domain);
    std::optional<Found> best;
    const auto extras = extra_limits();
    for (std::size_t first = 0; first < std::min(kOrders, tightest.size()); ++first) {
        auto order = tightest;
        std::rotate(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(first),
                    order.begin() + static_cast<std::ptrdiff_t>(first) + 1);
        for (const auto& extra : extras) {
            Layout layout(problem_.roles());
            if (!std::ranges::all_of(order, [&](std::size_t role) { return place(domain, role, layout, extra); }))
                continue;
            auto found = improved(domain, std::move(layout));
            if (found && (!best || found->objective < best->objective)) best = std::move(found);
        }
    }
    return best;
}

}  // namespace muster
