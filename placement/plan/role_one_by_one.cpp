#include "placement/plan/role_one_by_one.hpp"

#include "placement/plan/bound_members.hpp"
#include "placement/plan/node_room.hpp"
#include "placement/plan/split_graph.hpp"
#include "placement/plan/tree_search.hpp"
#include "placement/plan/trial.hpp"

#include <algorithm>
#include <numeric>
#include <string_view>
#include <utility>

namespace muster {
namespace {

constexpr std::size_t kOrders = 3;
constexpr std::size_t kRounds = 2;

// One policy for one role as the problem has it.
class PreparedCost final : public DomainCost {
  public:
    PreparedCost(const RoleProblem& problem, std::size_t policy, std::size_t role)
        : problem_(problem), policy_(policy), role_(role) {}
    [[nodiscard]] std::optional<std::int64_t> cost(DomainIdx domain, std::int32_t m) const override {
        const std::int64_t cost = problem_.role_cost(policy_, role_, domain, m);
        return cost >= kNever ? std::nullopt : std::optional(cost);
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

bool RoleOneByOne::place(DomainIdx domain, std::size_t role, Layout& layout) const {
    const Fabric& fabric = problem_.fabric();
    Trial trial(problem_.snapshot());
    GangRequest request = problem_.alone(role);
    for (std::size_t other = 0; other < layout.size(); ++other) {
        const PodShape& shape = problem_.request().roles[other].shape;
        for (const auto& [node, members] : layout[other]) {
            for (std::int32_t i = 0; i < members; ++i) trial.take(node, shape);
            // As if bound: their domains are used anyway, and a role that is one per host stays off their hosts.
            request.fixed.push_back({{}, fabric.node(node).name});
            if (shape.one_per_host) request.avoid.push_back(fabric.node(node).name);
        }
    }
    const auto room = domain_room(trial.view(), request, RoomBasis::now);
    auto candidates = problem_.role_holders(domain, role);
    std::erase_if(candidates, [&](DomainIdx at) { return room[at.value()] < problem_.needs()[role]; });
    if (candidates.empty()) return false;
    const BoundMembers used(fabric, request.fixed);
    TreeSearch search(trial.view(), request, policies_[role], room, used.paid());
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
    for (auto& [node, share] : by_node) found.shares.push_back(std::move(share));
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
            auto found = place(domain, role, layout) ? judged(layout) : std::nullopt;
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
    for (std::size_t first = 0; first < std::min(kOrders, tightest.size()); ++first) {
        auto order = tightest;
        std::rotate(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(first),
                    order.begin() + static_cast<std::ptrdiff_t>(first) + 1);
        Layout layout(problem_.roles());
        if (!std::ranges::all_of(order, [&](std::size_t role) { return place(domain, role, layout); })) continue;
        auto found = improved(domain, std::move(layout));
        if (found && (!best || found->objective < best->objective)) best = std::move(found);
    }
    return best;
}

}  // namespace muster
