#include "bench/baselines/measure.hpp"

#include "test/bench/baselines/peer_case.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

using baselines::HostTake;
using baselines::Measure;

Snapshot two_racks() {
    const ResourceAmounts eight{{test::kOneGpu, 8}};
    return test::peer_world({"rack"}, {{"a", {"r1"}, eight}, {"b", {"r1"}, eight}, {"c", {"r2"}, eight}});
}

GangRequest of_gpus(std::uint32_t members, std::int64_t gpus) {
    return test::peer_gang(members, {{test::kOneGpu, gpus}});
}

HostTake take(const Snapshot& world, const std::string& host, std::int32_t members) {
    return {*world.fabric().find(host), {members}};
}

TEST(Measure, OneHostIsLevelOneAndNoDistance) {
    const auto world = two_racks();
    const std::vector takes{take(world, "a", 8)};
    const Measure found = baselines::measure(world, of_gpus(8, 1), takes);
    EXPECT_EQ(found.level, 1);
    EXPECT_EQ(found.domains, (std::vector<std::int64_t>{1, 1}));
    EXPECT_EQ(found.broken, 1);  // the host is filled, its rack is whole no longer
    EXPECT_DOUBLE_EQ(found.distance, 0);
}

TEST(Measure, HostsOfTwoRacksAreTheWholeCluster) {
    const auto world = two_racks();
    const std::vector takes{take(world, "b", 1), take(world, "c", 1)};
    const Measure found = baselines::measure(world, of_gpus(2, 4), takes);
    EXPECT_EQ(found.level, 3);
    EXPECT_EQ(found.domains, (std::vector<std::int64_t>{2, 2}));
    EXPECT_EQ(found.broken, 4);  // both hosts, both racks
    EXPECT_DOUBLE_EQ(found.distance, 2);
}

TEST(Measure, DistanceIsTheMeanOverPairs) {
    const auto world = two_racks();
    const std::vector takes{take(world, "a", 1), take(world, "b", 1), take(world, "c", 1)};
    // a and b are one level apart, each of them two from c.
    EXPECT_DOUBLE_EQ(baselines::measure(world, of_gpus(3, 1), takes).distance, 5.0 / 3);
}

TEST(Measure, ComparesLevelThenDomainsThenBrokenCells) {
    const Measure one{1, {1, 2}, 9, 9};
    EXPECT_TRUE(baselines::compare(one, {2, {1, 1}, 0, 0}) < 0);
    EXPECT_TRUE(baselines::compare(one, {1, {1, 1}, 10, 0}) > 0);
    EXPECT_TRUE(baselines::compare(one, {1, {1, 2}, 10, 0}) < 0);
    EXPECT_TRUE(baselines::compare(one, {1, {1, 2}, 9, 0}) == 0);
}

TEST(Measure, KnowsWhatIsPossible) {
    const auto world = two_racks();
    EXPECT_TRUE(baselines::possible(world, of_gpus(8, 1), std::vector{take(world, "a", 8)}));
    EXPECT_FALSE(baselines::possible(world, of_gpus(8, 1), std::vector{take(world, "a", 7)}));
    EXPECT_FALSE(baselines::possible(world, of_gpus(9, 1), std::vector{take(world, "a", 9)}));
}

}  // namespace
}  // namespace muster
