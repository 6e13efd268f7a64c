// Gangs of several roles on hosts that have machines inside: under every rule for GPU sets plans equal exhaustive
// search, and what a cut-off search claims is true.
#include "placement/plan/gang_planner.hpp"
#include "placement/plan/links/gpu_picker.hpp"
#include "placement/plan/links/gpu_room.hpp"
#include "placement/plan/links/gpu_tables.hpp"
#include "placement/plan/roles/role_planner.hpp"
#include "placement/topology/bandwidth_class.hpp"
#include "placement/verify/verify_plan.hpp"
#include "test/property/brute_gpus.hpp"
#include "test/property/gpu_worlds.hpp"
#include "test/property/plan_shares.hpp"
#include "test/property/role_planner_worlds.hpp"
#include "test/property/world_count.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

using test::GpuWorld;

const std::size_t kRoleGpuWorlds = world::worlds(800);
const std::uint64_t kMostRoleGpuSeeds = 4 * kRoleGpuWorlds;

// Calls `look` with worlds that exhaustive search can take, until there are kRoleGpuWorlds of them.
template <class Look>
void in_role_gpu_worlds(Look look) {
    std::size_t worlds = 0;
    for (std::uint64_t seed = 0; seed < kMostRoleGpuSeeds && worlds < kRoleGpuWorlds; ++seed) {
        const GpuWorld given = test::role_gpu_world(seed);
        if (brute::role_divisions(given.world, given.gang, world::kMostRoleDivisions) >= world::kMostRoleDivisions)
            continue;
        SCOPED_TRACE("world " + std::to_string(seed));
        look(given, seed);
        if (::testing::Test::HasFailure()) return;
        ++worlds;
    }
    EXPECT_EQ(worlds, kRoleGpuWorlds);
}

// Whether members that ask for different numbers of GPUs share a host.
bool sizes_are_mixed(const GpuWorld& given, const std::vector<std::vector<std::int32_t>>& members) {
    return std::ranges::any_of(members, [&](const auto& counts) {
        std::set<std::int64_t> sizes;
        for (std::size_t role = 0; role < counts.size(); ++role) {
            if (counts[role] > 0) sizes.insert(given.gang.roles[role].shape.requests.get(world::kGpu));
        }
        sizes.erase(0);
        return sizes.size() > 1;
    });
}

// A plan must be exhaustive search's, down to the nodes chosen, and the checker must agree if it knows the rule.
void expect_best_roles(const GpuWorld& given, const Outcome& outcome, const brute::RoleAnswer& expected,
                       bool checker_knows_rule = true) {
    const Plan* plan = std::get_if<Plan>(&outcome);
    ASSERT_EQ(plan != nullptr, expected.fits);
    if (plan == nullptr) return;
    EXPECT_EQ(plan->quality.proof, Proof::optimal);
    EXPECT_EQ(plan->quality.objective, expected.objective);
    EXPECT_EQ(test::members_by_role(given.world, given.gang, *plan), expected.members);
    if (!checker_knows_rule) return;
    EXPECT_EQ(verify_plan(given.world.snapshot(), given.gang, *plan).value_or("right"), "right");
}

TEST(RoleGpus, PredictedSetsEqualExhaustiveSearch) {
    std::map<std::string, std::size_t> seen;
    GpuTables tables;
    in_role_gpu_worlds([&](const GpuWorld& given, std::uint64_t seed) {
        const auto ranked = world::role_ranking(given.world, given.gang, seed);
        const auto classes = brute::role_bandwidth_class(given.world, given.gang);
        const auto expected = brute::search_roles(given.world, given.gang, ranked.rules, classes);
        expect_best_roles(given, plan_gang(given.world.snapshot(), given.gang, ranked.policies, tables), expected);
        if (!expected.fits) return;
        ++seen["fits"];
        const auto plain = brute::search_roles(given.world, given.gang, ranked.rules);
        seen["class decides"] += plain.members != expected.members ? 1U : 0U;
        seen["mixed sizes"] += sizes_are_mixed(given, expected.members) ? 1U : 0U;
        seen["something is lost"] += expected.objective.front() > 0 ? 1U : 0U;
    });
    for (const auto& [what, number] : seen) RecordProperty(what, static_cast<int>(number));
    // The worlds contain what the comparison is about.
    EXPECT_GE(seen["fits"] * 3, kRoleGpuWorlds * 2) << seen["fits"];
    EXPECT_GE(seen["class decides"] * 5, kRoleGpuWorlds) << seen["class decides"];
    EXPECT_GE(seen["something is lost"] * 5, kRoleGpuWorlds) << seen["something is lost"];
    EXPECT_GE(seen["mixed sizes"] * 20, kRoleGpuWorlds) << seen["mixed sizes"];
}

// The class of members on a node from the tables of a rule that controls sets: those who ask for most choose first.
brute::RoleHostClass controlled_class(const GpuWorld& given, const Snapshot& snapshot, GpuTables& tables) {
    return [&](std::size_t at, const std::vector<std::int32_t>& counts) -> std::int64_t {
        const NodeFacts& facts = given.world.nodes[at];
        if (!facts.machine) return 0;
        std::map<std::size_t, std::size_t, std::greater<>> by_size;
        for (std::size_t role = 0; role < counts.size(); ++role)
            by_size[machine_gpus(facts, given.gang.roles[role].shape)] += static_cast<std::size_t>(counts[role]);
        std::erase_if(by_size, [](const auto& size) { return size.first == 0 || size.second == 0; });
        const Fabric& fabric = snapshot.fabric();
        const NodeIdx node = fabric.find(facts.name.str()).value();
        GpuTable& table = *tables.tables(fabric.machines())[fabric.machine_of(node).value()];
        GpuUse use = gpus_gone(snapshot, node);
        const bool worst_sets = by_size.size() > 1 && use.untold > 0;
        std::int32_t worst = 0;
        for (const auto& [gpus, pods] : by_size) {
            const bool neighbours = has_neighbours(given.gang);
            const GpuPack pack = worst_sets ? table.worst(table.all() & ~use.told, gpus, neighbours)
                                            : table.packs(use, gpus, neighbours).of(pods);
            worst = std::max(worst, pack.bandwidth_class);
            for (const GpuMask set : pack.sets) use.told |= set;
        }
        return worst;
    };
}

// A rule under which more large pods may leave better sets to small ones, and large ones before them help those: one
// pod takes a set of the best class that leaves least to others; several take the slowest sets while much is free, else
// those of the best class that leave most.
class Contrary final : public GpuPicker {
  public:
    [[nodiscard]] std::string_view name() const override { return "contrary"; }
    [[nodiscard]] GpuSource source() const override { return GpuSource::controlled; }
    [[nodiscard]] std::vector<GpuMask> pick(MachineValues& machine, const GpuQuestion& question) const override {
        std::vector<GpuMask> sets;
        for (GpuMask free = question.free; sets.size() < question.pods; free &= ~sets.back())
            sets.push_back(next(machine, free, question));
        return sets;
    }

  private:
    static GpuMask next(MachineValues& machine, GpuMask free, const GpuQuestion& question) {
        const bool slow = question.pods > 1 && std::popcount(question.free) > 5;
        const std::int64_t sign = question.pods > 1 ? -1 : 1;
        std::pair<std::int64_t, std::int64_t> least;
        GpuMask best = 0;
        for (GpuMask set = free; set != 0; set = (set - 1) & free) {
            if (std::cmp_not_equal(std::popcount(set), question.k)) continue;
            const std::int64_t mbps = pod_mbps(machine.values.value(set), question.neighbours);
            const std::int64_t lost = bandwidth_class(mbps, machine.values.most_mbps(question.k, question.neighbours));
            std::int64_t left = 0;
            for (GpuMask one = free & ~set; one != 0; one &= one - 1)
                left += pod_mbps(machine.values.value(one & (~one + 1)), question.neighbours);
            for (std::size_t k = 2; const auto pair = machine.values.best(free & ~set, k); ++k)
                left += pod_mbps(machine.values.value(*pair), question.neighbours);
            const auto worth = slow ? std::pair(mbps, std::int64_t{0}) : std::pair(lost, sign * left);
            if (best != 0 && worth >= least) continue;
            least = worth;
            best = set;
        }
        return best;
    }
};

void compare_controlled(const std::shared_ptr<const GpuPicker>& picker) {
    GpuTables tables(picker);
    GpuTables own(picker);
    const bool known = gpu_picker(picker->name()) != nullptr;
    std::size_t mixed = 0;
    in_role_gpu_worlds([&](const GpuWorld& given, std::uint64_t seed) {
        const Snapshot snapshot = given.world.snapshot();
        const auto ranked = world::role_ranking(given.world, given.gang, seed);
        const auto classes = controlled_class(given, snapshot, own);
        const auto expected = brute::search_roles(given.world, given.gang, ranked.rules, classes);
        expect_best_roles(given, plan_gang(snapshot, given.gang, ranked.policies, tables), expected, known);
        mixed += expected.fits && sizes_are_mixed(given, expected.members) ? 1U : 0U;
    });
    EXPECT_GE(mixed * 10, kRoleGpuWorlds);
}

TEST(RoleGpus, BestSetsEqualExhaustiveSearch) {
    compare_controlled(gpu_picker("best-bandwidth"));
}

TEST(RoleGpus, KindSetsEqualExhaustiveSearch) {
    compare_controlled(gpu_picker("least-fragmentation"));
}

TEST(RoleGpus, ContrarySetsEqualExhaustiveSearch) {
    compare_controlled(std::make_shared<Contrary>());
}

// Adds wishes that the tables of costs count.
void add_counted_wishes(GpuWorld& given, std::uint64_t seed) {
    TopologyWish& wish = given.gang.wish;
    const std::string host(kHostLevel);
    if (seed % 4 == 0) wish.spread = {{host, 2}};
    if (seed % 4 == 1) wish.spread = {{host, 0, 2}};
    if (seed % 4 == 2) wish.spread = {{host, 0, 0, true}};
    if (seed % 4 != 3) return;
    for (auto& role : given.gang.roles) {
        if (role.members.size() == 2 && !role.wish.required) role.wish.slices = {{2, host}};
        if (role.members.size() == 3) role.wish.spread = {{host, 2}};
    }
}

TEST(RoleGpus, ClassesStandBeforeCountedWishes) {
    std::map<std::string, std::size_t> seen;
    GpuTables tables;
    in_role_gpu_worlds([&](const GpuWorld& plain, std::uint64_t seed) {
        GpuWorld given = plain;
        add_counted_wishes(given, seed);
        const auto ranked = world::role_ranking(given.world, given.gang, seed);
        const auto classes = brute::role_bandwidth_class(given.world, given.gang);
        const auto expected = brute::search_roles(given.world, given.gang, ranked.rules, classes);
        expect_best_roles(given, plan_gang(given.world.snapshot(), given.gang, ranked.policies, tables), expected);
        if (!expected.fits) return;
        const auto blind = brute::search_roles(given.world, given.gang, ranked.rules);
        seen["class decides"] += blind.members != expected.members ? 1U : 0U;
        const auto unwished = brute::search_roles(plain.world, plain.gang, ranked.rules, classes);
        seen["wish decides"] += unwished.members != expected.members ? 1U : 0U;
    });
    EXPECT_GE(seen["class decides"] * 5, kRoleGpuWorlds) << seen["class decides"];
    EXPECT_GE(seen["wish decides"] * 5, kRoleGpuWorlds) << seen["wish decides"];
}

// Budgets too small for these worlds, and for every part of the search.
TEST(RoleGpus, WhatACutOffSearchClaimsIsTrue) {
    std::map<std::string, std::size_t> seen;
    GpuTables tables;
    in_role_gpu_worlds([&](const GpuWorld& given, std::uint64_t seed) {
        const auto ranked = world::role_ranking(given.world, given.gang, seed);
        const auto classes = brute::role_bandwidth_class(given.world, given.gang);
        world::Dice dice(seed);
        const RoleBudget budget{dice.chance(50) ? 1'000'000 : dice.below(2'000), dice.below(3'000)};
        const Outcome outcome = plan_roles(given.world.snapshot(), given.gang, ranked.policies, tables, budget);
        const Plan* plan = std::get_if<Plan>(&outcome);
        if (plan == nullptr) return;
        const auto expected = brute::search_roles(given.world, given.gang, ranked.rules, classes);
        const Quality& quality = plan->quality;
        const bool bounded = quality.proof == Proof::bounded;
        EXPECT_EQ(verify_plan(given.world.snapshot(), given.gang, *plan).value_or("right"), "right");
        EXPECT_LE(bounded ? quality.bound : quality.objective, expected.objective);
        EXPECT_GE(quality.objective, expected.objective);
        EXPECT_TRUE(!bounded || quality.bound < quality.objective);
        ++seen[!bounded ? "optimal" : quality.objective == expected.objective ? "optimal, not proved" : "worse"];
    });
    for (const char* what : {"optimal", "optimal, not proved", "worse"})
        EXPECT_GE(seen[what] * 80, kRoleGpuWorlds) << what;
}

}  // namespace
}  // namespace muster
