// Ranks follow the tree: a ring over the members crosses the border of every domain once each way, a pipeline at most
// so; ranks that were given stay. And bounded wait: nobody waits in vain, or goes where it should wait.
#include "placement/plan/gang_planner.hpp"
#include "test/property/brute_force.hpp"
#include "test/property/ranking.hpp"
#include "test/property/wish_worlds.hpp"
#include "test/property/world_count.hpp"
#include "test/property/world_gen.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

using test::kWishKinds;
using test::WishKind;

const std::uint64_t kRankedWorlds = world::worlds(1'500);

// Domains of each member's node in order of ranks, host first.
std::vector<std::vector<std::uint32_t>> by_rank(const Fabric& fabric, const Plan& plan) {
    std::vector<const Placement*> order;
    for (const auto& placement : plan.placements) order.push_back(&placement);
    std::ranges::sort(order, {}, &Placement::rank);
    std::vector<std::vector<std::uint32_t>> places;
    for (const auto* placement : order) {
        auto& place = places.emplace_back();
        for (DomainIdx at = fabric.host_domain(*fabric.find(placement->node.str())); at != fabric.root();
             at = fabric.domain(at).parent)
            place.push_back(at.value());
    }
    return places;
}

// How often the ring enters each domain.
std::map<std::uint32_t, int> entries(const std::vector<std::vector<std::uint32_t>>& places) {
    std::map<std::uint32_t, int> count;
    for (std::size_t i = 0; i < places.size(); ++i) {
        const auto& from = places[i];
        const auto& to = places[(i + 1) % places.size()];
        for (const std::uint32_t domain : to) count[domain] += std::ranges::find(from, domain) == from.end() ? 1 : 0;
    }
    return count;
}

void expect_ring(const Fabric& fabric, const Plan& plan) {
    for (const auto& [domain, times] : entries(by_rank(fabric, plan)))
        EXPECT_LE(times, 1) << "the ring enters " << fabric.path(DomainIdx(domain)) << " " << times << " times";
}

TEST(RankOrder, ARingEntersEveryDomainAtMostOnce) {
    std::size_t crossing = 0;
    for (std::uint64_t seed = 0; seed < kRankedWorlds; ++seed) {
        SCOPED_TRACE("world " + std::to_string(seed));
        const world::World world = world::small_world(seed);
        GangRequest gang = world::small_gang(world, seed);
        gang.fixed.clear();
        const bool given = seed % 2 == 0;
        world::Dice dice(seed);
        dice.shuffle(gang.roles.front().members);
        std::int32_t next = 0;
        for (auto& member : gang.roles.front().members) member.rank = given ? next++ : -1;
        const std::vector<MemberToPlace> members = gang.roles.front().members;
        const Snapshot snapshot = world.snapshot();
        const Outcome outcome = plan_gang(snapshot, gang, {});
        const Plan* plan = std::get_if<Plan>(&outcome);
        if (plan == nullptr) continue;
        expect_ring(snapshot.fabric(), *plan);
        std::vector<std::int32_t> ranks;
        for (const auto& placement : plan->placements) {
            ranks.push_back(placement.rank);
            const auto member = std::ranges::find(members, placement.uid, &MemberToPlace::uid);
            EXPECT_TRUE(!given || member->rank == placement.rank) << "a given rank is kept";
        }
        std::ranges::sort(ranks);
        for (std::size_t i = 0; i < ranks.size(); ++i) EXPECT_EQ(ranks[i], static_cast<std::int32_t>(i));
        if (plan->quality.level != kHostLevel) ++crossing;
        if (::testing::Test::HasFailure()) return;
    }
    EXPECT_GE(crossing * 5, kRankedWorlds) << "the gangs cross borders at all";
}

TEST(RankOrder, SlicesAreConsecutiveRanksInOneDomain) {
    std::size_t seen = 0;
    for (const WishKind other : kWishKinds) {
        for (std::uint64_t seed = 0; seed < kRankedWorlds / 5; ++seed) {
            const auto given = test::wished_world(WishKind::slices, other, seed);
            if (!given || !given->gang.fixed.empty()) continue;
            SCOPED_TRACE("world " + std::to_string(seed));
            const Snapshot snapshot = given->world.snapshot();
            const Outcome outcome = plan_gang(snapshot, given->gang, {});
            const Plan* plan = std::get_if<Plan>(&outcome);
            if (plan == nullptr) continue;
            ++seen;
            expect_ring(snapshot.fabric(), *plan);
            const auto places = by_rank(snapshot.fabric(), *plan);
            for (const auto& slice : given->gang.wish.slices) {
                const auto up = snapshot.fabric().levels().size() - 1 - snapshot.fabric().level(slice.level)->value();
                for (std::size_t i = 0; i < places.size(); ++i)
                    EXPECT_EQ(places[i][up], places[i - i % static_cast<std::size_t>(slice.size)][up]);
            }
            if (::testing::Test::HasFailure()) return;
        }
    }
    EXPECT_GE(seen, 100U);
}

TEST(BoundedWait, HoldsExactlyThoseThatThePreferredLevelCouldHoldLater) {
    std::map<std::string, std::size_t> seen;
    for (std::uint64_t seed = 0; seed < 2 * kRankedWorlds; ++seed) {
        const auto given = test::wished_world(WishKind::preferred, kWishKinds[seed % kWishKinds.size()], seed);
        if (!given) continue;
        SCOPED_TRACE("world " + std::to_string(seed));
        const auto ranked = test::ranking(given->world, given->gang, seed);
        const Snapshot snapshot = given->world.snapshot();
        GangRequest patient = given->gang;
        patient.hold_preferred = true;
        const Outcome outcome = plan_gang(snapshot, patient, ranked.policies);
        const Outcome hasty = plan_gang(snapshot, given->gang, ranked.policies);
        GangRequest near = given->gang;
        const auto required = near.wish.required ? snapshot.fabric().level(*near.wish.required) : std::nullopt;
        const bool finer = required && *required >= *snapshot.fabric().level(*near.wish.preferred);
        if (!finer) near.wish.required = near.wish.preferred;
        const bool holds = brute::search(given->world, near, ranked.rules).fits;
        if (std::holds_alternative<Wait>(outcome)) {
            ++seen["waits"];
            EXPECT_FALSE(holds);
            EXPECT_FALSE(finer);
            EXPECT_TRUE(std::holds_alternative<Plan>(hasty));
            continue;
        }
        EXPECT_EQ(outcome, hasty) << "nothing else changes";
        if (!std::holds_alternative<Plan>(outcome)) continue;
        ++seen[holds ? "held" : "goes on"];
        if (holds) continue;
        const Outcome excluded = plan_gang(snapshot, near, ranked.policies);
        const auto* no = std::get_if<NoFit>(&excluded);
        EXPECT_TRUE(no == nullptr || no->reason.code == ReasonCode::fixed_apart) << "it could have waited";
    }
    for (const char* kind : {"waits", "held", "goes on"}) EXPECT_GE(seen[kind], 20U) << kind;
}

}  // namespace
}  // namespace muster
