// Which gangs cross which domains depends on what happened to each pod and node, not on the order in which it was heard
// of; and it is what the definition says.
#include "placement/cluster/cluster_state.hpp"
#include "placement/plan/room/trial.hpp"
#include "test/property/event_streams.hpp"
#include "test/property/world_gen.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace muster {
namespace {

using world::Dice;
using world::Stream;

const std::vector<LevelSpec> kLevels{
    {"zone", "example.com/zone", 50'000}, {"block", "example.com/block"}, {"rack", "example.com/rack", 25'000}};

NodeFacts some_node(Dice& dice, std::uint32_t number) {
    NodeFacts node;
    node.name = NodeName(world::numbered("n", number));
    for (const auto& level : kLevels) {
        if (!dice.chance(15)) node.labels.emplace_back(level.label, world::numbered("v", dice.below(2)));
    }
    std::ranges::sort(node.labels);
    node.allocatable = {{"pods", 30}};
    return node;
}

std::vector<Stream> node_streams(Dice& dice) {
    std::vector<Stream> all;
    for (std::uint32_t i = 0; i < 6; ++i) {
        Stream stream{NodeSeen{some_node(dice, i)}};
        if (dice.chance(20)) stream.emplace_back(NodeSeen{some_node(dice, i)});
        if (dice.chance(15)) stream.emplace_back(NodeGone{NodeName(world::numbered("n", i))});
        all.push_back(std::move(stream));
    }
    return all;
}

// Reserved here and there, released, bound, its gang changed, gone.
Stream member_stream(Dice& dice, std::uint32_t number) {
    const PodUid uid(world::numbered("pod-", number));
    const auto node = [&] { return NodeName(world::numbered("n", dice.below(7))); };
    const auto gang = [&] { return dice.chance(10) ? std::string() : world::numbered("ml/gang-", dice.below(5)); };
    Stream stream;
    while (dice.chance(50)) {
        stream.emplace_back(
            Reserved{.uid = uid, .node = node(), .requests = {{"pods", 1}}, .host_ports = {}, .gang = gang()});
        if (dice.chance(30)) stream.emplace_back(Released{uid});
    }
    const NodeName bound = node();
    while (dice.chance(60)) {
        stream.emplace_back(
            PodBound{.uid = uid, .node = bound, .requests = {{"pods", 1}}, .host_ports = {}, .gang = gang()});
    }
    if (dice.chance(25)) stream.emplace_back(PodGone{uid});
    return stream;
}

std::vector<Stream> all_streams(Dice& dice) {
    std::vector<Stream> all = node_streams(dice);
    for (std::uint32_t i = 0; i < 20; ++i) all.push_back(member_stream(dice, i));
    return all;
}

ClusterState some_order(Dice& dice, const std::vector<Stream>& all) {
    return world::interleaved(dice, kLevels, all, 40);
}

using Seats = std::map<std::string, std::vector<NodeName>>;  // by gang

Seats seats_of(const std::vector<Stream>& all) {
    Seats seats;
    for (const auto& stream : all) {
        const PodBound* bound = nullptr;
        const Reserved* held = nullptr;
        for (const auto& event : stream) {
            if (const auto* at = std::get_if<PodBound>(&event)) bound = at, held = nullptr;
            if (const auto* at = std::get_if<Reserved>(&event)) held = at;
            if (std::holds_alternative<Released>(event)) held = nullptr;
            if (std::holds_alternative<PodGone>(event)) bound = nullptr, held = nullptr;
        }
        if (bound != nullptr) seats[bound->gang].push_back(bound->node);
        if (held != nullptr) seats[held->gang].push_back(held->node);
    }
    seats.erase("");
    return seats;
}

bool expected_crossing(const Fabric& fabric, const std::vector<NodeName>& seats, const Domain& domain) {
    bool inside = false;
    bool outside = false;
    for (const auto& name : seats) {
        const auto node = fabric.find(name.str());
        if (!node) continue;
        const bool here = domain.first_node <= node->value() && node->value() < domain.last_node;
        inside = inside || here;
        outside = outside || !here;
    }
    return inside && outside;
}

// Whether the snapshot's counts are those of the definition; how many crossings there are goes into `crossings`.
void expect_counts(const Snapshot& snapshot, const Seats& seats, std::size_t& crossings) {
    const Fabric& fabric = snapshot.fabric();
    for (std::uint32_t i = 1; i < fabric.domain_count(); ++i) {
        const Domain& domain = fabric.domains()[i];
        const bool counts = !domain.synthetic && fabric.levels()[domain.depth - 1].uplink_mbps > 0;
        std::int32_t expected = 0;
        for (const auto& [gang, nodes] : seats) {
            const bool crosses = counts && expected_crossing(fabric, nodes, domain);
            expected += crosses ? 1 : 0;
            RC_ASSERT((std::ranges::count(snapshot.traffic().crossed_by(gang), DomainIdx(i)) == 1) == crosses);
        }
        crossings += static_cast<std::size_t>(expected);
        RC_ASSERT(snapshot.traffic().crossing(DomainIdx(i)) == expected);
    }
}

RC_GTEST_PROP(GangTraffic, AnyLegalOrderOfEventsGivesTheCrossingsOfTheDefinition, (std::uint64_t seed)) {
    Dice dice(seed);
    const auto all = all_streams(dice);
    auto one = some_order(dice, all);
    auto other = some_order(dice, all);
    const Snapshot snapshot = one.snapshot();
    RC_ASSERT(snapshot.same_contents(other.snapshot()));
    std::size_t crossings = 0;
    expect_counts(snapshot, seats_of(all), crossings);
    RC_CLASSIFY(crossings > 3, "several crossings");
}

RC_GTEST_PROP(GangTraffic, ASnapshotKeepsItsCrossingsAndEverythingUndoneLeavesNone, (std::uint64_t seed)) {
    Dice dice(seed);
    const auto all = all_streams(dice);
    auto state = some_order(dice, all);
    const Snapshot taken = state.snapshot();
    auto again = some_order(dice, all);
    for (std::uint32_t i = 0; i < 20; ++i) state.apply(PodGone{PodUid(world::numbered("pod-", i))});
    const Snapshot empty = state.snapshot();
    RC_ASSERT(empty.traffic() == GangTraffic(empty.fabric(), {}));
    RC_ASSERT(taken.same_contents(again.snapshot()));
}

RC_GTEST_PROP(GangTraffic, ATrialCountsPlannedMembersUntilItIsRolledBack, (std::uint64_t seed)) {
    Dice dice(seed);
    const auto all = all_streams(dice);
    auto state = some_order(dice, all);
    const Snapshot base = state.snapshot();
    const auto nodes = static_cast<std::uint32_t>(base.fabric().node_count());
    RC_PRE(nodes > 0U);
    GangRequest gang = world::plain_gang(1 + dice.below(4), 0);
    gang.key = {"ml", "gang-1"};
    Plan plan;
    for (const auto& member : gang.roles.front().members) {
        plan.placements.push_back({member.uid, member.key, base.fabric().node(NodeIdx(dice.below(nodes))).name});
        state.apply(Reserved{.uid = member.uid,
                             .node = plan.placements.back().node,
                             .requests = gang.roles.front().shape.requests,
                             .host_ports = {},
                             .gang = "ml/gang-1"});
    }
    Trial trial(base);
    trial.take(gang, plan);
    RC_ASSERT(trial.view().same_contents(state.snapshot()));
    trial.rollback(0);
    RC_ASSERT(trial.view().same_contents(base));
}

}  // namespace
}  // namespace muster
