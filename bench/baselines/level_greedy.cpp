#include "bench/baselines/level_greedy.hpp"

#include "placement/model/check.hpp"
#include "placement/plan/room/node_room.hpp"
#include "placement/topology/fabric.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace muster::baselines {
namespace {

// More than any host has pod slots; keeps the sums of any cluster in 32 bits.
constexpr std::int32_t kMostPerHost = 10'000;

// Members for one domain.
struct Share {
    DomainIdx domain;
    std::int32_t members = 0;
};

class LevelGreedy {
  public:
    LevelGreedy(const Snapshot& snapshot, const GangRequest& request)
        : fabric_(snapshot.fabric()), need_(static_cast<std::int32_t>(request.members())) {
        hosts_ = static_cast<std::uint32_t>(fabric_.levels().size());
        read_wish(request.wish);
        count(snapshot, request.roles.front().shape);
    }

    Answer run() {
        auto shares = chosen_domains();
        if (shares.empty()) return std::nullopt;
        for (std::uint32_t depth = fabric_.domain(shares.front().domain).depth; depth < hosts_; ++depth) {
            shares = depth < slice_depth_ ? refill(shares, need_, slice_) : refill_each(shares, depth + 1);
        }
        std::vector<HostTake> takes;
        for (const Share& share : shares) {
            const NodeIdx node(fabric_.domain(share.domain).first_node);
            if (share.members > 0) takes.push_back({node, {share.members}});
        }
        std::ranges::sort(takes, {}, &HostTake::node);
        return takes;
    }

  private:
    [[nodiscard]] std::uint32_t depth_of(const std::string& level) const {
        const auto index = fabric_.level(level);
        MUSTER_CHECK(index.has_value());
        return index->value() + 1;
    }

    void read_wish(const TopologyWish& wish) {
        slice_depth_ = hosts_;
        std::map<std::uint32_t, std::int32_t> slices;  // by depth, so coarse to fine
        for (const auto& slice : wish.slices) slices[depth_of(slice.level)] = slice.size;
        if (!slices.empty()) {
            slice_depth_ = slices.begin()->first;
            slice_ = slices.begin()->second;
        }
        inner_.assign(hosts_ + 1, 1);
        std::uint32_t filled = slice_depth_;
        for (const auto& [depth, size] : slices) {
            while (filled < depth) inner_[++filled] = size;
        }
        required_ = wish.required.has_value();
        unconstrained_ = !required_ && !wish.preferred;
        start_ = required_        ? depth_of(*wish.required)
                 : wish.preferred ? depth_of(*wish.preferred)
                                  : (slices.empty() ? hosts_ : 1);
        MUSTER_CHECK(start_ <= slice_depth_);
    }

    void count(const Snapshot& snapshot, const PodShape& shape) {
        const NodeRoom room(snapshot, shape, RoomBasis::now);
        pods_.assign(fabric_.domain_count(), 0);
        slices_.assign(fabric_.domain_count(), 0);
        std::vector<char> labelled(fabric_.domain_count(), 1);
        for (std::size_t i = 1; i < fabric_.domain_count(); ++i) {
            const Domain& domain = fabric_.domains()[i];
            labelled[i] = labelled[domain.parent.value()] != 0 && !domain.synthetic ? 1 : 0;
        }
        for (std::size_t i = fabric_.domain_count(); i-- > 1;) {
            const Domain& domain = fabric_.domains()[i];
            if (labelled[i] == 0) continue;
            if (domain.depth == hosts_) pods_[i] = room.members(NodeIdx(domain.first_node), kMostPerHost);
            if (domain.depth == slice_depth_) slices_[i] = pods_[i] / slice_;
            const std::size_t parent = domain.parent.value();
            const std::int32_t unit = inner_[domain.depth];
            pods_[parent] += pods_[i] / unit * unit;
            slices_[parent] += slices_[i];
        }
    }

    // Roomiest first; least room first when unconstrained. Then fewest pods left over, then path order.
    void sort(std::vector<DomainIdx>& domains, std::span<const std::int32_t> slices) const {
        std::ranges::sort(domains, [&](DomainIdx a, DomainIdx b) {
            const std::int32_t left = slices[a.value()];
            const std::int32_t right = slices[b.value()];
            if (left != right) return unconstrained_ ? left < right : left > right;
            if (pods_[a.value()] != pods_[b.value()]) return pods_[a.value()] < pods_[b.value()];
            return a < b;
        });
    }

    // Of the domains from `at` on, the first of those with the least slices that are enough; else the first.
    static DomainIdx best_fit(std::span<const DomainIdx> domains, std::span<const std::int32_t> slices,
                              std::int32_t need) {
        DomainIdx best = domains.front();
        for (const DomainIdx domain : domains) {
            const std::int32_t here = slices[domain.value()];
            if (here >= need && here < slices[best.value()]) best = domain;
        }
        return best;
    }

    // Greedy filling of a list in the order of sort(). Empty: not enough room.
    std::vector<Share> fill(std::vector<DomainIdx> domains, std::int32_t members, std::int32_t size,
                            std::span<const std::int32_t> slices) const {
        sort(domains, slices);
        std::vector<Share> shares;
        std::int32_t left = members / size;
        for (std::size_t i = 0; i < domains.size() && left > 0; ++i) {
            const bool last = !unconstrained_ && slices[domains[i].value()] >= left;
            const DomainIdx domain = last ? best_fit(std::span(domains).subspan(i), slices, left) : domains[i];
            const std::int32_t taken = std::min(left, slices[domain.value()]);
            if (taken > 0) shares.push_back({domain, taken * size});
            left -= taken;
        }
        if (left > 0) shares.clear();
        return shares;
    }

    // Where the gang starts to be divided; empty: it does not fit.
    std::vector<Share> chosen_domains() const {
        const std::int32_t need = need_ / slice_;
        for (std::uint32_t depth = start_; depth >= 1; --depth) {
            std::vector<DomainIdx> domains;
            for (std::uint32_t i = 0; i < fabric_.domain_count(); ++i) {
                if (fabric_.domains()[i].depth == depth) domains.emplace_back(i);
            }
            sort(domains, slices_);
            const auto holds = [&](DomainIdx domain) { return slices_[domain.value()] >= need; };
            if (unconstrained_) {
                if (const auto first = std::ranges::find_if(domains, holds); first != domains.end())
                    return {{*first, need_}};
            } else if (!domains.empty() && holds(domains.front())) {
                return {{best_fit(domains, slices_, need), need_}};
            }
            if (required_) return {};
            if (unconstrained_ || depth == 1) return fill(domains, need_, slice_, slices_);
        }
        return {};
    }

    [[nodiscard]] std::vector<DomainIdx> children(DomainIdx domain) const {
        std::vector<DomainIdx> found;
        const Domain& parent = fabric_.domain(domain);
        for (std::uint32_t child = parent.first_child; child < parent.last_child; ++child) found.emplace_back(child);
        return found;
    }

    std::vector<Share> refill(const std::vector<Share>& shares, std::int32_t members, std::int32_t size) const {
        std::vector<DomainIdx> below;
        for (const Share& share : shares) {
            const auto more = children(share.domain);
            below.insert(below.end(), more.begin(), more.end());
        }
        return fill(std::move(below), members, size, slices_);
    }

    // Below the slices' level every domain keeps its members; whole inner slices where there are some.
    std::vector<Share> refill_each(const std::vector<Share>& shares, std::uint32_t depth) const {
        std::vector<Share> all;
        const std::int32_t unit = inner_[depth];
        for (const Share& share : shares) {
            auto below = children(share.domain);
            std::vector<std::int32_t> units(fabric_.domain_count(), 0);
            for (const DomainIdx child : below) units[child.value()] = pods_[child.value()] / unit;
            const auto more = fill(std::move(below), share.members, unit, units);
            all.insert(all.end(), more.begin(), more.end());
        }
        return all;
    }

    const Fabric& fabric_;
    std::int32_t need_;
    std::uint32_t hosts_ = 0;  // depth
    std::uint32_t slice_depth_ = 0;
    std::int32_t slice_ = 1;
    std::vector<std::int32_t> inner_;  // by depth: what divides the members of each domain, below the slices' level
    std::uint32_t start_ = 0;
    bool required_ = false;
    bool unconstrained_ = false;
    std::vector<std::int32_t> pods_;  // by domain
    std::vector<std::int32_t> slices_;
};

}  // namespace

Answer level_greedy(const Snapshot& snapshot, const GangRequest& request) {
    MUSTER_CHECK(request.roles.size() == 1 && request.fixed.empty());
    return LevelGreedy(snapshot, request).run();
}

}  // namespace muster::baselines
