// Wishes on node labels that are no level: power zones across the racks.
#include "placement/verify/verify_plan.hpp"
#include "test/placement/plan/checked_plan.hpp"
#include "test/placement/plan/plan_world.hpp"

#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

using test::checked_plan;
using test::gang;
using test::kGpu;
using test::nodes;
using test::Row;

// Hosts a, b in rack r1 and c, d in r2; zone of each by name, empty: none.
ClusterState zoned(const std::map<std::string, std::string>& zones, std::int64_t gpus = 4) {
    ClusterState state({{"block", "block"}, {"rack", "rack"}});
    for (const auto& [name, zone] : zones) {
        NodeFacts node = test::facts({name, "b1", name < "c" ? "r1" : "r2", gpus});
        if (!zone.empty()) node.labels.emplace_back("zone", zone);
        normalize(node.labels);
        state.apply(NodeSeen{std::move(node)});
    }
    return state;
}

// a and c on one feed, b and d on the other.
ClusterState crossed() {
    return zoned({{"a", "z1"}, {"b", "z2"}, {"c", "z1"}, {"d", "z2"}});
}

Shortfall reason(const Outcome& outcome, bool never) {
    if (const auto* no = std::get_if<NoFit>(&outcome)) {
        EXPECT_FALSE(never);
        return no->reason;
    }
    EXPECT_TRUE(never);
    const auto* answer = std::get_if<NeverFits>(&outcome);
    EXPECT_NE(answer, nullptr);
    return answer == nullptr ? Shortfall() : answer->reason;
}

TopologyWish spread(SpreadWish wish) {
    return {.required = {}, .preferred = {}, .spread = {std::move(wish)}};
}

TEST(Crossing, RequiredZoneHoldsTheGangThoughARackWouldBeNearer) {
    const Outcome outcome = checked_plan(crossed(), gang(8, 1, {"zone", {}}));
    EXPECT_EQ(nodes(outcome), "a a a a c c c c");
    const Quality& quality = std::get<Plan>(outcome).quality;
    EXPECT_EQ(quality.proof, Proof::optimal);
    EXPECT_EQ(quality.level, "block");
    EXPECT_EQ(quality.crossing, (std::vector<LevelCount>{{"zone", 1}}));
}

TEST(Crossing, SpreadKeepsTheRackWhereItCan) {
    EXPECT_EQ(nodes(checked_plan(crossed(), gang(4, 1, spread({"zone", 2})))), "a a b b");
    EXPECT_EQ(nodes(checked_plan(crossed(), gang(2, 1, spread({"zone", 0, 2})))), "a b");
    EXPECT_EQ(nodes(checked_plan(crossed(), gang(6, 1, spread({"zone", 0, 0, true})))), "a a a b b b");
}

TEST(Crossing, BoundMembersCountAndThoseOutsideAnyZoneDoNot) {
    ClusterState state = zoned({{"a", "z1"}, {"b", "z2"}, {"c", "z1"}, {"d", ""}});
    GangRequest request = gang(2, 1, spread({"zone", 2}));
    request.fixed = {{PodUid("x"), NodeName("a")}, {PodUid("y"), NodeName("c")}, {PodUid("z"), NodeName("d")}};
    EXPECT_EQ(nodes(checked_plan(state, request)), "b b");
    request.wish = {"zone", {}};
    EXPECT_EQ(nodes(checked_plan(state, request)), "a a");
    request.fixed.push_back({PodUid("w"), NodeName("b")});
    EXPECT_EQ(reason(checked_plan(state, request), false).code, ReasonCode::fixed_apart);
}

TEST(Crossing, ExclusiveLeavesOutZonesWhereOthersUseDevices) {
    ClusterState state = crossed();
    state.apply(PodBound{PodUid("other"), NodeName("c"), {{kGpu, 1}}, {}, false});
    TopologyWish wish;
    wish.exclusive = "zone";
    EXPECT_EQ(nodes(checked_plan(state, gang(5, 1, wish))), "b b b b d");
    const Shortfall taken = reason(checked_plan(state, gang(9, 1, wish)), false);
    EXPECT_EQ(taken.code, ReasonCode::not_exclusive);
    EXPECT_EQ(taken.level, "zone");
    EXPECT_EQ(taken.best, 8);
}

TEST(Crossing, PreferredIsRequiredWhereItCanBe) {
    EXPECT_EQ(nodes(checked_plan(crossed(), gang(8, 1, {{}, "zone"}))), "a a a a c c c c");
    EXPECT_TRUE(std::holds_alternative<Plan>(checked_plan(crossed(), gang(9, 1, {{}, "zone"}))));
    ClusterState state = crossed();
    for (const char* node : {"a", "b"}) state.apply(PodBound{PodUid(node), NodeName(node), {{kGpu, 1}}, {}, false});
    GangRequest waiting = gang(8, 1, {{}, "zone"});
    EXPECT_TRUE(std::holds_alternative<Plan>(checked_plan(state, waiting)));
    waiting.hold_preferred = true;
    const Outcome outcome = checked_plan(state, waiting);
    ASSERT_TRUE(std::holds_alternative<Wait>(outcome));
    EXPECT_EQ(std::get<Wait>(outcome).reason.level, "zone");
}

TEST(Crossing, ReasonsNameTheLabel) {
    const Shortfall small = reason(checked_plan(crossed(), gang(9, 1, {"zone", {}})), true);
    EXPECT_EQ(small.code, ReasonCode::level_too_small);
    EXPECT_EQ(small.level, "zone");
    EXPECT_EQ(small.domain, "z1");
    EXPECT_EQ(small.best, 8);
    const Shortfall tight = reason(checked_plan(crossed(), gang(8, 1, spread({"zone", 3}))), true);
    EXPECT_EQ(tight.code, ReasonCode::spread_too_tight);
    EXPECT_EQ(tight.limit, 3);
    EXPECT_EQ(tight.best, 6);
    const Shortfall narrow = reason(checked_plan(crossed(), gang(8, 1, spread({"zone", 0, 3}))), true);
    EXPECT_EQ(narrow.code, ReasonCode::spread_too_narrow);
    EXPECT_EQ(narrow.best, 2);
    EXPECT_EQ(reason(checked_plan(crossed(), gang(2, 1, spread({"zone", 0, 3}))), false).code,
              ReasonCode::spread_too_few);
    // z1 has room for 12, z2 for 4.
    ClusterState uneven = zoned({{"a", "z1"}, {"c", "z1"}, {"e", "z1"}, {"b", "z2"}});
    EXPECT_EQ(reason(checked_plan(uneven, gang(14, 1, spread({"zone", 0, 0, true}))), false).code,
              ReasonCode::spread_unbalanced);
    const Shortfall full = reason(checked_plan(crossed(), gang(17, 1, spread({"zone", 9}))), true);
    EXPECT_EQ(full.code, ReasonCode::cluster_too_small);
}

TEST(Crossing, OneOfAZoneAndSeveralOfItContradict) {
    TopologyWish wish = spread({"zone", 0, 2});
    wish.required = "zone";
    EXPECT_EQ(reason(checked_plan(crossed(), gang(4, 1, wish)), true).code, ReasonCode::spread_above_required);
}

TEST(Crossing, SlicesInZonesAreRefusedForAReasonOfTheirOwn) {
    TopologyWish wish;
    wish.slices = {{2, "zone"}};
    const Shortfall refused = reason(checked_plan(crossed(), gang(4, 1, wish)), false);
    EXPECT_EQ(refused.code, ReasonCode::slice_crosses);
    EXPECT_EQ(refused.level, "zone");
    EXPECT_EQ(refused.details, (std::vector<std::string>{"block", "rack", "host"}));
}

TEST(Crossing, ALabelThatNoNodeHasIsNoLevel) {
    const Shortfall unknown = reason(checked_plan(crossed(), gang(2, 1, {"example.com/nowhere", {}})), false);
    EXPECT_EQ(unknown.code, ReasonCode::unknown_level);
    EXPECT_EQ(unknown.level, "example.com/nowhere");
}

TEST(Crossing, RolesHaveZonesOfTheirOwn) {
    GangRequest request = gang(4, 1);
    request.roles.front().name = "worker";
    request.roles.front().wish.required = "zone";
    RoleRequest leader = gang(2, 2).roles.front();
    leader.name = "leader";
    for (auto& member : leader.members) {
        member.uid = PodUid("leader-" + member.uid.str());
        member.key.name = "leader-" + member.key.name;
        member.rank += 4;
    }
    leader.wish.spread = {{"zone", 1}};
    request.roles.push_back(leader);
    const Outcome outcome = checked_plan(crossed(), request);
    ASSERT_TRUE(std::holds_alternative<Plan>(outcome));
    EXPECT_EQ(std::get<Plan>(outcome).quality.crossing, (std::vector<LevelCount>{{"zone", 2}}));
}

TEST(Crossing, TheCheckerSeesWhatIsBroken) {
    ClusterState state = zoned({{"a", "z1"}, {"b", "z1"}, {"c", "z2"}, {"d", ""}});
    const Plan found = std::get<Plan>(checked_plan(state, gang(4, 1, spread({"zone", 4}))));
    const auto fault = [&](TopologyWish wish) {
        Plan claimed = found;
        claimed.quality.crossing = {{"zone", 1}};
        return verify_plan(state.snapshot(), gang(4, 1, std::move(wish)), claimed).value_or("right");
    };
    EXPECT_EQ(fault({"zone", {}}), "right");
    EXPECT_EQ(fault(spread({"zone", 3})), "zone z1: 4 members, at most 3 were wished");
    EXPECT_EQ(fault(spread({"zone", 0, 2})), "1 values of label zone are in use, at least 2 were wished");
    Plan claimed = found;
    claimed.quality.crossing = {{"zone", 2}};
    EXPECT_EQ(verify_plan(state.snapshot(), gang(4, 1, {"zone", {}}), claimed).value_or("right"),
              "stated numbers of values of labels differ from those found");
}

}  // namespace
}  // namespace muster
