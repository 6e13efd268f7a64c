// All divisions of m members over the children of one domain that are still in the race, as a layered graph: a layer
// per child, a state per (children counted, budget used), an edge per number of units given to the child. Each term
// of the objective narrows it to the edges on optimal paths; so a term is only ever evaluated where it can matter.
#pragma once

#include "placement/model/ids.hpp"
#include "placement/plan/tree/branches.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <utility>
#include <vector>

namespace muster {

// Cost of what is impossible; sums of a few never overflow.
inline constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max() / 8;

class SplitGraph {
  public:
    // Cost of n ≥ 1 members in a child. Asked at most once per (child, n) and call.
    using Cost = std::function<std::int64_t(DomainIdx child, std::int32_t n)>;

    // Keeps the divisions of the window with the least sum of costs; all of them when `cost` is empty.
    // O(choices × picks × budget × options) simple steps, where budget < the smallest room taken.
    SplitGraph(Window window, const Cost& cost);

    // Least sum found by the last narrowing (constructor included); kNever when no division is possible.
    [[nodiscard]] std::int64_t least() const { return least_; }
    // Keeps the divisions of least sum and returns that sum. O(edges).
    std::int64_t keep_least_sum(const Cost& cost);
    // Least possible sum. Keeps everything. O(edges).
    [[nodiscard]] std::int64_t least_sum(const Cost& cost) const;
    // The least possible maximum over the children that get members. Keeps everything. O(edges).
    [[nodiscard]] std::int64_t least_maximum(const Cost& cost) const;
    // Keeps the divisions whose maximum is at most `limit`. O(edges).
    void keep_within(std::int64_t limit, const Cost& cost);
    // Of the divisions kept, the one that gives the first child as many members as possible, then the second, and so
    // on. Children with members only. O(children).
    [[nodiscard]] std::vector<std::pair<DomainIdx, std::int32_t>> first_division() const;

  private:
    struct Edge {
        std::uint32_t to = 0;
        std::int32_t units = 0;
    };
    struct Table;
    class CachedCost;

    void unfold(const Table& table);
    template <class Join>
    [[nodiscard]] std::vector<std::int64_t> cost_to_go(const Cost& cost, Join join) const;
    template <class Keep>
    void narrow(const Cost& cost, Keep keep);

    Window window_;
    std::vector<std::uint32_t> layer_;       // [i]: first state of the layer before child i; one more at the end
    std::vector<std::uint32_t> first_edge_;  // by state, one more at the end; a state's edges: most units first
    std::vector<Edge> edges_;
    std::int64_t least_ = 0;
};

}  // namespace muster
