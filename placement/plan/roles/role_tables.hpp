// For a domain and all counts of members by role: the least costs, as vectors compared from the front. Merged up the
// tree (tree knapsack over count vectors, reference gpu-topology §6.2).
//
// Behind the roles a count vector has one entry for each counter of RoleWishes: how many domains are taken as counting.
//
// The vector of costs holds policies that lead, domains used by depth, then the other policies. Lexicographic minima of
// sums may be merged, and so may one maximum behind them; a sum behind a maximum may not, since a worse maximum here
// may cost nothing beside a still worse one elsewhere. So each maximum ends a pass over the tree, and its optimum is a
// limit for the next (gpu-topology §6.3).
#pragma once

#include "placement/plan/roles/role_box.hpp"
#include "placement/plan/roles/role_problem.hpp"
#include "placement/plan/roles/role_room.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace muster {

// What one pass sums up, and how far maxima may go.
struct CostPass {
    std::vector<std::size_t> leading;    // policies before the numbers of domains, in their order
    bool counts = true;                  // of domains; else nothing stands behind `leading` but the maximum
    std::vector<std::size_t> sums;       // policies behind them, in their order
    std::optional<std::size_t> maximum;  // a policy, behind all that
    std::vector<std::int64_t> limits;    // by policy; kNever: none
    auto operator<=>(const CostPass&) const = default;
};

// Entries in ascending order of codes (CountBox).
struct CostTable {
    std::vector<std::uint32_t> codes;
    std::vector<std::int64_t> values;  // by entry, as many as the pass has terms
    [[nodiscard]] std::optional<std::size_t> find(std::uint32_t code) const;
};

class RoleTables {
  public:
    // All but the pass outlive the object.
    RoleTables(const RoleProblem& problem, const RoleRoom& room, const CountBox& box, StepBudget& budget,
               CostPass pass);

    // In the order of the pass.
    [[nodiscard]] std::size_t terms() const { return terms_; }
    [[nodiscard]] std::span<const std::int64_t> values(const CostTable& table, std::size_t entry) const {
        return std::span(table.values).subspan(entry * terms_, terms_);
    }
    // Forgets what depends on the choices of RoleWishes. O(domains).
    void forget_choices();
    // Least costs of the domain and all below it. nullptr, here and below nullopt: the budget is spent.
    [[nodiscard]] const CostTable* table(DomainIdx domain);
    // [i]: of the children from the i-th on, together; without the costs of what is above them. With `most`, divisions
    // over more unpaid children are left out, for which the pass must count. `keep_all`: else only [0] is there.
    [[nodiscard]] std::optional<std::vector<CostTable>> suffixes(std::span<const DomainIdx> children,
                                                                 std::optional<std::int32_t> most, bool keep_all);
    // Whether an entry is the sum of two others. Without a maximum in the pass.
    [[nodiscard]] bool is_sum(std::span<const std::int64_t> sum, std::span<const std::int64_t> a,
                              std::span<const std::int64_t> b) const;

  private:
    [[nodiscard]] std::optional<CostTable> host_table(DomainIdx domain);
    struct Limit {
        std::size_t term = 0;
        std::int64_t most = 0;
    };
    [[nodiscard]] std::optional<CostTable> merged(const CostTable& a, const CostTable& b,
                                                  const std::optional<Limit>& limit);
    [[nodiscard]] bool offer(std::uint32_t code, const std::int64_t* a, const std::int64_t* b);
    [[nodiscard]] CostTable harvest();
    void add_own(DomainIdx domain, CostTable& table);
    [[nodiscard]] bool add_costs(DomainIdx domain, std::span<const std::int32_t> counts, std::int64_t* to) const;
    [[nodiscard]] bool allowed(DomainIdx domain, std::uint32_t code) const;
    [[nodiscard]] std::span<const std::int32_t> members(std::uint32_t code) const {
        return box_.counts(code).first(problem_.roles());
    }
    void count_domain(DomainIdx domain, CostTable& table);
    [[nodiscard]] CostTable nothing() const { return {{0}, std::vector<std::int64_t>(terms_, 0)}; }

    const RoleProblem& problem_;
    const RoleRoom& room_;
    const CountBox& box_;
    StepBudget& budget_;
    CostPass pass_;
    std::size_t terms_;
    std::vector<std::optional<std::size_t>> term_of_;  // by policy; absent: not in the pass
    std::vector<std::unique_ptr<CostTable>> tables_;   // by domain
    std::vector<std::uint32_t> slots_;                 // by code: 1 + entry in found_
    CostTable found_;
};

}  // namespace muster
