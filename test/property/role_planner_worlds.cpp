#include "test/property/role_planner_worlds.hpp"

#include "policies/registry.hpp"
#include "test/property/noise.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>

namespace muster::world {
namespace {

constexpr std::int64_t kGiB = std::int64_t{1} << 30;
constexpr std::string_view kPool = "example.com/pool";

void add(RoleRanking& ranking, const GangRequest& gang, const test::Noise& noise) {
    ranking.policies.push_back(test::noise_policy(noise));
    std::vector<std::string> names;
    for (const auto& role : gang.roles) names.push_back(role.name);
    ranking.rules.push_back({[noise, names](std::size_t role, const brute::Region& region, std::int32_t m) {
                                 return noise(names[role], region.path, region.depth, m);
                             },
                             noise.maximum, noise.leads});
}

void add_whole_cells(RoleRanking& ranking, const World& world, const GangRequest& gang) {
    ranking.policies.push_back(default_policies().front());
    ranking.rules.push_back(brute::whole_cells_by_role(world, gang));
}

// As its header defines it, for each role alone; hosts do not count.
void add_pairwise_distance(RoleRanking& ranking, const World& world, const GangRequest& gang) {
    ranking.policies.push_back(make_policies(std::vector<std::string>{"pairwise_distance"}).value().front());
    std::vector<std::int64_t> members;
    for (const auto& role : gang.roles) members.push_back(std::ssize(role.members));
    std::vector<std::int64_t> bound;
    for (const auto& node : world.nodes) bound.push_back(std::ranges::count(gang.fixed, node.name, &FixedMember::node));
    const std::size_t hosts = world.levels.size() + 1;
    ranking.rules.push_back({[=](std::size_t role, const brute::Region& region, std::int32_t m) {
                                 std::int64_t elsewhere = 0;
                                 for (const auto count : bound) elsewhere += count;
                                 for (const std::size_t node : region.nodes) elsewhere -= bound[node];
                                 const std::int64_t cost = m * (members[role] - m) + 2 * m * elsewhere;
                                 return std::optional(region.depth == hosts ? std::int64_t{0} : cost);
                             },
                             false});
}

PodShape shape_of(Dice& dice, bool with_gpus) {
    PodShape shape;
    shape.requests = {{std::string(kCpu), dice.between(1, with_gpus ? 6 : 12) * 500},
                      {std::string(kMemory), dice.between(0, 12) * kGiB},
                      {std::string(kGpu), with_gpus ? dice.between(1, 3) : 0},
                      {std::string(kPodSlots), 1}};
    if (dice.chance(10)) shape.node_selector.emplace_back(kPool, "a");
    if (dice.chance(30)) shape.tolerations.push_back({"example.com/dedicated", "ml", false, TaintEffect::no_schedule});
    if (dice.chance(10)) shape.host_ports.push_back(dice.chance(50) ? "TCP/0.0.0.0/29500" : "TCP/10.0.0.2/29500");
    shape.one_per_host = dice.chance(8);
    return shape;
}

void set_members(RoleRequest& role, std::size_t count, bool ranked) {
    for (std::size_t i = role.members.size(); i < count; ++i) {
        const std::string name = numbered(role.name + "-", i);
        role.members.push_back({PodUid("uid-" + name), {"ml", name}, ranked ? static_cast<std::int32_t>(i) : -1});
    }
    role.members.resize(count);
}

std::string any_level(Dice& dice, const World& world) {
    const std::uint32_t at = dice.below(static_cast<std::uint32_t>(world.levels.size()) + 1);
    if (at == world.levels.size()) return std::string(kHostLevel);
    return dice.chance(80) ? world.levels[at].name : world.levels[at].label;
}

void add_wishes(Dice& dice, const World& world, GangRequest& gang) {
    if (dice.chance(25)) gang.wish.required = any_level(dice, world);
    if (dice.chance(25)) gang.wish.preferred = any_level(dice, world);
    for (auto& role : gang.roles) {
        if (dice.chance(25)) role.wish.required = any_level(dice, world);
    }
    const auto any_node = [&] { return world.nodes[dice.below(static_cast<std::uint32_t>(world.nodes.size()))].name; };
    if (dice.chance(12)) {
        for (std::uint32_t i = 0; i <= dice.below(2); ++i) {
            const auto& role = gang.roles[dice.below(static_cast<std::uint32_t>(gang.roles.size()))];
            gang.fixed.push_back({PodUid(numbered("fixed-", i)), any_node(), role.name});
        }
    }
    if (dice.chance(10)) gang.avoid.push_back(any_node());
}

}  // namespace

World role_world(std::uint64_t seed) {
    World world = small_world(seed * 31 + 7);
    Dice dice(seed);
    if (seed % 4 == 3) lose_finest_labels(world, dice);
    return world;
}

// Two gangs of three may go anywhere and grow to what the world holds, so that many lie over several racks; half of
// them keep the levels of their roles. Some of the others are made larger than the world.
GangRequest role_gang(const World& world, std::uint64_t seed) {
    Dice dice(seed ^ 0x726f6c65U);
    GangRequest gang;
    gang.key = {"ml", "gang"};
    const bool ranked = dice.chance(50);
    const bool grows = seed % 3 != 0;
    const std::uint32_t roles = 2 + (dice.chance(35) ? 1U : 0U);
    for (std::uint32_t i = 0; i < roles; ++i) {
        RoleRequest role;
        role.name = numbered("role", i);
        role.shape = shape_of(dice, i > 0 || dice.chance(30));
        set_members(role, grows ? 1 : 1 + dice.below(i == 0 ? 2 : 4), ranked);
        gang.roles.push_back(std::move(role));
    }
    add_wishes(dice, world, gang);
    const auto divisions = [&] { return brute::role_divisions(world, gang, kMostRoleDivisions); };
    if (grows) gang.wish.required.reset();
    if (seed % 3 == 1) {
        for (auto& role : gang.roles) role.wish.required.reset();
    } else if (grows) {
        auto& role = gang.roles[dice.below(roles)];
        if (!role.wish.required && dice.chance(60)) role.wish.required = any_level(dice, world);
    }
    // In turns, as long as there is room.
    std::size_t stuck = grows ? 0 : roles;
    for (std::size_t turn = 0; stuck < roles; ++turn) {
        RoleRequest& role = gang.roles[turn % roles];
        const std::size_t before = role.members.size();
        set_members(role, std::min<std::size_t>(6, before + 1), ranked);
        const auto here = divisions();
        if (here == 0 || here >= kMostRoleDivisions) set_members(role, before, ranked);
        stuck = role.members.size() == before ? stuck + 1 : 0;
    }
    while (divisions() >= kMostRoleDivisions) {
        auto& largest = *std::ranges::max_element(gang.roles, {}, [](const auto& r) { return r.members.size(); });
        if (largest.members.size() == 1) break;
        largest.members.pop_back();
    }
    return gang;
}

RoleRanking role_ranking(const World& world, const GangRequest& gang, std::uint64_t seed) {
    RoleRanking ranking;
    switch (seed / 3 % 6) {
        case 0:
            break;
        case 1:
            add_whole_cells(ranking, world, gang);
            add_pairwise_distance(ranking, world, gang);
            break;
        case 2:
            add(ranking, gang, {.seed = seed});
            break;
        case 3:
            add(ranking, gang, {.seed = seed, .maximum = true});
            break;
        case 4:
            add(ranking, gang, {.seed = seed, .sides = 3, .maximum = true});
            add_whole_cells(ranking, world, gang);
            add(ranking, gang, {.seed = seed + 1, .sides = 3, .maximum = true});
            add(ranking, gang, {.seed = seed + 2});
            break;
        default:
            add_whole_cells(ranking, world, gang);
            add(ranking, gang, {.seed = seed, .sides = 2, .refuse_percent = 8});
            add(ranking, gang, {.seed = seed + 1, .maximum = true});
            break;
    }
    return ranking;
}

}  // namespace muster::world
