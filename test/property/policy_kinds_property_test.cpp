// What policies say about interchangeable domains (DomainCost::kind), in numbered worlds. The planner leaves out what
// only swaps domains of one kind.
#include "policies/params.hpp"
#include "test/property/gpu_worlds.hpp"
#include "test/property/ranking.hpp"
#include "test/property/world_count.hpp"
#include "test/property/world_gen.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

const std::uint64_t kKindWorlds = world::worlds(400);
constexpr std::int32_t kMostMembers = 8;

class KindsOfPolicy : public testing::TestWithParam<std::string_view> {};

TEST_P(KindsOfPolicy, DomainsOfOneKindCostTheSame) {
    std::size_t shared = 0;
    for (std::uint64_t seed = 0; seed < kKindWorlds; ++seed) {
        SCOPED_TRACE("world " + std::to_string(seed));
        test::GpuWorld given = test::gpu_world(seed);
        if (seed % 2 == 0) {
            given.world = world::small_world(seed);
            given.gang = world::small_gang(given.world, seed);
            // A second kind of device, of which hosts offer different amounts.
            given.gang.roles.front().shape.requests.add({{"amd.com/gpu", 1}});
            for (std::size_t i = 0; i < given.world.nodes.size(); ++i)
                given.world.nodes[i].allocatable.add({{"amd.com/gpu", static_cast<std::int64_t>(i % 3)}});
        }
        test::Ranking ranked;
        ranked.add_named(GetParam(), given.world, given.gang);
        const Snapshot snapshot = given.world.snapshot();
        const auto costs = ranked.policies.front()->prepare(snapshot, given.gang);
        std::map<std::pair<std::uint32_t, std::int64_t>, std::vector<std::optional<std::int64_t>>> by_kind;
        for (std::uint32_t i = 0; i < snapshot.fabric().domain_count(); ++i) {
            const auto kind = costs->kind(DomainIdx(i));
            ASSERT_TRUE(kind.has_value());
            std::vector<std::optional<std::int64_t>> row;
            for (std::int32_t m = 1; m <= kMostMembers; ++m) row.push_back(costs->cost(DomainIdx(i), m));
            const auto [known, fresh] = by_kind.try_emplace({snapshot.fabric().domains()[i].depth, *kind}, row);
            ASSERT_EQ(known->second, row) << snapshot.fabric().path(DomainIdx(i));
            shared += fresh ? 0U : 1U;
        }
    }
    EXPECT_GT(shared, kKindWorlds);
}

INSTANTIATE_TEST_SUITE_P(All, KindsOfPolicy, testing::ValuesIn(kPolicyNames.begin(), kPolicyNames.end()),
                         [](const auto& given) { return std::string(given.param); });

}  // namespace
}  // namespace muster
