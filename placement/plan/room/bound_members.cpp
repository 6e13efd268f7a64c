#include "placement/plan/room/bound_members.hpp"

#include <algorithm>

namespace muster {

BoundMembers::BoundMembers(const Fabric& fabric, const std::vector<FixedMember>& fixed)
    : paid_(fabric.domain_count(), 0) {
    for (const auto& member : fixed) {
        const auto node = fabric.find(member.node.str());
        if (!node) continue;
        if (!span_) span_ = {*node, *node};
        span_->first = std::min(span_->first, *node);
        span_->second = std::max(span_->second, *node);
        for (DomainIdx at = fabric.host_domain(*node); at != fabric.root(); at = fabric.domain(at).parent)
            paid_[at.value()] = 1;
    }
}

bool BoundMembers::inside(const Domain& domain) const {
    return !span_ || (domain.first_node <= span_->first.value() && span_->second.value() < domain.last_node);
}

DomainIdx holder(const Fabric& fabric, NodeIdx first, NodeIdx last) {
    DomainIdx at = fabric.host_domain(first);
    while (fabric.domain(at).synthetic || fabric.domain(at).last_node <= last.value()) at = fabric.domain(at).parent;
    return at;
}

}  // namespace muster
