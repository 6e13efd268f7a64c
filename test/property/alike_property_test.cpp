// Clusters of equal hosts, where nearly all domains are alike, against exhaustive search. Policies say what kind a
// domain is, and charge it without any pattern.
#include "placement/plan/gang_planner.hpp"
#include "test/property/brute_force.hpp"
#include "test/property/plan_shares.hpp"
#include "test/property/ranking.hpp"
#include "test/property/world_count.hpp"
#include "test/property/world_gen.hpp"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

using world::Dice;
using world::World;

const std::uint64_t kAlikeWorlds = world::worlds(1'500);
constexpr std::uint64_t kMostAlikeDivisions = 6'000;

// The same for all domains of a depth but the marked ones: those whose path ends in a value that the seed picks.
struct ByDepth {
    std::uint64_t seed = 0;
    bool maximum = false;

    [[nodiscard]] std::int64_t mark(const std::string& path) const {
        return path.empty() ? 0 : static_cast<std::int64_t>((static_cast<unsigned char>(path.back()) ^ seed) % 3 / 2);
    }
    [[nodiscard]] std::int64_t cost(std::int64_t mark, std::uint32_t depth, std::int32_t m) const {
        const std::uint64_t key = seed ^ static_cast<std::uint64_t>(mark) << 32U ^ std::uint64_t{depth} << 40U;
        return Dice(key ^ static_cast<std::uint64_t>(m) << 48U).below(4);
    }
};

class ByDepthCost final : public DomainCost {
  public:
    ByDepthCost(const Fabric& fabric, ByDepth rule) : fabric_(fabric), rule_(rule) {}
    [[nodiscard]] std::optional<std::int64_t> cost(DomainIdx domain, std::int32_t m) const override {
        return m == 0 ? 0 : rule_.cost(rule_.mark(fabric_.path(domain)), fabric_.domain(domain).depth, m);
    }
    [[nodiscard]] std::optional<std::int64_t> kind(DomainIdx domain) const override {
        return rule_.mark(fabric_.path(domain));
    }

  private:
    const Fabric& fabric_;
    ByDepth rule_;
};

class ByDepthPolicy final : public DomainPolicy {
  public:
    explicit ByDepthPolicy(ByDepth rule) : rule_(rule) {}
    [[nodiscard]] std::string_view name() const override { return "by depth"; }
    [[nodiscard]] Combine combine() const override { return rule_.maximum ? Combine::maximum : Combine::sum; }
    [[nodiscard]] bool may_refuse() const override { return false; }
    [[nodiscard]] std::unique_ptr<DomainCost> prepare(const Snapshot& snapshot, const GangRequest&) const override {
        return std::make_unique<ByDepthCost>(snapshot.fabric(), rule_);
    }

  private:
    ByDepth rule_;
};

// All nodes offer the same, most are free, and no labels are missing.
World equal_hosts(std::uint64_t seed) {
    World world = world::small_world(seed);
    Dice dice(seed ^ 0x616c696bU);
    const ResourceAmounts offers = world.nodes.front().allocatable;
    for (auto& node : world.nodes) {
        node.allocatable = offers;
        node.taints.clear();
        node.ready = true;
        node.unschedulable = false;
        for (const auto& level : world.levels) {
            if (find_label(node.labels, level.label) == nullptr) node.labels.emplace_back(level.label, "r0");
        }
        normalize(node.labels);
    }
    std::erase_if(world.pods, [&](const PodBound&) { return dice.chance(80); });
    return world;
}

GangRequest gang_for_equal_hosts(const World& world, std::uint64_t seed) {
    GangRequest gang = world::small_gang(world, seed);
    auto& members = gang.roles.front().members;
    const auto divisions = [&] {
        return brute::divisions(world, gang, static_cast<std::int32_t>(members.size()), kMostAlikeDivisions);
    };
    while (members.size() > 1 && divisions() >= kMostAlikeDivisions) members.pop_back();
    return gang;
}

TEST(AlikeHosts, EqualExhaustiveSearch) {
    std::size_t several = 0;
    for (std::uint64_t seed = 0; seed < kAlikeWorlds; ++seed) {
        SCOPED_TRACE("world " + std::to_string(seed));
        const World world = equal_hosts(seed);
        const GangRequest gang = gang_for_equal_hosts(world, seed);
        test::Ranking ranking;
        if (seed % 3 == 0) ranking.add_whole_cells(world, gang);
        for (std::uint64_t i = 0; i < seed % 3; ++i) {
            const ByDepth rule{seed * 2 + i, seed % 5 == i};
            ranking.policies.push_back(std::make_shared<ByDepthPolicy>(rule));
            ranking.rules.push_back({[rule](const brute::Region& region, std::int32_t m) {
                                         return rule.cost(rule.mark(region.path), region.depth, m);
                                     },
                                     rule.maximum});
        }
        const Outcome outcome = plan_gang(world.snapshot(), gang, ranking.policies);
        const auto expected = brute::search(world, gang, ranking.rules);
        const Plan* plan = std::get_if<Plan>(&outcome);
        ASSERT_EQ(plan != nullptr, expected.fits);
        if (plan == nullptr) continue;
        ASSERT_EQ(plan->quality.objective, expected.objective);
        ASSERT_EQ(test::members_by_node(world, *plan), expected.members);
        if (std::ranges::count_if(expected.members, [](std::int32_t m) { return m > 0; }) > 1) ++several;
    }
    EXPECT_GT(several, kAlikeWorlds / 4);
}

}  // namespace
}  // namespace muster
