// The fewest domains for members of whom only so many may be in each value of a label, against all divisions over the
// hosts of small fabrics. Worlds are numbered; a failure names its number.
#include "placement/plan/crossing/crossing_cover.hpp"
#include "test/property/world_count.hpp"
#include "test/property/world_gen.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

using Counts = std::vector<std::int64_t>;

// Without any pods: room and bound members are drawn by themselves.
struct CoverWorld {
    Snapshot snapshot;
    std::vector<FixedMember> fixed;
    std::vector<std::int64_t> room;
    std::vector<std::int32_t> values;
    std::vector<std::int64_t> most;
    std::int64_t members = 0;
    std::uint32_t depth = 0;
};

CoverWorld cover_world(std::uint64_t seed) {
    world::Dice dice(seed ^ 0x636f766572U);
    world::World world = world::small_world(seed);
    if (dice.chance(20)) world::lose_finest_labels(world, dice);
    world.pods.clear();
    CoverWorld given{world.snapshot(), {}, {}, {}, {}, 0, 0};
    const Fabric& fabric = given.snapshot.fabric();
    const std::uint32_t values = 1 + dice.below(4);
    for (std::uint32_t i = 0; i < values; ++i) given.most.push_back(dice.between(0, 4));
    for (const NodeFacts& node : fabric.nodes()) {
        given.room.push_back(dice.between(0, 3));
        given.values.push_back(given.room.back() == 0 ? -1 : static_cast<std::int32_t>(dice.below(values)));
        if (dice.chance(8)) given.fixed.push_back({PodUid(node.name.str()), node.name});
    }
    given.members =
        dice.between(1, std::max<std::int64_t>(1, std::accumulate(given.most.begin(), given.most.end(), 0)));
    given.depth = dice.below(static_cast<std::uint32_t>(fabric.levels().size()) + 1);
    return given;
}

class AllDivisions {
  public:
    explicit AllDivisions(const CoverWorld& given)
        : given_(given), fabric_(given.snapshot.fabric()), left_(given.most), hosts_(given.room.size(), 0) {}

    // nullopt: there is none.
    [[nodiscard]] std::optional<Counts> least() {
        divide(0, given_.members);
        return best_;
    }

    // nullopt: not all in one domain of the depth.
    [[nodiscard]] std::optional<Counts> counts(const std::vector<std::int32_t>& hosts) const {
        std::vector<std::set<std::uint32_t>> used(fabric_.levels().size() + 1);
        const auto use = [&](NodeIdx node) {
            for (DomainIdx at = fabric_.host_domain(node);; at = fabric_.domain(at).parent) {
                used[fabric_.domain(at).depth].insert(at.value());
                if (at == fabric_.root()) return;
            }
        };
        for (std::uint32_t node = 0; node < hosts.size(); ++node) {
            if (hosts[node] > 0) use(NodeIdx(node));
        }
        for (const auto& member : given_.fixed) use(*fabric_.find(member.node.str()));
        if (used[given_.depth].size() != 1) return std::nullopt;
        Counts counts;
        for (std::size_t depth = 1; depth < used.size(); ++depth)
            counts.push_back(static_cast<std::int64_t>(used[depth].size()));
        return counts;
    }

  private:
    void divide(std::size_t node, std::int64_t members) {
        if (node == hosts_.size()) {
            if (members > 0) return;
            const auto found = counts(hosts_);
            if (found && (!best_ || *found < *best_)) best_ = found;
            return;
        }
        const std::int64_t here =
            given_.room[node] == 0 ? 0 : std::min({given_.room[node], members, left_[value(node)]});
        for (std::int64_t n = 0; n <= here; ++n) {
            hosts_[node] = static_cast<std::int32_t>(n);
            if (n > 0) left_[value(node)] -= n;
            divide(node + 1, members - n);
            if (n > 0) left_[value(node)] += n;
        }
        hosts_[node] = 0;
    }
    [[nodiscard]] std::size_t value(std::size_t node) const { return static_cast<std::size_t>(given_.values[node]); }

    const CoverWorld& given_;
    const Fabric& fabric_;
    std::vector<std::int64_t> left_;
    std::vector<std::int32_t> hosts_;
    std::optional<Counts> best_;
};

std::optional<Cover> cover(const CoverWorld& given, std::int64_t steps) {
    const BoundMembers bound(given.snapshot.fabric(), given.fixed);
    return fewest_cover(
        {given.snapshot.fabric(), bound, given.room, given.values, given.most, given.members, given.depth}, steps);
}

void expect_within_limits(const CoverWorld& given, const std::vector<std::int32_t>& hosts) {
    ASSERT_EQ(hosts.size(), given.room.size());
    std::vector<std::int64_t> by_value(given.most.size(), 0);
    for (std::size_t node = 0; node < hosts.size(); ++node) {
        ASSERT_GE(hosts[node], 0);
        ASSERT_LE(hosts[node], given.room[node]);
        if (hosts[node] > 0) by_value[static_cast<std::size_t>(given.values[node])] += hosts[node];
    }
    for (std::size_t value = 0; value < by_value.size(); ++value) EXPECT_LE(by_value[value], given.most[value]);
    EXPECT_EQ(std::accumulate(hosts.begin(), hosts.end(), std::int64_t{0}), given.members);
}

TEST(CrossingCover, EqualsExhaustiveSearch) {
    std::size_t fits = 0;
    std::size_t beside_bound = 0;
    for (std::uint64_t seed = 0; seed < world::worlds(2'000); ++seed) {
        SCOPED_TRACE("world " + std::to_string(seed));
        const CoverWorld given = cover_world(seed);
        AllDivisions all(given);
        const auto least = all.least();
        const auto found = cover(given, kCoverSteps);
        ASSERT_EQ(found.has_value(), least.has_value());
        if (!found) continue;
        ASSERT_EQ(found->domains, *least);
        expect_within_limits(given, found->hosts);
        ASSERT_EQ(all.counts(found->hosts), *least);
        ++fits;
        beside_bound += given.fixed.empty() ? 0U : 1U;
    }
    EXPECT_GE(fits * 8, world::worlds(2'000));
    EXPECT_GT(beside_bound, 0U);
}

TEST(CrossingCover, WhatACutOffSearchClaimsIsTrue) {
    std::size_t cut_off = 0;
    for (std::uint64_t seed = 0; seed < world::worlds(2'000); ++seed) {
        SCOPED_TRACE("world " + std::to_string(seed));
        const CoverWorld given = cover_world(seed);
        AllDivisions all(given);
        const auto least = all.least();
        const auto found = cover(given, static_cast<std::int64_t>(seed % 80));
        ASSERT_EQ(found.has_value(), least.has_value());
        if (!found) continue;
        ASSERT_LE(found->domains, *least);
        expect_within_limits(given, found->hosts);
        const auto counts = all.counts(found->hosts);
        ASSERT_TRUE(counts);
        ASSERT_GE(*counts, *least);
        cut_off += found->domains < *counts ? 1U : 0U;
    }
    EXPECT_GT(cut_off, 0U);
}

}  // namespace
}  // namespace muster
