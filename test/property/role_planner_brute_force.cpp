#include "test/property/role_planner_brute_force.hpp"

#include "placement/model/node.hpp"
#include "placement/model/pod_shape.hpp"
#include "test/property/brute_role_wishes.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <string>
#include <utility>

namespace muster::brute {
namespace {

using world::World;
using Counts = std::vector<std::int32_t>;  // by role

// Whether these members, together, may run on the node.
bool fit_on(const World& world, const GangRequest& gang, const NodeFacts& node, const Counts& counts) {
    const std::int32_t all = std::accumulate(counts.begin(), counts.end(), 0);
    if (all == 0) return true;
    if (std::ranges::count(gang.avoid, node.name) > 0) return false;
    ResourceAmounts free = node.allocatable;
    std::vector<std::string> ports;
    for (const auto& pod : world.pods) {
        if (pod.node != node.name) continue;
        free.subtract(pod.requests);
        ports.insert(ports.end(), pod.host_ports.begin(), pod.host_ports.end());
    }
    const bool beside_bound = std::ranges::count(gang.fixed, node.name, &FixedMember::node) > 0;
    for (std::size_t role = 0; role < counts.size(); ++role) {
        const PodShape& shape = gang.roles[role].shape;
        if (counts[role] == 0) continue;
        if (judge_node(shape, node) != NodeVerdict::ok) return false;
        if (shape.one_per_host && (all > 1 || beside_bound)) return false;
        for (std::int32_t i = 0; i < counts[role]; ++i) {
            free.subtract(shape.requests);
            for (const auto& wanted : shape.host_ports) {
                if (std::ranges::any_of(ports, [&](const auto& taken) { return ports_conflict(taken, wanted); }))
                    return false;
            }
            ports.insert(ports.end(), shape.host_ports.begin(), shape.host_ports.end());
        }
    }
    // What a node lacks already only matters to those who ask for it.
    for (std::size_t role = 0; role < counts.size(); ++role) {
        if (counts[role] == 0) continue;
        for (const auto& [name, amount] : gang.roles[role].shape.requests.entries()) {
            if (amount > 0 && free.get(name) < 0) return false;
        }
    }
    return true;
}

Counts needs(const GangRequest& gang) {
    Counts needs;
    for (const auto& role : gang.roles) needs.push_back(static_cast<std::int32_t>(role.members.size()));
    return needs;
}

std::vector<Counts> all_on(const World& world, const GangRequest& gang, const NodeFacts& node) {
    const Counts most = needs(gang);
    std::vector<Counts> all;
    Counts counts(most.size(), 0);
    const auto step = [&](const auto& self, std::size_t role) -> void {
        if (role == most.size()) {
            if (fit_on(world, gang, node, counts)) all.push_back(counts);
            return;
        }
        for (counts[role] = 0; counts[role] <= most[role]; ++counts[role]) self(self, role + 1);
        counts[role] = 0;
    };
    step(step, 0);
    return all;
}

class RoleSearch {
  public:
    RoleSearch(const World& world, const GangRequest& gang, const std::vector<RoleRule>& rules,
               const RoleGangClass& gang_class, bool first_only)
        : world_(world),
          gang_(gang),
          rules_(rules),
          gang_class_(gang_class),
          first_only_(first_only),
          wished_(world, gang),
          regions_(regions_of(world)),
          share_(world.nodes.size()) {
        for (const auto& node : world.nodes) on_.push_back(all_on(world, gang, node));
    }

    RoleAnswer run() {
        Counts left = needs(gang_);
        place(0, left);
        return std::move(answer_);
    }

  private:
    [[nodiscard]] std::uint32_t levels() const { return static_cast<std::uint32_t>(world_.levels.size()) + 1; }

    [[nodiscard]] std::uint32_t depth_of(const std::string& wish) const {
        if (!is_level(world_, wish)) return 0;
        for (std::uint32_t i = 0; i < world_.levels.size(); ++i) {
            if (world_.levels[i].name == wish || world_.levels[i].label == wish) return i + 1;
        }
        return levels();
    }

    void place(std::size_t at, Counts& left) {
        if (first_only_ && answer_.fits) return;
        const auto& order = regions_.front().nodes;
        if (at == order.size()) {
            if (std::ranges::all_of(left, [](auto n) { return n == 0; })) judge();
            return;
        }
        for (const Counts& counts : on_[order[at]]) {
            bool enough = true;
            for (std::size_t role = 0; role < left.size(); ++role) enough = enough && counts[role] <= left[role];
            if (!enough) continue;
            for (std::size_t role = 0; role < left.size(); ++role) left[role] -= counts[role];
            share_[order[at]] = counts;
            place(at + 1, left);
            for (std::size_t role = 0; role < left.size(); ++role) left[role] += counts[role];
        }
    }

    void judge() {
        const auto objective = wished_.allows(share_) ? objective_of() : std::nullopt;
        if (!objective) return;
        const bool better =
            !answer_.fits || *objective < answer_.objective ||
            (*objective == answer_.objective && members_by_region(share_) > members_by_region(answer_.members));
        if (!better) return;
        answer_ = {true, *objective, share_};
    }

    [[nodiscard]] Counts members_in(const Region& region, const std::vector<Counts>& share) const {
        Counts sums(gang_.roles.size(), 0);
        for (const std::size_t node : region.nodes) {
            for (std::size_t role = 0; role < sums.size(); ++role) sums[role] += share[node][role];
        }
        return sums;
    }

    [[nodiscard]] std::vector<Counts> members_by_region(const std::vector<Counts>& share) const {
        std::vector<Counts> all;
        for (const auto& region : regions_) all.push_back(members_in(region, share));
        return all;
    }

    // Bound members of this role (absent: of all) inside the region, and in all.
    [[nodiscard]] std::pair<std::size_t, std::size_t> bound(const Region& region, const std::string* role) const {
        std::pair<std::size_t, std::size_t> sums{0, 0};
        for (const auto& fixed : gang_.fixed) {
            for (std::size_t node = 0; node < world_.nodes.size(); ++node) {
                if (world_.nodes[node].name != fixed.node || (role != nullptr && fixed.role != *role)) continue;
                sums.first += std::ranges::count(region.nodes, node) > 0 ? 1U : 0U;
                ++sums.second;
            }
        }
        return sums;
    }

    // nullopt: a level is missed, or a rule refuses.
    [[nodiscard]] std::optional<ObjectiveVector> objective_of() const {
        ObjectiveVector objective(2 + levels() + rules_.size(), 0);
        const Counts all = needs(gang_);
        if (gang_class_) objective[0] = gang_class_(share_);
        std::uint32_t lowest = 0;  // depth of the lowest region that holds everything
        std::vector<std::uint32_t> lowest_of(gang_.roles.size(), 0);  // and of each role
        for (const auto& region : regions_) {
            const Counts here = members_in(region, share_);
            const bool empty = std::ranges::all_of(here, [](auto n) { return n == 0; });
            const auto [inside, of_all] = bound(region, nullptr);
            if (region.depth > 0 && (!empty || inside > 0)) ++objective[1 + leading_of(rules_) + region.depth];
            if (here == all && inside == of_all && !region.synthetic) lowest = std::max(lowest, region.depth);
            for (std::size_t role = 0; role < here.size(); ++role) {
                const auto [own, of_role] = bound(region, &gang_.roles[role].name);
                if (here[role] == all[role] && own == of_role && !region.synthetic)
                    lowest_of[role] = std::max(lowest_of[role], region.depth);
            }
            if (empty) continue;
            for (std::size_t rule = 0; rule < rules_.size(); ++rule) {
                std::int64_t cost = 0;
                for (std::size_t role = 0; role < here.size(); ++role) {
                    if (here[role] == 0) continue;
                    const auto part = rules_[rule].cost(role, region, here[role]);
                    if (!part) return std::nullopt;
                    cost += *part;
                }
                std::int64_t& term = objective[term_of(rules_, rule, levels())];
                term = rules_[rule].maximum ? std::max(term, cost) : term + cost;
            }
        }
        if (gang_.wish.required && lowest < depth_of(*gang_.wish.required)) return std::nullopt;
        for (std::size_t role = 0; role < gang_.roles.size(); ++role) {
            const auto& required = gang_.roles[role].wish.required;
            if (required && lowest_of[role] < depth_of(*required)) return std::nullopt;
        }
        if (gang_.wish.preferred) lowest = std::min(lowest, depth_of(*gang_.wish.preferred));
        objective[1] = std::int64_t{levels()} + 1 - std::int64_t{lowest};
        return objective;
    }

    const World& world_;
    const GangRequest& gang_;
    const std::vector<RoleRule>& rules_;
    const RoleGangClass& gang_class_;
    bool first_only_;
    const RoleWished wished_;
    const std::vector<Region> regions_;
    std::vector<std::vector<Counts>> on_;  // by node: all that fits
    std::vector<Counts> share_;
    RoleAnswer answer_;
};

}  // namespace

RoleRule whole_cells_by_role(const World& world, const GangRequest& gang) {
    std::vector<std::int64_t> requests;
    for (const auto& role : gang.roles) requests.push_back(role.shape.requests.get(world::kGpu));
    return {[&world, requests](std::size_t role, const Region& region, std::int32_t m) -> std::optional<std::int64_t> {
                if (region.depth == 0) return 0;
                std::int64_t gpus = 0;
                for (const std::size_t node : region.nodes) {
                    if (!all_free(world, world.nodes[node])) return 0;
                    gpus += world.nodes[node].allocatable.get(world::kGpu);
                }
                return gpus > 0 && gpus != m * requests[role] ? 1 : 0;
            },
            false};
}

RoleAnswer search_roles(const World& world, const GangRequest& gang, const std::vector<RoleRule>& rules,
                        const RoleHostClass& bandwidth_class) {
    if (!bandwidth_class) return search_classed_roles(world, gang, rules, {});
    return search_classed_roles(world, gang, rules, [&](const std::vector<Counts>& members) {
        std::int64_t worst = 0;
        for (std::size_t node = 0; node < members.size(); ++node) {
            const bool empty = std::ranges::all_of(members[node], [](auto n) { return n == 0; });
            if (!empty) worst = std::max(worst, bandwidth_class(node, members[node]));
        }
        return worst;
    });
}

RoleAnswer search_classed_roles(const World& world, const GangRequest& gang, const std::vector<RoleRule>& rules,
                                const RoleGangClass& gang_class) {
    return RoleSearch(world, gang, rules, gang_class, false).run();
}

bool roles_fit(const World& world, const GangRequest& gang) {
    return RoleSearch(world, gang, {}, {}, true).run().fits;
}

std::uint64_t role_divisions(const World& world, const GangRequest& gang, std::uint64_t most) {
    std::map<Counts, std::uint64_t> ways{{Counts(gang.roles.size(), 0), 1}};
    const Counts all = needs(gang);
    for (const auto& node : world.nodes) {
        const auto here = all_on(world, gang, node);
        std::map<Counts, std::uint64_t> next;
        for (const auto& [before, number] : ways) {
            for (const Counts& counts : here) {
                Counts sum = before;
                bool inside = true;
                for (std::size_t role = 0; role < sum.size(); ++role) {
                    sum[role] += counts[role];
                    inside = inside && sum[role] <= all[role];
                }
                if (inside) next[sum] = std::min(most, next[sum] + number);
            }
        }
        ways = std::move(next);
    }
    return ways[all];
}

}  // namespace muster::brute
