#include "policies/least_fragment.hpp"

#include "test/policies/policy_world.hpp"

#include <cstdint>
#include <numeric>
#include <string>
#include <vector>

namespace muster {
namespace {

using test::Costs;
using test::request_of;
using test::two_racks;

// 10 pods in all, 4 of 2 GPUs, 3 of 8.
LeastFragmentParams small_mix() {
    return {.mix = {{1, 3}, {2, 4}, {8, 3}}};
}

TEST(LeastFragment, WhatIsLeftOnAHostIsUselessToPodsThatAskForMore) {
    auto state = two_racks();
    const Costs costs(state, *make_least_fragment(small_mix()), request_of(8, 1));
    // Less the constant of 10 a GPU: 7 free are of no use to 3 pods of 10, 1 free to 7 of 10, none to nobody.
    EXPECT_EQ(costs.of("a/a1", 1) - 10, 7 * 3);
    EXPECT_EQ(costs.of("a/a1", 6) - 60, 2 * 3);
    EXPECT_EQ(costs.of("a/a1", 7) - 70, 1 * 7);
    EXPECT_EQ(costs.of("a/a1", 8) - 80, 0);
}

TEST(LeastFragment, FillingABrokenHostMakesFragmentsFewer) {
    auto state = two_racks();
    test::use(state, "other", "a1", 5);
    const Costs costs(state, *make_least_fragment(small_mix()), request_of(3, 1));
    EXPECT_EQ(costs.of("a/a1", 3) - 30, -3 * 3);
    EXPECT_EQ(costs.of("a/a1", 1) - 10, 2 * 3 - 3 * 3);
    EXPECT_EQ(costs.of("a/a2", 3) - 30, 5 * 3);
}

TEST(LeastFragment, MembersOfSeveralGpusTakeThemAll) {
    auto state = two_racks();
    const Costs costs(state, *make_least_fragment(small_mix()), request_of(2, 4));
    EXPECT_EQ(costs.of("a/a1", 1) - 40, 4 * 3);
    EXPECT_EQ(costs.of("a/a1", 2) - 80, 0);
}

TEST(LeastFragment, OnlyHostsAndDevicesCost) {
    auto state = two_racks();
    const Costs costs(state, *make_least_fragment(small_mix()), request_of(2, 1));
    EXPECT_EQ(costs.of("a", 2), 0);
    EXPECT_EQ(costs.of("", 2), 0);
    EXPECT_EQ(costs.of("a/a1", 0), 0);
    EXPECT_EQ(Costs(state, *make_least_fragment(small_mix()), request_of(2, 0)).of("a/a1", 2), 0);
}

TEST(LeastFragment, KindsOfDevicesAreSummedUp) {
    auto state = two_racks([](NodeFacts& node) { node.allocatable.set("amd.com/gpu", 8); });
    GangRequest request = request_of(1, 1);
    request.roles.front().shape.requests.set("amd.com/gpu", 8);
    EXPECT_EQ(Costs(state, *make_least_fragment(small_mix()), request).of("a/a1", 1), 7 * 3 + 10 + 0 + 80);
}

TEST(LeastFragment, NeverCostsLessThanNothingWhateverIsFreeAndTaken) {
    for (std::int64_t used = 0; used <= 8; ++used) {
        auto state = two_racks();
        test::use(state, "other", "a1", used);
        const Costs costs(state, *make_least_fragment({}), request_of(8, 1));
        for (std::int32_t m = 0; m <= 8 - used; ++m) EXPECT_GE(costs.of("a/a1", m), 0) << used << " " << m;
    }
}

TEST(LeastFragment, AnAbsurdRequestKeepsWithinTheBoundOfCosts) {
    auto state = two_racks([](NodeFacts& node) { node.allocatable.set(test::kGpu, kMaxAmount); });
    const Costs costs(state, *make_least_fragment({}), request_of(8'192, kMaxAmount / 8'192));
    EXPECT_GE(costs.of("a/a1", 8'192), 0);
    EXPECT_LE(costs.of("a/a1", 8'192), kMaxPolicyCost);
}

TEST(LeastFragment, TheDefaultMixCountsAllPodsOfTheTrace) {
    const LeastFragmentParams params;
    const auto jobs_of_8_or_less = std::int64_t{76'627 + 1'818 + 1'870 + 1'643};
    // 12: 8 + 4; 24 and more: whole pods of 8.
    const std::int64_t from_larger_jobs = 7 * 2 + 199 * 2 + 7 * 3 + 67 * 4 + 6 * 8 + 3 * 16;
    const auto pods = std::accumulate(params.mix.begin(), params.mix.end(), std::int64_t{0},
                                      [](std::int64_t sum, const auto& entry) { return sum + entry.pods; });
    EXPECT_EQ(pods, jobs_of_8_or_less + from_larger_jobs);
}

}  // namespace
}  // namespace muster
