// What the wishes of a gang and of its roles mean, from the definitions alone (see brute_wishes.hpp).
#pragma once

#include "placement/model/gang.hpp"
#include "test/property/brute_wishes.hpp"
#include "test/property/world_gen.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <vector>

namespace muster::brute {

class RoleWished {
  public:
    // Both outlive it.
    RoleWished(const world::World& world, const GangRequest& gang);
    // Whether this division is as wished; members by world.nodes, then role.
    [[nodiscard]] bool allows(const std::vector<std::vector<std::int32_t>>& share) const;

  private:
    // A wish, the roles that it counts together, and what of it one count says.
    struct Part {
        std::vector<bool> roles;
        GangRequest gang;
        Wished wished;
        Part(const world::World& world, std::vector<bool> of, GangRequest counted, std::span<const FixedMember> own)
            : roles(std::move(of)), gang(std::move(counted)), wished(world, gang, own) {}
    };
    // Slices of members of several roles: the members of each role in every slice, and the domain of each node.
    struct Mixed {
        std::vector<std::vector<std::int32_t>> slices;
        std::vector<std::string> homes;
    };
    void add(const world::World& world, const GangRequest& gang, const TopologyWish& wish, std::vector<bool> roles);
    void add_mixed(const world::World& world, const GangRequest& gang, const SliceWish& wish);

    std::deque<Part> parts_;
    std::vector<Mixed> mixed_;
};

}  // namespace muster::brute
