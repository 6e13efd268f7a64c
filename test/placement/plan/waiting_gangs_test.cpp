#include "placement/plan/scores/waiting_gangs.hpp"

#include "placement/plan/gang_planner.hpp"
#include "placement/plan/room/node_room.hpp"
#include "test/placement/plan/plan_world.hpp"

#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

using test::cluster;
using test::gang;
using test::kGpu;

std::shared_ptr<const WaitingGang> waits_in(const std::string& domain, GangRequest request) {
    return std::make_shared<const WaitingGang>(WaitingGang{std::move(request), domain});
}

PodShape pod_of(std::int64_t gpus) {
    return gang(1, gpus).roles.front().shape;
}

// "a:1,0 b:0,0": by node, then by gang.
std::string lost(const Snapshot& snapshot, const PodShape& pod, const WaitingGangs& gangs) {
    std::vector<NodeIdx> nodes;
    for (std::uint32_t i = 0; i < snapshot.fabric().node_count(); ++i) nodes.emplace_back(i);
    std::string text;
    const auto lost = room_lost(snapshot, pod, gangs, nodes);
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        text += (i == 0 ? "" : " ") + snapshot.fabric().node(nodes[i]).name.str();
        for (std::size_t g = 0; g < gangs.size(); ++g) text += (g == 0 ? ":" : ",") + std::to_string(lost[i][g]);
    }
    return text;
}

ClusterState racks_of_two_blocks() {
    return cluster({{"a", "b1", "r1", 8}, {"b", "b1", "r1", 5}, {"c", "b1", "r2", 8}, {"d", "b2", "r1", 8}});
}

TEST(RoomLost, CountsMembersOfTheGangsDomainAlone) {
    auto state = racks_of_two_blocks();
    const WaitingGangs gangs{waits_in("b1/r1", gang(4, 4))};
    EXPECT_EQ(lost(state.snapshot(), pod_of(1), gangs), "a:1 b:0 c:0 d:0") << "b has a GPU over";
    EXPECT_EQ(lost(state.snapshot(), pod_of(2), gangs), "a:1 b:1 c:0 d:0");
    EXPECT_EQ(lost(state.snapshot(), pod_of(8), gangs), "a:2 b:1 c:0 d:0");
    EXPECT_EQ(lost(state.snapshot(), pod_of(8), {waits_in("b1/r1", gang(1, 4))}), "a:1 b:1 c:0 d:0")
        << "no more members than the gang has";
}

TEST(RoomLost, OfEveryGangInTheOrderGiven) {
    auto state = racks_of_two_blocks();
    const WaitingGangs gangs{waits_in("b1/r2", gang(2, 8)), waits_in("", gang(9, 1)), waits_in("b1", gang(3, 5)),
                             waits_in("b9/r1", gang(1, 1))};
    EXPECT_EQ(lost(state.snapshot(), pod_of(2), gangs), "a:0,2,0,0 b:0,2,1,0 c:1,2,0,0 d:0,2,0,0");
    EXPECT_EQ(lost(state.snapshot(), pod_of(2), {}), "a b c d");
}

TEST(RoomLost, OtherThingsThanGpusCanBeWhatIsTaken) {
    auto state = cluster({{"a", "b1", "r1", 8}});
    GangRequest one_port = gang(2, 1);
    one_port.roles.front().shape.host_ports = {"TCP:80"};
    PodShape same = pod_of(0);
    same.host_ports = {"TCP:80"};
    EXPECT_EQ(lost(state.snapshot(), same, {waits_in("", one_port)}), "a:1");
    same.host_ports = {"TCP:81"};
    EXPECT_EQ(lost(state.snapshot(), same, {waits_in("", one_port)}), "a:0");
}

TEST(RoomLost, NodesThatTheGangCannotUseAreNoLoss) {
    auto state = racks_of_two_blocks();
    GangRequest careful = gang(4, 4);
    careful.avoid = {NodeName("a"), NodeName("z")};
    EXPECT_EQ(lost(state.snapshot(), pod_of(8), {waits_in("b1", careful)}), "a:0 b:1 c:2 d:0");
    GangRequest apart = gang(4, 4);
    apart.roles.front().shape.one_per_host = true;
    apart.fixed = {{PodUid("on-c"), NodeName("c")}};
    EXPECT_EQ(lost(state.snapshot(), pod_of(8), {waits_in("b1", apart)}), "a:1 b:1 c:0 d:0");
}

TEST(RoomLost, EachRoleCountsAsIfItWereAlone) {
    auto state = cluster({{"a", "b1", "r1", 8}});
    GangRequest two = gang(1, 8);
    two.roles.push_back(gang(2, 4).roles.front());
    EXPECT_EQ(lost(state.snapshot(), pod_of(4), {waits_in("", two)}), "a:2");
}

// On each node alone, the pod counted as a real one: the domain's room before and after.
TEST(RoomLost, EqualsTheDifferenceOfTheDomainsRoom) {
    for (const std::int64_t gpus : {0, 1, 3, 8}) {
        for (const std::int64_t each : {1, 2, 3, 5, 8}) {
            auto state = racks_of_two_blocks();
            const Snapshot before = state.snapshot();
            const GangRequest request = gang(3, each);
            const auto room = domain_room(before, request, RoomBasis::now);
            for (std::uint32_t i = 0; i < before.fabric().node_count(); ++i) {
                const NodeIdx node(i);
                state.apply(PodBound{PodUid("x"), before.fabric().node(node).name, pod_of(gpus).requests, {}, false});
                const auto left = domain_room(state.snapshot(), request, RoomBasis::now);
                state.apply(PodGone{PodUid("x")});
                for (std::uint32_t d = 0; d < before.fabric().domain_count(); ++d) {
                    const std::string path = before.fabric().path(DomainIdx(d));
                    EXPECT_EQ(room_lost(before, pod_of(gpus), {waits_in(path, request)}, {node}).front().front(),
                              room[d] - left[d])
                        << gpus << " of " << each << " on " << i << " in " << path;
                }
            }
        }
    }
}

TEST(LacksRoom, WhereTheReasonNamesTheDomainThatIsNearest) {
    auto state = cluster({{"a", "b1", "r1", 8}, {"b", "b1", "r2", 4}});
    TopologyWish rack;
    rack.required = "rack";
    const auto refused = std::get<NeverFits>(plan_gang(state.snapshot(), gang(3, 4, rack), {}));
    EXPECT_TRUE(lacks_room(refused.reason));
    EXPECT_EQ(refused.reason.domain, "b1/r1");
    for (const auto code : {ReasonCode::no_eligible_node, ReasonCode::unknown_level, ReasonCode::search_exhausted}) {
        Shortfall other;
        other.code = code;
        EXPECT_FALSE(lacks_room(other));
    }
}

}  // namespace
}  // namespace muster
