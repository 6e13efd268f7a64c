// Worlds and gangs with wishes of chosen kinds, for the planner's property tests.
#pragma once

#include "placement/model/gang.hpp"
#include "test/property/world_gen.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace muster::test {

enum class WishKind { required, preferred, slices, nested_slices, spread_max, exclusive, spread_min, balanced };
inline constexpr std::array kWishKinds{WishKind::required,      WishKind::preferred,  WishKind::slices,
                                       WishKind::nested_slices, WishKind::spread_max, WishKind::exclusive,
                                       WishKind::spread_min,    WishKind::balanced};
[[nodiscard]] std::string_view name(WishKind kind);

struct WishedWorld {
    world::World world;
    GangRequest gang;
};

// A small world, and a gang that fits without these wishes or nearly so. Its members are whole slices, bound ones (in
// every fifth seed, as pods of the world) counted; few enough for exhaustive search. nullopt: the seed gives no such
// gang, or one whose wishes contradict each other.
[[nodiscard]] std::optional<WishedWorld> wished_world(WishKind one, WishKind other, std::uint64_t seed);

// The gang of a world with slices and bound members, whose ranks are known now: each node with bound ones has a slice
// of its own. Some members to place of slices that bound ones began have ended. false: no bound members, nobody left to
// place, or too few slices.
[[nodiscard]] bool give_ranks(WishedWorld& given, std::uint64_t seed);

// The gang without its wishes of this kind.
[[nodiscard]] GangRequest without(WishKind kind, GangRequest gang);

}  // namespace muster::test
