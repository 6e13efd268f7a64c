#include "placement/plan/links/uplinks.hpp"

#include "placement/topology/bandwidth_class.hpp"

#include <algorithm>

namespace muster {

Uplinks::Uplinks(const Snapshot& snapshot, const GangKey& gang) : fabric_(snapshot.fabric()) {
    const auto levels = fabric_.levels();
    for (std::uint32_t depth = 1; depth < levels.size(); ++depth) {
        if (levels[depth - 1].uplink_mbps > 0) depths_.push_back(depth);
    }
    if (depths_.empty()) return;
    others_.assign(fabric_.domain_count() - fabric_.node_count(), -1);
    for (std::uint32_t i = 1; i < others_.size(); ++i) {
        const Domain& domain = fabric_.domain(DomainIdx(i));
        if (!domain.synthetic && levels[domain.depth - 1].uplink_mbps > 0)
            others_[i] = snapshot.traffic().crossing(DomainIdx(i));
    }
    for (const DomainIdx own : snapshot.traffic().crossed_by(gang_name(gang))) --others_[own.value()];
}

std::int64_t Uplinks::capacity(DomainIdx domain) const {
    return fabric_.levels()[fabric_.domain(domain).depth - 1].uplink_mbps;
}

std::optional<std::int64_t> Uplinks::share(DomainIdx domain) const {
    if (domain.value() >= others_.size() || others_[domain.value()] < 0) return std::nullopt;
    return capacity(domain) / (1 + others_[domain.value()]);
}

std::int32_t Uplinks::others(DomainIdx domain) const {
    return domain.value() < others_.size() ? std::max(0, others_[domain.value()]) : 0;
}

std::int32_t Uplinks::class_of(DomainIdx domain, std::optional<std::int64_t> best_mbps) const {
    const auto mbps = share(domain);
    return mbps ? muster::bandwidth_class(*mbps, best_mbps.value_or(capacity(domain))) : 0;
}

std::int32_t Uplinks::bandwidth_class(NodeIdx node, std::uint32_t held, std::optional<std::int64_t> best_mbps) const {
    std::int32_t worst = 0;
    if (depths_.empty()) return worst;
    for (DomainIdx at = fabric_.host_domain(node); fabric_.domain(at).depth > held; at = fabric_.domain(at).parent)
        worst = std::max(worst, class_of(at, best_mbps));
    return worst;
}

std::vector<std::int32_t> Uplinks::bandwidth_classes(std::uint32_t held, std::optional<std::int64_t> best_mbps) const {
    std::vector<std::int32_t> worst(others_.size(), 0);
    // A parent comes before its children.
    for (std::uint32_t i = 1; i < worst.size(); ++i) {
        const Domain& domain = fabric_.domain(DomainIdx(i));
        if (domain.depth > held) worst[i] = std::max(worst[domain.parent.value()], class_of(DomainIdx(i), best_mbps));
    }
    return worst;
}

std::optional<DomainIdx> Uplinks::slowest(NodeIdx node, std::uint32_t held) const {
    std::optional<DomainIdx> slowest;
    if (depths_.empty()) return slowest;
    for (DomainIdx at = fabric_.host_domain(node); fabric_.domain(at).depth > held; at = fabric_.domain(at).parent) {
        if (share(at) && (!slowest || *share(at) <= *share(*slowest))) slowest = at;
    }
    return slowest;
}

}  // namespace muster
