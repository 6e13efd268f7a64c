#include "placement/plan/roles/role_search.hpp"

#include "placement/model/check.hpp"
#include "placement/plan/roles/role_children.hpp"
#include "placement/plan/tree/split_graph.hpp"

#include <algorithm>
#include <utility>

namespace muster {
namespace {

// What the passes before the last one find out: all sums before each maximum, and then that maximum.
CostPass pass_up_to(const RoleProblem& problem, std::optional<std::size_t> maximum, std::vector<std::int64_t> limits) {
    const std::size_t end = maximum.value_or(problem.policies());
    CostPass pass{{}, !maximum || end >= problem.leading(), {}, maximum, std::move(limits)};
    for (std::size_t policy = 0; policy < end; ++policy) {
        if (!problem.maximum(policy)) (policy < problem.leading() ? pass.leading : pass.sums).push_back(policy);
    }
    return pass;
}

std::optional<std::size_t> next_maximum(const RoleProblem& problem, std::size_t from) {
    for (std::size_t policy = from; policy < problem.policies(); ++policy) {
        if (problem.maximum(policy)) return policy;
    }
    return std::nullopt;
}

}  // namespace

RoleSearch::RoleSearch(const RoleProblem& problem, const RoleRoom& room, StepBudget& budget)
    : problem_(problem), room_(room), budget_(budget), first_maximum_(next_maximum(problem, 0)) {}

RoleTables& RoleSearch::first_tables() {
    if (!first_tables_) {
        std::vector<std::int64_t> none(problem_.policies(), kNever);
        first_tables_ = std::make_unique<RoleTables>(problem_, room_, *box_, budget_,
                                                     pass_up_to(problem_, first_maximum_, std::move(none)));
    }
    return *first_tables_;
}

void RoleSearch::choices_changed() {
    if (first_tables_) first_tables_->forget_choices();
}

// Counts of all members, and what each counter has to reach.
std::vector<std::int32_t> RoleSearch::limits() const {
    std::vector<std::int32_t> limits(problem_.needs().begin(), problem_.needs().end());
    for (const auto& counter : problem_.wishes().counters()) limits.push_back(counter.need);
    return limits;
}

// The entry that a domain's table must have. nullopt: the domain or one around it is all that could count.
std::optional<std::uint32_t> RoleSearch::target(DomainIdx domain) const {
    const Fabric& fabric = problem_.fabric();
    auto target = limits();
    const auto counters = problem_.wishes().counters();
    for (std::size_t i = 0; i < counters.size(); ++i) {
        if (counters[i].depth > fabric.domain(domain).depth) continue;
        DomainIdx at = domain;
        while (fabric.domain(at).depth > counters[i].depth) at = fabric.domain(at).parent;
        if (counters[i].need > 1 || !problem_.wishes().counts(counters[i], at, problem_.needs())) return std::nullopt;
        target[problem_.roles() + i] = 0;
    }
    return box_->code(target);
}

// What is left of an entry for the domain's children, when it is itself taken as counting.
std::uint32_t RoleSearch::inside(DomainIdx domain, std::uint32_t code) const {
    const auto counters = problem_.wishes().counters();
    for (std::size_t i = 0; i < counters.size(); ++i) {
        const std::size_t place = problem_.roles() + i;
        if (counters[i].depth == problem_.fabric().domain(domain).depth && box_->counts(code)[place] > 0)
            code -= box_->stride(place);
    }
    return code;
}

// Domains without room for anybody are in no table, but what is bound there must be as wished too.
bool RoleSearch::refused_outside() const {
    const std::vector<std::int32_t> none(problem_.roles(), 0);
    const auto& paid = problem_.bound().paid();
    for (std::uint32_t i = 1; i < paid.size(); ++i) {
        if (paid[i] != 0 && !room_.usable(DomainIdx(i)) && !problem_.wishes().allows(DomainIdx(i), none)) return true;
    }
    return false;
}

bool RoleSearch::refused_above(DomainIdx domain) const {
    for (DomainIdx at = domain;; at = problem_.fabric().domain(at).parent) {
        if (problem_.wishes().any() && !problem_.wishes().allows(at, problem_.needs())) return true;
        for (std::size_t policy = 0; policy < problem_.policies(); ++policy) {
            if (problem_.cost(policy, at, problem_.needs()) >= kNever) return true;
        }
        if (at == problem_.fabric().root()) return false;
    }
}

// Few children first: every limit that holds the gang gives the optimum, and a low one leaves out most of the children.
std::variant<RoleSearch::Top, Refused, Unfinished> RoleSearch::top(RoleTables& tables, DomainIdx domain,
                                                                   std::uint32_t target, std::int32_t fewest) {
    const RoleChildren children(problem_, room_, domain);
    // With a policy that leads, more children may be better.
    std::int32_t least = problem_.leading() > 0 ? children.unpaid() : std::max(fewest, children.fewest());
    for (std::int32_t extra = 0;; extra = extra * 2 + 1) {
        const std::int32_t most = std::min(least + extra, children.unpaid());
        Top top{children.within(most), most < children.unpaid() ? std::optional(most) : std::nullopt};
        const auto costs = tables.suffixes(top.children, top.most, false);
        if (!costs) return Unfinished{};
        if (costs->front().find(target)) return top;
        if (!top.most) return Refused{};
    }
}

RoleFound RoleSearch::best_in(DomainIdx domain, std::int32_t fewest) {
    const auto all = this->limits();
    if (budget_.out() || CountBox::codes(all) > CountBox::kMostCodes) return Unfinished{};
    if (!box_) box_.emplace(all);
    const auto target = this->target(domain);
    if (!target || refused_above(domain) || (problem_.wishes().any() && refused_outside())) return Refused{};
    if (problem_.fabric().domain(domain).depth == problem_.host_depth()) {
        const CostTable* table = first_tables().table(domain);
        if (table == nullptr) return Unfinished{};
        if (!table->find(*target)) return Refused{};
        const NodeIdx node(problem_.fabric().domain(domain).first_node);
        return std::vector{RoleShare{node, {problem_.needs().begin(), problem_.needs().end()}}};
    }
    RoleTables* tables = &first_tables();
    auto found = top(*tables, domain, *target, fewest);
    if (std::holds_alternative<Refused>(found)) return Refused{};
    if (std::holds_alternative<Unfinished>(found)) return Unfinished{};
    const Top& top = std::get<Top>(found);

    std::vector<std::int64_t> limits(problem_.policies(), kNever);
    std::optional<RoleTables> limited;
    for (auto maximum = first_maximum_; maximum;) {
        const auto costs = tables->suffixes(top.children, top.most, false);
        if (!costs) return Unfinished{};
        const auto entry = costs->front().find(*target);
        MUSTER_CHECK(entry.has_value());
        limits[*maximum] = tables->values(costs->front(), *entry).back();
        // What the domain and those above it cost counts too, and then lets the children cost as much.
        for (DomainIdx at = domain;; at = problem_.fabric().domain(at).parent) {
            limits[*maximum] = std::max(limits[*maximum], problem_.cost(*maximum, at, problem_.needs()));
            if (at == problem_.fabric().root()) break;
        }
        maximum = next_maximum(problem_, *maximum + 1);
        limited.emplace(problem_, room_, *box_, budget_, pass_up_to(problem_, maximum, limits));
        tables = &*limited;
    }
    std::vector<RoleShare> shares;
    if (!collect(*tables, domain, *target, top, shares)) return Unfinished{};
    return shares;
}

// The division of least costs that gives the first child as many as possible of the first role, then of the second, and
// so on, then the second child.
bool RoleSearch::collect(RoleTables& tables, DomainIdx domain, std::uint32_t code, const Top& top,
                         std::vector<RoleShare>& shares) {
    const Domain& here = problem_.fabric().domain(domain);
    if (here.depth == problem_.host_depth()) {
        const auto counts = box_->counts(code).first(problem_.roles());
        shares.push_back({NodeIdx(here.first_node), {counts.begin(), counts.end()}});
        return true;
    }
    const auto rest = tables.suffixes(top.children, top.most, true);
    if (!rest) return false;
    for (std::size_t i = 0; i < top.children.size() && code > 0; ++i) {
        const CostTable& child = *tables.table(top.children[i]);
        const CostTable& others = (*rest)[i + 1];
        const auto whole = (*rest)[i].find(code);
        MUSTER_CHECK(whole.has_value());
        bool taken = false;
        for (std::size_t entry = child.codes.size(); entry-- > 0 && !taken;) {
            const std::uint32_t given = child.codes[entry];
            if (given > code || !box_->holds_sum(given, code - given)) continue;
            const auto left = others.find(code - given);
            if (!left || !tables.is_sum(tables.values((*rest)[i], *whole), tables.values(child, entry),
                                        tables.values(others, *left)))
                continue;
            taken = true;
            code -= given;
            if (given == 0) continue;
            const RoleChildren below(problem_, room_, top.children[i]);
            const Top all{{below.all().begin(), below.all().end()}, std::nullopt};
            if (!collect(tables, top.children[i], inside(top.children[i], given), all, shares)) return false;
        }
        MUSTER_CHECK(taken);
    }
    return true;
}

}  // namespace muster
