#include "placement/verify/verify_wishes.hpp"

#include "placement/topology/fabric.hpp"
#include "placement/verify/verify_crossing.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <utility>
#include <vector>

namespace muster {
namespace {

using Fault = std::optional<std::string>;

// Members that a wish counts together: those of a gang, or of the roles of one name.
struct Counted {
    struct Member {
        NodeIdx node;
        std::int32_t rank = -1;
    };
    std::vector<Member> placed;
    std::vector<Member> bound;
};

class WishCheck {
  public:
    WishCheck(const Fabric& fabric, const TopologyWish& wish, const Counted& members)
        : fabric_(fabric), wish_(wish), members_(members) {}

    Fault run() const {
        for (const auto& slice : wish_.slices) {
            const auto level = fabric_.level(slice.level);
            if (!level && is_node_label(fabric_, slice.level)) continue;
            if (!level) return "level " + slice.level + " of the wish is unknown";
            if (Fault fault = ranks_known() ? one_home_each(slice, *level) : whole_slices(slice, *level)) return fault;
            if (Fault fault = in_rank_order(slice, *level)) return fault;
        }
        for (const auto& spread : wish_.spread) {
            const auto level = fabric_.level(spread.level);
            if (!level && is_node_label(fabric_, spread.level)) continue;
            if (!level) return "level " + spread.level + " of the wish is unknown";
            if (Fault fault = kept_apart(spread, *level)) return fault;
            if (Fault fault = over_domains(spread, *level)) return fault;
        }
        return std::nullopt;
    }

  private:
    // The domain of the level on the way up from a node; where that is synthetic, the next below it that is not.
    [[nodiscard]] DomainIdx slice_home(NodeIdx node, LevelIdx level) const {
        DomainIdx home = fabric_.host_domain(node);
        DomainIdx at = home;
        while (fabric_.domain(at).depth > level.value() + 1) {
            at = fabric_.domain(at).parent;
            if (!fabric_.domain(at).synthetic) home = at;
        }
        return home;
    }

    [[nodiscard]] std::string name(DomainIdx domain) const {
        return fabric_.levels()[fabric_.domain(domain).depth - 1].name + " " + fabric_.path(domain);
    }

    // All have one, each another, and somebody is bound: then a slice is what its ranks say, whoever has ended.
    [[nodiscard]] bool ranks_known() const {
        std::set<std::int32_t> ranks;
        for (const auto* list : {&members_.placed, &members_.bound}) {
            for (const auto& member : *list) {
                if (member.rank < 0 || !ranks.insert(member.rank).second) return false;
            }
        }
        return !members_.bound.empty();
    }

    [[nodiscard]] Fault one_home_each(const SliceWish& slice, LevelIdx level) const {
        std::map<std::int32_t, DomainIdx> homes;
        for (const auto* list : {&members_.bound, &members_.placed}) {
            for (const auto& member : *list) {
                const DomainIdx here = slice_home(member.node, level);
                const DomainIdx home = homes.try_emplace(member.rank / slice.size, here).first->second;
                if (home != here) {
                    return "rank " + std::to_string(member.rank) + ": in " + name(here) + ", but its slice of " +
                           std::to_string(slice.size) + " is in " + name(home);
                }
            }
        }
        return std::nullopt;
    }

    [[nodiscard]] Fault whole_slices(const SliceWish& slice, LevelIdx level) const {
        std::map<DomainIdx, std::int32_t> held;
        for (const auto* list : {&members_.placed, &members_.bound}) {
            for (const auto& member : *list) ++held[slice_home(member.node, level)];
        }
        for (const auto& [domain, count] : held) {
            if (count % slice.size == 0) continue;
            return name(domain) + ": " + std::to_string(count) + " is no multiple of the slice's " +
                   std::to_string(slice.size) + " members";
        }
        return std::nullopt;
    }

    // With nobody bound, when all have a rank: slices are cut in their order.
    [[nodiscard]] Fault in_rank_order(const SliceWish& slice, LevelIdx level) const {
        std::map<std::int32_t, NodeIdx> by_rank;
        for (const auto& member : members_.placed) by_rank[member.rank] = member.node;
        const bool known = by_rank.size() == members_.placed.size() && by_rank.begin()->first >= 0;
        if (!members_.bound.empty() || !known) return std::nullopt;
        std::int32_t at = 0;
        DomainIdx home;
        for (const auto& [rank, node] : by_rank) {
            const DomainIdx here = slice_home(node, level);
            if (at % slice.size == 0) home = here;
            if (here != home) {
                return "rank " + std::to_string(rank) + ": in " + name(here) + ", but its slice of " +
                       std::to_string(slice.size) + " began in " + name(home);
            }
            ++at;
        }
        return std::nullopt;
    }

    // Members of each domain of the level, bound ones included.
    [[nodiscard]] std::map<DomainIdx, std::int32_t> held(LevelIdx level) const {
        std::map<DomainIdx, std::int32_t> held;
        for (const auto* list : {&members_.placed, &members_.bound}) {
            for (const auto& member : *list) ++held[fabric_.domain_at(member.node, level)];
        }
        return held;
    }

    [[nodiscard]] Fault kept_apart(const SpreadWish& spread, LevelIdx level) const {
        if (spread.max == 0) return std::nullopt;
        auto held = this->held(level);
        for (const auto& member : members_.placed) {
            const DomainIdx domain = fabric_.domain_at(member.node, level);
            if (held[domain] <= spread.max) continue;
            return name(domain) + ": " + std::to_string(held[domain]) + " members, at most " +
                   std::to_string(spread.max) + " were wished";
        }
        return std::nullopt;
    }

    // A minimum of domains, and balance: both only over domains that are known.
    [[nodiscard]] Fault over_domains(const SpreadWish& spread, LevelIdx level) const {
        if (spread.min_domains == 0 && !spread.balanced) return std::nullopt;
        for (const auto& member : members_.placed) {
            const DomainIdx domain = fabric_.domain_at(member.node, level);
            if (fabric_.domain(domain).synthetic) {
                return name(domain) + ": which " + spread.level +
                       " these nodes are in is not known, so nothing may be " + "spread to them";
            }
        }
        auto held = this->held(level);
        std::erase_if(held, [&](const auto& entry) { return fabric_.domain(entry.first).synthetic; });
        if (std::cmp_less(held.size(), spread.min_domains)) {
            return std::to_string(held.size()) + " domains of level " + spread.level + " are in use, at least " +
                   std::to_string(spread.min_domains) + " were wished";
        }
        if (!spread.balanced) return std::nullopt;
        std::int32_t step = 1;
        for (const auto& slice : wish_.slices) {
            if (const auto of_slice = fabric_.level(slice.level); of_slice && *of_slice >= level)
                step = std::max(step, slice.size);
        }
        const auto [least, most] =
            std::ranges::minmax_element(held, {}, [](const auto& entry) { return entry.second; });
        if (held.empty() || most->second - least->second <= step) return std::nullopt;
        return name(most->first) + ": " + std::to_string(most->second) + " members, but " + name(least->first) +
               " has " + std::to_string(least->second) + " though they were wished balanced";
    }

    const Fabric& fabric_;
    const TopologyWish& wish_;
    const Counted& members_;
};

// Exclusive domains, which look at other pods.
class Alone {
  public:
    Alone(const Snapshot& snapshot, const GangRequest& request)
        : snapshot_(snapshot), fabric_(snapshot.fabric()), request_(request) {}

    [[nodiscard]] Fault check(const std::string& wished, const Counted& members) const {
        const auto level = fabric_.level(wished);
        if (!level && is_node_label(fabric_, wished)) return std::nullopt;
        if (!level) return "level " + wished + " of the wish is unknown";
        std::set<DomainIdx> used;
        for (const auto& member : members.placed) used.insert(fabric_.domain_at(member.node, *level));
        for (const DomainIdx at : used) {
            const Domain& domain = fabric_.domain(at);
            if (domain.synthetic) {
                return wished + " " + fabric_.path(at) +
                       ": whose nodes these are is not known, so not the gang's alone";
            }
            for (std::uint32_t node = domain.first_node; node < domain.last_node; ++node) {
                if (Fault fault = no_other_devices(NodeIdx(node))) return fault;
            }
        }
        return std::nullopt;
    }

  private:
    // What the gang's bound members use on the node, as far as the shape of their role is known.
    [[nodiscard]] std::int64_t own(NodeIdx node, const std::string& device) const {
        std::int64_t sum = 0;
        for (const auto& fixed : request_.fixed) {
            if (fabric_.find(fixed.node.str()) != node) continue;
            for (const auto& role : request_.roles) {
                if (role.name != fixed.role && request_.roles.size() > 1) continue;
                sum += role.shape.requests.get(device);
                break;
            }
        }
        return sum;
    }

    [[nodiscard]] Fault no_other_devices(NodeIdx node) const {
        for (std::uint32_t i = 0; i < snapshot_.resource_count(); ++i) {
            const ResourceIdx resource(i);
            const std::string& device = snapshot_.resource_name(resource);
            if (device.find('/') == std::string::npos) continue;
            const std::int64_t taken = snapshot_.potential(node, resource) - snapshot_.free(node, resource);
            if (taken == 0 || taken <= own(node, device)) continue;
            return "node " + fabric_.node(node).name.str() + ": another pod uses " + device +
                   " in a domain that was wished exclusive";
        }
        return std::nullopt;
    }

    const Snapshot& snapshot_;
    const Fabric& fabric_;
    const GangRequest& request_;
};

// Of the roles of one name, or of all.
Counted counted(const Fabric& fabric, const GangRequest& request, const Plan& plan, std::span<const NodeIdx> seats,
                const std::string* name) {
    Counted counted;
    std::size_t at = 0;
    for (const auto& role : request.roles) {
        for (std::size_t i = 0; i < role.members.size(); ++i, ++at) {
            if (name == nullptr || role.name == *name) counted.placed.push_back({seats[at], plan.placements[at].rank});
        }
    }
    for (const auto& member : request.fixed) {
        const auto node = fabric.find(member.node.str());
        if (node && (name == nullptr || member.role == *name)) counted.bound.push_back({*node, member.rank});
    }
    return counted;
}

}  // namespace

std::optional<std::string> verify_wishes(const Snapshot& snapshot, const GangRequest& request, const Plan& plan,
                                         std::span<const NodeIdx> seats) {
    const Fabric& fabric = snapshot.fabric();
    const Alone alone(snapshot, request);
    const auto check = [&](const TopologyWish& wish, const std::string* name) -> Fault {
        const bool none = wish.slices.empty() && wish.spread.empty() && !wish.exclusive;
        if (none) return std::nullopt;
        const Counted members = counted(fabric, request, plan, seats, name);
        if (Fault fault = WishCheck(fabric, wish, members).run()) return fault;
        return wish.exclusive ? alone.check(*wish.exclusive, members) : std::nullopt;
    };
    if (Fault fault = check(request.wish, nullptr)) return fault;
    for (const auto& role : request.roles) {
        if (Fault fault = check(role.wish, &role.name)) return "role " + role.name + ": " + *fault;
    }
    return std::nullopt;
}

}  // namespace muster
