// What the bound members of a gang mean for the rest of it: which domains are used already, and where the rest must go.
#pragma once

#include "placement/model/gang.hpp"
#include "placement/model/ids.hpp"
#include "placement/topology/fabric.hpp"

#include <optional>
#include <utility>
#include <vector>

namespace muster {

class BoundMembers {
  public:
    // A member on a node that the fabric does not know fixes nothing. O(members × depth).
    BoundMembers(const Fabric& fabric, const std::vector<FixedMember>& fixed);

    [[nodiscard]] bool any() const { return span_.has_value(); }
    // Whether all of them are in the domain.
    [[nodiscard]] bool inside(const Domain& domain) const;
    // By domain index: holds one of them.
    [[nodiscard]] const std::vector<char>& paid() const { return paid_; }
    // First and last of their nodes.
    [[nodiscard]] const std::optional<std::pair<NodeIdx, NodeIdx>>& span() const { return span_; }

  private:
    std::optional<std::pair<NodeIdx, NodeIdx>> span_;
    std::vector<char> paid_;
};

// The lowest domain that holds all nodes of a non-empty range of nodes. Synthetic domains hold nothing (fabric.hpp).
[[nodiscard]] DomainIdx holder(const Fabric& fabric, NodeIdx first, NodeIdx last);

}  // namespace muster
