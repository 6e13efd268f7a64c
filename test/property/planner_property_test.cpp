// The planner against exhaustive search, and what must not change its answer. Worlds are numbered; a failure names its
// number.
#include "placement/plan/gang_planner.hpp"
#include "test/property/brute_force.hpp"
#include "test/property/expect_best.hpp"
#include "test/property/ranking.hpp"
#include "test/property/world_count.hpp"
#include "test/property/world_gen.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

using test::Ranking;
using test::ranking;
using world::Dice;
using world::World;

const std::uint64_t kWorlds = world::worlds(4'000);
// Exhaustive search is kept this small by leaving members out.
constexpr std::uint64_t kMostDivisions = 6'000;

// In every fourth world labels are missing.
World world_for(std::uint64_t seed) {
    World world = world::small_world(seed);
    Dice dice(seed);
    if (seed % 4 == 3) world::lose_finest_labels(world, dice);
    return world;
}

// The world's gang. In every third world it grows to what the world holds at all and may go anywhere, so that many
// gangs lie over several racks.
GangRequest gang_for(const World& world, std::uint64_t seed) {
    GangRequest gang = world::small_gang(world, seed);
    auto& members = gang.roles.front().members;
    const auto divisions = [&] {
        return brute::divisions(world, gang, static_cast<std::int32_t>(members.size()), kMostDivisions);
    };
    if (seed % 3 == 1) {
        gang.wish.required.reset();
        for (auto i = members.size(); i < 12; ++i) {
            const std::string name = world::numbered("gang-", i);
            members.push_back({PodUid("uid-" + name), {"ml", name}, static_cast<std::int32_t>(i)});
        }
        while (members.size() > 1 && divisions() == 0) members.pop_back();
    }
    while (members.size() > 1 && divisions() >= kMostDivisions) members.pop_back();
    return gang;
}

// Members by world.nodes.
std::size_t several_of_finest_level_above_hosts(const Plan& plan) {
    const auto& counts = plan.quality.domains;
    return counts.size() >= 2 && counts[counts.size() - 2].domains > 1 ? 1 : 0;
}

TEST(Planner, EqualsExhaustiveSearchInEveryWorld) {
    std::size_t no_fit = 0;
    std::size_t several_racks = 0;
    std::size_t policies_matter = 0;
    std::map<std::string, std::size_t> wishes;
    for (std::uint64_t seed = 0; seed < kWorlds; ++seed) {
        SCOPED_TRACE("world " + std::to_string(seed));
        const World world = world_for(seed);
        const GangRequest gang = gang_for(world, seed);
        const Ranking ranked = ranking(world, gang, seed);
        const Outcome outcome = plan_gang(world.snapshot(), gang, ranked.policies);
        const auto expected = brute::search(world, gang, ranked.rules);
        test::expect_best(world, gang, outcome, expected);
        if (::testing::Test::HasFatalFailure() || ::testing::Test::HasNonfatalFailure()) return;

        if (const Plan* plan = std::get_if<Plan>(&outcome)) {
            several_racks += several_of_finest_level_above_hosts(*plan);
            const bool differs = !ranked.rules.empty() && brute::search(world, gang, {}).members != expected.members;
            policies_matter += differs ? 1 : 0;
        } else {
            ++no_fit;
        }
        ++wishes[std::string(gang.wish.required ? "required" : "") + (gang.wish.preferred ? "preferred" : "")];
        if (!gang.fixed.empty()) ++wishes["bound members"];
    }
    RecordProperty("no_fit", static_cast<int>(no_fit));
    RecordProperty("several_racks", static_cast<int>(several_racks));
    RecordProperty("policies_matter", static_cast<int>(policies_matter));
    // The worlds contain what the comparison is about.
    EXPECT_GE(no_fit * 4, kWorlds);
    EXPECT_GE(several_racks * 4, kWorlds);
    EXPECT_GE(policies_matter * 20, kWorlds);
    for (const char* wish : {"", "required", "preferred", "requiredpreferred", "bound members"}) {
        EXPECT_GE(wishes[wish] * 40, kWorlds) << wish;
    }
}

}  // namespace
}  // namespace muster
