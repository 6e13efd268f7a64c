#include "bench/baselines/tightest_domain_first.hpp"

#include "placement/model/check.hpp"
#include "placement/plan/room/node_room.hpp"
#include "placement/plan/room/trial.hpp"
#include "placement/topology/fabric.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace muster::baselines {
namespace {

constexpr double kNothingFree = 1'000;

// Levels of a constraint as depths; 0: none.
struct Constraint {
    std::uint32_t required = 0;
    std::uint32_t preferred = 0;
    [[nodiscard]] bool any() const { return required != 0 || preferred != 0; }
};

class TightestFirst {
  public:
    TightestFirst(const Snapshot& snapshot, const GangRequest& request)
        : fabric_(snapshot.fabric()), request_(request), trial_(snapshot) {
        score_.assign(fabric_.node_count(), 0);
        for (const auto& role : request.roles) {
            rooms_.emplace_back(trial_.view(), role.shape, RoomBasis::now);
            const bool gpu = std::ranges::any_of(role.shape.requests.entries(),
                                                 [](const auto& entry) { return is_device(entry.first); });
            packed_by_.push_back(packing_resource(role.shape, gpu));
        }
        taken_.assign(request.roles.size(), std::vector<std::int32_t>(fabric_.node_count(), 0));
    }

    Answer run() {
        std::vector<std::size_t> roles(request_.roles.size());
        std::iota(roles.begin(), roles.end(), std::size_t{0});
        if (!place(roles, constraint(request_.wish), fabric_.root(), true)) return std::nullopt;
        std::vector<HostTake> takes;
        for (std::uint32_t node = 0; node < fabric_.node_count(); ++node) {
            HostTake take{NodeIdx(node), {}};
            for (const auto& of_role : taken_) take.members.push_back(of_role[node]);
            if (std::ranges::any_of(take.members, [](std::int32_t m) { return m > 0; })) takes.push_back(take);
        }
        return takes;
    }

  private:
    [[nodiscard]] Constraint constraint(const TopologyWish& wish) const {
        const auto depth = [&](const std::optional<std::string>& level) {
            const auto index = level ? fabric_.level(*level) : std::nullopt;
            return index ? index->value() + 1 : 0;
        };
        return {depth(wish.required), depth(wish.preferred)};
    }

    [[nodiscard]] std::optional<ResourceIdx> packing_resource(const PodShape& shape, bool gpu) const {
        for (const auto& [name, amount] : shape.requests.entries()) {
            if (gpu ? is_device(name) : name == kCpu) return trial_.view().resource(name);
        }
        return std::nullopt;
    }

    // Places the roles in one of the domains inside `within` that the constraint admits. `whole`: the roles' own
    // constraints come after it.
    bool place(std::span<const std::size_t> roles, Constraint wish, DomainIdx within, bool whole) {
        if (!wish.any()) return place_inside(roles, within, whole);
        judge(roles, within);
        const auto before = score_;
        if (wish.preferred != 0) score_by_order(within, wish.preferred);
        for (const DomainIdx domain : candidates(wish, within)) {
            const auto checkpoint = trial_.checkpoint();
            const auto taken = taken_;
            if (place_inside(roles, domain, whole)) return true;
            trial_.rollback(checkpoint);
            taken_ = taken;
        }
        score_ = before;
        return false;
    }

    bool place_inside(std::span<const std::size_t> roles, DomainIdx domain, bool whole) {
        for (const std::size_t role : roles) {
            const Constraint own = constraint(request_.roles[role].wish);
            const std::vector<std::size_t> alone{role};
            const auto scores = score_;
            const bool done = whole && own.any() ? place(alone, own, domain, false) : place_pods(role, domain);
            score_ = scores;
            if (!done) return false;
        }
        return true;
    }

    bool place_pods(std::size_t role, DomainIdx domain) {
        const Domain& nodes = fabric_.domain(domain);
        const PodShape& shape = request_.roles[role].shape;
        for (std::size_t pod = 0; pod < request_.roles[role].members.size(); ++pod) {
            std::optional<NodeIdx> best;
            std::pair<std::int64_t, std::int64_t> best_score;
            for (std::uint32_t i = nodes.first_node; i < nodes.last_node; ++i) {
                const NodeIdx node(i);
                if (rooms_[role].members(node, 1) == 0) continue;
                const auto resource = packed_by_[role];
                const std::int64_t free = resource ? trial_.view().free(node, *resource) : 0;
                const std::pair<std::int64_t, std::int64_t> score{score_[i], -free};
                if (!best || score > best_score) {
                    best = node;
                    best_score = score;
                }
            }
            if (!best) return false;
            trial_.take(*best, shape);
            ++taken_[role][best->value()];
        }
        return true;
    }

    // Fills fits_ and order_ (children of each domain, tightest first) for the domains inside `within`.
    void judge(std::span<const std::size_t> roles, DomainIdx within) {
        ResourceAmounts sum;
        ResourceAmounts largest;
        std::int64_t pods = 0;
        for (const std::size_t role : roles) {
            const auto& asked = request_.roles[role];
            for (std::size_t i = 0; i < asked.members.size(); ++i) sum.add(asked.shape.requests);
            largest.raise_to(asked.shape.requests);
            pods += static_cast<std::int64_t>(asked.members.size());
        }
        const bool alike = one_kind(roles);
        PodShape represent;
        represent.requests = largest;
        const NodeRoom room(trial_.view(), represent, RoomBasis::now);
        const std::size_t domains = fabric_.domain_count();
        std::vector<std::int64_t> count(domains, 0);
        std::vector<std::vector<std::int64_t>> free(sum.entries().size(), std::vector<std::int64_t>(domains, 0));
        for (std::size_t i = domains; i-- > 0;) {
            const Domain& domain = fabric_.domains()[i];
            const NodeIdx node(domain.first_node);
            const bool host = domain.depth == fabric_.levels().size();
            if (host) count[i] = room.members(node, std::numeric_limits<std::int32_t>::max());
            for (std::size_t r = 0; r < free.size(); ++r) {
                const auto column = trial_.view().resource(sum.entries()[r].first);
                if (host && column) free[r][i] = trial_.view().free(node, *column);
                if (i > 0) free[r][domain.parent.value()] += free[r][i];
            }
            if (i > 0) count[domain.parent.value()] += count[i];
        }
        ratio_.assign(domains, 0);
        fits_.assign(domains, 0);
        for (std::size_t i = 0; i < domains; ++i) {
            for (std::size_t r = 0; r < free.size(); ++r) {
                if (sum.entries()[r].first == kPodSlots) continue;
                const auto asked = static_cast<double>(sum.entries()[r].second);
                ratio_[i] =
                    std::max(ratio_[i], free[r][i] <= 0 ? kNothingFree : asked / static_cast<double>(free[r][i]));
            }
            const Domain& domain = fabric_.domains()[i];
            const Domain& around = fabric_.domain(within);
            const bool inside = domain.first_node >= around.first_node && domain.last_node <= around.last_node;
            fits_[i] = inside && !domain.synthetic && (alike ? count[i] >= pods : ratio_[i] <= 1) ? 1 : 0;
        }
    }

    // All pods ask for devices or none does, and each asks for the same resources.
    [[nodiscard]] bool one_kind(std::span<const std::size_t> roles) const {
        const auto devices = [&](std::size_t role) {
            std::vector<std::string> names;
            for (const auto& [name, amount] : request_.roles[role].shape.requests.entries()) {
                if (is_device(name)) names.push_back(name);
            }
            return names;
        };
        return std::ranges::all_of(roles, [&](std::size_t role) { return devices(role) == devices(roles.front()); });
    }

    // Domains of one depth inside `within`, in the order of the tree whose siblings are sorted tightest first.
    [[nodiscard]] std::vector<DomainIdx> in_order(DomainIdx within, std::uint32_t depth) const {
        const Domain& domain = fabric_.domain(within);
        if (domain.depth == depth) return {within};
        std::vector<DomainIdx> children;
        for (std::uint32_t child = domain.first_child; child < domain.last_child; ++child) children.emplace_back(child);
        std::ranges::stable_sort(children,
                                 [&](DomainIdx a, DomainIdx b) { return ratio_[a.value()] > ratio_[b.value()]; });
        std::vector<DomainIdx> all;
        for (const DomainIdx child : children) {
            const auto below = in_order(child, depth);
            all.insert(all.end(), below.begin(), below.end());
        }
        return all;
    }

    [[nodiscard]] std::vector<DomainIdx> candidates(Constraint wish, DomainIdx within) const {
        std::vector<DomainIdx> found;
        const std::uint32_t finest = wish.preferred != 0 ? wish.preferred : wish.required;
        const std::uint32_t coarsest = std::max(wish.required, fabric_.domain(within).depth);
        for (std::uint32_t depth = finest + 1; depth-- > coarsest;) {
            for (const DomainIdx domain : in_order(within, depth)) {
                if (fits_[domain.value()] != 0) found.push_back(domain);
            }
        }
        return found;
    }

    void score_by_order(DomainIdx within, std::uint32_t depth) {
        if (depth < fabric_.domain(within).depth) return;
        const auto domains = in_order(within, depth);
        for (std::size_t i = 0; i < domains.size(); ++i) {
            const Domain& domain = fabric_.domain(domains[i]);
            const auto bucket = static_cast<std::int64_t>((i + 1) * 10 / domains.size());
            for (std::uint32_t node = domain.first_node; node < domain.last_node; ++node) score_[node] = bucket;
        }
    }

    const Fabric& fabric_;
    const GangRequest& request_;
    Trial trial_;
    std::vector<NodeRoom> rooms_;                        // by role
    std::vector<std::optional<ResourceIdx>> packed_by_;  // by role
    std::vector<std::vector<std::int32_t>> taken_;       // by role, then node
    std::vector<std::int64_t> score_;                    // by node
    std::vector<double> ratio_;                          // by domain: request / free, the largest over the resources
    std::vector<char> fits_;                             // by domain
};

}  // namespace

Answer tightest_domain_first(const Snapshot& snapshot, const GangRequest& request) {
    MUSTER_CHECK(request.fixed.empty() && request.wish.slices.empty());
    return TightestFirst(snapshot, request).run();
}

}  // namespace muster::baselines
