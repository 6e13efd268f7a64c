// Growth beside bound members, and members placed again with the others fixed, when ranks are known: slices follow the
// ranks, with every other wish. Worlds are numbered; a failure names its number.
#include "placement/plan/gang_planner.hpp"
#include "test/property/brute_force.hpp"
#include "test/property/expect_best.hpp"
#include "test/property/ranking.hpp"
#include "test/property/wish_worlds.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

using test::WishedWorld;
using test::WishKind;

constexpr std::size_t kRankedWorldsEach = 60;
constexpr std::uint64_t kMostRankedSeeds = 8'000;

void expect_as_searched(const WishedWorld& given, std::uint64_t seed, std::size_t& fits) {
    const auto ranked = test::ranking(given.world, given.gang, seed);
    const Outcome outcome = plan_gang(given.world.snapshot(), given.gang, ranked.policies);
    const auto expected = brute::search(given.world, given.gang, ranked.rules);
    test::expect_best(given.world, given.gang, outcome, expected);
    const Plan* plan = std::get_if<Plan>(&outcome);
    if (plan == nullptr) return;
    ++fits;
    for (std::size_t i = 0; i < plan->placements.size(); ++i)
        EXPECT_EQ(plan->placements[i].rank, given.gang.roles.front().members[i].rank);
}

// Whether the numbers alone, without ranks, would have given another answer.
bool ranks_matter(const WishedWorld& given, std::uint64_t seed) {
    const auto ranked = test::ranking(given.world, given.gang, seed);
    GangRequest numbers = given.gang;
    for (auto& fixed : numbers.fixed) fixed.rank = -1;
    return brute::search(given.world, given.gang, ranked.rules).members !=
           brute::search(given.world, numbers, ranked.rules).members;
}

TEST(RankedSlices, EqualExhaustiveSearchWithEveryOtherWish) {
    for (const WishKind one : {WishKind::slices, WishKind::nested_slices}) {
        for (const WishKind other : test::kWishKinds) {
            SCOPED_TRACE(std::string(name(one)) + " and " + std::string(name(other)));
            std::size_t worlds = 0;
            std::size_t fits = 0;
            std::size_t matter = 0;
            for (std::uint64_t seed = 0; seed < kMostRankedSeeds && worlds < kRankedWorldsEach; ++seed) {
                const auto given = test::ranked_world(one, other, seed);
                if (!given) continue;
                SCOPED_TRACE("world " + std::to_string(seed));
                expect_as_searched(*given, seed, fits);
                if (::testing::Test::HasFailure()) return;
                matter += ranks_matter(*given, seed) ? 1U : 0U;
                ++worlds;
            }
            EXPECT_EQ(worlds, kRankedWorldsEach);
            EXPECT_GE(fits * 5, worlds) << fits;
            EXPECT_GE(matter * 5, worlds) << matter;
        }
    }
}

}  // namespace
}  // namespace muster
