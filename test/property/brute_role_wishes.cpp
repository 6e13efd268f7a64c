#include "test/property/brute_role_wishes.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace muster::brute {
namespace {

using Counts = std::vector<std::int32_t>;  // by role

// Whether the slices from this one on can be given to domains so that all of these hold what they hold.
bool can_give(const std::vector<Counts>& slices, std::size_t at, std::map<std::string, Counts>& left) {
    if (at == slices.size()) {
        return std::ranges::all_of(left, [](const auto& entry) {
            return std::ranges::all_of(entry.second, [](std::int32_t members) { return members == 0; });
        });
    }
    for (auto& [home, members] : left) {
        bool inside = true;
        for (std::size_t role = 0; role < members.size(); ++role) inside = inside && slices[at][role] <= members[role];
        if (!inside) continue;
        for (std::size_t role = 0; role < members.size(); ++role) members[role] -= slices[at][role];
        const bool given = can_give(slices, at + 1, left);
        for (std::size_t role = 0; role < members.size(); ++role) members[role] += slices[at][role];
        if (given) return true;
    }
    return false;
}

}  // namespace

RoleWished::RoleWished(const world::World& world, const GangRequest& gang) {
    TopologyWish wish = gang.wish;
    if (gang.roles.size() > 1) {
        for (const auto& slice : wish.slices) add_mixed(world, gang, slice);
        wish.slices.clear();
    }
    add(world, gang, wish, std::vector<bool>(gang.roles.size(), true));
    for (std::size_t role = 0; role < gang.roles.size(); ++role) {
        std::vector<bool> own(gang.roles.size(), false);
        own[role] = true;
        add(world, gang, gang.roles[role].wish, std::move(own));
    }
}

void RoleWished::add(const world::World& world, const GangRequest& gang, const TopologyWish& wish,
                     std::vector<bool> roles) {
    if (wish.slices.empty() && wish.spread.empty() && !wish.exclusive && !wish.required) return;
    GangRequest counted{gang.key, {}, wish, {}, {}};
    for (std::size_t role = 0; role < roles.size(); ++role) {
        if (roles[role]) counted.roles.push_back(gang.roles[role]);
    }
    const bool all = std::ranges::count(roles, false) == 0;
    std::ranges::copy_if(gang.fixed, std::back_inserter(counted.fixed),
                         [&](const auto& fixed) { return all || fixed.role == counted.roles.front().name; });
    parts_.emplace_back(world, std::move(roles), std::move(counted), gang.fixed);
}

void RoleWished::add_mixed(const world::World& world, const GangRequest& gang, const SliceWish& wish) {
    std::vector<std::pair<std::int32_t, std::size_t>> by_rank;
    for (std::size_t role = 0; role < gang.roles.size(); ++role) {
        for (const auto& member : gang.roles[role].members) by_rank.emplace_back(member.rank, role);
    }
    std::ranges::stable_sort(by_rank, {}, [](const auto& entry) { return entry.first; });
    Mixed mixed;
    for (std::size_t at = 0; at < by_rank.size(); ++at) {
        if (at % static_cast<std::size_t>(wish.size) == 0) mixed.slices.emplace_back(gang.roles.size(), 0);
        ++mixed.slices.back()[by_rank[at].second];
    }
    std::size_t level = 0;
    while (level < world.levels.size() && world.levels[level].name != wish.level) ++level;
    for (const auto& node : world.nodes) {
        const auto path = path_of(world, node);
        std::size_t depth = level + 1;
        while (path[depth - 1] == kMissingValue) ++depth;
        mixed.homes.emplace_back();
        for (std::size_t i = 0; i < depth; ++i) mixed.homes.back() += path[i] + "/";
    }
    mixed_.push_back(std::move(mixed));
}

bool RoleWished::allows(const std::vector<std::vector<std::int32_t>>& share) const {
    for (const Part& part : parts_) {
        std::vector<std::int32_t> sums(share.size(), 0);
        for (std::size_t node = 0; node < share.size(); ++node) {
            for (std::size_t role = 0; role < part.roles.size(); ++role) {
                if (part.roles[role]) sums[node] += share[node][role];
            }
        }
        if (!part.wished.allows(sums)) return false;
    }
    return std::ranges::all_of(mixed_, [&](const Mixed& mixed) {
        std::map<std::string, Counts> held;
        for (std::size_t node = 0; node < share.size(); ++node) {
            auto& sums = held[mixed.homes[node]];
            sums.resize(share[node].size(), 0);
            for (std::size_t role = 0; role < sums.size(); ++role) sums[role] += share[node][role];
        }
        return can_give(mixed.slices, 0, held);
    });
}

}  // namespace muster::brute
