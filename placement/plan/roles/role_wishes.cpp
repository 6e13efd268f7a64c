#include "placement/plan/roles/role_wishes.hpp"

#include "placement/plan/room/domain_caps.hpp"
#include "placement/plan/tree/seats.hpp"
#include "placement/plan/tree/slice_steps.hpp"

#include <algorithm>
#include <numeric>
#include <optional>
#include <set>
#include <utility>

namespace muster {
namespace {

// The place in the group of each member's role, in the order of ranks: as given, or as seat_roles gives them, role by
// role. nullopt: some are given and some not.
std::optional<std::vector<std::size_t>> roles_by_rank(const GangRequest& request, std::span<const std::size_t> roles) {
    std::vector<std::pair<std::int32_t, std::size_t>> ranked;
    std::size_t given = 0;
    for (std::size_t at = 0; at < roles.size(); ++at) {
        for (const auto& member : request.roles[roles[at]].members) {
            ranked.emplace_back(member.rank, at);
            given += member.rank >= 0 ? 1 : 0;
        }
    }
    if (given > 0 && given < ranked.size()) return std::nullopt;
    std::ranges::stable_sort(ranked, {}, [](const auto& entry) { return entry.first; });
    std::vector<std::size_t> order;
    for (const auto& entry : ranked) order.push_back(entry.second);
    return order;
}

// How many members of each role each slice has; in the order of slices.
std::vector<std::vector<std::int32_t>> parts_of(std::span<const std::size_t> by_rank, std::size_t roles,
                                                std::int32_t size) {
    std::vector<std::vector<std::int32_t>> parts;
    for (std::size_t at = 0; at < by_rank.size(); ++at) {
        if (at % static_cast<std::size_t>(size) == 0) parts.emplace_back(roles, 0);
        ++parts.back()[by_rank[at]];
    }
    return parts;
}

bool of_one_role(const std::vector<std::int32_t>& part) {
    return std::ranges::count_if(part, [](std::int32_t members) { return members > 0; }) == 1;
}

}  // namespace

RoleWishes::RoleWishes(const Fabric& fabric, const GangRequest& request) : fabric_(fabric) {
    std::vector<std::size_t> all(request.roles.size());
    std::iota(all.begin(), all.end(), std::size_t{0});
    add_group(request, std::move(all), request.wish, true);
    std::set<std::string> names;
    for (const auto& role : request.roles) {
        if (!names.insert(role.name).second) continue;
        std::vector<std::size_t> same;
        for (std::size_t other = 0; other < request.roles.size(); ++other) {
            if (request.roles[other].name == role.name) same.push_back(other);
        }
        add_group(request, std::move(same), role.wish, false);
    }
    add_caps(request);
    any_ = !caps_.empty() || !slices_.empty() || !most_.empty() || !balances_.empty() || !counters_.empty() ||
           !labelled_.empty();
}

void RoleWishes::add_group(const GangRequest& request, std::vector<std::size_t> roles, const TopologyWish& wish,
                           bool all) {
    if (wish.slices.empty() && wish.spread.empty()) return;
    std::vector<FixedMember> fixed;
    const std::string& name = request.roles[roles.front()].name;
    std::ranges::copy_if(request.fixed, std::back_inserter(fixed),
                         [&](const FixedMember& member) { return all || member.role == name; });
    Group group{std::move(roles), 0, bound_by_domain(fabric_, fixed)};
    for (const std::size_t role : group.roles)
        group.members += static_cast<std::int32_t>(request.roles[role].members.size());
    groups_.push_back(std::move(group));
    // Slices may add groups of single roles behind it.
    const std::size_t added = groups_.size() - 1;
    add_slices(request, added, wish);
    add_spread(wish, added);
}

void RoleWishes::add_slices(const GangRequest& request, std::size_t group, const TopologyWish& wish) {
    const auto slices = slices_of(fabric_, wish);
    if (slices.empty()) return;
    const std::vector<std::size_t> roles = groups_[group].roles;
    Slices rule{group, slice_units(fabric_, slices), {}, {}};
    if (roles.size() == 1) {
        GangRequest own{request.key, {request.roles[roles.front()]}, {}, request.fixed, {}};
        if (request.roles.size() > 1)
            std::erase_if(own.fixed, [&](const auto& m) { return m.role != own.roles.front().name; });
        const auto ranked = RankedSlices::make(fabric_, own, slices);
        rule.base = ranked ? ranked->bases(fabric_) : bases_by_number(fabric_, rule.unit, groups_[group].bound);
        slices_.push_back(std::move(rule));
        return;
    }
    const auto by_rank = roles_by_rank(request, roles);
    const bool anyone_bound = groups_[group].bound.front() > 0;
    if (!by_rank || anyone_bound) {
        mixed_ = true;
        return;
    }
    rule.base.assign(fabric_.domain_count(), 0);
    bool alike = true;
    bool apart = true;
    for (const SliceAt& slice : slices) {
        const auto parts = parts_of(*by_rank, roles.size(), slice.size);
        alike = alike && std::ranges::all_of(parts, [&](const auto& part) { return part == parts.front(); });
        apart = apart && std::ranges::all_of(parts, of_one_role);
        rule.parts[slice.size] = parts.front();
    }
    if (alike) {
        slices_.push_back(std::move(rule));
    } else if (apart) {
        for (const std::size_t role : roles) {
            groups_.push_back({{role},
                               static_cast<std::int32_t>(request.roles[role].members.size()),
                               std::vector<std::int32_t>(fabric_.domain_count(), 0)});
            slices_.push_back({groups_.size() - 1, rule.unit, rule.base, {}});
        }
    } else {
        mixed_ = true;
    }
}

void RoleWishes::add_spread(const TopologyWish& wish, std::size_t group) {
    for (const auto& spread : wish.spread) {
        const auto level = fabric_.level(spread.level);
        if (!level) continue;
        const std::uint32_t depth = level->value() + 1;
        if (spread.min_domains > 0 || spread.balanced) labelled_.push_back({group, depth});
        if (spread.max > 0) most_.push_back({group, depth, spread.max});
        if (spread.min_domains > 0) {
            Counter counter{depth, spread.min_domains, group};
            for (std::uint32_t i = 0; i < fabric_.domain_count(); ++i) {
                const Domain& domain = fabric_.domains()[i];
                if (domain.depth == depth && !domain.synthetic && bound(group, DomainIdx(i)) > 0) --counter.need;
            }
            if (counter.need > 0) counters_.push_back(counter);
        }
        if (!spread.balanced) continue;
        Balance balance{group, depth, 1, true, 0};
        for (const SliceAt& slice : slices_of(fabric_, wish)) {
            if (slice.depth >= depth) balance.step = std::max(balance.step, slice.size);
        }
        // Slices of which members have ended are smaller than their size says.
        balance.whole = balance.step == 1 || groups_[group].bound.front() == 0;
        balances_.push_back(balance);
    }
}

void RoleWishes::add_caps(const GangRequest& request) {
    std::map<std::int32_t, std::vector<DomainCap>> by_role;
    for (const DomainCap& cap : request.caps) by_role[cap.role].push_back(cap);
    for (const auto& [whose, caps] : by_role) {
        Caps limits{{}, most_by_domain(fabric_, caps)};
        for (std::size_t role = 0; role < request.roles.size(); ++role) {
            if (whose < 0 || request.roles[role].name == request.roles[static_cast<std::size_t>(whose)].name)
                limits.roles.push_back(role);
        }
        caps_.push_back(std::move(limits));
    }
}

std::int32_t RoleWishes::sum(std::size_t group, std::span<const std::int32_t> members) const {
    std::int32_t sum = 0;
    for (const std::size_t role : groups_[group].roles) sum += members[role];
    return sum;
}

bool RoleWishes::sliced(const Slices& slices, DomainIdx domain, std::span<const std::int32_t> members) const {
    const std::int32_t unit = slices.unit[domain.value()];
    const std::int32_t fresh = sum(slices.group, members) - slices.base[domain.value()];
    if (fresh < 0 || fresh % unit != 0) return false;
    const auto parts = slices.parts.find(unit);
    if (parts == slices.parts.end()) return true;
    const auto& roles = groups_[slices.group].roles;
    for (std::size_t at = 0; at < roles.size(); ++at) {
        if (members[roles[at]] != fresh / unit * parts->second[at]) return false;
    }
    return true;
}

bool RoleWishes::allows_whatever_balance(DomainIdx domain, std::span<const std::int32_t> members) const {
    const Domain& here = fabric_.domain(domain);
    for (const Caps& caps : caps_) {
        std::int64_t sum = 0;
        for (const std::size_t role : caps.roles) sum += members[role];
        if (sum > caps.most[domain.value()]) return false;
    }
    for (const Slices& slices : slices_) {
        if (!sliced(slices, domain, members)) return false;
    }
    for (const Most& most : most_) {
        if (most.depth != here.depth) continue;
        const std::int32_t fresh = sum(most.group, members);
        if (fresh > 0 && fresh + bound(most.group, domain) > most.number) return false;
    }
    return !here.synthetic || std::ranges::none_of(labelled_, [&](const Labelled& wish) {
        return wish.depth == here.depth && sum(wish.group, members) > 0;
    });
}

bool RoleWishes::allows(DomainIdx domain, std::span<const std::int32_t> members) const {
    if (!allows_whatever_balance(domain, members)) return false;
    const Domain& here = fabric_.domain(domain);
    return std::ranges::all_of(balances_, [&](const Balance& balance) {
        if (balance.depth != here.depth || here.synthetic) return true;
        const std::int32_t held = sum(balance.group, members) + bound(balance.group, domain);
        return held == 0 || (held >= balance.least && held <= balance.least + balance.step);
    });
}

bool RoleWishes::counts(const Counter& counter, DomainIdx domain, std::span<const std::int32_t> members) const {
    const Domain& here = fabric_.domain(domain);
    return here.depth == counter.depth && !here.synthetic && bound(counter.group, domain) == 0 &&
           sum(counter.group, members) > 0;
}

std::vector<std::int32_t> RoleWishes::least_numbers(std::size_t balance) const {
    const Balance& wish = balances_[balance];
    std::int32_t members = groups_[wish.group].members;
    std::int32_t domains = 0;
    for (std::uint32_t i = 0; i < fabric_.domain_count(); ++i) {
        const Domain& domain = fabric_.domains()[i];
        if (domain.depth != wish.depth || domain.synthetic) continue;
        members += bound(wish.group, DomainIdx(i));
        ++domains;
    }
    std::vector<std::int32_t> numbers;
    if (!wish.whole) {
        for (std::int32_t least = members; least > 0; --least) numbers.push_back(least);
        return numbers;
    }
    // With d domains in use each has the members / d, rounded down or up.
    for (std::int32_t d = 1; d <= std::min(domains, members); ++d) {
        const std::int32_t least = members / wish.step / d * wish.step;
        if (least > 0 && (numbers.empty() || least < numbers.back())) numbers.push_back(least);
    }
    return numbers;
}

bool RoleWishes::hold(std::span<const RoleShare> shares) const {
    const auto held = members_by_domain(fabric_, shares);
    const std::vector<std::int32_t> none(shares.empty() ? 0 : shares.front().members.size(), 0);
    std::vector<std::int32_t> counted(counters_.size(), 0);
    std::vector<std::pair<std::int32_t, std::int32_t>> range(balances_.size(), {0, 0});  // least and most in use
    for (std::uint32_t i = 0; i < fabric_.domain_count(); ++i) {
        const DomainIdx domain(i);
        const auto found = held.find(domain);
        const auto& members = found == held.end() ? none : found->second;
        if (!allows_whatever_balance(domain, members)) return false;
        const Domain& here = fabric_.domain(domain);
        for (std::size_t at = 0; at < counters_.size(); ++at)
            counted[at] += counts(counters_[at], domain, members) ? 1 : 0;
        for (std::size_t at = 0; at < balances_.size(); ++at) {
            const Balance& balance = balances_[at];
            if (balance.depth != here.depth || here.synthetic) continue;
            const std::int32_t number = sum(balance.group, members) + bound(balance.group, domain);
            if (number == 0) continue;
            auto& [least, most] = range[at];
            least = least == 0 ? number : std::min(least, number);
            most = std::max(most, number);
        }
    }
    for (std::size_t at = 0; at < counters_.size(); ++at) {
        if (counted[at] < counters_[at].need) return false;
    }
    for (std::size_t at = 0; at < balances_.size(); ++at) {
        if (range[at].second - range[at].first > balances_[at].step) return false;
    }
    return true;
}

}  // namespace muster
