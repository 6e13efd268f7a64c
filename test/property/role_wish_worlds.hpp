// Small worlds with gangs of several roles and wishes beyond levels, of the gang and of single roles.
#pragma once

#include "placement/model/gang.hpp"
#include "placement/model/plan.hpp"
#include "test/property/world_gen.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace muster::test {

enum class RoleWishKind { slices, most, least, balanced, exclusive };
inline constexpr std::array kRoleWishKinds{RoleWishKind::slices, RoleWishKind::most, RoleWishKind::least,
                                           RoleWishKind::balanced, RoleWishKind::exclusive};
[[nodiscard]] std::string_view name(RoleWishKind kind);

struct RoleWishedWorld {
    world::World world;
    GangRequest gang;
    GangRequest plain;  // the gang without wishes beyond levels
};

// A world of role_planner_worlds.hpp and its gang with a wish of this kind, of one role or of the whole gang; in a
// third of the worlds another wish of either stands beside it. Balance is asked of members that no host holds all: the
// others are balanced as they are. nullopt: the seed gives no such gang, or one too large to search.
[[nodiscard]] std::optional<RoleWishedWorld> role_wished_world(RoleWishKind kind, bool of_role, std::uint64_t seed);

// Whether the gang was refused before anything was searched, because its wishes exclude each other.
[[nodiscard]] bool contradicts(const Outcome& outcome);

}  // namespace muster::test
