#include "test/property/brute_force.hpp"

#include "placement/model/node.hpp"
#include "placement/model/pod_shape.hpp"
#include "test/property/brute_wishes.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <utility>

namespace muster::brute {
namespace {

using world::World;

std::int32_t room_on(const World& world, const GangRequest& gang, const NodeFacts& node) {
    const PodShape& shape = gang.roles.front().shape;
    if (judge_node(shape, node) != NodeVerdict::ok) return 0;
    if (std::ranges::count(gang.avoid, node.name) > 0) return 0;
    ResourceAmounts free = node.allocatable;
    for (const auto& pod : world.pods) {
        if (pod.node != node.name) continue;
        free.subtract(pod.requests);
        for (const auto& taken : pod.host_ports) {
            for (const auto& wanted : shape.host_ports) {
                if (ports_conflict(taken, wanted)) return 0;
            }
        }
    }
    const bool beside_bound = std::ranges::count(gang.fixed, node.name, &FixedMember::node) > 0;
    if (shape.one_per_host && beside_bound) return 0;
    std::int32_t room = 0;
    const auto members = static_cast<std::int32_t>(gang.members());
    const std::int32_t most = shape.one_per_host || !shape.host_ports.empty() ? std::min(1, members) : members;
    while (room < most) {
        free.subtract(shape.requests);
        const bool over = std::ranges::any_of(
            shape.requests.entries(), [&](const auto& entry) { return entry.second > 0 && free.get(entry.first) < 0; });
        if (over) break;
        ++room;
    }
    return room;
}

class Search {
  public:
    Search(const World& world, const GangRequest& gang, const std::vector<Rule>& rules, const GangClass& gang_class)
        : world_(world),
          gang_(gang),
          rules_(rules),
          gang_class_(gang_class),
          wished_(world, gang),
          regions_(regions_of(world)),
          share_(world.nodes.size(), 0) {
        for (const auto& node : world.nodes) room_.push_back(room_on(world, gang, node));
        for (const auto& fixed : gang.fixed) {
            for (std::size_t node = 0; node < world.nodes.size(); ++node) {
                if (world.nodes[node].name == fixed.node) fixed_.push_back(node);
            }
        }
    }

    Answer run() {
        place(0, static_cast<std::int32_t>(gang_.members()));
        return std::move(answer_);
    }

  private:
    [[nodiscard]] std::uint32_t levels() const { return static_cast<std::uint32_t>(world_.levels.size()) + 1; }

    [[nodiscard]] std::int64_t index_of(const std::string& wish) const {
        for (std::size_t i = 0; i < world_.levels.size(); ++i) {
            if (world_.levels[i].name == wish || world_.levels[i].label == wish) return static_cast<std::int64_t>(i);
        }
        return static_cast<std::int64_t>(world_.levels.size());
    }

    void place(std::size_t at, std::int32_t left) {
        const auto& order = regions_.front().nodes;
        if (at == order.size()) {
            if (left == 0) judge();
            return;
        }
        const std::size_t node = order[at];
        for (std::int32_t n = 0; n <= std::min(room_[node], left); ++n) {
            share_[node] = n;
            place(at + 1, left - n);
        }
        share_[node] = 0;
    }

    void judge() {
        ++answer_.tried;
        const auto objective = wished_.allows(share_) ? objective_of() : std::nullopt;
        if (!objective) return;
        const bool better =
            !answer_.fits || *objective < answer_.objective ||
            (*objective == answer_.objective && members_by_region(share_) > members_by_region(answer_.members));
        if (!better) return;
        answer_.fits = true;
        answer_.objective = *objective;
        answer_.members = share_;
    }

    [[nodiscard]] std::vector<std::int32_t> members_by_region(const std::vector<std::int32_t>& share) const {
        std::vector<std::int32_t> sums;
        for (const auto& region : regions_) sums.push_back(members_in(region, share));
        return sums;
    }

    [[nodiscard]] static std::int32_t members_in(const Region& region, const std::vector<std::int32_t>& share) {
        std::int32_t sum = 0;
        for (const std::size_t node : region.nodes) sum += share[node];
        return sum;
    }

    [[nodiscard]] bool bound_in(const Region& region) const {
        return std::ranges::any_of(fixed_,
                                   [&](std::size_t node) { return std::ranges::count(region.nodes, node) > 0; });
    }

    // nullopt: a required level is missed, or a rule refuses.
    [[nodiscard]] std::optional<ObjectiveVector> objective_of() const {
        ObjectiveVector objective(2 + levels() + rules_.size(), 0);
        std::uint32_t lowest = 0;  // depth of the lowest region that holds everything
        const auto all = static_cast<std::int32_t>(gang_.members());
        if (gang_class_) objective[0] = gang_class_(share_);
        for (const auto& region : regions_) {
            const std::int32_t here = members_in(region, share_);
            const bool bound = bound_in(region);
            if (region.depth > 0 && (here > 0 || bound)) ++objective[1 + leading_of(rules_) + region.depth];
            const bool all_bound =
                std::ranges::all_of(fixed_, [&](auto node) { return std::ranges::count(region.nodes, node) > 0; });
            if (here == all && all_bound && !region.synthetic) lowest = std::max(lowest, region.depth);
            if (here == 0) continue;
            for (std::size_t rule = 0; rule < rules_.size(); ++rule) {
                const auto cost = rules_[rule].cost(region, here);
                if (!cost) return std::nullopt;
                std::int64_t& term = objective[term_of(rules_, rule, levels())];
                term = rules_[rule].maximum ? std::max(term, *cost) : term + *cost;
            }
        }
        const std::int64_t count = levels();
        objective[1] = count + 1 - std::int64_t{lowest};
        if (gang_.wish.required && is_level(world_, *gang_.wish.required) &&
            objective[1] > count - index_of(*gang_.wish.required))
            return std::nullopt;
        if (gang_.wish.preferred) objective[1] = std::max(objective[1], count - index_of(*gang_.wish.preferred));
        return objective;
    }

    const World& world_;
    const GangRequest& gang_;
    const std::vector<Rule>& rules_;
    const GangClass& gang_class_;
    const Wished wished_;
    const std::vector<Region> regions_;
    std::vector<std::int32_t> room_;
    std::vector<std::size_t> fixed_;
    std::vector<std::int32_t> share_;
    Answer answer_;
};

}  // namespace

Rule whole_cells(const World& world, const GangRequest& gang) {
    const std::int64_t request = gang.roles.front().shape.requests.get(world::kGpu);
    return {[&world, request](const Region& region, std::int32_t m) -> std::optional<std::int64_t> {
                if (region.depth == 0) return 0;
                std::int64_t gpus = 0;
                for (const std::size_t node : region.nodes) {
                    if (!all_free(world, world.nodes[node])) return 0;
                    gpus += world.nodes[node].allocatable.get(world::kGpu);
                }
                return gpus > 0 && gpus != m * request ? 1 : 0;
            },
            false};
}

Answer search(const World& world, const GangRequest& gang, const std::vector<Rule>& rules,
              const HostClass& bandwidth_class) {
    GangClass of_slowest_host;
    if (bandwidth_class) {
        of_slowest_host = [&](const std::vector<std::int32_t>& members) {
            std::int64_t worst = 0;
            for (std::size_t node = 0; node < members.size(); ++node) {
                if (members[node] > 0) worst = std::max(worst, bandwidth_class(node, members[node]));
            }
            return worst;
        };
    }
    return search_classed(world, gang, rules, of_slowest_host);
}

Answer search_classed(const World& world, const GangRequest& gang, const std::vector<Rule>& rules,
                      const GangClass& bandwidth_class) {
    return Search(world, gang, rules, bandwidth_class).run();
}

std::uint64_t divisions(const World& world, const GangRequest& gang, std::int32_t members, std::uint64_t most) {
    // ways[left] after some nodes: plain convolution.
    std::vector<std::uint64_t> ways(static_cast<std::size_t>(members) + 1, 0);
    ways.back() = 1;
    for (const auto& node : world.nodes) {
        const auto room = static_cast<std::size_t>(room_on(world, gang, node));
        std::vector<std::uint64_t> next(ways.size(), 0);
        for (std::size_t left = 0; left < ways.size(); ++left) {
            for (std::size_t n = 0; n <= std::min(room, left); ++n)
                next[left - n] = std::min(most, next[left - n] + ways[left]);
        }
        ways = std::move(next);
    }
    return ways.front();
}

}  // namespace muster::brute
