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

// A small world, and a gang that fits without these wishes or nearly so; with a preferred level alone, most do
// not fit into it now, but would later. Its members are whole slices, bound ones (in every fifth seed, as pods of the
// world) counted; few enough for exhaustive search. nullopt: the seed gives no such gang, or one whose wishes
// contradict each other.
[[nodiscard]] std::optional<WishedWorld> wished_world(WishKind one, WishKind other, std::uint64_t seed);

// Gives the gang wishes of these kinds instead of its own, and leaves members out until they are whole slices and few
// enough. false: no such gang, or the wishes contradict each other.
[[nodiscard]] bool give_wishes(WishedWorld& given, WishKind one, WishKind other, world::Dice& dice);

// The same with slices (`one`) and bound members whose ranks are known: each node with bound ones has a slice of its
// own. Of slices that they began some members to place have ended; of even seeds all fit, and at least one has. nullopt
// also: nobody left to place, or too few slices.
[[nodiscard]] std::optional<WishedWorld> ranked_world(WishKind one, WishKind other, std::uint64_t seed);

// A world of gpu_worlds.hpp whose gang has wishes of these kinds instead of its own. nullopt as above.
[[nodiscard]] std::optional<WishedWorld> wished_gpu_world(WishKind one, WishKind other, std::uint64_t seed);

// The gang without its wishes of this kind.
[[nodiscard]] GangRequest without(WishKind kind, GangRequest gang);

}  // namespace muster::test
