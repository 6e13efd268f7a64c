// What slices, spread and exclusive domains mean, from the definitions alone (see brute_force.hpp).
#pragma once

#include "placement/model/gang.hpp"
#include "test/property/brute_regions.hpp"
#include "test/property/world_gen.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace muster::brute {

// Whether the world has a level of this name or label, hosts included; else a wish on it is one on a node label.
[[nodiscard]] bool is_level(const world::World& world, const std::string& name);

class Wished {
  public:
    // The world and the gang outlive it.
    Wished(const world::World& world, const GangRequest& gang) : Wished(world, gang, gang.fixed) {}
    // `own`: all bound members, those that the wish does not count too; exclusive domains may hold them.
    Wished(const world::World& world, const GangRequest& gang, std::span<const FixedMember> own);
    // Whether this division is as wished; `share`: new members by world.nodes.
    [[nodiscard]] bool allows(const std::vector<std::int32_t>& share) const;

  private:
    // Nodes that share a domain have the same number.
    using Grouping = std::vector<std::size_t>;
    // `skip_missing`: where the label is missing, the next finer one decides. Of a node label: by its value alone.
    [[nodiscard]] Grouping group(const std::string& level, bool skip_missing) const;
    [[nodiscard]] bool spread_as_wished(std::size_t wish, const std::vector<std::int32_t>& share,
                                        const std::vector<std::int32_t>& held) const;
    [[nodiscard]] bool missing(std::size_t node, const std::string& level) const;
    // All members in one value of a node label.
    [[nodiscard]] bool together(const std::vector<std::int32_t>& share, const std::vector<std::int32_t>& held) const;
    void add_exclusive(const std::string& level, std::span<const FixedMember> own);
    [[nodiscard]] bool others_use_devices(const NodeFacts& node, std::span<const FixedMember> own) const;
    [[nodiscard]] static std::vector<std::int32_t> sums(const Grouping& grouping, const std::vector<std::int32_t>& of);

    const world::World& world_;
    const GangRequest& gang_;
    std::vector<std::int32_t> bound_;  // by world.nodes
    // With ranks known: whether each begun slice is completed where it is, and the rest are whole.
    [[nodiscard]] bool ranked_slices(std::size_t wish, const std::vector<std::int32_t>& share) const;

    std::vector<Grouping> slices_;  // by wish
    std::vector<Grouping> spread_;
    std::vector<bool> closed_;  // by world.nodes: not the gang's alone
};

}  // namespace muster::brute
