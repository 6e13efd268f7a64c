// Parts of devices: what the planner promises holds wherever the claims lie whose devices nobody tells.
#include "placement/cluster/cluster_state.hpp"
#include "placement/plan/gang_planner.hpp"
#include "placement/plan/room/share_room.hpp"
#include "placement/verify/verify_plan.hpp"
#include "placement/verify/verify_shares.hpp"
#include "test/property/share_worlds.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace muster {
namespace {

using world::Dice;

constexpr std::int64_t kMany = std::numeric_limits<std::int64_t>::max();

std::int64_t pods_found(const std::vector<std::int64_t>& free, const DeviceShare& share) {
    std::int64_t pods = 0;
    while (world::all_find(free, {share}, {pods + 1})) ++pods;
    return pods;
}

// nullopt: there is no such way.
std::optional<std::int64_t> fewest_found(const DeviceSpace& space, const DeviceShare& share, bool consistent) {
    std::optional<std::int64_t> fewest;
    world::each_way(space, consistent, [&](const auto& free) {
        if (!fewest || *fewest > 0) fewest = std::min(fewest.value_or(kMany), pods_found(free, share));
    });
    return fewest;
}

RC_GTEST_PROP(ShareRoom, IsSureInEveryConsistentWay, (std::uint64_t seed)) {
    Dice dice(seed);
    const DeviceSpace space = world::small_space(dice);
    const DeviceShare share = world::small_share(dice);
    const std::int64_t room = share_room(space, share, kMany);
    const auto worst = fewest_found(space, share, true);
    RC_ASSERT(room >= 0);
    if (worst) RC_ASSERT(room <= *worst);
    if (space.untold.empty() && space.loose == 0) RC_ASSERT(room == *worst);
    RC_CLASSIFY(worst == room, "as much as there is");
    RC_CLASSIFY(worst && room < *worst, "less");
}

RC_GTEST_PROP(ShareRoom, IsTheWorstOfAllWaysWhereTheyAreFew, (std::uint64_t seed)) {
    Dice dice(seed);
    DeviceSpace space = world::small_space(dice);
    space.loose = 0;  // three claims on four devices: 64 ways
    const DeviceShare share = world::small_share(dice);
    RC_ASSERT(share_room(space, share, kMany) == *fewest_found(space, share, false));
    RC_ASSERT(share_room(space, share, 1) == std::min<std::int64_t>(1, share_room(space, share, kMany)));
}

// Beyond kWaysLooked only the bound is left: many claims beside few devices.
RC_GTEST_PROP(ShareRoom, IsSureWhereTheWaysAreMany, (std::uint64_t seed)) {
    Dice dice(seed);
    DeviceSpace space;
    space.free = {dice.between(4, 16), dice.between(4, 16), dice.between(4, 16)};
    for (std::int64_t i = 6; i > 0; --i) space.untold.push_back(dice.between(1, 4));
    const DeviceShare share = world::small_share(dice);
    const std::int64_t room = share_room(space, share, kMany);
    RC_ASSERT(room <= *fewest_found(space, share, false));
    RC_CLASSIFY(room > 0, "some room is sure");
}

RC_GTEST_PROP(ShareRoom, IsNeverMoreWithMoreClaimed, (std::uint64_t seed)) {
    Dice dice(seed);
    DeviceSpace space = world::small_space(dice);
    const DeviceShare share = world::small_share(dice);
    const std::int64_t room = share_room(space, share, kMany);
    DeviceSpace more = space;
    while (dice.chance(70)) more.untold.push_back(dice.between(1, 6));
    if (dice.chance(30)) more.loose += 2;
    RC_ASSERT(share_room(more, share, kMany) <= room);
    auto& device = space.free[dice.below(static_cast<std::uint32_t>(space.free.size()))];
    device -= dice.between(0, device);
    RC_ASSERT(share_room(space, share, kMany) <= room);
}

// A cluster of two to four nodes with shared devices, and pods on them that tell their devices or not.
struct Shared {
    ClusterState state{{{"rack", "rack"}}};
    std::vector<DeviceShare> shares;  // of the gang's roles
    GangRequest request;
};

void add_pods(Dice& dice, Shared& shared, const NodeName& node, std::int32_t devices, std::int64_t whole) {
    std::vector<std::int64_t> free(static_cast<std::size_t>(devices), whole);
    for (std::int64_t i = dice.between(0, 3); i > 0; --i) {
        const bool loose = dice.chance(10);
        const std::int64_t amount = loose ? 1 : dice.between(1, whole);
        const auto at = dice.below(static_cast<std::uint32_t>(devices));
        if (free[at] < amount) continue;
        free[at] -= amount;
        PodBound pod{PodUid(node.str() + std::to_string(i)), node, {{world::kParts, amount}, {"pods", 1}}, {}, false};
        pod.shares = {{world::kParts, amount, 1}};
        if (dice.chance(40)) pod.share_devices = {static_cast<std::int32_t>(at)};
        if (loose) pod.shares.clear();
        shared.state.apply(pod);
    }
}

Shared shared_world(std::uint64_t seed) {
    Dice dice(seed);
    Shared shared;
    for (std::int64_t n = dice.between(2, 4); n > 0; --n) {
        NodeFacts node;
        node.name = NodeName("n" + std::to_string(n));
        node.labels = {{"rack", dice.chance(50) ? "a" : "b"}};
        const auto devices = static_cast<std::int32_t>(dice.between(1, 3));
        const std::int64_t whole = dice.between(4, 8);
        node.allocatable = {{world::kParts, whole * devices}, {"pods", 20}};
        node.shared_devices = {{world::kParts, devices}};
        shared.state.apply(NodeSeen{node});
        add_pods(dice, shared, node.name, devices, whole);
    }
    for (std::int64_t r = dice.chance(50) ? 1 : dice.between(2, 3); r > 0; --r) {
        RoleRequest role;
        role.name = "r" + std::to_string(r);
        const DeviceShare share = world::small_share(dice);
        role.shape.shares = {share};
        role.shape.requests = {{world::kParts, share.amount * share.devices}, {"pods", 1}};
        for (std::int64_t m = dice.between(1, 3); m > 0; --m) {
            const std::string name = role.name + "-" + std::to_string(m);
            role.members.push_back({PodUid(name), {"ml", name}, -1});
        }
        shared.shares.push_back(share);
        shared.request.roles.push_back(std::move(role));
    }
    shared.request.key = {"ml", "gang"};
    return shared;
}

// By node, the members of each role.
std::map<NodeIdx, std::vector<std::int64_t>> members_by_node(const Fabric& fabric, const Shared& shared,
                                                             const Plan& plan) {
    std::map<NodeIdx, std::vector<std::int64_t>> counts;
    auto placement = plan.placements.begin();
    for (std::size_t role = 0; role < shared.shares.size(); ++role) {
        for (std::size_t i = shared.request.roles[role].members.size(); i > 0; --i, ++placement) {
            auto& here = counts[*fabric.find(placement->node.str())];
            here.resize(shared.shares.size());
            ++here[role];
        }
    }
    return counts;
}

RC_GTEST_PROP(SharePlans, FitWhereverTheUntoldClaimsLie, (std::uint64_t seed)) {
    Shared shared = shared_world(seed);
    const Snapshot snapshot = shared.state.snapshot();
    const Outcome outcome = plan_gang(snapshot, shared.request, {});
    const Plan* const plan = std::get_if<Plan>(&outcome);
    RC_CLASSIFY(plan != nullptr, "fits");
    RC_CLASSIFY(shared.request.roles.size() > 1, "several roles");
    if (plan == nullptr) return;
    const auto fault = verify_plan(snapshot, shared.request, *plan);
    RC_ASSERT(!fault);
    for (const auto& [node, counts] : members_by_node(snapshot.fabric(), shared, *plan)) {
        const auto space = device_space(snapshot, node, world::kParts, RoomBasis::now);
        RC_ASSERT(space.has_value());
        world::each_way(*space, true,
                        [&](const auto& free) { RC_ASSERT(world::all_find(free, shared.shares, counts)); });
    }
}

// A gang of one role fits exactly when the nodes' sure room together is enough.
RC_GTEST_PROP(SharePlans, OneRoleFitsWhereTheNodesHaveRoom, (std::uint64_t seed)) {
    Shared shared = shared_world(seed);
    shared.request.roles.resize(1);
    const DeviceShare& share = shared.shares.front();
    const Snapshot snapshot = shared.state.snapshot();
    const ResourceIdx column = *snapshot.resource(world::kParts);
    std::int64_t room = 0;
    for (std::uint32_t i = 0; i < snapshot.fabric().node_count(); ++i) {
        const auto space = *device_space(snapshot, NodeIdx(i), world::kParts, RoomBasis::now);
        if (space.loose > 0) return;
        const std::int64_t whole = snapshot.free(NodeIdx(i), column) / (share.amount * share.devices);
        room += std::min(whole, *fewest_found(space, share, false));
    }
    const Outcome outcome = plan_gang(snapshot, shared.request, {});
    RC_ASSERT(std::holds_alternative<Plan>(outcome) ==
              std::cmp_greater_equal(room, shared.request.roles.front().members.size()));
    RC_CLASSIFY(std::holds_alternative<NeverFits>(outcome), "never fits");
}

// The checker refuses what some way to lay the claims makes impossible.
RC_GTEST_PROP(SharePlans, TheCheckerRefusesWhatMayNotFit, (std::uint64_t seed)) {
    Shared shared = shared_world(seed);
    const Snapshot snapshot = shared.state.snapshot();
    Dice dice(seed ^ 0xc4ec);
    const NodeIdx node(dice.below(static_cast<std::uint32_t>(snapshot.fabric().node_count())));
    const std::vector<NodeIdx> seats(shared.request.members(), node);
    std::vector<std::int64_t> counts;
    for (const auto& role : shared.request.roles) counts.push_back(static_cast<std::int64_t>(role.members.size()));
    bool always = true;
    world::each_way(*device_space(snapshot, node, world::kParts, RoomBasis::now), true,
                    [&](const auto& free) { always = always && world::all_find(free, shared.shares, counts); });
    const bool accepted = !verify_shares(snapshot, shared.request, seats);
    if (accepted) RC_ASSERT(always);
    RC_CLASSIFY(accepted, "accepted");
    RC_CLASSIFY(!always, "may not fit");
}

}  // namespace
}  // namespace muster
