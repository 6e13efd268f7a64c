// Which policies have a say, those made ready for one request, and the order of its objective's terms.
#pragma once

#include "placement/cluster/snapshot.hpp"
#include "placement/model/gang.hpp"
#include "placement/model/ids.hpp"
#include "placement/plan/policy.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace muster {

// Those that have a say for the gang, in the order of its objective: those that lead first.
[[nodiscard]] Policies policies_of(const GangRequest& request, const Policies& policies);

class PreparedRules {
  public:
    // O(policies × domains). The snapshot outlives the object.
    PreparedRules(const Snapshot& snapshot, const GangRequest& request, const Policies& policies);

    // Those that lead come first.
    [[nodiscard]] std::size_t size() const { return rules_.size(); }
    [[nodiscard]] std::size_t leading() const { return leading_; }
    [[nodiscard]] bool may_refuse() const { return may_refuse_; }
    [[nodiscard]] bool maximum(std::size_t rule) const { return rules_[rule].maximum; }
    [[nodiscard]] bool may_refuse(std::size_t rule) const { return rules_[rule].may_refuse; }
    [[nodiscard]] const DomainCost& prepared(std::size_t rule) const { return *rules_[rule].cost; }
    // For m ≥ 0 members; kNever: refused. Checks what the policy promised.
    [[nodiscard]] std::int64_t cost(std::size_t rule, DomainIdx domain, std::int32_t members) const;

  private:
    struct Rule {
        std::unique_ptr<DomainCost> cost;
        bool maximum = false;
        bool may_refuse = false;
    };
    std::vector<Rule> rules_;
    std::size_t leading_ = 0;
    bool may_refuse_ = false;
};

}  // namespace muster
