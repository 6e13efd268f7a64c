// Parts of devices in plans, refusals and the checker.
#include "placement/plan/room/share_room.hpp"

#include "placement/plan/gang_planner.hpp"
#include "placement/verify/verify_plan.hpp"
#include "test/placement/plan/plan_world.hpp"

#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

using test::gang_of;

constexpr const char* kMilli = "alibabacloud.com/gpu-milli";
constexpr std::int64_t kAll = std::numeric_limits<std::int64_t>::max();

NodeFacts sharing(const std::string& name, std::int32_t devices) {
    NodeFacts node = test::facts({name, "b1", "r1"});
    node.allocatable.set(kMilli, std::int64_t{1'000} * devices);
    node.shared_devices = {{kMilli, devices}};
    return node;
}

RoleRequest sharing_role(const std::string& name, std::int32_t members, std::int64_t milli, std::int32_t devices = 1) {
    RoleRequest role;
    role.name = name;
    role.shape.requests = {{kMilli, milli * devices}, {"pods", 1}};
    role.shape.shares = {{kMilli, milli, devices}};
    for (std::int32_t i = 0; i < members; ++i) {
        const std::string pod = name + "-" + std::to_string(i);
        role.members.push_back({PodUid(pod), {"ml", pod}, i});
    }
    return role;
}

TEST(ShareRoom, PartsOfSeveralDevicesNeedDifferentOnes) {
    const DeviceShare two{kMilli, 400, 2};
    EXPECT_EQ(share_room({{1'000, 1'000}, {}, 0}, two, kAll), 2);
    EXPECT_EQ(share_room({{1'000, 1'000, 1'000}, {}, 0}, two, kAll), 3);
    EXPECT_EQ(share_room({{1'000, 399}, {}, 0}, two, kAll), 0);
    EXPECT_EQ(share_room({{4'000}, {}, 0}, two, kAll), 0);
}

TEST(ShareRoom, ManySmallClaimsTakeWhatTheirSumCan) {
    const std::vector<std::int64_t> small(40, 10);
    EXPECT_EQ(share_room({{1'000, 1'000, 1'000}, small, 0}, {kMilli, 600, 1}, kAll), 3);
    EXPECT_EQ(share_room({{1'000, 1'000, 1'000}, small, 2}, {kMilli, 600, 1}, kAll), 2);
    const std::vector<std::int64_t> equal(20, 300);
    EXPECT_EQ(share_room({std::vector<std::int64_t>(8, 1'000), equal, 0}, {kMilli, 300, 1}, kAll), 4);
}

TEST(SharePlans, ARefusalNamesThePartsAndTheSumIsNoHelp) {
    auto state = test::cluster({});
    state.apply(NodeSeen{sharing("a", 2)});
    for (const std::string pod : {"p", "q"}) {
        PodBound bound{PodUid(pod), NodeName("a"), {{kMilli, 500}, {"pods", 1}}, {}, false};
        bound.shares = {{kMilli, 500, 1}};
        bound.share_devices = {pod == "p" ? 0 : 1};
        state.apply(bound);
    }
    const Outcome outcome = plan_gang(state.snapshot(), gang_of({sharing_role("w", 1, 600)}), {});
    const auto* const no = std::get_if<NoFit>(&outcome);
    ASSERT_NE(no, nullptr);
    EXPECT_EQ(no->reason.best, 0);
    EXPECT_EQ(no->reason.resource, kMilli);
    EXPECT_TRUE(no->reason.details.empty());
    EXPECT_TRUE(std::holds_alternative<Plan>(plan_gang(state.snapshot(), gang_of({sharing_role("w", 2, 500)}), {})));
}

TEST(SharePlans, MoreThanADeviceHasNeverFits) {
    auto state = test::cluster({});
    state.apply(NodeSeen{sharing("a", 4)});
    for (const auto& [milli, devices] : std::vector<std::pair<std::int64_t, std::int32_t>>{{1'200, 1}, {500, 5}}) {
        const Outcome outcome = plan_gang(state.snapshot(), gang_of({sharing_role("w", 1, milli, devices)}), {});
        const auto* const never = std::get_if<NeverFits>(&outcome);
        ASSERT_NE(never, nullptr) << milli;
        EXPECT_EQ(never->reason.resource, kMilli);
    }
}

TEST(SharePlans, RolesOnOneNodeLeaveEachOtherWhatTheyNeedInAnyOrder) {
    auto state = test::cluster({});
    state.apply(NodeSeen{sharing("a", 2)});
    // Each small part could be on either device, so one large part beside one small is sure, two are not.
    const auto fits = [&](std::int32_t large, std::int32_t small) {
        const auto request = gang_of({sharing_role("large", large, 700), sharing_role("small", small, 400)});
        const Outcome outcome = plan_gang(state.snapshot(), request, {});
        const auto* const plan = std::get_if<Plan>(&outcome);
        if (plan != nullptr) {
            EXPECT_EQ(verify_plan(state.snapshot(), request, *plan), std::nullopt);
        }
        return plan != nullptr;
    };
    EXPECT_TRUE(fits(1, 1));
    EXPECT_FALSE(fits(2, 1));
    EXPECT_FALSE(fits(1, 2));  // both small ones on different devices leave no room for 700
}

TEST(SharePlans, ARoleWithoutSharesMayTakeItsAmountFromAnyDevices) {
    auto state = test::cluster({});
    state.apply(NodeSeen{sharing("a", 2)});
    const auto fits = [&](std::int32_t large) {
        RoleRequest loose = sharing_role("loose", 1, 400);
        loose.shape.shares.clear();
        const auto request = gang_of({sharing_role("large", large, 700), std::move(loose)});
        return std::holds_alternative<Plan>(plan_gang(state.snapshot(), request, {}));
    };
    EXPECT_TRUE(fits(1));
    EXPECT_FALSE(fits(2));  // 301 of the 400 on one device leave no room for 700 there
}

TEST(SharePlans, TheCheckerRefusesASumThatIsOnTwoDevices) {
    auto state = test::cluster({});
    state.apply(NodeSeen{sharing("a", 2)});
    const auto request = gang_of({sharing_role("w", 3, 600)});
    state.apply(NodeSeen{sharing("b", 3)});
    const Outcome outcome = plan_gang(state.snapshot(), request, {});
    Plan plan = std::get<Plan>(outcome);
    EXPECT_EQ(verify_plan(state.snapshot(), request, plan), std::nullopt);
    for (auto& placement : plan.placements) placement.node = NodeName("a");
    EXPECT_EQ(verify_plan(state.snapshot(), request, plan),
              "node a: 3 members with 600 of 1 devices of alibabacloud.com/gpu-milli may not find them");
}

TEST(SharePlans, ANodeThatDoesNotTellItsDevicesIsNamedAsUnchecked) {
    auto state = test::cluster({});
    NodeFacts silent = sharing("a", 2);
    silent.shared_devices.clear();
    state.apply(NodeSeen{silent});
    state.apply(NodeSeen{sharing("b", 1)});
    const auto request = gang_of({sharing_role("w", 4, 500)});
    const Snapshot snapshot = state.snapshot();
    const Plan plan = std::get<Plan>(plan_gang(snapshot, request, {}));
    EXPECT_EQ(unchecked_shares(snapshot, request, plan.placements),
              std::vector<std::string>{"share of one device: alibabacloud.com/gpu-milli"});
    const auto alone = gang_of({sharing_role("w", 2, 500)});
    std::vector<Placement> on_b(2);
    for (auto& placement : on_b) placement.node = NodeName("b");
    EXPECT_TRUE(unchecked_shares(snapshot, alone, on_b).empty());
}

}  // namespace
}  // namespace muster
