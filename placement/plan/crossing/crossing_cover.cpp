#include "placement/plan/crossing/crossing_cover.hpp"

#include "placement/plan/crossing/cover_division.hpp"
#include "placement/plan/crossing/cover_rooms.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace muster {
namespace {

using Counts = std::vector<std::int64_t>;  // by level
using DomainIndices = std::vector<std::uint32_t>;

// How many of the gains, largest first, sum up to the need; one more than there are if all of them do not.
std::int64_t fewest_gains(std::span<const Gain> sorted, std::int64_t need) {
    std::size_t count = 0;
    while (need > 0 && count < sorted.size()) need -= sorted[count++].gain;
    return static_cast<std::int64_t>(count) + (need > 0 ? 1 : 0);
}

class CoverSearch {
  public:
    CoverSearch(const CoverProblem& problem, std::int64_t steps)
        : problem_(problem),
          fabric_(problem.fabric),
          rooms_(problem),
          host_depth_(static_cast<std::uint32_t>(fabric_.levels().size())),
          steps_(steps),
          paid_(host_depth_ + 1) {
        const auto& paid = problem.bound.paid();
        for (std::uint32_t i = 1; i < fabric_.domain_count(); ++i) {
            if (paid[i] != 0) paid_[fabric_.domains()[i].depth].push_back(i);
        }
    }

    std::optional<Cover> run() {
        std::vector<std::pair<Counts, std::uint32_t>> candidates;
        for (std::uint32_t i = 0; i < fabric_.domain_count(); ++i) {
            const Domain& domain = fabric_.domains()[i];
            if (domain.depth != problem_.depth || !problem_.bound.inside(domain)) continue;
            if (covers(i)) candidates.emplace_back(floor(i), i);
        }
        if (candidates.empty()) return std::nullopt;
        std::ranges::sort(candidates);
        for (const auto& [floor, domain] : candidates) {
            if (!best_.empty() && floor >= best_) break;
            if (!best_.empty() && steps_ < 0) {
                cut_off(floor);
                break;
            }
            look_into(domain, floor);
        }
        return Cover{least_.empty() ? best_ : std::min(best_, least_), std::move(division_)};
    }

  private:
    [[nodiscard]] bool covers(std::uint32_t domain) const {
        return Lack(problem_, rooms_).gain(domain) >= problem_.members;
    }

    // The unpaid domains of the next depth inside some of one depth, and inside those there that are paid.
    [[nodiscard]] DomainIndices inside(const DomainIndices& some, std::uint32_t depth) const {
        DomainIndices found;
        const auto add = [&](std::uint32_t parent) {
            const Domain& domain = fabric_.domains()[parent];
            for (std::uint32_t child = domain.first_child; child < domain.last_child; ++child) {
                if (problem_.bound.paid()[child] == 0 && !rooms_.of(child).empty()) found.push_back(child);
            }
        };
        for (const std::uint32_t parent : some) add(parent);
        if (depth > problem_.depth) std::ranges::for_each(paid_[depth], add);
        return found;
    }

    // What is lacking beside the paid domains of the depth.
    [[nodiscard]] Lack beside_paid(std::uint32_t depth) const {
        Lack lack(problem_, rooms_);
        for (const std::uint32_t domain : paid_[depth]) lack.add(domain);
        return lack;
    }

    [[nodiscard]] std::vector<Gain> gains(const Lack& lack, const DomainIndices& domains) {
        std::vector<Gain> gains;
        gains.reserve(domains.size());
        for (const std::uint32_t domain : domains) {
            steps_ -= static_cast<std::int64_t>(rooms_.of(domain).size());
            if (const std::int64_t gain = lack.gain(domain); gain > 0) gains.push_back({gain, domain});
        }
        std::ranges::sort(gains, std::less{});
        return gains;
    }

    // The same of hosts: the gain of each beside the roomier ones of its value. Takes them out of the lack.
    [[nodiscard]] std::vector<Gain> host_gains(Lack& lack, DomainIndices hosts) {
        steps_ -= static_cast<std::int64_t>(4 * hosts.size());
        const auto room = [&](std::uint32_t host) { return rooms_.of(host).front().room; };
        std::ranges::stable_sort(hosts, std::greater{}, room);
        std::vector<Gain> gains;
        gains.reserve(hosts.size());
        for (const std::uint32_t host : hosts) {
            const std::int64_t gain = lack.gain(host);
            if (gain == 0) continue;
            gains.push_back({gain, host});
            lack.add(host);
        }
        std::ranges::sort(gains, std::less{});
        return gains;
    }

    // What the counts in a candidate are at least, each level for itself.
    [[nodiscard]] Counts floor(std::uint32_t candidate) {
        Counts counts(problem_.depth, 1);
        DomainIndices domains{candidate};
        for (std::uint32_t depth = problem_.depth + 1; depth <= host_depth_; ++depth) {
            domains = inside(domains, depth - 1);
            Lack lack = beside_paid(depth);
            const std::int64_t need = lack.members();
            const auto sorted = depth == host_depth_ ? host_gains(lack, domains) : gains(lack, domains);
            counts.push_back(paid_count(depth) + fewest_gains(sorted, need));
        }
        return counts;
    }

    [[nodiscard]] std::int64_t paid_count(std::uint32_t depth) const {
        return static_cast<std::int64_t>(paid_[depth].size());
    }

    void look_into(std::uint32_t candidate, const Counts& floor) {
        prefix_.assign(problem_.depth, 1);
        if (problem_.depth == host_depth_) return take_host(candidate);
        some_cover({candidate}, problem_.depth);
        proved_ = floor;
        least_sets({candidate}, problem_.depth);
        if (steps_ < 0) cut_off(proved_);
    }

    void cut_off(const Counts& proved) {
        if (least_.empty() || proved < least_) least_ = proved;
    }

    // Whether the candidate at hand may still be better than the best known, and there are steps left to look.
    [[nodiscard]] bool may_improve() const { return steps_ >= 0 && (best_.empty() || proved_ < best_); }

    void take_host(std::uint32_t host) {
        best_ = prefix_;
        division_.assign(fabric_.node_count(), 0);
        division_[fabric_.domains()[host].first_node] = static_cast<std::int32_t>(problem_.members);
    }

    // Some cover: the domain with the largest gain, again and again.
    void some_cover(const DomainIndices& within, std::uint32_t depth) {
        DomainIndices open = inside(within, depth);
        if (depth + 1 == host_depth_) return cover_by_hosts(std::move(open));
        Lack lack = beside_paid(depth + 1);
        DomainIndices set;
        while (lack.members() > 0) {
            const Gain best = gains(lack, open).front();
            lack.add(best.domain);
            set.push_back(best.domain);
            std::erase(open, best.domain);
        }
        prefix_.push_back(paid_count(depth + 1) + static_cast<std::int64_t>(set.size()));
        some_cover(set, depth + 1);
        prefix_.pop_back();
    }

    // Whether the counts so far, and this one, are worse than the best known whatever follows.
    [[nodiscard]] bool worse(std::int64_t count) const {
        if (best_.empty()) return false;
        const auto known = std::span(best_).first(prefix_.size());
        const auto order =
            std::lexicographical_compare_three_way(prefix_.begin(), prefix_.end(), known.begin(), known.end());
        return order > 0 || (order == 0 && count > best_[prefix_.size()]);
    }

    // All least sets of the domains one deeper than `within`, and of what is inside each.
    void least_sets(const DomainIndices& within, std::uint32_t depth) {
        DomainIndices open = inside(within, depth);
        if (depth + 1 == host_depth_) return cover_by_hosts(std::move(open));
        const Lack lack = beside_paid(depth + 1);
        const auto sorted = gains(lack, open);
        const std::int64_t paid = paid_count(depth + 1);
        bool found = false;
        for (std::int64_t size = fewest_gains(sorted, lack.members()); !found && may_improve(); ++size) {
            if (worse(paid + size)) return;
            if (depth == problem_.depth) proved_[depth] = paid + size;
            prefix_.push_back(paid + size);
            DomainIndices set;
            found = sets(sorted, lack, static_cast<std::size_t>(size), depth + 1, set);
            prefix_.pop_back();
        }
    }

    // All sets that cover the lack with `size` of the domains, whose gains are upper bounds; whether there are any.
    bool sets(std::span<const Gain> domains, const Lack& lack, std::size_t size, std::uint32_t depth,
              DomainIndices& set) {
        if (lack.members() <= 0) {
            least_sets(set, depth);
            return true;
        }
        if (size == 0) return false;
        DomainIndices open;
        for (const Gain& known : domains) open.push_back(known.domain);
        const auto sorted = gains(lack, open);
        bool found = false;
        for (std::size_t i = 0; i < sorted.size() && may_improve(); ++i) {
            std::int64_t most = 0;
            for (std::size_t j = i; j < std::min(i + size, sorted.size()); ++j) most += sorted[j].gain;
            if (most < lack.members()) break;
            steps_ -= static_cast<std::int64_t>(problem_.most.size() / 4);
            Lack more = lack;
            more.add(sorted[i].domain);
            set.push_back(sorted[i].domain);
            found = sets(std::span(sorted).subspan(i + 1), more, size - 1, depth, set) || found;
            set.pop_back();
        }
        return found;
    }

    void cover_by_hosts(DomainIndices hosts) {
        Lack lack = beside_paid(host_depth_);
        const std::int64_t need = lack.members();
        const auto sorted = host_gains(lack, hosts);
        const std::int64_t fewest = fewest_gains(sorted, need);
        if (worse(paid_count(host_depth_) + fewest)) return;
        Counts counts = prefix_;
        counts.push_back(paid_count(host_depth_) + fewest);
        if (!best_.empty() && counts >= best_) return;
        best_ = std::move(counts);
        const auto chosen = std::span(sorted).first(static_cast<std::size_t>(fewest));
        division_ = divide_cover(problem_, rooms_, {chosen, std::move(hosts), paid_[host_depth_]});
    }

    const CoverProblem& problem_;
    const Fabric& fabric_;
    ValueRooms rooms_;
    std::uint32_t host_depth_;
    std::int64_t steps_;
    std::vector<DomainIndices> paid_;  // by depth
    Counts prefix_;                    // of the levels above those at hand
    Counts proved_;  // of the candidate at hand: its floor, the first count below it as far as sets were tried
    Counts best_;
    Counts least_;  // of the candidates that were cut off; empty: none was
    std::vector<std::int32_t> division_;
};

}  // namespace

std::optional<Cover> fewest_cover(const CoverProblem& problem, std::int64_t steps) {
    return CoverSearch(problem, steps).run();
}

}  // namespace muster
