// The bound on domains two levels down against all choices of children, in small fabrics. Worlds are numbered; a
// failure names its number.
#include "placement/plan/tree/grandchildren.hpp"
#include "test/property/world_count.hpp"
#include "test/property/world_gen.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

constexpr std::uint64_t kSeeds = 2000;

// Rooms of the grandchildren, by child.
using Rooms = std::vector<std::vector<std::int64_t>>;

Rooms rooms_below(const Fabric& fabric, DomainIdx domain, const std::vector<std::int64_t>& room) {
    Rooms rooms;
    for (std::uint32_t child = fabric.domain(domain).first_child; child < fabric.domain(domain).last_child; ++child) {
        const Domain& parent = fabric.domain(DomainIdx(child));
        rooms.emplace_back(room.begin() + parent.first_child, room.begin() + parent.last_child);
    }
    return rooms;
}

// Of the grandchildren in the chosen children the roomiest first; -1: they do not hold m.
std::int64_t fewest_in(const Rooms& rooms, std::uint32_t chosen, std::int64_t m) {
    std::vector<std::int64_t> all;
    for (std::size_t child = 0; child < rooms.size(); ++child) {
        if ((chosen >> child & 1U) != 0) all.insert(all.end(), rooms[child].begin(), rooms[child].end());
    }
    std::ranges::sort(all, std::greater{});
    std::int64_t fewest = 0;
    for (const std::int64_t room : all) {
        if (m <= 0) break;
        m -= room;
        ++fewest;
    }
    return m > 0 ? -1 : fewest;
}

TEST(Grandchildren, TheBoundIsNeverAboveAnyChoiceOfChildren) {
    std::size_t looked = 0;
    std::size_t equal = 0;
    for (std::uint64_t seed = 0; seed < world::worlds(kSeeds); ++seed) {
        world::Dice dice(seed ^ 0x6772616eU);
        const Snapshot snapshot = world::small_world(seed).snapshot();
        const Fabric& fabric = snapshot.fabric();
        std::vector<std::int64_t> room(fabric.domain_count(), 0);
        for (std::size_t i = fabric.domain_count(); i-- > 1;) {
            const Domain& here = fabric.domains()[i];
            if (here.first_child == here.last_child) room[i] = dice.between(0, 9);
            room[here.parent.value()] += room[i];
        }
        for (std::uint32_t i = 0; i < fabric.domain_count(); ++i) {
            if (fabric.domains()[i].depth + 2 > fabric.levels().size() || room[i] == 0) continue;
            const Rooms rooms = rooms_below(fabric, DomainIdx(i), room);
            const std::int64_t m = dice.between(1, static_cast<std::int32_t>(room[i]));
            const std::int64_t c = dice.between(1, static_cast<std::int32_t>(rooms.size()));
            std::int64_t fewest = -1;
            for (std::uint32_t chosen = 0; chosen < 1U << rooms.size(); ++chosen) {
                const std::int64_t here = std::popcount(chosen) <= c ? fewest_in(rooms, chosen, m) : -1;
                if (here >= 0 && (fewest < 0 || here < fewest)) fewest = here;
            }
            if (fewest < 0) continue;
            const std::int64_t bound = fewest_grandchildren(fabric, room, DomainIdx(i), m, c);
            ASSERT_LE(bound, fewest) << "world " << seed << ", domain " << i;
            ++looked;
            equal += bound == fewest ? 1U : 0U;
        }
    }
    EXPECT_GE(looked, world::worlds(kSeeds));
    EXPECT_GE(equal * 10, looked * 8) << "of no use";
}

}  // namespace
}  // namespace muster
