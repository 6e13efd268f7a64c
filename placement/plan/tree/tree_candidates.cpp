// TreeSearch: which of the candidates is best, with as few of them looked into as possible.
#include "placement/plan/tree/grandchildren.hpp"
#include "placement/plan/tree/tree_search.hpp"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace muster {
namespace {

// Which candidates are alike in their places to one asked about before.
class Twins {
  public:
    Twins(std::span<const std::int64_t> room, Alike& alike, std::span<const DomainIdx> candidates)
        : room_(room), alike_(alike) {
        for (const DomainIdx candidate : candidates) ++by_room_[room_[candidate.value()]];
    }

    // Remembers the candidate.
    [[nodiscard]] bool seen(DomainIdx candidate) {
        return by_room_[room_[candidate.value()]] > 1 && !seen_.insert(alike_.kind_in_place(candidate)).second;
    }

  private:
    std::span<const std::int64_t> room_;
    Alike& alike_;
    std::unordered_map<std::int64_t, std::size_t> by_room_;
    std::unordered_set<std::uint64_t> seen_;
};

}  // namespace

std::int64_t TreeSearch::above(DomainIdx candidate, const Term& term) const {
    const bool maximum = term.kind == TermKind::policy && rules_.maximum(term.at);
    std::int64_t cost = 0;
    while (candidate != fabric_.root()) {
        candidate = fabric_.domain(candidate).parent;
        cost = combine(maximum, cost, own_cost(candidate, members_, term));
    }
    return cost;
}

// Of a term over the whole cluster, when all members are in the candidate.
std::int64_t TreeSearch::whole_value(DomainIdx candidate, std::size_t term) {
    const Term& which = terms_[term];
    if (which.kind == TermKind::count) {
        // Bound members are all inside the candidate, and their domains are used whatever the rest does.
        return fabric_.domain(candidate).depth >= which.at ? 1 : paid_at_[which.at] + value(candidate, members_, term);
    }
    return combine(is_maximum(term), above(candidate, which), value(candidate, members_, term));
}

// The candidates with the least vector of domain counts.
std::vector<DomainIdx> TreeSearch::fewest_domains(std::vector<DomainIdx> candidates) {
    for (std::size_t term = 0; term < first_policy_ && candidates.size() > 1; ++term) {
        std::int64_t least = kNever;
        std::vector<DomainIdx> best;
        // Only now: looking for twins costs more than a closed form.
        const bool closed = std::ranges::all_of(candidates, [&](DomainIdx candidate) {
            return closed_form(candidate, members_, terms_[term]).has_value();
        });
        if (!closed && nothing_better(candidates)) return {candidates.front()};
        Twins twins(room_, alike_, candidates);
        for (const auto& [floor, candidate] : by_floor(candidates, term, closed)) {
            if (floor > least) break;
            if (!closed && twins.seen(candidate)) continue;
            const std::int64_t here = whole_value(candidate, term);
            if (here < least) best.clear();
            least = std::min(least, here);
            if (here == least) best.push_back(candidate);
        }
        std::ranges::sort(best, {}, [&](DomainIdx candidate) { return fabric_.domain(candidate).first_node; });
        candidates = std::move(best);
    }
    return candidates;
}

// With what the term is at least in each (nothing where a look at the term itself is as cheap), the least first, of
// equal ones in the order given.
std::vector<std::pair<std::int64_t, DomainIdx>> TreeSearch::by_floor(const std::vector<DomainIdx>& candidates,
                                                                     std::size_t term, bool closed) {
    const std::size_t depth = terms_[term].at;
    std::vector<std::pair<std::int64_t, DomainIdx>> found;
    for (const DomainIdx candidate : candidates) {
        const bool two_below = fabric_.domain(candidate).depth + 2 == depth && paid_at_[depth] == 0;
        std::int64_t floor = 0;
        if (!closed && two_below) {
            const std::int32_t children = place(candidate).branches.fewest(members_);
            floor = fewest_grandchildren(fabric_, room_, candidate, members_, children);
        }
        found.emplace_back(floor, candidate);
    }
    std::ranges::stable_sort(found, {}, &std::pair<std::int64_t, DomainIdx>::first);
    return found;
}

std::vector<std::int64_t> TreeSearch::counts_in(DomainIdx candidate) {
    std::vector<std::int64_t> counts;
    for (std::size_t term = 0; term < first_policy_; ++term) counts.push_back(whole_value(candidate, term));
    return counts;
}

// Whether the first candidate costs no more than what any of them costs at least.
bool TreeSearch::nothing_better(const std::vector<DomainIdx>& candidates) {
    const auto counts = counts_in(candidates.front());
    for (std::size_t term = 0; term < first_policy_; ++term) {
        const std::size_t depth = terms_[term].at;
        const auto least = [&](DomainIdx candidate) {
            if (const auto known = closed_form(candidate, members_, terms_[term]))
                return fabric_.domain(candidate).depth >= depth ? 1 : paid_at_[depth] + *known;
            return paid_at_[depth] > 0 ? paid_at_[depth] : (members_ + roomiest_[depth] - 1) / roomiest_[depth];
        };
        if (std::ranges::any_of(candidates, [&](DomainIdx candidate) { return least(candidate) < counts[term]; }))
            return false;
    }
    const auto costs = costs_in(candidates.front());
    return std::ranges::all_of(candidates, [&](DomainIdx candidate) { return policy_floor(candidate) >= costs; });
}

// What a candidate costs at least: it and what is above it, all members inside.
std::vector<std::int64_t> TreeSearch::policy_floor(DomainIdx candidate) const {
    std::vector<std::int64_t> floor;
    for (std::size_t term = first_policy_; term < terms_.size(); ++term) {
        floor.push_back(
            combine(is_maximum(term), above(candidate, terms_[term]), own_cost(candidate, members_, terms_[term])));
    }
    return floor;
}

// The same with its children, over the divisions that use the fewest domains: each term for itself.
std::vector<std::int64_t> TreeSearch::children_floor(DomainIdx candidate) {
    auto floor = policy_floor(candidate);
    if (fabric_.domain(candidate).depth + 1 >= host_depth_) return floor;
    Cell& here = cell(candidate, members_);
    narrow(here, first_policy_);
    for (std::size_t term = first_policy_; term < terms_.size() && here.graph; ++term) {
        const auto own = [&](DomainIdx child, std::int32_t n) { return own_cost(child, n, terms_[term]); };
        const std::int64_t inside = is_maximum(term) ? here.graph->least_maximum(own) : here.graph->least_sum(own);
        std::int64_t& least = floor[term - first_policy_];
        least = combine(is_maximum(term), least, inside);
    }
    return floor;
}

// Of candidates alike in their places, the first in path order.
std::vector<DomainIdx> TreeSearch::without_twins(std::vector<DomainIdx> candidates) {
    if (candidates.size() < 2) return candidates;
    Twins twins(room_, alike_, candidates);
    std::erase_if(candidates, [&](DomainIdx candidate) { return twins.seen(candidate); });
    return candidates;
}

// What the policies cost in the candidate; leaves its maxima in limits_.
std::vector<std::int64_t> TreeSearch::costs_in(DomainIdx candidate) {
    std::vector<std::int64_t> costs;
    for (std::size_t term = first_policy_; term < terms_.size(); ++term) {
        costs.push_back(whole_value(candidate, term));
        limits_[term] = costs.back();
    }
    return costs;
}

// Of candidates that use equally many domains the one in which the policies cost least, the first of equal ones.
DomainIdx TreeSearch::least_costs(std::vector<DomainIdx> candidates) {
    DomainIdx chosen = candidates.front();
    // In path order, which indices are not where candidates have different depths.
    const auto is_first = [&](DomainIdx candidate) {
        return fabric_.domain(chosen).first_node < fabric_.domain(candidate).first_node;
    };
    auto least = costs_in(chosen);
    // Among equals the first in path order wins, so a later one must be better.
    std::erase_if(candidates,
                  [&](DomainIdx candidate) { return candidate == chosen || policy_floor(candidate) >= least; });
    std::vector<std::pair<std::vector<std::int64_t>, DomainIdx>> by_floor;
    for (const DomainIdx candidate : without_twins(std::move(candidates)))
        by_floor.emplace_back(children_floor(candidate), candidate);
    std::ranges::sort(by_floor);
    for (const auto& [floor, candidate] : by_floor) {
        if (floor > least) break;
        if (floor == least && is_first(candidate)) continue;
        auto costs = costs_in(candidate);
        if (costs > least || (costs == least && is_first(candidate))) continue;
        least = std::move(costs);
        chosen = candidate;
    }
    return chosen;
}

std::optional<BestShares> TreeSearch::best_in(std::vector<DomainIdx> candidates) {
    if (open_) return open_->best_in(std::move(candidates));
    const DomainIdx chosen = least_costs(without_twins(fewest_domains(std::move(candidates))));
    auto counts = counts_in(chosen);
    BestShares best{chosen, counts, {}, counts, 0};
    const auto costs = costs_in(chosen);
    best.objective.insert(best.objective.end(), costs.begin(), costs.end());
    collect(chosen, members_, best.shares);
    return best;
}

}  // namespace muster
