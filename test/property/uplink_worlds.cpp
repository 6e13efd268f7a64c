#include "test/property/uplink_worlds.hpp"

#include "placement/model/machine_ref.hpp"
#include "placement/topology/gpu_set_value.hpp"
#include "placement/topology/machine_profiles.hpp"
#include "test/property/brute_gpus.hpp"
#include "test/property/brute_wishes.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace muster::test {
namespace {

using world::Dice;
using world::World;

NodeFacts uplinked_host(std::uint32_t number, Dice& dice) {
    NodeFacts node;
    node.name = NodeName(world::numbered("n", number));
    const auto label = [&](const char* key, std::uint32_t values, std::uint32_t missing) {
        const auto value = dice.below(values);
        if (!dice.chance(missing)) node.labels.emplace_back(key, world::numbered("v", value));
    };
    label("example.com/block", 2, 6);
    label("example.com/rack", 3, 10);
    label("example.com/zone", 2, 4);
    std::ranges::sort(node.labels);
    // Few pod slots, so that most gangs do not fit on one host.
    node.allocatable = {{std::string(world::kGpu), 8}, {"pods", 5 + dice.below(5)}};
    if (dice.chance(25)) return node;
    node.machine = MachineRef(machine_profile(dice.chance(70) ? "dgx-1v" : "pcie-8"));
    node.gpu_resource = world::kGpu;
    return node;
}

void add_levels(World& world, Dice& dice) {
    // MB/s; a DGX-1V's best pair of pods sends 12,500.
    constexpr std::array<std::int64_t, 8> kUplinks{0, 2'000, 6'000, 9'000, 12'500, 20'000, 40'000, 100'000};
    for (const auto& [name, chance] : {std::pair("zone", 30U), std::pair("block", 60U), std::pair("rack", 95U)}) {
        if (!dice.chance(chance)) continue;
        world.levels.push_back({name, std::string("example.com/") + name, kUplinks[dice.below(kUplinks.size())]});
    }
}

void add_others(World& world, Dice& dice) {
    const auto hosts = static_cast<std::uint32_t>(world.nodes.size());
    const auto gangs = dice.below(6);
    for (std::uint32_t gang = 0; gang < gangs; ++gang) {
        const auto members = 1 + dice.below(3);
        for (std::uint32_t i = 0; i < members; ++i) {
            PodBound pod;
            pod.uid = PodUid(world::numbered("pod-", world.pods.size()));
            pod.node = world.nodes[dice.below(hosts)].name;
            pod.requests = {{"pods", 1}};
            pod.gang = world::numbered("ml/other", gang);
            world.pods.push_back(std::move(pod));
        }
    }
}

// GPUs that are in use by pods of no gang.
void use_gpus(World& world, Dice& dice) {
    for (const auto& node : world.nodes) {
        std::vector<std::uint32_t> ordinals{0, 1, 2, 3, 4, 5, 6, 7};
        dice.shuffle(ordinals);
        const auto used = dice.below(6);
        const bool told = dice.chance(85);
        for (std::uint32_t i = 0; i < used; ++i) {
            PodBound pod;
            pod.uid = PodUid(world::numbered("pod-", world.pods.size()));
            pod.node = node.name;
            pod.requests = {{std::string(world::kGpu), 1}, {"pods", 1}};
            if (told) pod.devices = {"ordinal:" + std::to_string(ordinals[i])};
            world.pods.push_back(std::move(pod));
        }
    }
}

// A member of the gang on some host, with GPUs that nobody else is known to have; in the request, or only in the world.
void bind_member(UplinkWorld& made, Dice& dice) {
    World& world = made.world;
    const NodeFacts& node = world.nodes[dice.below(static_cast<std::uint32_t>(world.nodes.size()))];
    PodBound pod;
    pod.uid = PodUid(world::numbered("member-", world.pods.size()));
    pod.node = node.name;
    pod.gang = gang_name(made.gang.key);
    pod.requests = {{"pods", 1}};
    std::set<std::string> taken;
    std::int64_t free = 8;
    for (const auto& other : world.pods) {
        if (other.node != node.name) continue;
        taken.insert(other.devices.begin(), other.devices.end());
        free -= other.requests.get(world::kGpu);
    }
    const auto gpus = dice.between(0, std::max<std::int64_t>(0, std::min<std::int64_t>(4, free)));
    if (gpus > 0) pod.requests.set(std::string(world::kGpu), gpus);
    for (int i = 0; i < 8 && dice.chance(85); ++i) {
        const std::string id = "ordinal:" + std::to_string(i);
        if (std::cmp_less(pod.devices.size(), gpus) && !taken.contains(id)) pod.devices.push_back(id);
    }
    if (std::cmp_less(pod.devices.size(), gpus)) pod.devices.clear();
    if (dice.chance(85)) made.gang.fixed.push_back({pod.uid, pod.node, "", -1, pod.devices});
    world.pods.push_back(std::move(pod));
}

void add_wishes(UplinkWorld& made, Dice& dice) {
    TopologyWish& wish = made.gang.wish;
    const auto& levels = made.world.levels;
    const auto level = [&] {
        return levels.empty() ? std::string("host")
                              : levels[dice.below(static_cast<std::uint32_t>(levels.size()))].name;
    };
    if (dice.chance(15)) wish.required = level();
    if (dice.chance(30)) wish.preferred = level();
    if (made.gang.members() % 2 == 0 && !wish.required && made.gang.fixed.empty() && dice.chance(15))
        wish.slices = {{2, level()}};
    if (!wish.required && wish.slices.empty() && dice.chance(15)) wish.spread = {{"host", 2}};
}

std::int64_t class_of(std::int64_t mbps, std::int64_t best) {
    std::int64_t lost = 0;
    for (const int percent : {95, 80, 60, 40, 20, 10}) lost += mbps * 100 < best * percent ? 1 : 0;
    return lost;
}

GpuSetValues& values_of(const NodeFacts& node) {
    static std::map<std::string, std::unique_ptr<GpuSetValues>> known;
    auto& values = known[node.machine->name()];
    if (!values) values = std::make_unique<GpuSetValues>(*node.machine);
    return *values;
}

class LinkClasses {
  public:
    struct Seat {
        std::size_t node = 0;
        std::size_t gpus = 0;  // of the node's machine, as far as known
    };

    explicit LinkClasses(const UplinkWorld& given) : world_(given.world), own_(gang_name(given.gang.key)) {
        for (const auto& role : given.gang.roles)
            asked_.push_back(static_cast<std::size_t>(role.shape.requests.get(world::kGpu)));
        for (const auto& node : world_.nodes) paths_.push_back(brute::path_of(world_, node));
        for (const auto& fixed : given.gang.fixed) add_bound(fixed);
    }

    [[nodiscard]] Seat seat(std::size_t node, std::size_t role) const {
        return {node, world_.nodes[node].machine ? asked_[role] : 0};
    }

    // Of all links: `sets` is the class of new members' GPU sets, `seats` where they are.
    [[nodiscard]] std::int64_t of_all(std::int64_t sets, std::vector<Seat> seats) const {
        std::int64_t worst = std::max(bound_class_, sets);
        seats.insert(seats.end(), bound_.begin(), bound_.end());
        for (std::size_t depth = 1; depth <= world_.levels.size(); ++depth) {
            std::set<std::vector<std::string>> domains;
            for (const Seat& seat : seats) domains.insert(domain(seat.node, depth));
            if (domains.size() < 2) continue;
            for (const Seat& seat : seats) worst = std::max(worst, over(domain(seat.node, depth), seat));
        }
        return worst;
    }

  private:
    [[nodiscard]] std::vector<std::string> domain(std::size_t node, std::size_t depth) const {
        return {paths_[node].begin(), paths_[node].begin() + static_cast<std::ptrdiff_t>(depth)};
    }

    void add_bound(const FixedMember& fixed) {
        const auto at = std::ranges::find(world_.nodes, fixed.node, &NodeFacts::name);
        const auto node = static_cast<std::size_t>(at - world_.nodes.begin());
        bound_.push_back({node, at->machine ? fixed.devices.size() : 0});
        GpuMask set = 0;
        for (const auto& id : fixed.devices) set |= GpuMask{1} << std::stoul(id.substr(id.find(':') + 1));
        if (set == 0 || !at->machine) return;
        const GpuSetValue& value = values_of(*at).value(set);
        const std::int64_t gets = value.nic_mbps == 0 ? value.ring_mbps : std::min(value.ring_mbps, value.nic_mbps);
        bound_class_ = std::max(bound_class_, class_of(gets, values_of(*at).most_mbps(fixed.devices.size(), true)));
    }

    // What one seat gets over the boundary of its domain.
    [[nodiscard]] std::int64_t over(const std::vector<std::string>& path, const Seat& seat) const {
        const std::int64_t uplink = world_.levels[path.size() - 1].uplink_mbps;
        if (uplink == 0 || path.back() == brute::kMissingValue) return 0;
        std::map<std::string, std::pair<bool, bool>> sides;  // of other gangs: some inside, some outside
        for (const auto& pod : world_.pods) {
            const auto at = std::ranges::find(world_.nodes, pod.node, &NodeFacts::name);
            if (pod.gang.empty() || pod.gang == own_) continue;
            const bool inside = domain(static_cast<std::size_t>(at - world_.nodes.begin()), path.size()) == path;
            auto& [some, others] = sides[pod.gang];
            some = some || inside;
            others = others || !inside;
        }
        const auto gangs =
            1 + std::ranges::count(sides, std::pair(true, true), [](const auto& at) { return at.second; });
        const NodeFacts& node = world_.nodes[seat.node];
        return class_of(uplink / gangs, seat.gpus > 0 ? values_of(node).most_mbps(seat.gpus, true) : uplink);
    }

    const World& world_;
    std::string own_;
    std::vector<std::size_t> asked_;  // by role
    std::vector<std::vector<std::string>> paths_;
    std::vector<Seat> bound_;
    std::int64_t bound_class_ = 0;
};

}  // namespace

UplinkWorld uplink_world(std::uint64_t seed) {
    Dice dice(seed ^ 0x75706c696e6bU);
    UplinkWorld made;
    add_levels(made.world, dice);
    const auto hosts = 3 + dice.below(4);
    for (std::uint32_t i = 0; i < hosts; ++i) made.world.nodes.push_back(uplinked_host(i, dice));
    use_gpus(made.world, dice);
    add_others(made.world, dice);
    made.gang = world::plain_gang(2 + dice.below(4), 0);
    auto& requests = made.gang.roles.front().shape.requests;
    requests = {{"pods", 1}};
    if (const auto gpus = dice.between(0, 4); gpus > 0) requests.set(std::string(world::kGpu), gpus);
    while (dice.chance(25)) bind_member(made, dice);
    add_wishes(made, dice);
    return made;
}

UplinkWorld role_uplink_world(std::uint64_t seed) {
    UplinkWorld made = uplink_world(seed);
    Dice dice(seed ^ 0x7470726f6c65U);
    made.gang.wish.slices.clear();
    const RoleRequest all = made.gang.roles.front();
    const auto first = 1 + dice.below(static_cast<std::uint32_t>(all.members.size()) - 1);
    made.gang.roles = {all, all};
    made.gang.roles[0].name = "a";
    made.gang.roles[0].members.resize(first);
    made.gang.roles[1].name = "b";
    made.gang.roles[1].members.erase(made.gang.roles[1].members.begin(),
                                     made.gang.roles[1].members.begin() + static_cast<std::ptrdiff_t>(first));
    if (dice.chance(70)) made.gang.roles[1].shape.requests.set(std::string(world::kGpu), dice.between(0, 4));
    return made;
}

brute::GangClass gang_class(const UplinkWorld& given, std::string_view picker, bool links) {
    return [classes = std::make_shared<const LinkClasses>(given),
            on_host = brute::bandwidth_class(given.world, given.gang, picker),
            links](const std::vector<std::int32_t>& share) {
        std::int64_t sets = 0;
        std::vector<LinkClasses::Seat> seats;
        for (std::size_t node = 0; node < share.size(); ++node) {
            if (share[node] == 0) continue;
            sets = std::max(sets, on_host(node, share[node]));
            seats.push_back(classes->seat(node, 0));
        }
        return links ? classes->of_all(sets, std::move(seats)) : sets;
    };
}

brute::RoleGangClass role_gang_class(const UplinkWorld& given, bool links) {
    return [classes = std::make_shared<const LinkClasses>(given),
            on_host = brute::role_bandwidth_class(given.world, given.gang),
            links](const std::vector<std::vector<std::int32_t>>& members) {
        std::int64_t sets = 0;
        std::vector<LinkClasses::Seat> seats;
        for (std::size_t node = 0; node < members.size(); ++node) {
            for (std::size_t role = 0; role < members[node].size(); ++role) {
                if (members[node][role] > 0) seats.push_back(classes->seat(node, role));
            }
            if (!seats.empty() && seats.back().node == node) sets = std::max(sets, on_host(node, members[node]));
        }
        return links ? classes->of_all(sets, std::move(seats)) : sets;
    };
}

}  // namespace muster::test
