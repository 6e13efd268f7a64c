#include "test/property/world_gen.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace muster::world {
namespace {

constexpr std::int64_t kGiB = std::int64_t{1} << 30;
constexpr std::string_view kPool = "example.com/pool";
constexpr std::string_view kDedicated = "example.com/dedicated";

const std::array<LevelSpec, 3> kLevels{
    {{"zone", "topology.kubernetes.io/zone"}, {"block", "example.com/block"}, {"rack", "example.com/rack"}}};

std::string label(const LevelSpec& level) {
    return level.label;
}

ResourceAmounts amounts(std::int64_t cpu, std::int64_t memory, std::int64_t gpus, std::int64_t pods = 1) {
    return {{std::string(kCpu), cpu},
            {std::string(kMemory), memory},
            {std::string(kGpu), gpus},
            {std::string(kPodSlots), pods}};
}

// Coarse values are few, so that domains hold several hosts; racks are named r0… in each block anew.
NodeFacts small_node(Dice& dice, std::uint32_t number, const std::vector<LevelSpec>& levels) {
    NodeFacts node;
    node.name = NodeName(numbered("n", number));
    node.labels.emplace_back(kHostnameLabel, node.name.str());
    for (const auto& level : levels) {
        if (dice.chance(8)) continue;
        node.labels.emplace_back(label(level),
                                 numbered(level.name.substr(0, 1), dice.below(level.name == "rack" ? 3 : 2)));
    }
    if (dice.chance(50)) node.labels.emplace_back(kPool, dice.chance(70) ? "a" : "b");
    normalize(node.labels);
    const std::int64_t gpus = dice.chance(80) ? dice.between(1, 8) : 0;
    node.allocatable = amounts(dice.between(4, 64) * 1'000, dice.between(16, 256) * kGiB, gpus, dice.between(3, 20));
    node.unschedulable = dice.chance(4);
    node.ready = !dice.chance(4);
    if (dice.chance(8)) node.taints.push_back({std::string(kDedicated), "ml", TaintEffect::no_schedule});
    if (dice.chance(8)) node.taints.push_back({"example.com/soft", "", TaintEffect::prefer_no_schedule});
    return node;
}

PodBound small_pod(Dice& dice, std::uint32_t number, const NodeFacts& node) {
    PodBound pod;
    pod.uid = PodUid(numbered("bound-", number));
    pod.node = node.name;
    pod.stays = dice.chance(20);
    const std::int64_t gpus = pod.stays ? 0 : dice.between(0, std::min<std::int64_t>(3, node.allocatable.get(kGpu)));
    pod.requests = amounts(dice.between(1, 40) * 250, dice.between(0, 16) * kGiB, gpus);
    if (dice.chance(10)) pod.host_ports.push_back(dice.chance(50) ? "TCP/0.0.0.0/29500" : "TCP/10.0.0.1/29500");
    return pod;
}

// Members of the shape that the world has room for, by sums over nodes only: an estimate for choosing sizes.
std::int64_t rough_room(const Snapshot& snapshot, const PodShape& shape) {
    std::int64_t room = 0;
    for (std::uint32_t i = 0; i < snapshot.fabric().node_count(); ++i) {
        if (judge_node(shape, snapshot.fabric().node(NodeIdx(i))) != NodeVerdict::ok) continue;
        std::int64_t here = shape.one_per_host || !shape.host_ports.empty() ? 1 : 12;
        for (const auto& [name, amount] : shape.requests.entries()) {
            const auto resource = snapshot.resource(name);
            const std::int64_t free = resource ? snapshot.free(NodeIdx(i), *resource) : 0;
            here = std::min(here, std::max<std::int64_t>(0, free / amount));
        }
        room += here;
    }
    return room;
}

PodShape small_shape(Dice& dice) {
    PodShape shape;
    shape.requests =
        amounts(dice.between(1, 24) * 500, dice.between(0, 24) * kGiB, dice.chance(75) ? dice.between(1, 4) : 0);
    if (dice.chance(12)) shape.node_selector.emplace_back(kPool, "a");
    if (dice.chance(8)) {
        shape.required_affinity = std::vector<SelectorTerm>{
            {{std::string(kPool), dice.chance(50) ? SelectorOp::not_in : SelectorOp::exists, {}, false}}};
        if (shape.required_affinity->front().front().op == SelectorOp::not_in) {
            shape.required_affinity->front().front().values = {"b"};
        }
    }
    if (dice.chance(30)) shape.tolerations.push_back({std::string(kDedicated), "ml", false, TaintEffect::no_schedule});
    if (dice.chance(6)) shape.host_ports.push_back(dice.chance(50) ? "TCP/0.0.0.0/29500" : "TCP/10.0.0.2/29500");
    shape.one_per_host = dice.chance(10);
    return shape;
}

void add_wish(Dice& dice, const std::vector<LevelSpec>& levels, TopologyWish& wish) {
    const auto pick = [&] {
        const std::uint32_t at = dice.below(static_cast<std::uint32_t>(levels.size()) + 1);
        if (at == levels.size()) return std::string(kHostLevel);
        return dice.chance(80) ? levels[at].name : levels[at].label;
    };
    if (dice.chance(25)) wish.required = pick();
    if (dice.chance(25)) wish.preferred = pick();
}

void add_members(RoleRequest& role, std::uint32_t count) {
    for (std::uint32_t i = 0; i < count; ++i) {
        const std::string name = numbered("gang-", i);
        role.members.push_back({PodUid("uid-" + name), {"ml", name}, static_cast<std::int32_t>(i)});
    }
}

// The node's used GPUs come from its rack's own fill; a tenth of the hosts is wholly free or wholly used all the same.
std::int64_t used_gpus(Dice& dice, std::uint32_t rack_fill) {
    if (dice.chance(10)) return dice.chance(rack_fill) ? 8 : 0;
    std::int64_t used = 0;
    for (int gpu = 0; gpu < 8; ++gpu) used += dice.chance(rack_fill) ? 1 : 0;
    return used;
}

void fill_node(World& world, const NodeFacts& node, std::uint32_t number, std::int64_t gpus) {
    PodBound daemon{PodUid(numbered("daemon-", number)), node.name, amounts(100 + number, kGiB, 0), {}, true};
    world.pods.push_back(std::move(daemon));
    for (std::int64_t gpu = 0; gpu < gpus; ++gpu) {
        PodBound pod;
        pod.uid = PodUid(numbered("pod-", number) + numbered("-", static_cast<std::uint64_t>(gpu)));
        pod.node = node.name;
        pod.requests = amounts(4'000, 16 * kGiB, 1);
        world.pods.push_back(std::move(pod));
    }
}

}  // namespace

std::uint64_t Dice::next() {
    std::uint64_t mixed = state_ += 0x9e3779b97f4a7c15U;
    mixed = (mixed ^ (mixed >> 30U)) * 0xbf58476d1ce4e5b9U;
    mixed = (mixed ^ (mixed >> 27U)) * 0x94d049bb133111ebU;
    return mixed ^ (mixed >> 31U);
}

std::uint32_t Dice::below(std::uint32_t sides) {
    return static_cast<std::uint32_t>((next() >> 32U) * sides >> 32U);
}

std::int64_t Dice::between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(below(static_cast<std::uint32_t>(high - low + 1)));
}

std::string numbered(const std::string& prefix, std::uint64_t number, std::size_t width) {
    std::string digits = std::to_string(number);
    if (digits.size() < width) digits.insert(0, width - digits.size(), '0');
    return prefix + digits;
}

std::vector<ClusterEvent> World::events() const {
    std::vector<ClusterEvent> all;
    all.reserve(nodes.size() + pods.size());
    for (const auto& node : nodes) all.emplace_back(NodeSeen{node});
    for (const auto& pod : pods) all.emplace_back(pod);
    return all;
}

ClusterState World::state() const {
    ClusterState state(levels);
    for (const auto& event : events()) state.apply(event);
    return state;
}

World small_world(std::uint64_t seed) {
    Dice dice(seed);
    World world;
    // The finest levels are kept, so that racks are there in three worlds of four.
    const std::uint32_t levels = dice.below(4);
    world.levels.assign(kLevels.end() - levels, kLevels.end());
    const std::uint32_t nodes = 3 + dice.below(8);
    for (std::uint32_t i = 0; i < nodes; ++i) world.nodes.push_back(small_node(dice, i, world.levels));
    std::uint32_t pod = 0;
    for (const auto& node : world.nodes) {
        for (std::uint32_t i = dice.below(4); i > 0; --i) world.pods.push_back(small_pod(dice, pod++, node));
    }
    dice.shuffle(world.nodes);
    return world;
}

void lose_finest_labels(World& world, Dice& dice) {
    if (world.levels.empty()) return;
    for (auto& node : world.nodes) {
        if (!dice.chance(50)) continue;
        std::erase_if(node.labels, [&](const auto& label) { return label.first == world.levels.back().label; });
    }
}

GangRequest small_gang(const World& world, std::uint64_t seed) {
    Dice dice(seed ^ 0x67616e67U);
    GangRequest gang;
    gang.key = {"ml", "gang"};
    RoleRequest role;
    role.shape = small_shape(dice);
    const std::int64_t room = rough_room(world.snapshot(), role.shape);
    const std::int64_t most = std::min<std::int64_t>(12, dice.chance(70) ? room : room + 2);
    add_members(role, static_cast<std::uint32_t>(
                          dice.between(std::max<std::int64_t>(1, most / 2), std::max<std::int64_t>(1, most))));
    gang.roles.push_back(std::move(role));
    add_wish(dice, world.levels, gang.wish);
    if (dice.chance(10)) {
        for (std::uint32_t i = 0; i <= dice.below(2); ++i) {
            const auto& node = world.nodes[dice.below(static_cast<std::uint32_t>(world.nodes.size()))];
            gang.fixed.push_back({PodUid(numbered("fixed-", i)), node.name});
        }
    }
    if (dice.chance(10))
        gang.avoid.push_back(world.nodes[dice.below(static_cast<std::uint32_t>(world.nodes.size()))].name);
    return gang;
}

World big_world(const BigWorld& spec) {
    Dice dice(spec.seed);
    World world;
    world.levels = {kLevels[1], kLevels[2]};
    const std::uint32_t racks = spec.blocks * spec.racks_per_block;
    const std::uint32_t per_rack = std::max(1U, spec.nodes / racks);
    std::uint32_t rack_fill = 0;
    for (std::uint32_t i = 0; i < spec.nodes; ++i) {
        const std::uint32_t rack = std::min(i / per_rack, racks - 1);
        if (i % per_rack == 0) {
            // As wide as leaves the mean where it is: none at 0 and at 100.
            const std::int64_t width = std::min<std::int64_t>({25, spec.fill_percent, 100 - spec.fill_percent});
            const auto drawn = std::int64_t{spec.fill_percent} + dice.between(-width, width);
            rack_fill = static_cast<std::uint32_t>(std::clamp<std::int64_t>(drawn, 0, 100));
        }
        NodeFacts node;
        node.name = NodeName(numbered("node-", i, 6));
        node.labels = {{std::string(kHostnameLabel), node.name.str()},
                       {label(kLevels[1]), numbered("b", rack / spec.racks_per_block, 2)},
                       {label(kLevels[2]), numbered("r", rack % spec.racks_per_block, 2)},
                       {"nvidia.com/gpu.product", "NVIDIA-H100-80GB-HBM3"}};
        normalize(node.labels);
        node.allocatable = amounts(192'000, 2'000 * kGiB, 8, 110);
        node.allocatable.set("ephemeral-storage", 3'000 * kGiB);
        fill_node(world, node, i, used_gpus(dice, rack_fill));
        world.nodes.push_back(std::move(node));
    }
    return world;
}

GangRequest plain_gang(std::uint32_t members, std::int64_t gpus, std::int64_t cpu) {
    GangRequest gang;
    gang.key = {"ml", "gang"};
    RoleRequest role;
    role.shape.requests = amounts(cpu, 16 * kGiB, gpus);
    add_members(role, members);
    gang.roles.push_back(std::move(role));
    return gang;
}

}  // namespace muster::world
