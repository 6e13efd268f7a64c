#include "placement/plan/tree/slice_steps.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace muster {
namespace {

// The domain that holds the slice of a member on this node: of the slice's depth, or the highest real one below.
DomainIdx home_of(const Fabric& fabric, NodeIdx node, std::uint32_t depth) {
    DomainIdx home = fabric.host_domain(node);
    for (DomainIdx at = home; fabric.domain(at).depth >= depth && at != fabric.root(); at = fabric.domain(at).parent) {
        if (!fabric.domain(at).synthetic) home = at;
    }
    return home;
}

}  // namespace

std::vector<SliceAt> slices_of(const Fabric& fabric, const TopologyWish& wish) {
    std::vector<SliceAt> slices;
    for (const auto& slice : wish.slices) {
        if (const auto level = fabric.level(slice.level)) slices.push_back({level->value() + 1, slice.size});
    }
    std::ranges::sort(slices, {}, &SliceAt::size);
    return slices;
}

std::vector<std::int32_t> slice_units(const Fabric& fabric, std::span<const SliceAt> slices) {
    std::vector<std::int32_t> unit(fabric.domain_count(), 1);
    std::vector<char> whole(fabric.domain_count(), 1);
    for (const SliceAt& slice : slices) {
        unit.front() = slice.size;
        for (std::size_t i = 1; i < unit.size(); ++i) {
            const Domain& domain = fabric.domains()[i];
            const std::size_t parent = domain.parent.value();
            whole[i] =
                domain.depth <= slice.depth || (whole[parent] != 0 && fabric.domain(domain.parent).synthetic) ? 1 : 0;
            if (whole[i] != 0) unit[i] = slice.size;
        }
    }
    return unit;
}

std::vector<std::int32_t> bound_by_domain(const Fabric& fabric, std::span<const FixedMember> fixed) {
    std::vector<std::int32_t> bound(fabric.domain_count(), 0);
    for (const auto& member : fixed) {
        const auto node = fabric.find(member.node.str());
        if (!node) continue;
        for (DomainIdx at = fabric.host_domain(*node);; at = fabric.domain(at).parent) {
            ++bound[at.value()];
            if (at == fabric.root()) break;
        }
    }
    return bound;
}

std::vector<std::int32_t> bases_by_number(const Fabric& fabric, std::span<const std::int32_t> unit,
                                          std::span<const std::int32_t> bound) {
    std::vector<std::int32_t> base(unit.size(), 0);
    if (bound.empty()) return base;
    // A parent comes before its children, which are whole in their own units: the next multiple is reached by some.
    for (std::size_t i = base.size(); i-- > 0;) {
        base[i] += (unit[i] - (base[i] + bound[i]) % unit[i]) % unit[i];
        if (i > 0) base[fabric.domains()[i].parent.value()] += base[i];
    }
    return base;
}

std::optional<RankedSlices> RankedSlices::make(const Fabric& fabric, const GangRequest& request,
                                               std::span<const SliceAt> slices) {
    if (request.fixed.empty() || slices.empty() || request.roles.size() > 1) return std::nullopt;
    std::map<std::int32_t, NodeIdx> bound;
    std::vector<std::int32_t> ranks;
    for (const auto& member : request.fixed) {
        const auto node = fabric.find(member.node.str());
        if (member.rank < 0) return std::nullopt;
        if (node && !bound.try_emplace(member.rank, *node).second) return std::nullopt;
    }
    for (const auto& member : request.roles.front().members) {
        if (member.rank < 0 || bound.contains(member.rank)) return std::nullopt;
        ranks.push_back(member.rank);
    }
    std::ranges::sort(ranks);
    if (std::ranges::adjacent_find(ranks) != ranks.end()) return std::nullopt;
    RankedSlices ranked;
    for (const SliceAt& slice : slices) {
        if (slice.size < 1) return std::nullopt;
        ranked.add(fabric, slice, bound, ranks);
    }
    return ranked;
}

void RankedSlices::add(const Fabric& fabric, const SliceAt& slice, const std::map<std::int32_t, NodeIdx>& bound,
                       std::span<const std::int32_t> ranks) {
    std::map<std::int32_t, Begun> begun;  // by number
    for (const auto& [rank, node] : bound) {
        const DomainIdx home = home_of(fabric, node, slice.depth);
        const auto at = begun.try_emplace(rank / slice.size, Begun{slice.size, home, {}}).first;
        if (at->second.home != home && !torn_) torn_ = at->second.home;
    }
    std::map<std::int32_t, std::int32_t> fresh;  // members of slices with nobody bound, by number
    for (const std::int32_t rank : ranks) {
        const auto at = begun.find(rank / slice.size);
        if (at != begun.end()) {
            at->second.missing.push_back(rank);
        } else {
            ++fresh[rank / slice.size];
        }
    }
    const bool whole = std::ranges::all_of(fresh, [&](const auto& entry) { return entry.second == slice.size; });
    if (!whole && !uneven_) uneven_ = slice;
    for (auto& [number, rest] : begun) begun_.push_back(std::move(rest));
}

std::vector<std::int32_t> RankedSlices::bases(const Fabric& fabric) const {
    // The rest of a slice includes that of the smaller ones inside, so sizes are summed apart and the largest sum
    // holds.
    std::map<std::pair<std::int32_t, DomainIdx>, std::int32_t> sums;
    for (const Begun& slice : begun_) sums[{slice.size, slice.home}] += static_cast<std::int32_t>(slice.missing.size());
    std::vector<std::int32_t> homed(fabric.domain_count(), 0);
    for (const auto& [key, sum] : sums) homed[key.second.value()] = std::max(homed[key.second.value()], sum);
    std::vector<std::int32_t> base(fabric.domain_count(), 0);
    for (std::size_t i = base.size(); i-- > 0;) {
        base[i] = std::max(base[i], homed[i]);
        if (i > 0) base[fabric.domains()[i].parent.value()] += base[i];
    }
    return base;
}

}  // namespace muster
