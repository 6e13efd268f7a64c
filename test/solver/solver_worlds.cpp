// Middle worlds (200 hosts, three levels) with gangs of one to three roles and their plans, as JSON for
// compare_plans.py: one world a line.
//
// usage: muster_solver_worlds [FIRST_SEED [WORLDS]]     default 1 and 140
#include "placement/plan/gang_planner.hpp"
#include "placement/plan/roles/role_planner.hpp"
#include "policies/registry.hpp"
#include "test/property/world_gen.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <nlohmann/json.hpp>

namespace muster {
namespace {

using nlohmann::json;
using world::Dice;

constexpr std::int64_t kGiB = std::int64_t{1} << 30;
constexpr std::uint32_t kHosts = 200;
// Steps in every third world of several roles: few, so that bounded plans are compared too.
constexpr RoleBudget kCutOff{2'000'000, 500};

enum class Kind { plain, slices, spread, wished, two_roles, three_roles };
constexpr std::array kKinds{Kind::plain, Kind::slices, Kind::spread, Kind::wished, Kind::two_roles, Kind::three_roles};

struct Case {
    Snapshot world;
    GangRequest gang;
    bool cut_off = false;
};

void add_role(GangRequest& gang, const std::string& name, std::uint32_t members, std::int64_t gpus, std::int64_t cpu) {
    RoleRequest role = world::plain_gang(members, gpus, cpu).roles.front();
    role.name = name;
    for (auto& member : role.members) {
        member.key.name = name + "-" + member.key.name;
        member.uid = PodUid(member.key.name);
        member.rank = -1;
    }
    gang.roles.push_back(std::move(role));
}

void wish_levels(Dice& dice, TopologyWish& wish) {
    if (dice.chance(40)) wish.required = dice.chance(70) ? "block" : "rack";
    if (dice.chance(30)) wish.preferred = dice.chance(50) ? "rack" : "block";
}

// What is known of a world when its gang is made.
struct Room {
    std::int64_t gpus = 0;  // free in a domain of the required level, on average
    std::uint32_t most = 0;

    // Between a tenth and a bit more than all of it, so that some gangs do not fit.
    [[nodiscard]] std::uint32_t members(Dice& dice, std::int64_t each) const {
        const std::int64_t fits = gpus / std::max<std::int64_t>(1, each);
        return static_cast<std::uint32_t>(std::clamp<std::int64_t>(dice.between(fits / 10, fits * 11 / 10), 2, most));
    }
};

GangRequest gang_of(Kind kind, Dice& dice, std::uint32_t fill, std::uint32_t blocks) {
    GangRequest gang{{"ml", "gang"}, {}, {}, {}, {}};
    wish_levels(dice, gang.wish);
    const std::int64_t gpus = dice.between(1, 4);
    const std::int64_t domains = !gang.wish.required ? 1 : gang.wish.required == "block" ? blocks : 20;
    Room room{kHosts * 8 * (100 - std::int64_t{fill}) / 100 / domains, 96};
    if (kind == Kind::two_roles || kind == Kind::three_roles) {
        room.gpus /= 2;
        room.most = kind == Kind::two_roles ? 24 : 12;
        add_role(gang, "leader", dice.chance(50) ? 1 : room.members(dice, 1), dice.between(0, 1), 8'000);
        add_role(gang, "worker", room.members(dice, gpus), gpus, 12'000);
        if (kind == Kind::three_roles) add_role(gang, "decode", room.members(dice, 2), 2, 30'000);
        if (dice.chance(40)) gang.roles.back().wish.required = "rack";
        return gang;
    }
    std::uint32_t members = room.members(dice, gpus);
    if (kind == Kind::slices || kind == Kind::wished) {
        const bool nested = dice.chance(50);
        const std::int32_t size = nested ? 4 : static_cast<std::int32_t>(dice.between(2, 4));
        members = std::max(1U, members / static_cast<std::uint32_t>(size)) * static_cast<std::uint32_t>(size);
        gang.wish.slices = {{size, "rack"}};
        if (nested) gang.wish.slices.push_back({2, "host"});
        // A slice's level is not coarser than the required one.
        if (gang.wish.required == "rack") gang.wish.required = "block";
    }
    if (kind == Kind::spread || kind == Kind::wished) {
        if (gang.wish.required == "rack") gang.wish.required = "block";
        gang.wish.spread = {{"rack", static_cast<std::int32_t>(dice.between(2, 6)) * 2}};
        if (dice.chance(40)) gang.wish.spread.front().min_domains = static_cast<std::int32_t>(dice.between(2, 6));
        gang.wish.spread.front().balanced = dice.chance(30);
        if (kind == Kind::spread && dice.chance(50)) gang.wish.spread.push_back({"host", 2});
    }
    if (kind == Kind::wished) gang.wish.exclusive = "host";
    auto role = world::plain_gang(members, gpus).roles.front();
    gang.roles.push_back(std::move(role));
    return gang;
}

Case make_case(std::uint64_t seed) {
    Dice dice(seed);
    const std::uint32_t fill = 50 + 10 * dice.below(5);
    const std::uint32_t blocks = dice.chance(50) ? 5 : 2;
    const Kind kind = kKinds[seed % kKinds.size()];
    auto snapshot =
        world::big_world(
            {.nodes = kHosts, .blocks = blocks, .racks_per_block = 20 / blocks, .fill_percent = fill, .seed = seed})
            .snapshot();
    GangRequest gang = gang_of(kind, dice, fill, blocks);
    return {std::move(snapshot), std::move(gang), seed / kKinds.size() % 3 == 2};
}

std::uint32_t depth(const Fabric& fabric, const std::optional<std::string>& level) {
    const auto index = level ? fabric.level(*level) : std::nullopt;
    return index ? index->value() + 1 : 0;
}

json wish_json(const Fabric& fabric, const TopologyWish& wish) {
    json slices = json::array();
    for (const auto& slice : wish.slices) slices.push_back({slice.size, depth(fabric, slice.level)});
    json spread = json::array();
    for (const auto& limit : wish.spread)
        spread.push_back({limit.max, limit.min_domains, limit.balanced, depth(fabric, limit.level)});
    return {{"required", depth(fabric, wish.required)},
            {"preferred", depth(fabric, wish.preferred)},
            {"slices", slices},
            {"spread", spread},
            {"exclusive", depth(fabric, wish.exclusive)}};
}

// Amounts that some role asks for, in units small enough for a solver's floating point.
std::int64_t scaled(const std::string& resource, std::int64_t amount, bool ask) {
    if (resource != kMemory) return amount;
    return ask ? (amount + kGiB - 1) / kGiB : amount / kGiB;
}

json world_json(const Case& given) {
    const Fabric& fabric = given.world.fabric();
    std::vector<std::string> names;
    for (const auto& role : given.gang.roles) {
        for (const auto& [name, amount] : role.shape.requests.entries()) names.push_back(name);
    }
    std::ranges::sort(names);
    names.erase(std::ranges::unique(names).begin(), names.end());
    json domains = json::array();
    for (const auto& domain : fabric.domains()) domains.push_back({domain.parent.value(), domain.depth});
    json hosts = json::array();
    const auto gpu = given.world.resource(world::kGpu);
    for (std::uint32_t i = 0; i < fabric.node_count(); ++i) {
        const NodeIdx node(i);
        json free = json::array();
        for (const auto& name : names) {
            const auto column = given.world.resource(name);
            free.push_back(column ? scaled(name, given.world.free(node, *column), false) : 0);
        }
        hosts.push_back({{"domain", fabric.host_domain(node).value()},
                         {"free", free},
                         {"gpus", gpu ? given.world.allocatable(node, *gpu) : 0},
                         {"free_gpus", gpu ? given.world.free(node, *gpu) : 0},
                         {"pods_that_may_go", given.world.leaving_pods(node)}});
    }
    json roles = json::array();
    for (const auto& role : given.gang.roles) {
        json asks = json::array();
        for (const auto& name : names) asks.push_back(scaled(name, role.shape.requests.get(name), true));
        roles.push_back({{"members", role.members.size()},
                         {"asks", asks},
                         {"gpus", role.shape.requests.get(world::kGpu)},
                         {"required", depth(fabric, role.wish.required)}});
    }
    return {{"levels", fabric.levels().size()},
            {"domains", domains},
            {"hosts", hosts},
            {"roles", roles},
            {"wish", wish_json(fabric, given.gang.wish)}};
}

json plan_json(const Case& given) {
    const std::vector<std::string> names{"whole_cells"};
    const Policies policies = make_policies(names).value();
    const Outcome outcome = given.cut_off && given.gang.roles.size() > 1
                                ? plan_roles(given.world, given.gang, policies, kCutOff)
                                : plan_gang(given.world, given.gang, policies);
    if (const Plan* plan = std::get_if<Plan>(&outcome)) {
        const bool optimal = plan->quality.proof == Proof::optimal;
        return {{"verdict", optimal ? "optimal" : "bounded"},
                {"objective", plan->quality.objective},
                {"bound", optimal ? plan->quality.objective : plan->quality.bound}};
    }
    const NoFit* no = std::get_if<NoFit>(&outcome);
    const bool exhausted = no != nullptr && no->reason.code == ReasonCode::search_exhausted;
    return {{"verdict", exhausted ? "exhausted" : "no-fit"}};
}

}  // namespace
}  // namespace muster

int main(int argc, char** argv) {
    const std::uint64_t first = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1;
    const std::uint64_t worlds = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 140;
    for (std::uint64_t seed = first; seed < first + worlds; ++seed) {
        const auto given = muster::make_case(seed);
        auto line = muster::world_json(given);
        line["seed"] = seed;
        line["plan"] = muster::plan_json(given);
        std::printf("%s\n", line.dump().c_str());
    }
    return 0;
}
