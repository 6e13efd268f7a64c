#include "placement/plan/crossing/crossing_cover.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace muster {
namespace {

using Counts = std::vector<std::int64_t>;  // by level
using DomainIndices = std::vector<std::uint32_t>;

// The room of each domain by value.
class ValueRooms {
  public:
    struct Part {
        std::uint32_t value = 0;
        std::int64_t room = 0;  // ≥ 1
    };

    explicit ValueRooms(const CoverProblem& problem) {
        const Fabric& fabric = problem.fabric;
        std::vector<std::int64_t> sums(problem.most.size(), 0);
        first_.push_back(0);
        for (const Domain& domain : fabric.domains()) {
            if (domain.depth >= problem.depth) add(problem, domain, sums);
            first_.push_back(parts_.size());
        }
    }

    [[nodiscard]] std::span<const Part> of(std::uint32_t domain) const {
        return std::span(parts_).subspan(first_[domain], first_[domain + 1] - first_[domain]);
    }

  private:
    // `sums`: by value, all 0 before and after.
    void add(const CoverProblem& problem, const Domain& domain, std::vector<std::int64_t>& sums) {
        const std::size_t first = parts_.size();
        for (std::uint32_t node = domain.first_node; node < domain.last_node; ++node) {
            if (problem.room[node] <= 0) continue;
            const auto value = static_cast<std::uint32_t>(problem.values[node]);
            if (problem.most[value] <= 0) continue;
            if (std::exchange(sums[value], sums[value] + problem.room[node]) == 0) parts_.push_back({value, 0});
        }
        for (std::size_t i = first; i < parts_.size(); ++i)
            parts_[i].room = std::min(std::exchange(sums[parts_[i].value], 0), problem.most[parts_[i].value]);
    }

    std::vector<Part> parts_;
    std::vector<std::size_t> first_;  // by domain, and one more
};

// What a growing set of domains still lacks.
class Lack {
  public:
    Lack(const CoverProblem& problem, const ValueRooms& rooms)
        : rooms_(rooms), left_(problem.most.begin(), problem.most.end()), members_(problem.members) {}

    [[nodiscard]] std::int64_t members() const { return members_; }
    [[nodiscard]] std::int64_t left(std::uint32_t value) const { return left_[value]; }
    [[nodiscard]] std::int64_t gain(std::uint32_t domain) const {
        std::int64_t gain = 0;
        for (const auto& part : rooms_.of(domain)) gain += std::min(part.room, left_[part.value]);
        return gain;
    }
    void add(std::uint32_t domain) {
        for (const auto& part : rooms_.of(domain)) {
            const std::int64_t taken = std::min(part.room, left_[part.value]);
            left_[part.value] -= taken;
            members_ -= taken;
        }
    }

  private:
    const ValueRooms& rooms_;
    std::vector<std::int64_t> left_;  // by value
    std::int64_t members_;
};

struct Gain {
    std::int64_t gain = 0;
    std::uint32_t domain = 0;
    // The largest first, then in path order.
    bool operator<(const Gain& other) const { return gain != other.gain ? gain > other.gain : domain < other.domain; }
};

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
        divide(std::span(sorted).first(static_cast<std::size_t>(fewest)), std::move(hosts));
    }

    // Over the hosts chosen, then over the paid ones. A host that stays partly free is exchanged for the one that the
    // members fill best.
    void divide(std::span<const Gain> chosen, DomainIndices hosts) {
        division_.assign(fabric_.node_count(), 0);
        const auto first = static_cast<std::uint32_t>(fabric_.domain_count() - fabric_.node_count());
        const auto part = [&](std::uint32_t host) { return rooms_.of(host).front(); };
        std::ranges::stable_sort(hosts, {}, [&](std::uint32_t host) { return part(host).room; });
        std::vector<char> taken(fabric_.node_count(), 0);
        for (const Gain& one : chosen) taken[one.domain - first] = 1;
        std::int64_t missing = problem_.members;
        for (const Gain& one : chosen) {
            const std::int64_t share = std::min(one.gain, missing);
            const auto better = std::ranges::find_if(hosts, [&](std::uint32_t host) {
                return part(host).value == part(one.domain).value && part(host).room >= share &&
                       (taken[host - first] == 0 || host == one.domain);
            });
            taken[one.domain - first] = 0;
            taken[*better - first] = 1;
            division_[*better - first] = static_cast<std::int32_t>(share);
            missing -= share;
        }
        divide_rest(missing);
    }

    void divide_rest(std::int64_t missing) {
        std::vector<std::int64_t> left(problem_.most.begin(), problem_.most.end());
        for (std::size_t node = 0; node < division_.size(); ++node) {
            if (division_[node] > 0) left[static_cast<std::size_t>(problem_.values[node])] -= division_[node];
        }
        const std::size_t first = fabric_.domain_count() - fabric_.node_count();
        for (const std::uint32_t host : paid_[host_depth_]) {
            if (rooms_.of(host).empty()) continue;
            const auto [value, room] = rooms_.of(host).front();
            const std::int64_t share = std::min({room, left[value], missing});
            left[value] -= share;
            missing -= share;
            division_[host - first] = static_cast<std::int32_t>(share);
        }
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
