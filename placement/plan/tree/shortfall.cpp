#include "placement/plan/tree/shortfall.hpp"

#include "placement/plan/room/node_room.hpp"
#include "placement/plan/tree/contradictions.hpp"
#include "placement/plan/tree/seats.hpp"
#include "placement/plan/tree/wishes.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace muster {
namespace {

constexpr std::string_view kCluster = "cluster";

NoFit no_fit(Shortfall reason, const GangRequest& request) {
    add_unmodelled(reason, request);
    return NoFit{std::move(reason)};
}

bool some_node_admits(const Snapshot& snapshot, const PodShape& shape, RoomBasis basis) {
    const NodeRoom room(snapshot, shape, basis);
    for (std::uint32_t node = 0; node < snapshot.fabric().node_count(); ++node) {
        if (room.admits(NodeIdx(node))) return true;
    }
    return false;
}

// The roomiest domain that meets the required level: at its depth, or below where that is synthetic. First by path.
struct Roomiest {
    DomainIdx domain;
    std::int64_t members = 0;
};

Roomiest roomiest(const Fabric& fabric, std::span<const std::int64_t> room, std::uint32_t depth,
                  const BoundMembers* bound) {
    Roomiest best;
    bool found = false;
    for (std::uint32_t i = 0; i < fabric.domain_count(); ++i) {
        const Domain& domain = fabric.domains()[i];
        if (domain.depth < depth || domain.synthetic || (bound != nullptr && !bound->inside(domain))) continue;
        if (depth == 0 && i > 0) break;
        if (!found || room[i] > best.members) best = {DomainIdx(i), room[i]};
        found = true;
    }
    return best;
}

// The resource that most often limits the nodes of a domain; of equally frequent ones the first by name.
std::string scarcest(const Snapshot& snapshot, const PodShape& shape, RoomBasis basis, const Domain& domain) {
    const NodeRoom room(snapshot, shape, basis);
    std::map<std::string_view, std::size_t> times;
    for (std::uint32_t node = domain.first_node; node < domain.last_node; ++node) {
        if (const auto name = room.scarce(NodeIdx(node)); !name.empty()) ++times[name];
    }
    const auto most = std::ranges::max_element(times, {}, [](const auto& entry) { return entry.second; });
    return most == times.end() ? std::string() : std::string(most->first);
}

Shortfall lack_of_room(const Snapshot& snapshot, const GangRequest& request, std::optional<LevelIdx> required,
                       RoomBasis basis, const Roomiest& best) {
    Shortfall reason = shortfall(required ? ReasonCode::level_too_small : ReasonCode::cluster_too_small, request);
    const Fabric& fabric = snapshot.fabric();
    reason.level = required ? fabric.levels()[required->value()].name : std::string(kCluster);
    reason.domain = fabric.path(best.domain);
    reason.best = static_cast<std::int32_t>(best.members);
    reason.resource = scarcest(snapshot, request.roles.front().shape, basis, fabric.domain(best.domain));
    add_unmodelled(reason, request);
    return reason;
}

ReasonCode code_of(WishLimit::Kind kind) {
    switch (kind) {
        case WishLimit::Kind::slice:
            return ReasonCode::slice_too_large;
        case WishLimit::Kind::most:
            return ReasonCode::spread_too_tight;
        case WishLimit::Kind::exclusive:
            break;
    }
    return ReasonCode::not_exclusive;
}

// The first wish that, with those before it, leaves no domain room for the members. `room`: wishes aside.
std::optional<Shortfall> excluding_wish(const Snapshot& snapshot, const GangRequest& request,
                                        std::optional<LevelIdx> required, const BoundMembers* bound, RoomBasis basis,
                                        std::span<const std::int64_t> room) {
    const Fabric& fabric = snapshot.fabric();
    const auto limits = wish_limits(fabric, request.wish);
    for (std::size_t i = 0; i < limits.size(); ++i) {
        const auto left = wish_room(snapshot, request, std::span(limits).first(i + 1), room, basis);
        auto best = roomiest(fabric, left.room, required ? required->value() + 1 : 0, bound);
        if (left.stuck) best = {*left.stuck, 0};
        if (best.members >= static_cast<std::int64_t>(request.members())) continue;
        const bool slice = limits[i].kind == WishLimit::Kind::slice;
        Shortfall reason = shortfall(code_of(limits[i].kind), request);
        reason.level = fabric.levels()[limits[i].depth - 1].name;
        reason.domain = fabric.path(best.domain);
        reason.best = static_cast<std::int32_t>(best.members);
        reason.limit = limits[i].number;
        if (slice && !left.stuck)
            reason.resource = scarcest(snapshot, request.roles.front().shape, basis, fabric.domain(best.domain));
        add_unmodelled(reason, request);
        return reason;
    }
    return std::nullopt;
}

}  // namespace

Shortfall shortfall(ReasonCode code, const GangRequest& request) {
    Shortfall reason;
    reason.code = code;
    reason.need = static_cast<std::int32_t>(request.members());
    return reason;
}

void add_unmodelled(Shortfall& reason, const GangRequest& request) {
    for (const auto& role : request.roles) {
        reason.details.insert(reason.details.end(), role.shape.unmodelled.begin(), role.shape.unmodelled.end());
    }
    std::ranges::sort(reason.details);
    const auto repeated = std::ranges::unique(reason.details);
    reason.details.erase(repeated.begin(), repeated.end());
}

std::optional<Outcome> unknown_level(const Snapshot& snapshot, const GangRequest& request) {
    const TopologyWish& wish = request.wish;
    std::vector<std::string> named;
    for (const auto* level : {&wish.required, &wish.preferred, &wish.exclusive}) {
        if (*level) named.push_back(**level);
    }
    for (const auto& slice : wish.slices) named.push_back(slice.level);
    for (const auto& spread : wish.spread) named.push_back(spread.level);
    const auto unknown =
        std::ranges::find_if(named, [&](const auto& level) { return !snapshot.fabric().level(level).has_value(); });
    if (unknown == named.end()) return std::nullopt;
    Shortfall reason = shortfall(ReasonCode::unknown_level, request);
    reason.level = *unknown;
    for (const auto& level : snapshot.fabric().levels()) reason.details.push_back(level.name);
    std::ranges::sort(reason.details);
    return NoFit{std::move(reason)};
}

std::optional<Outcome> contradictory_wishes(const Snapshot& snapshot, const GangRequest& request) {
    auto reason = contradiction(snapshot.fabric(), request);
    if (!reason) return std::nullopt;
    // Other members may come, or bound ones go: what their number cannot meet now is not excluded for ever.
    if (reason->code == ReasonCode::slice_uneven || reason->code == ReasonCode::spread_too_few)
        return NoFit{*std::move(reason)};
    return NeverFits{*std::move(reason)};
}

std::optional<Outcome> role_without_node(const Snapshot& snapshot, const GangRequest& request) {
    for (const auto& role : request.roles) {
        if (some_node_admits(snapshot, role.shape, RoomBasis::now)) continue;
        Shortfall reason = shortfall(ReasonCode::no_eligible_node, request);
        const auto& first = std::ranges::min_element(role.members, member_before)->key;
        reason.details.push_back(first.ns + "/" + first.name);
        // Only an empty cluster has no nodes that could prove anything.
        const bool never =
            snapshot.fabric().node_count() > 0 && !some_node_admits(snapshot, role.shape, RoomBasis::ever);
        if (!never) return no_fit(std::move(reason), request);
        add_unmodelled(reason, request);
        return NeverFits{std::move(reason)};
    }
    return std::nullopt;
}

Outcome several_roles(const GangRequest& request) {
    Shortfall reason = shortfall(ReasonCode::several_roles, request);
    for (const auto& role : request.roles) reason.details.push_back(role.name);
    return no_fit(std::move(reason), request);
}

Outcome bound_apart(const GangRequest& request) {
    Shortfall reason = shortfall(ReasonCode::fixed_apart, request);
    reason.level = request.wish.required.value_or("");
    return no_fit(std::move(reason), request);
}

Outcome too_small(const Snapshot& snapshot, const GangRequest& request, std::optional<LevelIdx> required,
                  const BoundMembers& bound, std::span<const std::int64_t> room) {
    const Fabric& fabric = snapshot.fabric();
    const std::uint32_t depth = required ? required->value() + 1 : 0;
    // Bound members may go away too, so the proof does not hold them against any domain.
    const auto most = domain_room(snapshot, request, RoomBasis::ever);
    const auto ever = roomiest(fabric, most, depth, nullptr);
    if (ever.members < static_cast<std::int64_t>(request.members())) {
        return NeverFits{lack_of_room(snapshot, request, required, RoomBasis::ever, ever)};
    }
    if (auto reason = excluding_wish(snapshot, request, required, nullptr, RoomBasis::ever, most))
        return NeverFits{*std::move(reason)};
    const auto now = roomiest(fabric, room, depth, &bound);
    if (now.members >= static_cast<std::int64_t>(request.members())) {
        if (auto reason = excluding_wish(snapshot, request, required, &bound, RoomBasis::now, room))
            return NoFit{*std::move(reason)};
    }
    return NoFit{lack_of_room(snapshot, request, required, RoomBasis::now, now)};
}

Outcome refused(const GangRequest& request, std::vector<std::string> policies) {
    Shortfall reason =
        shortfall(request.wish.required ? ReasonCode::level_too_small : ReasonCode::cluster_too_small, request);
    reason.level = request.wish.required.value_or(std::string(kCluster));
    reason.details = std::move(policies);
    return no_fit(std::move(reason), request);
}

}  // namespace muster
