// What the links out of domains leave for one gang: the capacity of the uplink divided by the number of gangs that send
// over it (reference gpu-topology §4.4, formula 7: U_d / (1 + x_d)).
//
// A gang crosses exactly the domains around its members that are deeper than the lowest domain that holds them all.
#pragma once

#include "placement/cluster/snapshot.hpp"
#include "placement/model/ids.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace muster {

class Uplinks {
  public:
    // For the gang of this key: its own members, wherever the snapshot counts them, are no other gang's. The fabric of
    // the snapshot outlives the object. O(domains above the hosts), nothing where no level has known uplinks.
    Uplinks(const Snapshot& snapshot, const GangKey& gang);

    // Depths of domains whose uplinks are known, ascending. Empty: nothing is known of any.
    [[nodiscard]] std::span<const std::uint32_t> depths() const { return depths_; }
    // MB/s that the gang gets if it crosses the domain; nullopt: not known.
    [[nodiscard]] std::optional<std::int64_t> share(DomainIdx domain) const;
    // Other gangs that cross the domain.
    [[nodiscard]] std::int32_t others(DomainIdx domain) const;

    // The worst bandwidth class that domains give to a member on the node when its gang is held by one of depth `held`:
    // the class of what the gang gets over each domain that it then crosses around the node. Measured against
    // `best_mbps`, what the best GPU set of its size on its machine gets, or, where there is none, against the capacity
    // of the uplink alone. O(depth).
    [[nodiscard]] std::int32_t bandwidth_class(NodeIdx node, std::uint32_t held,
                                               std::optional<std::int64_t> best_mbps) const;
    // The same for all nodes, by the domain above the node's host (its index). O(domains above the hosts).
    [[nodiscard]] std::vector<std::int32_t> bandwidth_classes(std::uint32_t held,
                                                              std::optional<std::int64_t> best_mbps) const;
    // Of the domains that the gang then crosses around the node, the one over which it gets least; of equals the
    // coarsest. nullopt: none with known uplinks. O(depth).
    [[nodiscard]] std::optional<DomainIdx> slowest(NodeIdx node, std::uint32_t held) const;

  private:
    [[nodiscard]] std::int64_t capacity(DomainIdx domain) const;
    [[nodiscard]] std::int32_t class_of(DomainIdx domain, std::optional<std::int64_t> best_mbps) const;

    const Fabric& fabric_;
    std::vector<std::uint32_t> depths_;
    std::vector<std::int32_t> others_;  // by domain above the hosts; −1: uplinks not known. Empty: so for all
};

}  // namespace muster
