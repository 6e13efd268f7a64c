// Worlds with a node label that crosses the levels (power zones over racks), and gangs with a wish on it. The zones are
// drawn against the place that the gang would take without the wish, or anyhow.
#pragma once

#include "placement/model/gang.hpp"
#include "test/property/brute_force.hpp"
#include "test/property/role_planner_brute_force.hpp"
#include "test/property/role_wish_worlds.hpp"
#include "test/property/wish_worlds.hpp"
#include "test/property/world_gen.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace muster::test {

enum class ZoneWish { required, preferred, most, exclusive, least, balanced };
inline constexpr std::array kZoneWishes{ZoneWish::required,  ZoneWish::preferred, ZoneWish::most,
                                        ZoneWish::exclusive, ZoneWish::least,     ZoneWish::balanced};
[[nodiscard]] std::string_view name(ZoneWish kind);

// The label, of no level.
inline constexpr std::string_view kZone = "example.com/power-zone";

// Both can be wished at once: a gang prefers one level or label, and requires one, and so on.
[[nodiscard]] bool go_together(ZoneWish zone, WishKind level);

struct ZonedWorld {
    world::World world;
    GangRequest gang;
    brute::Answer unzoned;  // without the wish on zones, under ranking(world, gang, seed)
};

// A world of wish_worlds.hpp and its gang, with no wish on levels or of this kind, and one on zones: 2–4 of them, some
// nodes without. In most seeds they lie so that the gang's place without the wish breaks it; in the others anyhow. Of
// gangs that find no place at all most get a world with more room. nullopt: wish_worlds.hpp gives none, or one too
// large to search. Precondition: go_together.
[[nodiscard]] std::optional<ZonedWorld> zoned_world(ZoneWish zone, std::optional<WishKind> level, std::uint64_t seed);

struct ZonedRoleWorld {
    world::World world;
    GangRequest gang;
    GangRequest rest;           // without the wish on zones
    std::size_t role = 0;       // whose wish it is; number of roles: the gang's
    brute::RoleAnswer unzoned;  // of `rest`, under role_ranking(world, gang, seed)
};

// The same with several roles: the wish on zones is the gang's or that of one role. Beside it, levels as
// role_planner_worlds.hpp draws them, or a wish of this kind (role_wish_worlds.hpp), of the gang or of a role. nullopt
// also: whoever wishes wishes the same of a level.
[[nodiscard]] std::optional<ZonedRoleWorld> zoned_role_world(ZoneWish zone, std::optional<RoleWishKind> level,
                                                             std::uint64_t seed);

}  // namespace muster::test
