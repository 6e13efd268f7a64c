#include "placement/plan/roles/role_fit.hpp"

#include <algorithm>
#include <utility>

namespace muster {
namespace {

constexpr std::int32_t kImpossible = -1;
// So that steps take about the same time, whatever they are spent on.
constexpr std::int64_t kStepsPerFitTable = 50;
constexpr std::int64_t kStepsPerColumn = 10;

}  // namespace

std::int32_t RoleFit::Table::at(std::uint32_t code) const {
    const auto found = std::ranges::lower_bound(codes, code);
    return found != codes.end() && *found == code ? most[static_cast<std::size_t>(found - codes.begin())] : kImpossible;
}

RoleFit::RoleFit(const RoleProblem& problem, const RoleRoom& room, StepBudget& budget)
    : problem_(problem),
      room_(room),
      budget_(budget),
      counted_(room.counted_role()),
      need_(problem.needs()[counted_]),
      tables_(problem.fabric().domain_count()) {
    std::vector<std::int32_t> limits(problem.needs().begin(), problem.needs().end());
    limits[counted_] = 0;
    if (CountBox::codes(limits) > CountBox::kMostCodes) return;
    box_.emplace(limits);
    scratch_.assign(box_->size(), kImpossible);
}

void RoleFit::raise(std::uint32_t code, std::int32_t most) {
    std::int32_t& known = scratch_[code];
    if (known == kImpossible) touched_.push_back(code);
    known = std::max(known, std::min(most, need_));
}

RoleFit::Table RoleFit::harvest() {
    Table table;
    std::ranges::sort(touched_);
    for (const auto code : touched_) {
        table.codes.push_back(code);
        table.most.push_back(std::exchange(scratch_[code], kImpossible));
    }
    touched_.clear();
    return table;
}

// A role that must be in one domain is in it whole or not at all.
void RoleFit::keep_allowed(DomainIdx domain, Table& table) const {
    if (!problem_.any_own_level()) return;
    std::size_t kept = 0;
    for (std::size_t i = 0; i < table.codes.size(); ++i) {
        const auto counts = box_->counts(table.codes[i]);
        bool allowed = true;
        for (std::size_t role = 0; role < counts.size() && allowed; ++role)
            allowed = problem_.allows(domain, role, counts[role]);
        if (!allowed) continue;
        table.codes[kept] = table.codes[i];
        table.most[kept] = problem_.allows(domain, counted_, table.most[i]) ? table.most[i] : 0;
        ++kept;
    }
    table.codes.resize(kept);
    table.most.resize(kept);
}

std::optional<RoleFit::Table> RoleFit::host_table(DomainIdx domain) {
    std::int64_t columns = 0;
    room_.each_column(NodeIdx(problem_.fabric().domain(domain).first_node), [&](auto counts, std::int32_t most) {
        raise(box_->code(counts), most);
        ++columns;
    });
    Table table = harvest();
    if (!budget_.take(kStepsPerFitTable + kStepsPerColumn * columns)) return std::nullopt;
    return table;
}

std::optional<RoleFit::Table> RoleFit::merged(const Table& a, const Table& b) {
    const std::size_t pairs = a.codes.size() * b.codes.size();
    if (!budget_.take(kStepsPerFitTable + static_cast<std::int64_t>(pairs))) return std::nullopt;
    for (std::size_t i = 0; i < a.codes.size(); ++i) {
        for (std::size_t j = 0; j < b.codes.size(); ++j) {
            if (box_->holds_sum(a.codes[i], b.codes[j])) raise(a.codes[i] + b.codes[j], a.most[i] + b.most[j]);
        }
    }
    return harvest();
}

const RoleFit::Table* RoleFit::table(DomainIdx domain) {
    auto& known = tables_[domain.value()];
    if (known) return known.get();
    if (!box_ || budget_.out()) return nullptr;
    Table table{{0}, {0}};
    const Domain& here = problem_.fabric().domain(domain);
    if (here.depth == problem_.host_depth()) {
        auto host = host_table(domain);
        if (!host) return nullptr;
        table = std::move(*host);
    }
    for (std::uint32_t child = here.first_child; child < here.last_child; ++child) {
        if (!room_.usable(DomainIdx(child))) continue;
        const Table* next = this->table(DomainIdx(child));
        auto sum = next == nullptr ? std::nullopt : merged(table, *next);
        if (!sum) return nullptr;
        table = std::move(*sum);
    }
    keep_allowed(domain, table);
    known = std::make_unique<Table>(std::move(table));
    return known.get();
}

std::optional<bool> RoleFit::holds(DomainIdx domain) {
    const Table* table = this->table(domain);
    return table == nullptr ? std::nullopt : std::optional(whole(*table));
}

std::optional<std::int64_t> RoleFit::most(DomainIdx domain) {
    const Table* table = this->table(domain);
    if (table == nullptr) return std::nullopt;
    std::int64_t most = 0;
    for (std::size_t i = 0; i < table->codes.size(); ++i) {
        std::int64_t members = table->most[i];
        for (const auto count : box_->counts(table->codes[i])) members += count;
        most = std::max(most, members);
    }
    return most;
}

// What any j children hold, for all j up to a limit, which grows until the gang fits.
std::optional<std::int32_t> RoleFit::fewest(DomainIdx domain) {
    if (problem_.fabric().domain(domain).depth == problem_.host_depth()) return 0;
    const RoleChildren children(problem_, room_, domain);
    const std::int32_t least = children.fewest();
    for (std::int32_t extra = 0;; extra = extra * 2 + 1) {
        const std::int32_t most = std::min(least + extra, children.unpaid());
        std::vector<Table> with(static_cast<std::size_t>(most) + 1);  // [j]: with exactly j unpaid children, or nothing
        with.front() = {{0}, {0}};
        for (const DomainIdx child : children.within(most)) {
            const Table* next = table(child);
            if (next == nullptr) return std::nullopt;
            const bool paid = problem_.bound().paid()[child.value()] != 0;
            for (std::size_t j = with.size(); j-- > 0;) {
                if (with[j].codes.empty() || (!paid && j + 1 == with.size())) continue;
                auto sum = merged(with[j], *next);
                if (!sum) return std::nullopt;
                Table& to = with[paid ? j : j + 1];
                for (std::size_t i = 0; i < to.codes.size(); ++i) raise(to.codes[i], to.most[i]);
                for (std::size_t i = 0; i < sum->codes.size(); ++i) raise(sum->codes[i], sum->most[i]);
                to = harvest();
            }
        }
        for (std::size_t j = 0; j < with.size(); ++j) {
            if (whole(with[j])) return static_cast<std::int32_t>(j);
        }
        if (most == children.unpaid()) return most;
    }
}

std::optional<std::vector<RoleShare>> RoleFit::some_placement(DomainIdx domain) {
    std::vector<RoleShare> shares;
    if (!box_ || !collect(domain, box_->all(), need_, shares)) return std::nullopt;
    return shares;
}

// The first child gets as much as possible of the other roles, then of the counted one.
bool RoleFit::collect(DomainIdx domain, std::uint32_t code, std::int32_t members, std::vector<RoleShare>& shares) {
    const Domain& here = problem_.fabric().domain(domain);
    if (here.depth == problem_.host_depth()) {
        const auto counts = box_->counts(code);
        shares.push_back({NodeIdx(here.first_node), {counts.begin(), counts.end()}});
        shares.back().members[counted_] = members;
        return true;
    }
    const RoleChildren children(problem_, room_, domain);
    const auto all = children.all();
    std::vector<Table> rest(all.size() + 1);  // [i]: of the children from i on
    rest.back() = {{0}, {0}};
    for (std::size_t i = all.size(); i-- > 0;) {
        const Table* next = table(all[i]);
        auto sum = next == nullptr ? std::nullopt : merged(rest[i + 1], *next);
        if (!sum) return false;
        rest[i] = std::move(*sum);
    }
    for (std::size_t i = 0; i < all.size() && (code > 0 || members > 0); ++i) {
        const Table& child = *table(all[i]);
        for (std::size_t at = child.codes.size(); at-- > 0;) {
            const std::uint32_t given = child.codes[at];
            if (given > code || !box_->holds_sum(given, code - given)) continue;
            const std::int32_t others = rest[i + 1].at(code - given);
            if (others < 0 || child.most[at] + others < members) continue;
            std::int32_t take = std::min(child.most[at], members);
            // A role that is in one domain whole is in the child or in the others.
            if (!problem_.allows(all[i], counted_, take)) take = 0;
            if (others + take < members) continue;
            if (given > 0 || take > 0) {
                if (!collect(all[i], given, take, shares)) return false;
            }
            code -= given;
            members -= take;
            break;
        }
    }
    return code == 0 && members == 0;
}

}  // namespace muster
