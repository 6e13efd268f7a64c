#include "placement/plan/tree/open_search.hpp"

#include "placement/model/check.hpp"
#include "placement/plan/tree/split_graph.hpp"

#include <algorithm>
#include <utility>

namespace muster {
namespace {

// Puts a + b in place of what is larger; the last of its terms may be a maximum.
template <bool kLastIsMaximum>
void keep_less(const std::int64_t* a, const std::int64_t* b, std::int64_t* to, std::size_t terms) {
    const auto joined = [&](std::size_t term) {
        return kLastIsMaximum && term + 1 == terms ? std::max(a[term], b[term]) : a[term] + b[term];
    };
    for (std::size_t term = 0; term < terms; ++term) {
        const std::int64_t here = joined(term);
        if (here > to[term]) return;
        if (here == to[term]) continue;
        for (; term < terms; ++term) to[term] = joined(term);
    }
}

}  // namespace

OpenSearch::OpenSearch(const Fabric& fabric, const PreparedRules& rules, std::int32_t members,
                       std::span<const std::int64_t> room, std::span<const char> paid, Steps steps, Alike& alike)
    : fabric_(fabric),
      rules_(rules),
      members_(members),
      room_(room),
      paid_(paid),
      steps_(steps),
      alike_(alike),
      host_depth_(static_cast<std::uint32_t>(fabric.levels().size())),
      paid_at_(std::size_t{host_depth_} + 1, 0) {
    for (std::size_t i = 0; i < paid.size(); ++i) paid_at_[fabric.domains()[i].depth] += paid[i];
    for (std::size_t rule = 0; rule < rules.leading(); ++rule) order_.push_back({false, rule});
    for (std::size_t depth = 1; depth <= host_depth_; ++depth) order_.push_back({true, depth});
    for (std::size_t rule = rules.leading(); rule < rules.size(); ++rule) order_.push_back({false, rule});
}

void OpenSearch::begin_pass() {
    tables_.clear();
    terms_.clear();
    last_is_maximum_ = false;
    for (const Term& term : order_) {
        const bool maximum = !term.count && rules_.maximum(term.at);
        if (maximum && limits_[term.at] < kNever) continue;
        terms_.push_back(term);
        last_is_maximum_ = maximum;
        if (maximum) return;
    }
}

std::int64_t OpenSearch::joined(std::size_t term, std::int64_t a, std::int64_t b) const {
    return last_is_maximum_ && term + 1 == terms_.size() ? std::max(a, b) : a + b;
}

bool OpenSearch::is_sum(const std::int64_t* sum, const std::int64_t* a, const std::int64_t* b) const {
    for (std::size_t term = 0; term < terms_.size(); ++term) {
        if (sum[term] != a[term] + b[term]) return false;
    }
    return true;
}

std::int32_t OpenSearch::base(DomainIdx domain) const {
    return steps_.base.empty() ? 0 : steps_.base[domain.value()];
}

std::int32_t OpenSearch::unit(DomainIdx domain) const {
    return steps_.unit.empty() ? 1 : steps_.unit[domain.value()];
}

// Adds what the domain itself costs, and marks what it may not hold.
void OpenSearch::add_own(DomainIdx domain, std::int32_t members, std::int64_t* costs) const {
    if (members == 0 || costs[0] >= kNever) return;
    for (std::size_t rule = 0; rule < rules_.size(); ++rule) {
        if (!rules_.may_refuse(rule) && limits_[rule] >= kNever) continue;
        const std::int64_t cost = rules_.cost(rule, domain, members);
        if (cost < kNever && cost <= limits_[rule]) continue;
        costs[0] = kNever;
        return;
    }
    const std::uint32_t depth = fabric_.domain(domain).depth;
    for (std::size_t term = 0; term < terms_.size(); ++term) {
        if (!terms_[term].count) {
            costs[term] = joined(term, costs[term], rules_.cost(terms_[term].at, domain, members));
        } else if (terms_[term].at == depth && paid_[domain.value()] == 0) {
            ++costs[term];
        }
    }
}

OpenSearch::Table OpenSearch::sum(const Table& child, const Table& others, std::size_t most) const {
    const std::size_t terms = terms_.size();
    const std::size_t size = std::min(most + 1, entries(child) + entries(others) - 1);
    Table sum(size * terms, 0);
    for (std::size_t units = 0; units < size; ++units) sum[units * terms] = kNever;
    for (std::size_t left = 0; left < std::min(size, entries(others)); ++left) {
        const std::int64_t* b = entry(others, left);
        if (b[0] >= kNever) continue;
        const std::size_t last = std::min(entries(child), size - left);
        std::int64_t* to = &sum[left * terms];
        for (const std::int64_t* a = child.data(); a != child.data() + last * terms; a += terms, to += terms) {
            if (a[0] >= kNever) continue;
            last_is_maximum_ ? keep_less<true>(a, b, to, terms) : keep_less<false>(a, b, to, terms);
        }
    }
    return sum;
}

std::vector<OpenSearch::Table> OpenSearch::merged(const Branches& branches, std::int32_t most, bool all) {
    const auto children = branches.all();
    std::vector<Table> suffixes(all ? children.size() + 1 : 1);
    Table others(terms_.size(), 0);
    for (std::size_t i = children.size(); i-- > 0;) {
        const DomainIdx child = children[i].child;
        const bool host = fabric_.domain(child).depth == host_depth_;
        Table sum = host ? this->sum(make_table(child), others, static_cast<std::size_t>(most))
                         : this->sum(table(child), others, static_cast<std::size_t>(most));
        if (all) suffixes[i + 1] = std::move(others);
        others = std::move(sum);
    }
    suffixes.front() = std::move(others);
    return suffixes;
}

// By units: the domain's base and so many of its units.
OpenSearch::Table OpenSearch::make_table(DomainIdx domain) {
    const auto room = static_cast<std::int32_t>(std::min<std::int64_t>(room_[domain.value()], members_));
    const std::int32_t places = std::max(0, room - base(domain)) / unit(domain);
    const bool host = fabric_.domain(domain).depth == host_depth_;
    Table table = host ? Table((static_cast<std::size_t>(places) + 1) * terms_.size(), 0)
                       : inside(domain, base(domain) + places * unit(domain));
    for (std::int32_t taken = 0; taken <= places; ++taken)
        add_own(domain, base(domain) + taken * unit(domain), &table[static_cast<std::size_t>(taken) * terms_.size()]);
    return table;
}

// The same without what the domain costs itself. At most so many members.
OpenSearch::Table OpenSearch::inside(DomainIdx domain, std::int32_t most) {
    const Branches branches(fabric_, room_, paid_, domain, members_, steps_);
    Table by_child_unit = std::move(merged(branches, branches.units(most), false).front());
    if (base(domain) == 0 && unit(domain) == branches.unit() && branches.units(0) == 0 &&
        std::cmp_equal(entries(by_child_unit), most / unit(domain) + 1))
        return by_child_unit;
    Table table;
    for (std::int32_t members = base(domain); members <= most; members += unit(domain)) {
        const auto units = static_cast<std::size_t>(members == 0 ? 0 : branches.units(members));
        table.resize(table.size() + terms_.size(), 0);
        std::int64_t* to = &table[table.size() - terms_.size()];
        *to = kNever;
        if (units < entries(by_child_unit)) std::copy_n(entry(by_child_unit, units), terms_.size(), to);
    }
    return table;
}

const OpenSearch::Table& OpenSearch::table(DomainIdx domain) {
    const std::uint32_t kind = alike_.kind(domain);
    if (const auto known = tables_.find(kind); known != tables_.end()) return known->second;
    return tables_.emplace(kind, make_table(domain)).first->second;
}

// The terms over the whole cluster, when all members are in the candidate. nullopt: refused.
std::optional<std::vector<std::int64_t>> OpenSearch::whole(DomainIdx candidate) {
    const bool host = fabric_.domain(candidate).depth == host_depth_;
    const Table made = host ? make_table(candidate) : Table();
    const Table& inside = host ? made : table(candidate);
    const std::int32_t units = (members_ - base(candidate)) / unit(candidate);
    const std::int64_t* from = entry(inside, static_cast<std::size_t>(units));
    std::vector<std::int64_t> costs(from, from + terms_.size());
    if (costs.front() >= kNever) return std::nullopt;
    for (std::size_t term = 0; term < terms_.size(); ++term) {
        // Bound members are all inside the candidate, and their domains are used whatever the rest does.
        if (!terms_[term].count) continue;
        costs[term] = fabric_.domain(candidate).depth >= terms_[term].at ? 1 : paid_at_[terms_[term].at] + costs[term];
    }
    for (DomainIdx at = candidate; at != fabric_.root();) {
        at = fabric_.domain(at).parent;
        for (std::size_t rule = 0; rule < rules_.size(); ++rule) {
            if (rules_.cost(rule, at, members_) >= kNever) return std::nullopt;
        }
        for (std::size_t term = 0; term < terms_.size(); ++term) {
            if (!terms_[term].count)
                costs[term] = joined(term, costs[term], rules_.cost(terms_[term].at, at, members_));
        }
    }
    return costs;
}

// Of the last pass, with the maxima.
std::vector<std::int64_t> OpenSearch::objective(const std::vector<std::int64_t>& costs) const {
    std::vector<std::int64_t> all;
    auto sum = costs.begin();
    for (const Term& term : order_) all.push_back(!term.count && rules_.maximum(term.at) ? limits_[term.at] : *sum++);
    return all;
}

std::optional<BestShares> OpenSearch::best_in(std::vector<DomainIdx> candidates) {
    limits_.assign(rules_.size(), kNever);
    std::optional<std::vector<std::int64_t>> least;
    do {
        begin_pass();
        least.reset();
        std::vector<DomainIdx> best;
        for (const DomainIdx candidate : candidates) {
            auto costs = whole(candidate);
            if (!costs || (least && *costs > *least)) continue;
            if (!least || *costs < *least) best.clear();
            best.push_back(candidate);
            least = std::move(costs);
        }
        if (!least) return std::nullopt;
        candidates = std::move(best);
        if (last_is_maximum_) limits_[terms_.back().at] = least->back();
    } while (last_is_maximum_);
    BestShares best{candidates.front(), objective(*least), {}, {}, static_cast<std::int32_t>(rules_.leading())};
    const auto counts = best.objective.begin() + static_cast<std::ptrdiff_t>(rules_.leading());
    best.domains.assign(counts, counts + host_depth_);
    collect(candidates.front(), members_, best.shares);
    return best;
}

// Each child gets as many members as the least costs allow, the first child first.
void OpenSearch::collect(DomainIdx domain, std::int32_t members, std::vector<HostShare>& shares) {
    const Domain& here = fabric_.domain(domain);
    if (here.depth == host_depth_) {
        shares.push_back({NodeIdx(here.first_node), members});
        return;
    }
    const Branches branches(fabric_, room_, paid_, domain, members_, steps_);
    auto left = static_cast<std::size_t>(branches.units(members));
    const auto suffixes = merged(branches, branches.units(members), true);
    for (std::size_t i = 0; i < branches.all().size(); ++i) {
        const Branch& branch = branches.all()[i];
        const bool host = here.depth + 1 == host_depth_;
        const Table made = host ? make_table(branch.child) : Table();
        const Table& child = host ? made : table(branch.child);
        const Table& whole = suffixes[i];
        const Table& others = suffixes[i + 1];
        std::size_t given = std::min(left, entries(child) - 1);
        const auto optimal = [&] {
            return left - given < entries(others) && entry(child, given)[0] < kNever &&
                   is_sum(entry(whole, left), entry(child, given), entry(others, left - given));
        };
        while (!optimal()) {
            MUSTER_CHECK(given > 0);
            --given;
        }
        left -= given;
        const auto share = branch.base + static_cast<std::int32_t>(given) * branches.unit();
        if (share > 0) collect(branch.child, share, shares);
    }
    MUSTER_CHECK(left == 0);
}

}  // namespace muster
