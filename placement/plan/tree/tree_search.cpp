#include "placement/plan/tree/tree_search.hpp"

#include "placement/model/check.hpp"

#include <algorithm>
#include <utility>

namespace muster {
namespace {

constexpr std::int64_t kUnknown = -1;

}  // namespace

TreeSearch::TreeSearch(const Snapshot& snapshot, const GangRequest& request, const Policies& policies,
                       std::span<const std::int64_t> room, std::span<const char> paid, Steps steps)
    : fabric_(snapshot.fabric()),
      room_(room),
      paid_(paid),
      steps_(steps),
      members_(static_cast<std::int32_t>(request.members())),
      host_depth_(static_cast<std::uint32_t>(fabric_.levels().size())),
      rules_(snapshot, request, policies),
      alike_(fabric_, room, paid, steps),
      place_of_(fabric_.domain_count() - fabric_.node_count(), 0) {
    for (std::size_t rule = 0; rule < rules_.size(); ++rule) alike_.add(rules_.prepared(rule));
    if (rules_.leading() > 0 || rules_.may_refuse()) {
        open_.emplace(fabric_, rules_, members_, room_, paid_, steps_, alike_);
        return;
    }
    sum_up_depths();
    for (std::size_t depth = 1; depth <= host_depth_; ++depth) terms_.push_back({TermKind::count, depth});
    first_policy_ = terms_.size();
    for (std::size_t rule = 0; rule < rules_.size(); ++rule) terms_.push_back({TermKind::policy, rule});
    limits_.assign(terms_.size(), kNever);
}

void TreeSearch::sum_up_depths() {
    paid_at_.assign(host_depth_ + 1, 0);
    roomiest_.assign(host_depth_ + 1, 1);
    const std::size_t first_host = place_of_.size();
    const auto see = [&](std::uint32_t depth, std::size_t i) {
        paid_at_[depth] += paid_[i];
        roomiest_[depth] = std::max(roomiest_[depth], room_[i]);
    };
    for (std::size_t i = 0; i < first_host; ++i) see(fabric_.domains()[i].depth, i);
    for (std::size_t i = first_host; i < fabric_.domain_count(); ++i) see(host_depth_, i);
    unit_hosts_ = roomiest_[host_depth_] <= 1 && paid_at_[host_depth_] == 0;
}

TreeSearch::Place& TreeSearch::place(DomainIdx domain) {
    std::uint32_t& at = place_of_[domain.value()];
    if (at == 0) {
        const auto most = std::min<std::int64_t>(room_[domain.value()], members_);
        places_.push_back({Branches(fabric_, room_, paid_, domain, members_, steps_), {}});
        places_.back().cells.assign(static_cast<std::size_t>(most) + 1, 0);
        at = static_cast<std::uint32_t>(places_.size());
    }
    return places_[at - 1];
}

TreeSearch::Cell& TreeSearch::cell(DomainIdx domain, std::int32_t members) {
    std::uint32_t& at = place(domain).cells[static_cast<std::size_t>(members)];
    if (at == 0) {
        cells_.push_back(
            {domain, members, std::vector<std::int64_t>(terms_.size(), kUnknown), 0, nullptr, std::nullopt});
        at = static_cast<std::uint32_t>(cells_.size());
    }
    return cells_[at - 1];
}

bool TreeSearch::is_maximum(std::size_t term) const {
    return terms_[term].kind == TermKind::policy && rules_.maximum(terms_[term].at);
}

std::int64_t TreeSearch::own_cost(DomainIdx domain, std::int32_t members, const Term& term) const {
    return term.kind == TermKind::count ? 0 : rules_.cost(term.at, domain, members);
}

std::optional<std::int64_t> TreeSearch::closed_form(DomainIdx domain, std::int32_t members, const Term& term) {
    if (term.kind != TermKind::count) return std::nullopt;
    const std::uint32_t depth = fabric_.domain(domain).depth;
    if (depth >= term.at) return 0;
    if (depth + 1 == term.at) return place(domain).branches.fewest(members);
    if (unit_hosts_ && term.at == host_depth_) return members;
    return std::nullopt;
}

// What a term sums up (or takes the maximum of) in a domain and everything below it.
std::int64_t TreeSearch::value(DomainIdx domain, std::int32_t members, std::size_t term) {
    if (const auto known = closed_form(domain, members, terms_[term])) return *known;
    const std::int64_t own = own_cost(domain, members, terms_[term]);
    if (is_host(domain)) return own;
    Cell& here = cell(domain, members);
    if (here.values[term] != kUnknown) return here.values[term];
    if (terms_[term].kind == TermKind::policy && harmless(here)) return here.values[term] = own;
    narrow(here, is_maximum(term) ? term : term + 1);
    if (is_maximum(term)) note(here, term, here.graph->least_maximum(cost_of(term)));
    return here.values[term];
}

// Remembers a term's value of a cell, given what it is inside.
void TreeSearch::note(Cell& cell, std::size_t term, std::int64_t inside) {
    const std::int64_t own = own_cost(cell.domain, cell.members, terms_[term]);
    cell.values[term] = combine(is_maximum(term), own, inside);
}

std::int64_t TreeSearch::edge_cost(DomainIdx child, std::int32_t members, std::size_t term) {
    if (terms_[term].kind == TermKind::count && fabric_.domain(child).depth == terms_[term].at) {
        return paid_[child.value()] != 0 ? 0 : 1;
    }
    return value(child, members, term);
}

SplitGraph::Cost TreeSearch::cost_of(std::size_t term) {
    return [this, term](DomainIdx child, std::int32_t n) { return edge_cost(child, n, term); };
}

Window TreeSearch::tight(DomainIdx domain, std::int32_t members) {
    Window window = place(domain).branches.tight(members);
    alike_.thin_out(window);
    return window;
}

// Afterwards the graph holds what is optimal in all terms before `end`, whose values are noted.
void TreeSearch::narrow(Cell& cell, std::size_t end) {
    const auto differs = [&](std::size_t term) { return !closed_form(cell.domain, cell.members, terms_[term]); };
    if (!cell.graph) {
        while (cell.narrowed < end && !differs(cell.narrowed)) ++cell.narrowed;
        Window window = tight(cell.domain, cell.members);
        const bool by_sum = cell.narrowed < end && !is_maximum(cell.narrowed);
        const auto cost = by_sum ? cost_of(cell.narrowed) : SplitGraph::Cost();
        cell.graph = std::make_unique<SplitGraph>(std::move(window), cost);
        if (by_sum) note(cell, cell.narrowed++, cell.graph->least());
    }
    for (; cell.narrowed < end; ++cell.narrowed) {
        const std::size_t term = cell.narrowed;
        if (!differs(term)) continue;
        if (is_maximum(term)) {
            if (cell.values[term] == kUnknown) note(cell, term, cell.graph->least_maximum(cost_of(term)));
            cell.graph->keep_within(limits_[term], cost_of(term));
        } else {
            note(cell, term, cell.graph->keep_least_sum(cost_of(term)));
        }
    }
}

bool TreeSearch::free_of_costs(DomainIdx domain, std::int32_t members) const {
    for (std::size_t rule = 0; rule < rules_.size(); ++rule) {
        if (rules_.cost(rule, domain, members) != 0) return false;
    }
    return true;
}

// Above hosts, the first division by the tie-break rule needs no graph. If no policy charges it anything, nothing is
// better.
bool TreeSearch::harmless(Cell& cell) {
    if (!cell.harmless) {
        cell.harmless = false;
        if (fabric_.domain(cell.domain).depth + 1 == host_depth_) {
            const Window window = tight(cell.domain, cell.members);
            const auto division = Branches::first_division(window);
            bool free = true;
            for (std::size_t i = 0; i < division.size() && free; ++i) {
                free = division[i] == 0 || free_of_costs(window.choices[i].child, division[i]);
            }
            cell.harmless = free;
        }
    }
    return *cell.harmless;
}

void TreeSearch::collect(DomainIdx domain, std::int32_t members, std::vector<HostShare>& shares) {
    const Domain& here = fabric_.domain(domain);
    if (here.depth == host_depth_) {
        shares.push_back({NodeIdx(here.first_node), members});
        return;
    }
    Cell& division = cell(domain, members);
    if (!harmless(division)) {
        narrow(division, terms_.size());
        for (const auto& [child, n] : division.graph->first_division()) collect(child, n, shares);
        return;
    }
    const Window window = tight(domain, members);
    const auto first = Branches::first_division(window);
    for (std::size_t i = 0; i < first.size(); ++i) {
        if (first[i] > 0) collect(window.choices[i].child, first[i], shares);
    }
}

}  // namespace muster
