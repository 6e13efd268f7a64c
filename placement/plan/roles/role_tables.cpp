#include "placement/plan/roles/role_tables.hpp"

#include "placement/plan/tree/split_graph.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace muster {
namespace {

// An entry costs memory too; so many steps keep that in proportion.
constexpr std::int64_t kStepsPerEntry = 8;
constexpr std::int64_t kStepsPerCostTable = 50;

}  // namespace

std::optional<std::size_t> CostTable::find(std::uint32_t code) const {
    const auto found = std::ranges::lower_bound(codes, code);
    if (found == codes.end() || *found != code) return std::nullopt;
    return static_cast<std::size_t>(found - codes.begin());
}

RoleTables::RoleTables(const RoleProblem& problem, const RoleRoom& room, const CountBox& box, StepBudget& budget,
                       CostPass pass)
    : problem_(problem),
      room_(room),
      box_(box),
      budget_(budget),
      pass_(std::move(pass)),
      terms_(pass_.leading.size() + (pass_.counts ? problem.host_depth() : 0) + pass_.sums.size() +
             (pass_.maximum ? 1 : 0)),
      term_of_(problem.policies()),
      tables_(problem.fabric().domain_count()),
      slots_(box.size(), 0) {
    std::size_t term = 0;
    for (const std::size_t policy : pass_.leading) term_of_[policy] = term++;
    if (pass_.counts) term += problem.host_depth();
    for (const std::size_t policy : pass_.sums) term_of_[policy] = term++;
    if (pass_.maximum) term_of_[*pass_.maximum] = term;
}

// Notes a + b (the last term their maximum, if the pass ends with one) for the code, if nothing there is as good.
bool RoleTables::offer(std::uint32_t code, const std::int64_t* a, const std::int64_t* b) {
    const bool maximum = pass_.maximum.has_value();
    const auto sum = [&](std::size_t term) {
        return maximum && term + 1 == terms_ ? std::max(a[term], b[term]) : a[term] + b[term];
    };
    std::uint32_t& slot = slots_[code];
    if (slot == 0) {
        found_.codes.push_back(code);
        for (std::size_t term = 0; term < terms_; ++term) found_.values.push_back(sum(term));
        slot = static_cast<std::uint32_t>(found_.codes.size());
        return true;
    }
    std::int64_t* known = &found_.values[(std::size_t{slot} - 1) * terms_];
    for (std::size_t term = 0; term < terms_; ++term) {
        const std::int64_t here = sum(term);
        if (here > known[term]) return false;
        if (here == known[term]) continue;
        for (; term < terms_; ++term) known[term] = sum(term);
        return true;
    }
    return false;
}

CostTable RoleTables::harvest() {
    std::vector<std::size_t> order(found_.codes.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::sort(order, {}, [&](std::size_t entry) { return found_.codes[entry]; });
    CostTable table;
    table.codes.reserve(order.size());
    table.values.reserve(order.size() * terms_);
    for (const std::size_t entry : order) {
        slots_[found_.codes[entry]] = 0;
        table.codes.push_back(found_.codes[entry]);
        const auto from = values(found_, entry);
        table.values.insert(table.values.end(), from.begin(), from.end());
    }
    found_.codes.clear();
    found_.values.clear();
    return table;
}

std::optional<CostTable> RoleTables::merged(const CostTable& a, const CostTable& b, const std::optional<Limit>& limit) {
    const std::size_t pairs = a.codes.size() * b.codes.size();
    if (!budget_.take(kStepsPerCostTable + static_cast<std::int64_t>(pairs))) return std::nullopt;
    for (std::size_t i = 0; i < a.codes.size(); ++i) {
        const std::int64_t* left = &a.values[i * terms_];
        for (std::size_t j = 0; j < b.codes.size(); ++j) {
            const std::int64_t* right = &b.values[j * terms_];
            if (limit && left[limit->term] + right[limit->term] > limit->most) continue;
            if (box_.holds_sum(a.codes[i], b.codes[j])) static_cast<void>(offer(a.codes[i] + b.codes[j], left, right));
        }
    }
    CostTable table = harvest();
    if (!budget_.take(kStepsPerEntry * static_cast<std::int64_t>(table.codes.size()))) return std::nullopt;
    return table;
}

std::optional<std::vector<CostTable>> RoleTables::suffixes(std::span<const DomainIdx> children,
                                                           std::optional<std::int32_t> most, bool keep_all) {
    std::vector<CostTable> all(keep_all ? children.size() + 1 : 1);
    CostTable table = nothing();
    for (std::size_t i = children.size(); i-- > 0;) {
        const std::size_t count_term = pass_.leading.size() + problem_.fabric().domain(children[i]).depth - 1;
        const CostTable* next = this->table(children[i]);
        const auto limit = most ? std::optional(Limit{count_term, *most}) : std::nullopt;
        auto sum = next == nullptr ? std::nullopt : merged(*next, table, limit);
        if (!sum) return std::nullopt;
        if (keep_all) all[i + 1] = std::move(table);
        table = std::move(*sum);
    }
    all.front() = std::move(table);
    return all;
}

std::optional<CostTable> RoleTables::host_table(DomainIdx domain) {
    const std::vector<std::int64_t> zero(terms_, 0);
    const std::size_t counted = room_.counted_role();
    const NodeIdx node(problem_.fabric().domain(domain).first_node);
    const bool closed = room_.closed(node);
    room_.each_column(node, [&](auto counts, std::int32_t most) {
        const std::uint32_t code = box_.code(counts);
        for (std::int32_t n = 0; n <= most; ++n) {
            const std::uint32_t more = code + static_cast<std::uint32_t>(n) * box_.stride(counted);
            if (closed || room_.allows(node, members(more))) static_cast<void>(offer(more, zero.data(), zero.data()));
        }
    });
    CostTable table = harvest();
    if (!budget_.take(kStepsPerEntry * static_cast<std::int64_t>(table.codes.size()))) return std::nullopt;
    return table;
}

// Adds the policies' costs of the domain; says whether they let it hold so many.
bool RoleTables::add_costs(DomainIdx domain, std::span<const std::int32_t> counts, std::int64_t* to) const {
    for (std::size_t policy = 0; policy < problem_.policies(); ++policy) {
        const std::int64_t cost = problem_.cost(policy, domain, counts);
        if (cost >= kNever || cost > pass_.limits[policy]) return false;
        if (!term_of_[policy]) continue;
        std::int64_t& term = to[*term_of_[policy]];
        term = pass_.maximum == policy ? std::max(term, cost) : term + cost;
    }
    return true;
}

// Adds what the domain itself costs, and drops what it may not hold.
void RoleTables::add_own(DomainIdx domain, CostTable& table) {
    const std::uint32_t depth = problem_.fabric().domain(domain).depth;
    const bool counts = pass_.counts && depth > 0 && problem_.bound().paid()[domain.value()] == 0;
    std::size_t kept = 0;
    for (std::size_t entry = 0; entry < table.codes.size(); ++entry) {
        const std::uint32_t code = table.codes[entry];
        std::int64_t* from = &table.values[entry * terms_];
        if (!allowed(domain, code)) continue;
        if (code > 0 && counts) ++from[pass_.leading.size() + depth - 1];
        if (code > 0 && !add_costs(domain, members(code), from)) continue;
        table.codes[kept] = code;
        if (kept != entry) std::copy_n(from, terms_, &table.values[kept * terms_]);
        ++kept;
    }
    table.codes.resize(kept);
    table.values.resize(kept * terms_);
    count_domain(domain, table);
}

bool RoleTables::allowed(DomainIdx domain, std::uint32_t code) const {
    const auto counts = members(code);
    for (std::size_t role = 0; role < counts.size(); ++role) {
        if (!problem_.allows(domain, role, counts[role])) return false;
    }
    return !problem_.wishes().any() || problem_.wishes().allows(domain, counts);
}

// A domain that counts may be taken as counting or not: no more are needed than asked for.
void RoleTables::count_domain(DomainIdx domain, CostTable& table) {
    const auto counters = problem_.wishes().counters();
    const std::vector<std::int64_t> zero(terms_, 0);
    for (std::size_t at = 0; at < counters.size(); ++at) {
        if (counters[at].depth != problem_.fabric().domain(domain).depth) continue;
        const std::size_t place = problem_.roles() + at;
        for (std::size_t entry = 0; entry < table.codes.size(); ++entry) {
            const std::uint32_t code = table.codes[entry];
            const std::int64_t* values = &table.values[entry * terms_];
            static_cast<void>(offer(code, values, zero.data()));
            if (problem_.wishes().counts(counters[at], domain, members(code)))
                static_cast<void>(offer(code + box_.stride(place), values, zero.data()));
        }
        table = harvest();
    }
}

void RoleTables::forget_choices() {
    std::uint32_t depth = 0;
    for (std::size_t balance = 0; balance < problem_.wishes().balances(); ++balance)
        depth = std::max(depth, problem_.wishes().balance_depth(balance));
    for (std::size_t i = 0; i < tables_.size(); ++i) {
        if (problem_.fabric().domains()[i].depth <= depth) tables_[i].reset();
    }
}

const CostTable* RoleTables::table(DomainIdx domain) {
    auto& known = tables_[domain.value()];
    if (known) return known.get();
    if (budget_.out()) return nullptr;
    const Domain& here = problem_.fabric().domain(domain);
    std::optional<CostTable> table;
    if (here.depth == problem_.host_depth()) {
        table = host_table(domain);
    } else {
        std::vector<DomainIdx> children;
        for (std::uint32_t child = here.first_child; child < here.last_child; ++child) {
            if (room_.usable(DomainIdx(child))) children.emplace_back(child);
        }
        if (auto all = suffixes(children, std::nullopt, false)) table = std::move(all->front());
    }
    if (!table) return nullptr;
    add_own(domain, *table);
    known = std::make_unique<CostTable>(std::move(*table));
    return known.get();
}

bool RoleTables::is_sum(std::span<const std::int64_t> sum, std::span<const std::int64_t> a,
                        std::span<const std::int64_t> b) const {
    for (std::size_t term = 0; term < terms_; ++term) {
        if (sum[term] != a[term] + b[term]) return false;
    }
    return true;
}

}  // namespace muster
