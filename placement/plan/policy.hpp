// The port for pluggable rules, implemented in policies/. A rule gives the cost of m members in a domain; because the
// planner knows only that number and how costs combine, a plug-in cannot void the proof of optimality.
#pragma once

#include "placement/cluster/snapshot.hpp"
#include "placement/model/gang.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace muster {

// How the costs of the domains that get new members make the cost of a placement. Both are planned exactly, at any
// place in the order of policies.
enum class Combine { sum, maximum };

// Costs are in 0…kMaxPolicyCost: sums over any cluster stay far from the end of int64.
inline constexpr std::int64_t kMaxPolicyCost = std::int64_t{1} << 40;

// Ready for one request on one snapshot. Const, pure, no allocation; called up to O(domains × members) times.
class DomainCost {
  public:
    virtual ~DomainCost() = default;
    // Cost of m ≥ 0 new members of the role in the domain (any depth; hosts and root too), in 0…kMaxPolicyCost;
    // nullopt: infeasible. cost(d, 0) must be 0; the planner does not ask for it.
    [[nodiscard]] virtual std::optional<std::int64_t> cost(DomainIdx domain, std::int32_t m) const = 0;
    // Two domains of one depth with equal kinds have equal costs for every m. nullopt: nothing is said; the planner
    // then compares such domains by their costs alone, which is much slower where most of a cluster is empty.
    [[nodiscard]] virtual std::optional<std::int64_t> kind(DomainIdx) const { return std::nullopt; }
};

class DomainPolicy {
  public:
    virtual ~DomainPolicy() = default;
    [[nodiscard]] virtual std::string_view name() const = 0;
    [[nodiscard]] virtual Combine combine() const = 0;
    // Whether cost() may ever answer nullopt. Such a policy voids the closed forms on which the planner's speed rests:
    // it stays exact, but looks at every division of members (O(nodes × members)). Hence a promise, which is checked
    // when broken.
    [[nodiscard]] virtual bool may_refuse() const = 0;
    // Whether it has a say for this gang. Where not it is not asked, and has no entry in the objective.
    [[nodiscard]] virtual bool applies(const GangRequest&) const { return true; }
    // Whether for this gang the term stands before the numbers of domains in the objective; of several, in their order.
    // It voids the closed forms too (open_search.hpp).
    [[nodiscard]] virtual bool leads(const GangRequest&) const { return false; }
    // O(domains). The snapshot outlives the result.
    [[nodiscard]] virtual std::unique_ptr<DomainCost> prepare(const Snapshot& snapshot,
                                                              const GangRequest& request) const = 0;
};

// In lexicographic order, after level and domain counts; those that lead, between the two.
using Policies = std::vector<std::shared_ptr<const DomainPolicy>>;

}  // namespace muster
