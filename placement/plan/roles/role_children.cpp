#include "placement/plan/roles/role_children.hpp"

#include <algorithm>
#include <functional>
#include <limits>

namespace muster {
namespace {

constexpr std::int64_t kPlenty = std::numeric_limits<std::int64_t>::max() / 4;

std::vector<std::int64_t> prefix_sums(std::int64_t first, std::span<const std::int64_t> rooms) {
    std::vector<std::int64_t> prefix{std::min(first, kPlenty)};
    for (const auto room : rooms) prefix.push_back(std::min(kPlenty, prefix.back() + std::min(room, kPlenty)));
    return prefix;
}

std::int64_t shortest(std::span<const std::int64_t> prefix, std::int64_t need) {
    return std::ranges::lower_bound(prefix, std::min(need, kPlenty)) - prefix.begin();
}

}  // namespace

RoleChildren::RoleChildren(const RoleProblem& problem, const RoleRoom& room, DomainIdx domain)
    : problem_(problem), room_(room) {
    const Domain& here = problem.fabric().domain(domain);
    for (std::uint32_t child = here.first_child; child < here.last_child; ++child) {
        if (!room.usable(DomainIdx(child))) continue;
        children_.emplace_back(child);
        unpaid_ += paid(children_.back()) ? 0 : 1;
    }
    for (const Demand& demand : room.demands()) {
        Supply supply;
        for (const DomainIdx child : children_) {
            const std::int64_t here_room = demand.room[child.value()];
            if (paid(child)) {
                supply.paid = std::min(kPlenty, supply.paid + here_room);
            } else {
                supply.rooms.push_back(here_room);
            }
        }
        std::ranges::sort(supply.rooms, std::greater{});
        supply.prefix = prefix_sums(supply.paid, supply.rooms);
        supplies_.push_back(std::move(supply));
    }
}

std::int32_t RoleChildren::fewest() const {
    std::int64_t fewest = 0;
    for (std::size_t i = 0; i < supplies_.size(); ++i)
        fewest = std::max(fewest, shortest(supplies_[i].prefix, room_.demands()[i].need));
    return static_cast<std::int32_t>(fewest);
}

std::vector<DomainIdx> RoleChildren::within(std::int32_t most) const {
    if (most >= unpaid_) return children_;
    std::vector<DomainIdx> kept;
    for (const DomainIdx child : children_) {
        const auto enough = [&](std::size_t i) {
            const Supply& supply = supplies_[i];
            const Demand& demand = room_.demands()[i];
            if (most <= 0) return false;
            // The child together with the roomiest others.
            const auto last = static_cast<std::size_t>(most) - 1;
            const std::int64_t own = demand.room[child.value()];
            const std::int64_t with = own >= supply.rooms[last] ? supply.prefix[last + 1] : supply.prefix[last] + own;
            return with >= std::min(demand.need, kPlenty);
        };
        bool keep = true;
        for (std::size_t i = 0; i < supplies_.size() && keep && !paid(child); ++i) keep = enough(i);
        if (keep) kept.push_back(child);
    }
    return kept;
}

std::int64_t fewest_at_depth(const RoleProblem& problem, const RoleRoom& room, DomainIdx domain, std::uint32_t depth) {
    const Fabric& fabric = problem.fabric();
    // Domains of a depth lie together, those inside a domain as one range.
    DomainIdx first = domain;
    DomainIdx last = DomainIdx(domain.value() + 1);
    for (std::uint32_t at = fabric.domain(domain).depth; at < depth; ++at) {
        last = DomainIdx(fabric.domains()[last.value() - 1].last_child);
        first = DomainIdx(fabric.domain(first).first_child);
    }
    const auto& paid = problem.bound().paid();
    std::int64_t fewest = 0;
    for (const Demand& demand : room.demands()) {
        std::vector<std::int64_t> rooms;
        std::int64_t paid_room = 0;
        for (std::uint32_t i = first.value(); i < last.value(); ++i) {
            if (paid[i] != 0) {
                paid_room = std::min(kPlenty, paid_room + demand.room[i]);
            } else if (demand.room[i] > 0) {
                rooms.push_back(demand.room[i]);
            }
        }
        std::ranges::sort(rooms, std::greater{});
        fewest = std::max(fewest, shortest(prefix_sums(paid_room, rooms), demand.need));
    }
    return fewest + std::count(paid.begin() + first.value(), paid.begin() + last.value(), char{1});
}

}  // namespace muster
