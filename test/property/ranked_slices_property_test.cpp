// Growth beside bound members, and members placed again with the others fixed, when ranks are known: slices follow the
// ranks, with every other wish. Worlds are numbered; a failure names its number.
#include "placement/plan/gang_planner.hpp"
#include "placement/plan/verify_plan.hpp"
#include "test/property/brute_force.hpp"
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

constexpr std::size_t kRankedWorldsEach = 25;
constexpr std::uint64_t kMostRankedSeeds = 8'000;

std::vector<std::int32_t> members_by_node(const WishedWorld& given, const Plan& plan) {
    std::vector<std::int32_t> sums(given.world.nodes.size(), 0);
    for (const auto& placement : plan.placements) {
        const auto node = std::ranges::find(given.world.nodes, placement.node, &NodeFacts::name);
        ++sums[static_cast<std::size_t>(node - given.world.nodes.begin())];
    }
    return sums;
}

void expect_as_searched(const WishedWorld& given, std::uint64_t seed, std::size_t& fits) {
    const auto ranked = test::ranking(given.world, given.gang, seed);
    const Outcome outcome = plan_gang(given.world.snapshot(), given.gang, ranked.policies);
    const auto expected = brute::search(given.world, given.gang, ranked.rules);
    const Plan* plan = std::get_if<Plan>(&outcome);
    ASSERT_EQ(plan != nullptr, expected.fits);
    if (plan == nullptr) return;
    ++fits;
    EXPECT_EQ(plan->quality.objective, expected.objective);
    EXPECT_EQ(members_by_node(given, *plan), expected.members);
    EXPECT_EQ(verify_plan(given.world.snapshot(), given.gang, *plan).value_or("right"), "right");
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
    std::size_t worlds = 0;  // counted
    std::size_t fits = 0;
    std::size_t matter = 0;
    for (const WishKind one : {WishKind::slices, WishKind::nested_slices}) {
        for (const WishKind other : test::kWishKinds) {
            SCOPED_TRACE(std::string(name(one)) + " and " + std::string(name(other)));
            std::size_t here = 0;
            for (std::uint64_t seed = 0; seed < kMostRankedSeeds && here < kRankedWorldsEach; ++seed) {
                auto given = test::wished_world(one, other, seed);
                if (!given || !test::give_ranks(*given, seed)) continue;
                SCOPED_TRACE("world " + std::to_string(seed));
                expect_as_searched(*given, seed, fits);
                if (::testing::Test::HasFailure()) return;
                // Of the worlds where ranks change nothing only every fourth counts.
                const bool matters = ranks_matter(*given, seed);
                if (!matters && seed % 4 != 0) continue;
                matter += matters ? 1U : 0U;
                ++here;
            }
            EXPECT_EQ(here, kRankedWorldsEach);
            worlds += here;
        }
    }
    EXPECT_GE(fits * 5, worlds);
    EXPECT_GE(matter * 5, worlds);
}

}  // namespace
}  // namespace muster
