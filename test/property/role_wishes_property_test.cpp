// Slices, spread and exclusive domains of gangs of several roles, and of single roles, against exhaustive search.
// Worlds are numbered; a failure names its number.
#include "placement/plan/gang_planner.hpp"
#include "placement/plan/verify_plan.hpp"
#include "placement/plan/wish_planner.hpp"
#include "test/property/role_planner_worlds.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <numeric>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

using world::Dice;
using world::World;

enum class Kind { slices, most, least, balanced, exclusive };
constexpr std::array kKinds{Kind::slices, Kind::most, Kind::least, Kind::balanced, Kind::exclusive};
constexpr std::array<const char*, kKinds.size()> kNames{"slices", "most", "least", "balanced", "exclusive"};
constexpr std::size_t kWorldsEach = 60;
constexpr std::uint64_t kMostSeeds = 4'000;

std::string level_of(Dice& dice, const World& world) {
    const std::uint32_t at = dice.below(static_cast<std::uint32_t>(world.levels.size()) + 1);
    return at == world.levels.size() ? "host" : world.levels[at].name;
}

std::int32_t total(const GangRequest& gang) {
    return static_cast<std::int32_t>(gang.members());
}

// Slices of all roles: each with the same part of every role, numbered in turns, or each of one role.
bool add_mixed_slices(Dice& dice, const World& world, GangRequest& gang) {
    std::int32_t common = 0;
    for (const auto& role : gang.roles) common = std::gcd(common, static_cast<std::int32_t>(role.members.size()));
    if (common < 2 || !gang.fixed.empty()) return false;
    const bool alike = dice.chance(60);
    std::int32_t rank = 0;
    for (std::int32_t part = 0; part < common; ++part) {
        for (auto& role : gang.roles) {
            const std::size_t each = role.members.size() / static_cast<std::size_t>(common);
            for (std::size_t i = 0; i < each; ++i)
                role.members[static_cast<std::size_t>(part) * each + i].rank = alike ? rank++ : -1;
        }
    }
    gang.wish.slices = {{alike ? total(gang) / common : common, level_of(dice, world)}};
    return true;
}

// Adds a wish of the gang (role: its number of roles) or of one role.
bool add(Kind kind, std::size_t role, Dice& dice, const World& world, GangRequest& gang) {
    const bool whole = role == gang.roles.size();
    TopologyWish& wish = whole ? gang.wish : gang.roles[role].wish;
    const auto members = whole ? total(gang) : static_cast<std::int32_t>(gang.roles[role].members.size());
    switch (kind) {
        case Kind::slices:
            if (whole) return add_mixed_slices(dice, world, gang);
            if (members % 2 != 0) return false;
            gang.fixed.clear();
            wish.slices = {{2, level_of(dice, world)}};
            return true;
        case Kind::most:
            wish.spread.push_back({level_of(dice, world), static_cast<std::int32_t>(dice.between(1, 4)), 0, false});
            return true;
        case Kind::least:
            wish.spread.push_back({level_of(dice, world), 0, static_cast<std::int32_t>(dice.between(2, 3)), false});
            return members >= 3;
        case Kind::balanced:
            wish.spread.push_back({dice.chance(80) ? "host" : level_of(dice, world), 0, 0, true});
            return members >= 4;
        case Kind::exclusive:
            wish.exclusive = level_of(dice, world);
            return true;
    }
    return false;
}

struct Given {
    World world;
    GangRequest gang;
    GangRequest plain;
    Kind kind;
};

std::optional<Given> given(Kind kind, bool of_role, std::uint64_t seed) {
    Given given{world::role_world(seed), {}, {}, kind};
    given.gang = given.plain = world::role_gang(given.world, seed);
    Dice dice(seed ^ 0x77697368U);
    const std::size_t roles = given.gang.roles.size();
    std::size_t role = of_role ? dice.below(static_cast<std::uint32_t>(roles)) : roles;
    if (of_role && kind == Kind::balanced) {
        // Few members are balanced as they are.
        const auto& all = given.gang.roles;
        role = static_cast<std::size_t>(
            std::ranges::max_element(all, {}, [](const auto& one) { return one.members.size(); }) - all.begin());
    }
    if (kind == Kind::exclusive) {
        std::erase_if(given.world.pods, [&](const PodBound& pod) { return !pod.stays && dice.chance(60); });
    }
    if (!add(kind, role, dice, given.world, given.gang)) return std::nullopt;
    if (dice.chance(35)) {
        const Kind other = kKinds[dice.below(kKinds.size())];
        const std::size_t second = dice.below(static_cast<std::uint32_t>(roles) + 1);
        if (other == kind && second == role) return std::nullopt;
        if (other == Kind::slices && second == roles) return std::nullopt;
        if (!add(other, second, dice, given.world, given.gang)) return std::nullopt;
    }
    given.plain = given.gang;
    given.plain.wish.slices.clear();
    given.plain.wish.spread.clear();
    given.plain.wish.exclusive.reset();
    for (auto& each : given.plain.roles) {
        each.wish.slices.clear();
        each.wish.spread.clear();
        each.wish.exclusive.reset();
    }
    if (brute::role_divisions(given.world, given.gang, world::kMostRoleDivisions) >= world::kMostRoleDivisions)
        return std::nullopt;
    return given;
}

// Refused before anything is searched.
bool contradicts(const Outcome& outcome) {
    const auto refused = [](ReasonCode code) {
        return code == ReasonCode::slice_above_required || code == ReasonCode::spread_above_required ||
               code == ReasonCode::spread_too_few || code == ReasonCode::slice_uneven ||
               code == ReasonCode::several_roles;
    };
    const auto* no = std::get_if<NoFit>(&outcome);
    const auto* never = std::get_if<NeverFits>(&outcome);
    return (no != nullptr && refused(no->reason.code)) || (never != nullptr && refused(never->reason.code));
}

// Members by world.nodes, then role.
std::vector<std::vector<std::int32_t>> shares(const Given& given, const Plan& plan) {
    const auto& nodes = given.world.nodes;
    std::vector<std::vector<std::int32_t>> sums(nodes.size(), std::vector<std::int32_t>(given.gang.roles.size(), 0));
    auto placement = plan.placements.begin();
    for (std::size_t role = 0; role < given.gang.roles.size(); ++role) {
        for (std::size_t i = 0; i < given.gang.roles[role].members.size(); ++i, ++placement) {
            const auto node = std::ranges::find(nodes, placement->node, &NodeFacts::name);
            ++sums[static_cast<std::size_t>(node - nodes.begin())][role];
        }
    }
    return sums;
}

// Few members are balanced as they are: of the worlds that such wishes do not change only every third counts.
void count(const Given& given, const brute::RoleAnswer& plain, const brute::RoleAnswer& expected, std::uint64_t seed,
           std::map<std::string, std::size_t>& seen) {
    const bool changed = plain.fits != expected.fits || plain.members != expected.members;
    if (given.kind == Kind::balanced && !changed && seed % 3 != 0) return;
    ++seen["worlds"];
    seen["fits"] += expected.fits ? 1U : 0U;
    seen["changed"] += changed ? 1U : 0U;
}

template <class Look>
void in_worlds(Look look) {
    for (const bool of_role : {false, true}) {
        for (const Kind kind : kKinds) {
            SCOPED_TRACE(std::string(of_role ? "role: " : "gang: ") + kNames[static_cast<std::size_t>(kind)]);
            std::map<std::string, std::size_t> seen;
            for (std::uint64_t seed = 0; seed < kMostSeeds && seen["worlds"] < kWorldsEach; ++seed) {
                SCOPED_TRACE("world " + std::to_string(seed));
                const auto world = given(kind, of_role, seed);
                if (!world) continue;
                look(*world, seed, seen);
                if (::testing::Test::HasFailure()) return;
            }
            EXPECT_EQ(seen["worlds"], kWorldsEach);
            EXPECT_GE(seen["changed"] * 5, kWorldsEach);
            EXPECT_GE(seen["fits"] * 6, kWorldsEach);
        }
    }
}

TEST(RoleWishes, EqualExhaustiveSearchForTheGangAndForOneRole) {
    in_worlds([](const Given& given, std::uint64_t seed, auto& seen) {
        const auto ranked = world::role_ranking(given.world, given.gang, seed);
        const Outcome outcome = plan_gang(given.world.snapshot(), given.gang, ranked.policies);
        if (contradicts(outcome)) return;
        const auto expected = brute::search_roles(given.world, given.gang, ranked.rules);
        const Plan* plan = std::get_if<Plan>(&outcome);
        ASSERT_EQ(plan != nullptr, expected.fits);
        if (plan != nullptr) {
            EXPECT_EQ(plan->quality.proof, Proof::optimal);
            EXPECT_EQ(plan->quality.objective, expected.objective);
            EXPECT_EQ(shares(given, *plan), expected.members);
            EXPECT_EQ(verify_plan(given.world.snapshot(), given.gang, *plan).value_or("right"), "right");
        }
        const auto plain = brute::search_roles(given.world, given.plain, ranked.rules);
        count(given, plain, expected, seed, seen);
    });
}

TEST(RoleWishes, WhatACutOffSearchClaimsIsTrue) {
    in_worlds([](const Given& given, std::uint64_t seed, auto& seen) {
        const auto ranked = world::role_ranking(given.world, given.gang, seed);
        Dice dice(seed);
        const RoleBudget budget{dice.chance(50) ? 1'000'000 : dice.below(3'000), dice.below(12'000)};
        GpuTables gpus;
        const Outcome whole = plan_gang(given.world.snapshot(), given.gang, ranked.policies);
        if (contradicts(whole)) return;
        const auto expected = brute::search_roles(given.world, given.gang, ranked.rules);
        const auto plain = brute::search_roles(given.world, given.plain, ranked.rules);
        count(given, plain, expected, seed, seen);
        if (std::holds_alternative<NeverFits>(whole)) return;
        const Outcome outcome = plan_wished(given.world.snapshot(), given.gang, ranked.policies, gpus, budget);
        if (const Plan* plan = std::get_if<Plan>(&outcome)) {
            ASSERT_TRUE(expected.fits);
            EXPECT_EQ(verify_plan(given.world.snapshot(), given.gang, *plan).value_or("right"), "right");
            const bool bounded = plan->quality.proof == Proof::bounded;
            EXPECT_LE(bounded ? plan->quality.bound : plan->quality.objective, expected.objective);
            EXPECT_GE(plan->quality.objective, expected.objective);
            return;
        }
        const NoFit* no = std::get_if<NoFit>(&outcome);
        EXPECT_TRUE((no != nullptr && no->reason.code == ReasonCode::search_exhausted) || !expected.fits);
    });
}

}  // namespace
}  // namespace muster
