// Slices as numbers: the form base + k × unit that the new members of each domain take (wishes.hpp).
//
// A domain's unit is the size of the largest slice that lies wholly inside it or in domains below. Its base is what the
// slices lack that bound members began there. Where ranks are known, of bound members and of those to place, the slice
// of rank r is number r / size, so its rest has one home and may be smaller than what the size says: members may have
// ended. Where they are not known, only numbers count: what is there is completed to whole slices.
#pragma once

#include "placement/model/gang.hpp"
#include "placement/model/ids.hpp"
#include "placement/model/plan.hpp"
#include "placement/topology/fabric.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

namespace muster {

// A slice's size and the depth of the domains one of which holds it.
struct SliceAt {
    std::uint32_t depth = 0;
    std::int32_t size = 1;
};

// The slices of a wish on levels that the fabric knows, from the smallest up.
[[nodiscard]] std::vector<SliceAt> slices_of(const Fabric& fabric, const TopologyWish& wish);

// Units by domain index. A domain without its label holds no slice itself, so whatever is below it has to.
// O(slices × domains).
[[nodiscard]] std::vector<std::int32_t> slice_units(const Fabric& fabric, std::span<const SliceAt> slices);

// Bound members by domain index; those on nodes that the fabric does not know count nowhere. O(domains + fixed ×
// depth).
[[nodiscard]] std::vector<std::int32_t> bound_by_domain(const Fabric& fabric, std::span<const FixedMember> fixed);

// Bases by domain index, as numbers: each domain is completed to a multiple of its unit. O(domains).
[[nodiscard]] std::vector<std::int32_t> bases_by_number(const Fabric& fabric, std::span<const std::int32_t> unit,
                                                        std::span<const std::int32_t> bound);

// The slices that bound members began, by rank.
class RankedSlices {
  public:
    // nullopt: nothing is bound, or the rank of some member, bound or to place, is not known or stands twice.
    // `slices` from the smallest up. O((members + fixed) × slices × log).
    [[nodiscard]] static std::optional<RankedSlices> make(const Fabric& fabric, const GangRequest& request,
                                                          std::span<const SliceAt> slices);

    // One slice with bound members: where they are, and its members to place, by rank.
    struct Begun {
        std::int32_t size = 1;
        DomainIdx home;
        std::vector<std::int32_t> missing;
    };
    // By slice, smallest sizes first, in their order.
    [[nodiscard]] std::span<const Begun> begun() const { return begun_; }
    // A slice whose bound members lie apart: nothing can make it whole.
    [[nodiscard]] std::optional<DomainIdx> torn() const { return torn_; }
    // The size of a slice of which some members are missing though none is bound.
    [[nodiscard]] std::optional<SliceAt> uneven() const { return uneven_; }
    // O(domains + slices).
    [[nodiscard]] std::vector<std::int32_t> bases(const Fabric& fabric) const;

  private:
    void add(const Fabric& fabric, const SliceAt& slice, const std::map<std::int32_t, NodeIdx>& bound,
             std::span<const std::int32_t> ranks);

    std::vector<Begun> begun_;
    std::optional<DomainIdx> torn_;
    std::optional<SliceAt> uneven_;
};

}  // namespace muster
