#include "placement/plan/roles/role_problem.hpp"

#include "placement/model/check.hpp"
#include "placement/plan/room/domain_caps.hpp"
#include "placement/plan/tree/prepared_rules.hpp"
#include "placement/plan/tree/split_graph.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace muster {
namespace {

std::optional<std::uint32_t> depth_of(const Fabric& fabric, const std::optional<std::string>& wish) {
    const auto level = wish ? fabric.level(*wish) : std::nullopt;
    return level ? std::optional(level->value() + 1) : std::nullopt;
}

bool apart(const Fabric& fabric, const BoundMembers& bound, std::uint32_t depth) {
    if (depth == 0 || !bound.any()) return false;
    const auto [first, last] = *bound.span();
    return fabric.domain(holder(fabric, first, last)).depth < depth;
}

}  // namespace

bool comes_before(const RoleProblem& problem, std::span<const RoleShare> a, std::span<const RoleShare> b) {
    const auto left = members_by_domain(problem.fabric(), a);
    const auto right = members_by_domain(problem.fabric(), b);
    // A domain that only one of them uses is where that one has more.
    const auto [x, y] = std::ranges::mismatch(left, right);
    if (x == left.end() || y == right.end()) return y == right.end() && x != left.end();
    if (x->first != y->first) return x->first < y->first;
    return x->second > y->second;
}

RoleProblem::RoleProblem(const Snapshot& snapshot, const GangRequest& request, const Policies& policies)
    : snapshot_(snapshot),
      fabric_(snapshot.fabric()),
      request_(request),
      bound_(fabric_, request.fixed),
      wishes_(fabric_, request),
      required_depth_(depth_of(fabric_, request.wish.required).value_or(0)),
      preferred_depth_(depth_of(fabric_, request.wish.preferred)) {
    for (const auto& role : request.roles) {
        needs_.push_back(static_cast<std::int32_t>(role.members.size()));
        alone_.push_back({request.key, {role}, {}, request.fixed, request.avoid, caps_of(request, alone_.size())});
        std::vector<FixedMember> own;
        std::ranges::copy_if(request.fixed, std::back_inserter(own),
                             [&](const auto& m) { return m.role == role.name; });
        own_levels_.push_back({depth_of(fabric_, role.wish.required).value_or(0), BoundMembers(fabric_, own)});
        any_own_level_ = any_own_level_ || own_levels_.back().depth > 0;
    }
    for (const auto& policy : policies_of(request, policies)) {
        Rule rule{{}, policy->combine() == Combine::maximum, policy->may_refuse()};
        for (const auto& role : alone_) rule.costs.push_back(policy->prepare(snapshot, role));
        may_refuse_ = may_refuse_ || rule.may_refuse;
        leading_ += policy->leads(request) ? 1U : 0U;
        rules_.push_back(std::move(rule));
    }
}

std::uint32_t RoleProblem::finest_depth() const {
    return preferred_depth_ ? std::max(*preferred_depth_, required_depth_) : host_depth();
}

std::int64_t RoleProblem::level_term(std::uint32_t depth) const {
    const std::int64_t term = std::int64_t{host_depth()} + 1 - std::int64_t{depth};
    return preferred_depth_ ? std::max(term, std::int64_t{host_depth()} + 1 - std::int64_t{*preferred_depth_}) : term;
}

std::optional<std::string_view> RoleProblem::bound_apart() const {
    if (apart(fabric_, bound_, required_depth_)) return *request_.wish.required;
    for (std::size_t role = 0; role < roles(); ++role) {
        if (apart(fabric_, own_levels_[role].bound, own_levels_[role].depth))
            return *request_.roles[role].wish.required;
    }
    return std::nullopt;
}

std::vector<DomainIdx> RoleProblem::holders(std::uint32_t depth, bool below) const {
    std::vector<DomainIdx> found;
    const auto visit = [&](const auto& self, DomainIdx index) -> void {
        const Domain& domain = fabric_.domain(index);
        if (!bound_.inside(domain)) return;
        const bool deep = domain.depth >= depth;
        if (deep && !domain.synthetic) return found.push_back(index);
        if (deep && !below) return;
        for (std::uint32_t child = domain.first_child; child < domain.last_child; ++child) self(self, DomainIdx(child));
    };
    visit(visit, fabric_.root());
    return found;
}

std::vector<DomainIdx> RoleProblem::role_holders(DomainIdx domain, std::size_t role) const {
    if (fabric_.domain(domain).depth >= own_levels_[role].depth) return {domain};
    std::vector<DomainIdx> found;
    const auto visit = [&](const auto& self, DomainIdx index) -> void {
        const Domain& here = fabric_.domain(index);
        if (!own_levels_[role].bound.inside(here)) return;
        if (!here.synthetic && whole(index, role)) return found.push_back(index);
        for (std::uint32_t child = here.first_child; child < here.last_child; ++child) self(self, DomainIdx(child));
    };
    visit(visit, domain);
    return found;
}

bool RoleProblem::whole(DomainIdx domain, std::size_t role) const {
    const std::uint32_t level = own_levels_[role].depth;
    if (level == 0) return false;
    // Below a synthetic domain the next real one is what may hold the role.
    for (const Domain* at = &fabric_.domain(domain); at->depth >= level; at = &fabric_.domain(at->parent)) {
        if (at->depth == level) return true;
        if (!fabric_.domain(at->parent).synthetic) return false;
    }
    return false;
}

bool RoleProblem::allows(DomainIdx domain, std::size_t role, std::int32_t members) const {
    if (members == 0 || !whole(domain, role)) return true;
    return members == needs_[role] && own_levels_[role].bound.inside(fabric_.domain(domain));
}

std::int64_t RoleProblem::role_cost(std::size_t policy, std::size_t role, DomainIdx domain, std::int32_t m) const {
    if (m == 0) return 0;
    const Rule& rule = rules_[policy];
    const auto cost = rule.costs[role]->cost(domain, m);
    MUSTER_CHECK(cost ? *cost >= 0 && *cost <= kMaxPolicyCost : rule.may_refuse);
    return cost.value_or(kNever);
}

std::int64_t RoleProblem::cost(std::size_t policy, DomainIdx domain, std::span<const std::int32_t> members) const {
    std::int64_t sum = 0;
    for (std::size_t role = 0; role < members.size(); ++role)
        sum = std::min(kNever, sum + role_cost(policy, role, domain, members[role]));
    return sum;
}

DomainIdx RoleProblem::held_by(std::span<const RoleShare> shares) const {
    NodeIdx first = shares.front().node;
    NodeIdx last = shares.back().node;
    if (bound_.any()) {
        first = std::min(first, bound_.span()->first);
        last = std::max(last, bound_.span()->second);
    }
    return holder(fabric_, first, last);
}

std::optional<ObjectiveVector> RoleProblem::objective(std::span<const RoleShare> shares) const {
    if (wishes_.any() && !wishes_.hold(shares)) return std::nullopt;
    const auto used = members_by_domain(fabric_, shares);
    ObjectiveVector objective(1 + host_depth() + rules_.size(), 0);
    objective.front() = level_term(fabric_.domain(held_by(shares)).depth);
    for (std::size_t i = 1; i < bound_.paid().size(); ++i)
        objective[count_at(fabric_.domains()[i].depth)] += bound_.paid()[i];
    for (const auto& [domain, members] : used) {
        if (domain != fabric_.root() && bound_.paid()[domain.value()] == 0)
            ++objective[count_at(fabric_.domain(domain).depth)];
        for (std::size_t policy = 0; policy < rules_.size(); ++policy) {
            const std::int64_t here = cost(policy, domain, members);
            if (here >= kNever) return std::nullopt;
            std::int64_t& term = objective[cost_at(policy)];
            term = rules_[policy].maximum ? std::max(term, here) : term + here;
        }
    }
    return objective;
}

}  // namespace muster
