// The state depends on what happened to each object, not on the order in which it was heard of.
#include "placement/cluster/cluster_state.hpp"
#include "test/property/device_worlds.hpp"
#include "test/property/event_streams.hpp"
#include "test/property/world_gen.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace muster {
namespace {

using world::Dice;
using world::Stream;

NodeFacts changed(Dice& dice, NodeFacts facts) {
    if (dice.chance(40)) facts.unschedulable = !facts.unschedulable;
    if (dice.chance(40)) facts.allocatable.set("example.com/nic", dice.between(0, 4));
    if (facts.machine && dice.chance(30)) {
        facts.machine = {};
        facts.gpu_resource.clear();
        facts.gpu_ids.clear();
    }
    if (dice.chance(30)) std::ranges::reverse(facts.gpu_ids);
    if (dice.chance(20)) facts.shared_devices.clear();
    for (auto& shared : facts.shared_devices) shared.second = static_cast<std::int32_t>(dice.between(1, 4));
    if (dice.chance(40)) {
        std::erase_if(facts.labels, [](const auto& label) { return label.first == "example.com/rack"; });
    }
    return facts;
}

Stream node_stream(Dice& dice, const NodeFacts& facts) {
    Stream stream{NodeSeen{facts}};
    while (dice.chance(50)) {
        if (dice.chance(30)) stream.emplace_back(NodeGone{facts.name});
        stream.emplace_back(NodeSeen{changed(dice, facts)});
    }
    if (dice.chance(10)) stream.emplace_back(NodeGone{facts.name});
    return stream;
}

// What may happen to one pod: reserved here and there, released, bound, seen again, changed in place, gone.
Stream pod_stream(Dice& dice, const PodBound& pod, const std::vector<NodeFacts>& nodes) {
    const auto anywhere = [&] {
        return dice.chance(10) ? NodeName("never-seen")
                               : nodes[dice.below(static_cast<std::uint32_t>(nodes.size()))].name;
    };
    Stream stream;
    while (dice.chance(50)) {
        stream.emplace_back(Reserved{pod.uid, anywhere(), pod.requests, pod.host_ports,
                                     world::some_devices(dice, pod.requests.get(world::kGpu)), pod.shares});
        if (dice.chance(30)) stream.emplace_back(Released{pod.uid});
    }
    if (dice.chance(80)) stream.emplace_back(pod);
    while (dice.chance(30)) {
        PodBound again = pod;
        if (dice.chance(50)) again.requests.set(kCpu, dice.between(1, 1'000));
        if (dice.chance(50)) again.devices = world::some_devices(dice, pod.requests.get(world::kGpu));
        if (dice.chance(50)) again.share_devices = world::some_share_devices(dice, 1);
        if (dice.chance(30)) stream.emplace_back(Reserved{pod.uid, anywhere(), pod.requests, pod.host_ports});
        stream.emplace_back(std::move(again));
    }
    if (dice.chance(30)) stream.emplace_back(Reserved{pod.uid, anywhere(), pod.requests, pod.host_ports});
    if (dice.chance(30)) stream.emplace_back(PodGone{pod.uid});
    return stream;
}

std::vector<Stream> streams(Dice& dice, const world::World& world) {
    std::vector<Stream> all;
    for (const auto& node : world.nodes) all.push_back(node_stream(dice, node));
    for (const auto& pod : world.pods) all.push_back(pod_stream(dice, pod, world.nodes));
    return all;
}

ClusterState any_order(Dice& dice, const world::World& world, const std::vector<Stream>& all) {
    return world::interleaved(dice, world.levels, all, 15);
}

// The plain meaning of the events: amounts by node and resource name, added up from scratch.
struct Ledger {
    std::map<std::string, std::map<std::string, std::int64_t>> used;
    std::map<std::string, std::uint32_t> leaving;
    // Device ids by node, a list for each pod with GPUs.
    std::map<std::string, std::vector<std::pair<std::int64_t, std::vector<std::string>>>> devices;
    std::map<std::string, std::vector<PodBound>> parts;  // pods by node
};

Ledger ledger(const std::vector<Stream>& all) {
    Ledger sums;
    for (const auto& stream : all) {
        const PodBound* bound = nullptr;
        const Reserved* reserved = nullptr;
        for (const auto& event : stream) {
            if (const auto* at = std::get_if<PodBound>(&event)) bound = at, reserved = nullptr;
            if (const auto* at = std::get_if<Reserved>(&event); at != nullptr && bound == nullptr) reserved = at;
            if (std::holds_alternative<Released>(event)) reserved = nullptr;
            if (std::holds_alternative<PodGone>(event)) bound = nullptr, reserved = nullptr;
        }
        const auto add = [&](const NodeName& node, const ResourceAmounts& requests, bool stays,
                             const std::vector<std::string>& devices) {
            sums.devices[node.str()].emplace_back(requests.get(world::kGpu), devices);
            for (const auto& [name, amount] : requests.entries()) sums.used[node.str()][name] += amount;
            if (!stays) ++sums.leaving[node.str()];
        };
        if (bound != nullptr) add(bound->node, bound->requests, bound->stays, bound->devices);
        if (bound != nullptr) sums.parts[bound->node.str()].push_back(*bound);
        if (reserved == nullptr) continue;
        add(reserved->node, reserved->requests, false, reserved->devices);
        sums.parts[reserved->node.str()].push_back(
            {reserved->uid, reserved->node, reserved->requests, {}, false, {}, reserved->shares, {}});
    }
    return sums;
}

RC_GTEST_PROP(ClusterState, AnyLegalOrderOfEventsGivesTheSameSnapshot, (std::uint64_t seed)) {
    Dice dice(seed);
    const auto world = world::device_world(seed);
    const auto all = streams(dice, world);
    auto one = any_order(dice, world, all);
    auto other = any_order(dice, world, all);
    RC_ASSERT(one.snapshot().same_contents(other.snapshot()));
    RC_ASSERT(one.bound_count() == other.bound_count());
    RC_ASSERT(one.reservation_count() == other.reservation_count());
}

RC_GTEST_PROP(ClusterState, FreeIsAllocatableMinusWhatTheEventsSay, (std::uint64_t seed)) {
    Dice dice(seed);
    const auto world = world::device_world(seed);
    const auto all = streams(dice, world);
    auto state = any_order(dice, world, all);
    const Snapshot snapshot = state.snapshot();
    auto sums = ledger(all);
    for (std::uint32_t i = 0; i < snapshot.fabric().node_count(); ++i) {
        const NodeFacts& facts = snapshot.fabric().node(NodeIdx(i));
        RC_ASSERT(snapshot.leaving_pods(NodeIdx(i)) == sums.leaving[facts.name.str()]);
        for (std::uint32_t r = 0; r < snapshot.resource_count(); ++r) {
            const std::string& name = snapshot.resource_name(ResourceIdx(r));
            RC_ASSERT(snapshot.free(NodeIdx(i), ResourceIdx(r)) ==
                      facts.allocatable.get(name) - sums.used[facts.name.str()][name]);
        }
    }
}

// The number at the end of an id, if the node has such a GPU.
std::optional<std::size_t> ordinal_of(const NodeFacts& node, const std::string& id) {
    const auto at = std::ranges::find(node.gpu_ids, id);
    if (at != node.gpu_ids.end()) return static_cast<std::size_t>(at - node.gpu_ids.begin());
    if (!id.starts_with("ordinal:")) return std::nullopt;
    const std::size_t ordinal = std::stoul(id.substr(8));
    return ordinal < node.machine->gpu_count() ? std::optional(ordinal) : std::nullopt;
}

GpuUse expected_use(const NodeFacts& node, const Ledger& sums) {
    GpuUse use;
    std::set<std::size_t> told;
    const auto pods = sums.devices.find(node.name.str());
    if (!node.machine || pods == sums.devices.end()) return use;
    for (const auto& [gpus, ids] : pods->second) {
        std::set<std::size_t> own;
        for (const auto& id : ids) {
            if (const auto ordinal = ordinal_of(node, id)) own.insert(*ordinal);
        }
        if (std::cmp_greater(own.size(), gpus)) own.clear();
        use.untold += static_cast<std::int32_t>(gpus) - static_cast<std::int32_t>(own.size());
        for (const std::size_t ordinal : own) {
            if (!told.insert(ordinal).second) ++use.untold;
        }
    }
    for (const std::size_t ordinal : told) use.told |= GpuMask{1} << ordinal;
    return use;
}

RC_GTEST_PROP(ClusterState, GpusInUseAreThoseThatTheEventsTell, (std::uint64_t seed)) {
    Dice dice(seed);
    const auto world = world::device_world(seed);
    const auto all = streams(dice, world);
    auto state = any_order(dice, world, all);
    const Snapshot snapshot = state.snapshot();
    const Ledger sums = ledger(all);
    bool told = false;
    for (std::uint32_t i = 0; i < snapshot.fabric().node_count(); ++i) {
        const GpuUse use = snapshot.gpu_use(NodeIdx(i));
        told = told || use.told != 0;
        RC_ASSERT(use == expected_use(snapshot.fabric().node(NodeIdx(i)), sums));
    }
    RC_CLASSIFY(told, "some GPU is told");
}

// Parts by device, then those that nobody tells, then the sum of what is asked for without a share.
struct Parts {
    std::vector<std::int64_t> told;
    std::multiset<std::int64_t> untold;
    std::int64_t loose = 0;
    bool operator==(const Parts&) const = default;
};

Parts expected_parts(std::int32_t devices, const std::vector<PodBound>& pods) {
    Parts parts{std::vector<std::int64_t>(static_cast<std::size_t>(devices), 0), {}, 0};
    for (const auto& pod : pods) {
        std::int64_t rest = pod.requests.get(world::kParts);
        if (!pod.shares.empty()) {
            const DeviceShare& share = pod.shares.front();
            const std::set<std::int32_t> own(pod.share_devices.begin(), pod.share_devices.end());
            const bool known = std::cmp_equal(own.size(), share.devices) && own.size() == pod.share_devices.size() &&
                               *own.rbegin() < devices;
            for (const auto device : known ? own : std::set<std::int32_t>())
                parts.told[static_cast<std::size_t>(device)] += share.amount;
            for (std::int32_t i = 0; !known && i < share.devices; ++i) parts.untold.insert(share.amount);
            rest -= share.amount * share.devices;
        }
        parts.loose += rest;
    }
    return parts;
}

RC_GTEST_PROP(ClusterState, PartsInUseAreThoseThatTheEventsTell, (std::uint64_t seed)) {
    Dice dice(seed);
    const auto world = world::device_world(seed);
    const auto all = streams(dice, world);
    auto state = any_order(dice, world, all);
    const Snapshot snapshot = state.snapshot();
    const Ledger sums = ledger(all);
    for (std::uint32_t i = 0; i < snapshot.fabric().node_count(); ++i) {
        const NodeFacts& node = snapshot.fabric().node(NodeIdx(i));
        const auto claims = snapshot.share_claims(NodeIdx(i));
        RC_ASSERT(claims.size() == node.shared_devices.size());
        if (claims.empty()) continue;
        const auto pods = sums.parts.find(node.name.str());
        const auto told = claims.front().told();
        const auto untold = claims.front().untold();
        RC_ASSERT(std::ranges::is_sorted(untold));
        const Parts found{{told.begin(), told.end()}, {untold.begin(), untold.end()}, claims.front().loose()};
        RC_ASSERT(found == expected_parts(node.shared_devices.front().second,
                                          pods == sums.parts.end() ? std::vector<PodBound>() : pods->second));
    }
}

RC_GTEST_PROP(ClusterState, EverythingUndoneLeavesNothingBehind, (std::uint64_t seed)) {
    const auto world = world::device_world(seed);
    ClusterState empty(world.levels);
    for (const auto& node : world.nodes) empty.apply(NodeSeen{node});
    auto state = world.state();
    (void)state.snapshot();
    auto pods = world.pods;
    Dice(seed).shuffle(pods);
    for (const auto& pod : pods) state.apply(PodGone{pod.uid});
    RC_ASSERT(state.snapshot().same_contents(empty.snapshot()));
}

RC_GTEST_PROP(ClusterState, ASnapshotNeverChanges, (std::uint64_t seed)) {
    Dice dice(seed);
    const auto world = world::device_world(seed);
    auto state = world.state();
    const Snapshot taken = state.snapshot();
    const Snapshot expected = world.snapshot();
    for (const auto& stream : streams(dice, world)) {
        for (const auto& event : stream) state.apply(event);
        (void)state.snapshot();
    }
    RC_ASSERT(taken.same_contents(expected));
}

}  // namespace
}  // namespace muster
