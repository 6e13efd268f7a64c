// Minimum, balance and the wishes of roles on clusters that can be checked by eye.
#include "placement/plan/wish_planner.hpp"

#include "test/placement/plan/checked_plan.hpp"
#include "test/placement/plan/plan_world.hpp"

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

using test::checked_plan;
using test::cluster;
using test::gang;
using test::kGpu;
using test::nodes;
using test::three_racks;

GangRequest over(std::int32_t members, SpreadWish wish) {
    GangRequest request = gang(members, 1);
    request.wish.spread.push_back(std::move(wish));
    return request;
}

RoleRequest part(const std::string& name, std::int32_t members, std::int64_t gpus) {
    RoleRequest role;
    role.name = name;
    role.shape.requests = {{kGpu, gpus}, {"pods", 1}};
    for (std::int32_t i = 0; i < members; ++i) {
        const std::string pod = name + "-" + std::to_string(i);
        role.members.push_back({PodUid("uid-" + pod), {"ml", pod}});
    }
    return role;
}

template <class State>
Outcome answer(State&& state, const GangRequest& request) {
    Outcome outcome = checked_plan(std::forward<State>(state), request);
    if (const Plan* plan = std::get_if<Plan>(&outcome)) {
        EXPECT_EQ(plan->quality.proof, Proof::optimal);
    }
    return outcome;
}

ReasonCode why(const Outcome& outcome, bool never) {
    EXPECT_EQ(std::holds_alternative<NeverFits>(outcome), never);
    if (const auto* proved = std::get_if<NeverFits>(&outcome)) return proved->reason.code;
    return std::get<NoFit>(outcome).reason.code;
}

TEST(SpreadMinimum, TakesNoMoreDomainsThanAskedFor) {
    EXPECT_EQ(nodes(answer(three_racks(), over(4, {"rack", 0, 2, false}))), "a a a c");
    EXPECT_EQ(nodes(answer(three_racks(), over(6, {"rack", 0, 3, false}))), "a a a a c e");
}

TEST(SpreadMinimum, CountsDomainsOfBoundMembers) {
    GangRequest request = over(2, {"rack", 0, 2, false});
    request.fixed.push_back({PodUid("x"), NodeName("c")});
    EXPECT_EQ(nodes(answer(three_racks(), request)), "a a");
    request.fixed.push_back({PodUid("y"), NodeName("e")});
    EXPECT_EQ(nodes(answer(three_racks(), request)), "c c");
}

TEST(SpreadMinimum, LeavesNodesOutWhoseDomainIsNotKnown) {
    auto state = cluster({{"a", "b1", "r1", 8}, {"b", "b1", "", 8}, {"c", "b1", "r2", 1}});
    EXPECT_EQ(nodes(answer(state, over(3, {"rack", 0, 2, false}))), "a a c");
    EXPECT_EQ(why(answer(state, over(4, {"rack", 0, 3, false})), true), ReasonCode::spread_too_narrow);
}

TEST(SpreadMinimum, ThatCannotBeIsRefusedByName) {
    EXPECT_EQ(why(answer(three_racks(), over(2, {"rack", 0, 3, false})), false), ReasonCode::spread_too_few);
    EXPECT_EQ(why(answer(three_racks(), over(8, {"rack", 0, 4, false})), true), ReasonCode::spread_too_narrow);
    GangRequest request = over(8, {"rack", 0, 2, false});
    request.wish.required = "rack";
    EXPECT_EQ(why(answer(three_racks(), request), true), ReasonCode::spread_above_required);
    request.wish.required = "block";
    request.wish.slices = {{8, "rack"}};
    EXPECT_EQ(why(answer(three_racks(), request), false), ReasonCode::spread_too_few);
}

TEST(Balance, GivesEveryDomainTheSameNumberOrOneMore) {
    EXPECT_EQ(nodes(answer(three_racks(4, 2, 4, 4, 0, 0), over(6, {"host", 0, 0, false}))), "a a a a b b");
    EXPECT_EQ(nodes(answer(three_racks(4, 2, 4, 4, 0, 0), over(6, {"host", 0, 0, true}))), "c c c d d d");
    EXPECT_EQ(nodes(answer(three_racks(4, 2, 4, 4, 0, 0), over(7, {"host", 0, 0, true}))), "c c c c d d d");
}

TEST(Balance, IsKeptInWholeSlices) {
    GangRequest request = over(6, {"rack", 0, 2, true});
    request.wish.slices = {{2, "rack"}};
    EXPECT_EQ(nodes(answer(three_racks(), request)), "a a a a c c");
}

TEST(Balance, ThatCannotBeIsRefusedByName) {
    EXPECT_EQ(why(answer(three_racks(3, 1, 0, 0, 0, 0), over(4, {"host", 0, 0, true})), false),
              ReasonCode::spread_unbalanced);
}

TEST(RolesWishes, AMaximumOfOneRoleDoesNotCountTheOthers) {
    GangRequest request{{"ml", "gang"}, {part("leader", 1, 0), part("worker", 2, 1)}, {}, {}, {}};
    request.roles[1].wish.spread.push_back({"host", 1});
    EXPECT_EQ(nodes(answer(three_racks(), request)), "a a b");
}

TEST(RolesWishes, SlicesOfTheGangHoldTheSameOfEveryRole) {
    GangRequest request{{"ml", "gang"}, {part("leader", 2, 0), part("worker", 4, 4)}, {}, {}, {}};
    request.wish.slices = {{3, "host"}};
    std::int32_t rank = 0;
    for (std::size_t slice = 0; slice < 2; ++slice) {
        request.roles[0].members[slice].rank = rank++;
        for (std::size_t i = 0; i < 2; ++i) request.roles[1].members[slice * 2 + i].rank = rank++;
    }
    EXPECT_EQ(nodes(answer(three_racks(), request)), "a b a a b b");
}

TEST(RolesWishes, APreferredLevelIsGivenUpLastRoleFirst) {
    GangRequest request{{"ml", "gang"}, {part("a", 2, 8), part("b", 2, 4)}, {}, {}, {}};
    request.roles[0].wish.preferred = "rack";
    request.roles[1].wish.preferred = "host";
    EXPECT_EQ(nodes(answer(three_racks(), request)), "a b c c");
    EXPECT_EQ(nodes(answer(three_racks(8, 8, 4, 4, 0, 0), request)), "a b c d");
}

TEST(RolesWishes, AreBlamedByName) {
    GangRequest request{{"ml", "gang"}, {part("leader", 1, 0), part("worker", 7, 1)}, {}, {}, {}};
    request.roles[1].wish.spread.push_back({"host", 1});
    EXPECT_EQ(why(answer(three_racks(), request), false), ReasonCode::spread_too_tight);
    request.roles[1].wish.spread = {{"rack", 0, 9, false}};
    EXPECT_EQ(why(answer(three_racks(), request), false), ReasonCode::spread_too_few);
}

TEST(RankedSlices, TheRestOfASliceGoesWhereItBeganThoughMembersHaveEnded) {
    auto state = three_racks(2, 6, 8, 8, 8, 8);
    GangRequest request = gang(5, 1);
    request.wish.slices = {{4, "rack"}};
    // Ranks 0 and 1 are bound, 2 has ended.
    request.fixed = {{PodUid("x"), NodeName("e"), "", 0}, {PodUid("y"), NodeName("e"), "", 1}};
    for (auto& member : request.roles.front().members) member.rank += 3;
    EXPECT_EQ(nodes(answer(state, request)), "e e e e e");
    state.apply(PodBound{PodUid("on-e"), NodeName("e"), {{kGpu, 7}, {"pods", 1}}, {}, false});
    state.apply(PodBound{PodUid("on-f"), NodeName("f"), {{kGpu, 8}, {"pods", 1}}, {}, false});
    EXPECT_EQ(nodes(answer(state, request)), "e b b b b");
}

TEST(RankedSlices, ASliceThatLiesApartAlreadyCannotBeCompleted) {
    GangRequest request = gang(2, 1);
    request.wish.slices = {{4, "rack"}};
    request.fixed = {{PodUid("x"), NodeName("a"), "", 2}, {PodUid("y"), NodeName("e"), "", 3}};
    EXPECT_EQ(why(answer(three_racks(), request), false), ReasonCode::slice_too_large);
}

TEST(RolesWishes, SlicesOfOneRoleEachLeaveTheGangsSpreadToTheGang) {
    GangRequest gang = test::gang_of({part("a", 2, 1), part("b", 2, 1)});
    std::int32_t rank = 0;
    for (auto& role : gang.roles)
        for (auto& member : role.members) member.rank = rank++;
    gang.wish.slices = {{2, "rack"}};
    EXPECT_EQ(nodes(answer(three_racks(3, 3, 3, 3, 3, 3), gang)), "a a a b");
    gang.wish.spread = {{"host", 0, 0, true}};
    EXPECT_EQ(nodes(answer(three_racks(3, 3, 3, 3, 3, 3), gang)), "a a b b");
    gang.wish.spread = {{"host", 1, 0, false}};
    EXPECT_EQ(nodes(answer(three_racks(3, 3, 3, 3, 3, 3), gang)), "a b c d");
}

}  // namespace
}  // namespace muster
