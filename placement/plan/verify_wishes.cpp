#include "placement/plan/verify_wishes.hpp"

#include "placement/topology/fabric.hpp"

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

class WishCheck {
  public:
    WishCheck(const Snapshot& snapshot, const GangRequest& request, const Plan& plan, std::span<const NodeIdx> seats,
              std::span<const NodeIdx> fixed)
        : snapshot_(snapshot),
          fabric_(snapshot.fabric()),
          request_(request),
          plan_(plan),
          seats_(seats),
          fixed_(fixed) {}

    Fault run() const {
        for (const auto& slice : request_.wish.slices) {
            const auto level = fabric_.level(slice.level);
            if (!level) return "level " + slice.level + " of the wish is unknown";
            if (Fault fault = whole_slices(slice, *level)) return fault;
            if (Fault fault = in_rank_order(slice, *level)) return fault;
        }
        for (const auto& spread : request_.wish.spread) {
            const auto level = fabric_.level(spread.level);
            if (!level) return "level " + spread.level + " of the wish is unknown";
            if (Fault fault = kept_apart(spread, *level)) return fault;
        }
        if (!request_.wish.exclusive) return std::nullopt;
        const auto level = fabric_.level(*request_.wish.exclusive);
        if (!level) return "level " + *request_.wish.exclusive + " of the wish is unknown";
        return alone(*level);
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

    [[nodiscard]] Fault whole_slices(const SliceWish& slice, LevelIdx level) const {
        std::map<DomainIdx, std::int32_t> held;
        for (const auto nodes : {seats_, fixed_}) {
            for (const NodeIdx node : nodes) ++held[slice_home(node, level)];
        }
        for (const auto& [domain, count] : held) {
            if (count % slice.size == 0) continue;
            return name(domain) + ": " + std::to_string(count) + " is no multiple of the slice's " +
                   std::to_string(slice.size) + " members";
        }
        return std::nullopt;
    }

    // Ranks are known only when all have one, and nobody else is there whose rank is not known here.
    [[nodiscard]] Fault in_rank_order(const SliceWish& slice, LevelIdx level) const {
        std::map<std::int32_t, NodeIdx> by_rank;
        for (std::size_t i = 0; i < seats_.size(); ++i) by_rank[plan_.placements[i].rank] = seats_[i];
        if (!fixed_.empty() || by_rank.size() != seats_.size() || by_rank.begin()->first < 0) return std::nullopt;
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

    [[nodiscard]] Fault kept_apart(const SpreadWish& spread, LevelIdx level) const {
        std::map<DomainIdx, std::int32_t> held;
        for (const auto nodes : {seats_, fixed_}) {
            for (const NodeIdx node : nodes) ++held[fabric_.domain_at(node, level)];
        }
        for (const NodeIdx node : seats_) {
            const DomainIdx domain = fabric_.domain_at(node, level);
            if (held[domain] <= spread.max) continue;
            return name(domain) + ": " + std::to_string(held[domain]) + " members, at most " +
                   std::to_string(spread.max) + " were wished";
        }
        return std::nullopt;
    }

    [[nodiscard]] Fault alone(LevelIdx level) const {
        std::set<DomainIdx> used;
        for (const NodeIdx node : seats_) used.insert(fabric_.domain_at(node, level));
        for (const DomainIdx at : used) {
            const Domain& domain = fabric_.domain(at);
            if (domain.synthetic) return name(at) + ": whose nodes these are is not known, so not the gang's alone";
            for (std::uint32_t node = domain.first_node; node < domain.last_node; ++node) {
                if (Fault fault = no_other_devices(NodeIdx(node))) return fault;
            }
        }
        return std::nullopt;
    }

    [[nodiscard]] Fault no_other_devices(NodeIdx node) const {
        const auto own = std::ranges::count(fixed_, node);
        for (std::uint32_t i = 0; i < snapshot_.resource_count(); ++i) {
            const ResourceIdx resource(i);
            const std::string& device = snapshot_.resource_name(resource);
            if (device.find('/') == std::string::npos) continue;
            const std::int64_t taken = snapshot_.potential(node, resource) - snapshot_.free(node, resource);
            if (taken <= own * request_.roles.front().shape.requests.get(device)) continue;
            return "node " + fabric_.node(node).name.str() + ": another pod uses " + device +
                   " in a domain that was wished exclusive";
        }
        return std::nullopt;
    }

    const Snapshot& snapshot_;
    const Fabric& fabric_;
    const GangRequest& request_;
    const Plan& plan_;
    std::span<const NodeIdx> seats_;
    std::span<const NodeIdx> fixed_;
};

}  // namespace

std::optional<std::string> verify_wishes(const Snapshot& snapshot, const GangRequest& request, const Plan& plan,
                                         std::span<const NodeIdx> seats, std::span<const NodeIdx> fixed) {
    return WishCheck(snapshot, request, plan, seats, fixed).run();
}

}  // namespace muster
