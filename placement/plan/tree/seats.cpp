#include "placement/plan/tree/seats.hpp"

#include "placement/model/check.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <numeric>
#include <set>

namespace muster {
namespace {

constexpr bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// Cuts the leading run of digits off, and returns it without leading zeros.
std::string_view take_number(std::string_view& text) {
    std::size_t end = 0;
    while (end < text.size() && is_digit(text[end])) ++end;
    std::string_view digits = text.substr(0, end);
    text.remove_prefix(end);
    while (digits.size() > 1 && digits.front() == '0') digits.remove_prefix(1);
    return digits;
}

}  // namespace

bool name_before(std::string_view a, std::string_view b) {
    const std::string_view whole_a = a;
    const std::string_view whole_b = b;
    while (!a.empty() && !b.empty()) {
        if (is_digit(a.front()) && is_digit(b.front())) {
            const auto left = take_number(a);
            const auto right = take_number(b);
            if (left.size() != right.size()) return left.size() < right.size();
            if (left != right) return left < right;
        } else {
            if (a.front() != b.front()) return a.front() < b.front();
            a.remove_prefix(1);
            b.remove_prefix(1);
        }
    }
    if (a.empty() != b.empty()) return a.empty();
    return whole_a < whole_b;
}

bool member_before(const MemberToPlace& a, const MemberToPlace& b) {
    if ((a.rank < 0) != (b.rank < 0)) return a.rank >= 0;
    if (a.rank >= 0 && a.rank != b.rank) return a.rank < b.rank;
    if (a.key.ns != b.key.ns) return a.key.ns < b.key.ns;
    if (a.key.name != b.key.name) return name_before(a.key.name, b.key.name);
    return a.uid < b.uid;
}

std::vector<Placement> seat_members(const Fabric& fabric, const RoleRequest& role, std::span<const HostShare> shares,
                                    bool give_ranks) {
    std::vector<std::size_t> order(role.members.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::sort(order,
                      [&](std::size_t a, std::size_t b) { return member_before(role.members[a], role.members[b]); });

    std::set<std::int32_t> taken;
    for (const auto& member : role.members) {
        if (member.rank >= 0) taken.insert(member.rank);
    }
    std::vector<Placement> placements(role.members.size());
    std::int32_t next_rank = 0;
    auto next = order.begin();
    for (const auto& share : shares) {
        for (std::int32_t i = 0; i < share.members; ++i) {
            MUSTER_CHECK(next != order.end());
            const auto& member = role.members[*next];
            std::int32_t rank = member.rank;
            if (rank < 0 && give_ranks) {
                while (taken.contains(next_rank)) ++next_rank;
                rank = next_rank++;
            }
            placements[*next] = {member.uid, member.key, fabric.node(share.node).name, rank};
            ++next;
        }
    }
    MUSTER_CHECK(next == order.end());
    return placements;
}

std::vector<Placement> seat_ranked(const Fabric& fabric, const RoleRequest& role, std::span<const HostShare> shares,
                                   const RankedSlices& slices) {
    std::vector<NodeIdx> places;  // free ones, in path order
    for (const auto& share : shares) places.insert(places.end(), static_cast<std::size_t>(share.members), share.node);
    std::map<std::int32_t, std::size_t> waiting;  // by rank
    for (std::size_t i = 0; i < role.members.size(); ++i) waiting[role.members[i].rank] = i;

    std::vector<Placement> placements(role.members.size());
    const auto seat = [&](std::int32_t rank, auto place) {
        const auto at = waiting.extract(rank);
        const auto& member = role.members[at.mapped()];
        placements[at.mapped()] = {member.uid, member.key, fabric.node(*place).name, rank};
        places.erase(place);
    };
    // Small slices first: a larger one then lacks whole small ones, and so has every domain inside its home.
    for (const auto& slice : slices.begun()) {
        const Domain& home = fabric.domain(slice.home);
        for (const std::int32_t rank : slice.missing) {
            if (!waiting.contains(rank)) continue;
            const auto place =
                std::ranges::find_if(places, [&](NodeIdx node) { return node.value() >= home.first_node; });
            MUSTER_CHECK(place != places.end() && place->value() < home.last_node);
            seat(rank, place);
        }
    }
    while (!waiting.empty()) seat(waiting.begin()->first, places.begin());
    return placements;
}

}  // namespace muster
