#include "placement/cluster/share_claims.hpp"

#include "placement/cluster/cluster_state.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

constexpr const char* kMem = "aliyun.com/gpu-mem";
using Amounts = std::vector<std::int64_t>;
using Devices = std::vector<std::int32_t>;

// Four devices of 16.
NodeFacts four_devices() {
    NodeFacts facts;
    facts.name = NodeName("a");
    facts.allocatable = {{kMem, 64}, {"pods", 10}};
    facts.shared_devices = {{kMem, 4}};
    return facts;
}

PodBound pod(const std::string& uid, DeviceShare share, Devices devices = {}) {
    PodBound bound{PodUid(uid), NodeName("a"), {{kMem, share.amount * share.devices}, {"pods", 1}}, {}, false};
    bound.shares = {std::move(share)};
    bound.share_devices = std::move(devices);
    return bound;
}

ShareClaims claims_of(ClusterState& state) {
    const Snapshot snapshot = state.snapshot();
    return snapshot.share_claims(snapshot.fabric().find("a").value()).front();
}

Amounts list(std::span<const std::int64_t> amounts) {
    return {amounts.begin(), amounts.end()};
}

TEST(ShareClaims, ToldPartsAreOnTheirDevicesAndOthersAreListed) {
    ClusterState state({});
    state.apply(NodeSeen{four_devices()});
    state.apply(pod("one", {kMem, 6, 1}, {2}));
    state.apply(pod("two", {kMem, 5, 2}, {0, 2}));
    state.apply(pod("untold", {kMem, 3, 2}));
    state.apply(Reserved{PodUid("planned"), NodeName("a"), {{kMem, 2}}, {}, {}, {{kMem, 2, 1}}});
    const ShareClaims claims = claims_of(state);
    EXPECT_EQ(list(claims.told()), (Amounts{5, 0, 11, 0}));
    EXPECT_EQ(list(claims.untold()), (Amounts{2, 3, 3}));
    EXPECT_EQ(claims.loose(), 0);
}

TEST(ShareClaims, DevicesThatCannotBeAreNotBelieved) {
    for (const Devices& wrong : {Devices{4}, Devices{-1}, Devices{0, 1}}) {
        ClusterState state({});
        state.apply(NodeSeen{four_devices()});
        state.apply(pod("p", {kMem, 6, 1}, wrong));
        EXPECT_EQ(list(claims_of(state).told()), (Amounts{0, 0, 0, 0}));
        EXPECT_EQ(list(claims_of(state).untold()), Amounts{6});
    }
}

TEST(ShareClaims, WhatIsAskedForWithoutAShareLiesAnywhere) {
    ClusterState state({});
    state.apply(NodeSeen{four_devices()});
    PodBound plain = pod("p", {kMem, 7, 1});
    plain.shares.clear();
    state.apply(plain);
    PodBound more = pod("q", {kMem, 2, 1}, {1});
    more.requests.set(kMem, 5);
    state.apply(more);
    EXPECT_EQ(list(claims_of(state).told()), (Amounts{0, 2, 0, 0}));
    EXPECT_EQ(claims_of(state).loose(), 10);
}

TEST(ShareClaims, AreGoneWithThePodAndCountAgainWhenTheNodeTellsOfItsDevices) {
    ClusterState state({});
    NodeFacts silent = four_devices();
    silent.shared_devices.clear();
    state.apply(NodeSeen{silent});
    state.apply(pod("p", {kMem, 6, 1}, {3}));
    const Snapshot before = state.snapshot();
    EXPECT_TRUE(before.share_claims(NodeIdx(0)).empty());
    state.apply(NodeSeen{four_devices()});
    EXPECT_EQ(list(claims_of(state).told()), (Amounts{0, 0, 0, 6}));
    const Snapshot taken = state.snapshot();
    state.apply(PodGone{PodUid("p")});
    EXPECT_EQ(claims_of(state), ShareClaims(4));
    EXPECT_EQ(taken.share_claims(NodeIdx(0)).front().told().back(), 6);
}

}  // namespace
}  // namespace muster
