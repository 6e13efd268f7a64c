// The exact search for one role where the number of children is not what decides first: policies lead, or may refuse.
// Every division of members is looked at, by merging children's tables (tree knapsack, reference gpu-topology §6.2).
//
// A domain's table holds, for each number of members that it may take, the least vector of costs, compared from the
// front. Least vectors of sums may be merged, and so may one maximum behind them; a sum behind a maximum may not, since
// a worse maximum here may cost nothing beside a still worse one elsewhere. So each maximum ends a pass over the
// tables, and its optimum is a limit for the next (gpu-topology §6.3).
//
// O(nodes × members × terms) for each pass, and tables of O(domains × members × terms); alike domains share theirs.
#pragma once

#include "placement/model/ids.hpp"
#include "placement/plan/tree/alike.hpp"
#include "placement/plan/tree/branches.hpp"
#include "placement/plan/tree/host_share.hpp"
#include "placement/plan/tree/prepared_rules.hpp"
#include "placement/topology/fabric.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

namespace muster {

class OpenSearch {
  public:
    // As for TreeSearch. All outlive the search.
    OpenSearch(const Fabric& fabric, const PreparedRules& rules, std::int32_t members,
               std::span<const std::int64_t> room, std::span<const char> paid, Steps steps, Alike& alike);

    // As TreeSearch::best_in.
    [[nodiscard]] std::optional<BestShares> best_in(std::vector<DomainIdx> candidates);

  private:
    struct Term {
        bool count = false;  // of domains, else a rule
        std::size_t at = 0;  // depth of the domains counted, or number of the rule
    };
    // Least vectors by number of units, as many values each as the pass has terms. The first is kNever where nothing is
    // possible.
    using Table = std::vector<std::int64_t>;
    // The vectors that matter next: the terms, in their order, that are sums, up to the first maximum without limit.
    void begin_pass();
    [[nodiscard]] std::size_t entries(const Table& table) const { return table.size() / terms_.size(); }
    [[nodiscard]] const std::int64_t* entry(const Table& table, std::size_t units) const {
        return &table[units * terms_.size()];
    }
    [[nodiscard]] std::int64_t joined(std::size_t term, std::int64_t a, std::int64_t b) const;
    [[nodiscard]] bool is_sum(const std::int64_t* sum, const std::int64_t* a, const std::int64_t* b) const;

    [[nodiscard]] std::int32_t base(DomainIdx domain) const;
    [[nodiscard]] std::int32_t unit(DomainIdx domain) const;
    [[nodiscard]] const Table& table(DomainIdx domain);
    [[nodiscard]] Table make_table(DomainIdx domain);
    [[nodiscard]] Table inside(DomainIdx domain, std::int32_t most);
    void add_own(DomainIdx domain, std::int32_t members, std::int64_t* costs) const;
    // Units of the domain's children together, from the last child to the first; with `all` after each of them.
    [[nodiscard]] std::vector<Table> merged(const Branches& branches, std::int32_t most, bool all);
    [[nodiscard]] Table sum(const Table& child, const Table& others, std::size_t most) const;
    [[nodiscard]] std::optional<std::vector<std::int64_t>> whole(DomainIdx candidate);
    [[nodiscard]] std::vector<std::int64_t> objective(const std::vector<std::int64_t>& costs) const;
    void collect(DomainIdx domain, std::int32_t members, std::vector<HostShare>& shares);

    const Fabric& fabric_;
    const PreparedRules& rules_;
    std::int32_t members_;
    std::span<const std::int64_t> room_;
    std::span<const char> paid_;
    Steps steps_;
    Alike& alike_;
    std::uint32_t host_depth_;
    std::vector<std::int64_t> paid_at_;  // by depth: domains that hold bound members
    std::vector<Term> order_;            // of the objective
    std::vector<Term> terms_;            // of the pass
    bool last_is_maximum_ = false;
    std::vector<std::int64_t> limits_;                 // by rule; kNever: none yet
    std::unordered_map<std::uint32_t, Table> tables_;  // by kind (Alike), of domains above the hosts
};

}  // namespace muster
