#include "placement/plan/crossing/crossing_room.hpp"

#include "placement/plan/room/closed_hosts.hpp"

#include <algorithm>
#include <utility>

namespace muster {

CrossingRoom::CrossingRoom(const Snapshot& snapshot, const CrossingWishes& all, std::span<const CrossingWish> wishes,
                           RoomBasis basis)
    : snapshot_(snapshot), fabric_(snapshot.fabric()), all_(all), bound_(fabric_, all.rest.fixed) {
    add_room(basis);
    for (const CrossingWish& wish : wishes) {
        add_axis(wish, basis);
        close(wish, basis);
    }
}

void CrossingRoom::add_room(RoomBasis basis) {
    const std::size_t first_host = fabric_.domain_count() - fabric_.node_count();
    const GangRequest& rest = all_.rest;
    std::vector<std::vector<std::int64_t>> of_role;
    for (const RoleRequest& role : rest.roles)
        of_role.push_back(domain_room(snapshot_, {rest.key, {role}, {}, rest.fixed, rest.avoid}, basis));
    for (const CrossingGroup& group : all_.groups) {
        auto room = of_role[group.roles.front()];
        for (std::size_t i = 1; i < group.roles.size(); ++i)
            std::ranges::transform(room, of_role[group.roles[i]], room.begin(), std::plus{});
        open_.emplace_back(room.begin() + static_cast<std::ptrdiff_t>(first_host), room.end());
        room_.push_back(std::move(room));
    }
}

void CrossingRoom::add_axis(const CrossingWish& wish, RoomBasis basis) {
    auto axis = std::ranges::find_if(
        axes_, [&](const CrossingAxis& known) { return known.group == wish.group && known.label == wish.label; });
    if (axis == axes_.end()) {
        const CrossingLabel& label = all_.labels[wish.label];
        axes_.push_back({.group = wish.group, .label = wish.label, .bound = {}});
        axis = axes_.end() - 1;
        axis->bound.assign(label.values.size(), 0);
        for (const NodeIdx node : all_.groups[wish.group].bound) {
            const std::int32_t value = label.of_node[node.value()];
            if (value >= 0 && basis == RoomBasis::now) ++axis->bound[static_cast<std::size_t>(value)];
        }
    }
    const auto tighter = [&](std::int32_t& limit) { limit = limit == 0 ? wish.number : std::min(limit, wish.number); };
    if (wish.kind == CrossingWish::Kind::together) axis->together = true;
    if (wish.kind == CrossingWish::Kind::most) tighter(axis->most);
    if (wish.kind == CrossingWish::Kind::least) axis->least = std::max(axis->least, wish.number);
    if (wish.kind == CrossingWish::Kind::even) tighter(axis->even);
}

void CrossingRoom::close(const CrossingWish& wish, RoomBasis basis) {
    const CrossingLabel& label = all_.labels[wish.label];
    std::vector<char> closed(label.values.size(), 0);
    if (wish.kind == CrossingWish::Kind::alone && basis == RoomBasis::now) {
        const auto shared = shared_hosts(snapshot_, all_.rest);
        for (std::size_t node = 0; node < shared.size(); ++node) {
            if (shared[node] != 0 && label.of_node[node] >= 0)
                closed[static_cast<std::size_t>(label.of_node[node])] = 1;
        }
    }
    auto& open = open_[wish.group];
    for (std::size_t node = 0; node < open.size(); ++node) {
        const std::int32_t value = label.of_node[node];
        if (value < 0 || closed[static_cast<std::size_t>(value)] != 0) open[node] = 0;
    }
}

std::vector<std::int64_t> CrossingRoom::value_sums(const CrossingAxis& axis,
                                                   std::span<const std::int64_t> hosts) const {
    const CrossingLabel& label = this->label(axis);
    std::vector<std::int64_t> sums(label.values.size(), 0);
    for (std::size_t node = 0; node < hosts.size(); ++node) {
        if (label.of_node[node] >= 0) sums[static_cast<std::size_t>(label.of_node[node])] += hosts[node];
    }
    return sums;
}

std::vector<std::int64_t> CrossingRoom::by_value(const CrossingAxis& axis) const {
    return value_sums(axis, open_[axis.group]);
}

// false: nothing is as chosen.
bool CrossingRoom::apply(const CrossingAxis& axis, const CrossingChoice& choice, Limits& limits) const {
    const auto least = [&](std::size_t value, std::int64_t number) {
        limits.least[value] = std::max(limits.least[value], number);
    };
    switch (choice.kind) {
        case CrossingChoice::Kind::host_most:
            break;
        case CrossingChoice::Kind::value_only:
            for (std::size_t value = 0; value < limits.most.size(); ++value) {
                if (value != choice.at) limits.most[value] = 0;
            }
            break;
        case CrossingChoice::Kind::value_most:
            limits.most[choice.at] = std::min<std::int64_t>(limits.most[choice.at], choice.number);
            break;
        case CrossingChoice::Kind::value_least:
            least(choice.at, choice.number);
            break;
        case CrossingChoice::Kind::even_from:
            for (std::size_t value = 0; value < limits.most.size(); ++value) {
                const std::int64_t left = std::int64_t{choice.number} + axis.even - axis.bound[value];
                if (axis.bound[value] > 0) least(value, std::int64_t{choice.number} - axis.bound[value]);
                if (left < 0) return false;
                limits.most[value] = std::min(limits.most[value], left);
            }
            break;
    }
    return true;
}

std::optional<CrossingRoom::Limits> CrossingRoom::limits(std::size_t index, const CrossingChoices& choices,
                                                         std::span<const std::int64_t> hosts) const {
    const CrossingAxis& axis = axes_[index];
    const std::int64_t members = group(axis).members;
    const auto held = value_sums(axis, hosts);
    Limits limits{std::vector<std::int64_t>(held.size(), members), std::vector<std::int64_t>(held.size(), 0), 0};
    const bool begun = std::ranges::any_of(axis.bound, [](std::int32_t bound) { return bound > 0; });
    for (std::size_t value = 0; value < held.size(); ++value) {
        const std::int32_t bound = axis.bound[value];
        if (axis.most > 0) limits.most[value] = std::clamp<std::int64_t>(axis.most - bound, 0, members);
        if (axis.together && begun && bound == 0) limits.most[value] = 0;
    }
    std::int32_t from = 0;  // what every value in use must hold
    for (const CrossingChoice& choice : choices) {
        if (choice.kind == CrossingChoice::Kind::host_most || choice.axis != index) continue;
        if (!apply(axis, choice, limits)) return std::nullopt;
        if (choice.kind == CrossingChoice::Kind::even_from) from = std::max(from, choice.number);
    }
    for (std::size_t value = 0; value < held.size(); ++value) {
        std::int64_t& most = limits.most[value];
        most = std::min(most, held[value]);
        if (axis.together && most < members) most = 0;
        if (most + axis.bound[value] < from) most = 0;
        if (limits.least[value] > most) return std::nullopt;
        limits.least_sum += limits.least[value];
    }
    if (limits.least_sum > members) return std::nullopt;
    return limits;
}

// `sums`: by value, all 0 before and after.
std::int64_t CrossingRoom::most_in(const Domain& domain, const CrossingAxis& axis, const Limits& limits,
                                   std::span<const std::int64_t> hosts, std::vector<std::int64_t>& sums) const {
    const CrossingLabel& label = this->label(axis);
    const std::int64_t members = group(axis).members;
    for (std::uint32_t node = domain.first_node; node < domain.last_node; ++node) {
        if (hosts[node] > 0) sums[static_cast<std::size_t>(label.of_node[node])] += hosts[node];
    }
    std::int64_t wanted = 0;  // in values that must get some
    std::int64_t others = 0;
    std::int64_t here = 0;  // of what values must get, at most so many in this domain
    std::int64_t largest = 0;
    std::int64_t fresh = 0;  // values with nobody bound
    for (std::uint32_t node = domain.first_node; node < domain.last_node; ++node) {
        if (hosts[node] == 0) continue;
        const auto value = static_cast<std::size_t>(label.of_node[node]);
        if (sums[value] == 0) continue;
        const std::int64_t room = std::min(std::exchange(sums[value], 0), limits.most[value]);
        (limits.least[value] > 0 ? wanted : others) += room;
        here += std::min(room, limits.least[value]);
        largest = std::max(largest, room);
        fresh += room > 0 && axis.bound[value] == 0 ? 1 : 0;
    }
    std::int64_t most = wanted + std::min(others, members - limits.least_sum);
    most = std::min(most, members - (limits.least_sum - here));
    if (axis.together) most = std::min(most, largest);
    if (axis.least > 0) {
        const auto held = std::ranges::count_if(axis.bound, [](std::int32_t bound) { return bound > 0; });
        most = std::min(most, members - std::max<std::int64_t>(0, axis.least - held - fresh));
    }
    return std::max<std::int64_t>(0, most);
}

// nullopt: no placement is as chosen.
std::optional<CrossingRoom::Cut> CrossingRoom::cut(std::size_t group, const CrossingChoices& choices) const {
    Cut cut{open_[group], {}};
    for (const CrossingChoice& choice : choices) {
        if (choice.kind == CrossingChoice::Kind::host_most && axes_[choice.axis].group == group)
            cut.hosts[choice.at] = std::min<std::int64_t>(cut.hosts[choice.at], choice.number);
    }
    for (std::size_t i = 0; i < axes_.size(); ++i) {
        if (axes_[i].group != group) continue;
        auto limits = this->limits(i, choices, cut.hosts);
        if (!limits) return std::nullopt;
        const CrossingLabel& label = this->label(axes_[i]);
        for (std::size_t node = 0; node < cut.hosts.size(); ++node) {
            std::int64_t& room = cut.hosts[node];
            if (room > 0) room = std::min(room, limits->most[static_cast<std::size_t>(label.of_node[node])]);
        }
        cut.limits.emplace_back(i, std::move(*limits));
    }
    return cut;
}

// false: no placement is as chosen.
bool CrossingRoom::add_caps(std::size_t group, const CrossingChoices& choices, std::vector<DomainCap>& caps) const {
    const auto cut = this->cut(group, choices);
    if (!cut) return false;
    const auto& [hosts, all] = *cut;
    if (all.empty()) return true;
    const std::int64_t members = all_.groups[group].members;
    const std::size_t first_host = fabric_.domain_count() - fabric_.node_count();
    const auto cap = [&](std::size_t domain, std::int64_t most) {
        if (most < room_[group][domain])
            caps.push_back({DomainIdx(static_cast<std::uint32_t>(domain)), all_.groups[group].role,
                            static_cast<std::int32_t>(most)});
    };
    std::vector<std::int64_t> sums;
    for (std::size_t i = 0; i < first_host; ++i) {
        std::int64_t most = members;
        for (const auto& [axis, limits] : all) {
            sums.resize(limits.most.size(), 0);
            most = std::min(most, most_in(fabric_.domains()[i], axes_[axis], limits, hosts, sums));
        }
        if (i == 0 && most < members) return false;
        if (most < members || i == 0) cap(i, most);
    }
    for (std::size_t node = 0; node < hosts.size(); ++node) cap(first_host + node, hosts[node]);
    return true;
}

std::optional<std::vector<DomainCap>> CrossingRoom::caps(const CrossingChoices& choices) const {
    std::vector<DomainCap> caps;
    for (std::size_t group = 0; group < all_.groups.size(); ++group) {
        if (!add_caps(group, choices, caps)) return std::nullopt;
    }
    return caps;
}

std::optional<Cover> CrossingRoom::cover(std::size_t index, const CrossingChoices& choices, std::uint32_t depth) const {
    const CrossingAxis& axis = axes_[index];
    const auto cut = this->cut(axis.group, choices);
    if (!cut) return std::nullopt;
    const auto limits = std::ranges::find(cut->limits, index, &std::pair<std::size_t, Limits>::first);
    const std::int64_t members = group(axis).members;
    const auto& most = limits->second.most;
    const auto held = value_sums(axis, cut->hosts);
    const auto free = [&](std::int64_t here, std::int64_t limit) { return limit >= std::min(here, members); };
    if (axis.together || std::ranges::equal(held, most, free)) return std::nullopt;
    return fewest_cover({fabric_, bound_, cut->hosts, label(axis).of_node, most, members, depth});
}

}  // namespace muster
