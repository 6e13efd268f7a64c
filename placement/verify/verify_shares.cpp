#include "placement/verify/verify_shares.hpp"

#include "placement/model/pod_shape.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <utility>
#include <vector>

namespace muster {
namespace {

using FreeOfEach = std::vector<std::int64_t>;  // free of each

constexpr std::uint64_t kWaysTried = 4'096;

// One role's members on one node, and the devices for one of its shares.
struct ShareQuestion {
    FreeOfEach free;
    std::vector<std::int64_t> claims;  // each on one device
    std::int64_t loose = 0;            // in any pieces
    DeviceShare share;
    std::int64_t members = 0;
};

// Each member in turn takes its parts from the devices with the most left, which leaves the others the best chances.
bool all_placed(FreeOfEach free, const DeviceShare& share, std::int64_t members) {
    if (std::cmp_less(free.size(), share.devices)) return members == 0;
    for (std::int64_t placed = 0; placed < members; ++placed) {
        std::ranges::sort(free, std::greater());
        if (free[static_cast<std::size_t>(share.devices) - 1] < share.amount) return false;
        for (std::int32_t i = 0; i < share.devices; ++i) free[static_cast<std::size_t>(i)] -= share.amount;
    }
    return true;
}

// nullopt: too many ways.
std::optional<bool> placed_in_every_way(const ShareQuestion& question) {
    std::uint64_t ways = 1;
    for (std::size_t i = 0; i < question.claims.size(); ++i) {
        ways *= question.free.size();
        if (ways > kWaysTried) return std::nullopt;
    }
    if (question.loose > 0) return std::nullopt;
    for (std::uint64_t way = 0; way < ways; ++way) {
        FreeOfEach free = question.free;
        std::uint64_t digits = way;
        for (const std::int64_t claim : question.claims) {
            free[digits % free.size()] -= claim;
            digits /= free.size();
        }
        if (!all_placed(std::move(free), question.share, question.members)) return false;
    }
    return true;
}

// The most slots that the claims could take from devices: the cheapest slot first, as if they could be cut at will.
std::int64_t slots_cut_off(FreeOfEach free, std::int64_t claimed, std::int64_t amount) {
    std::int64_t cut = 0;
    std::erase_if(free, [&](std::int64_t left) { return left < amount; });
    while (!free.empty()) {
        const auto cheapest = std::ranges::min_element(free, {}, [&](std::int64_t left) { return left % amount; });
        const std::int64_t price = *cheapest % amount + 1;
        if (price > claimed) return cut;
        claimed -= price;
        ++cut;
        free.erase(cheapest);  // every further slot of it costs the whole amount
    }
    return cut + claimed / amount;
}

bool placed_beside_the_worst(const ShareQuestion& question) {
    std::int64_t claimed = question.loose;
    std::int64_t slots_of_claims = 0;
    for (const std::int64_t claim : question.claims) {
        claimed += claim;
        slots_of_claims += claim / question.share.amount + (claim % question.share.amount == 0 ? 0 : 1);
    }
    std::int64_t lost = slots_cut_off(question.free, claimed, question.share.amount);
    if (question.loose == 0) lost = std::min(lost, slots_of_claims);
    // As many pods more than there are members as slots may be lost: each lost slot costs one pod at most.
    const std::int64_t wanted = question.members + lost;
    std::int64_t usable = 0;
    for (const std::int64_t left : question.free) usable += std::min(left / question.share.amount, wanted);
    return usable / question.share.devices >= wanted;
}

bool is_answered(const ShareQuestion& question) {
    const auto sure = placed_in_every_way(question);
    return sure ? *sure : placed_beside_the_worst(question);
}

class SharesCheck {
  public:
    SharesCheck(const Snapshot& snapshot, const GangRequest& request) : snapshot_(snapshot), roles_(request.roles) {}

    // `members` by role.
    [[nodiscard]] std::optional<std::string> node(NodeIdx node, const std::vector<std::int64_t>& members) const {
        const auto& kinds = snapshot_.fabric().node(node).shared_devices;
        for (std::size_t kind = 0; kind < kinds.size(); ++kind) {
            const std::string& resource = kinds[kind].first;
            const auto column = snapshot_.resource(resource);
            for (std::size_t role = 0; column && role < roles_.size(); ++role) {
                const auto* const share = share_in(role, resource);
                if (share == nullptr || members[role] == 0) continue;
                ShareQuestion question =
                    asked(snapshot_.share_claims(node)[kind], snapshot_.allocatable(node, *column));
                question.share = *share;
                question.members = members[role];
                for (std::size_t other = 0; other < roles_.size(); ++other) {
                    if (other != role) add_others(other, members[other], resource, question);
                }
                if (is_answered(question)) continue;
                return "node " + snapshot_.fabric().node(node).name.str() + ": " + std::to_string(members[role]) +
                       " members with " + std::to_string(share->amount) + " of " + std::to_string(share->devices) +
                       " devices of " + resource + " may not find them";
            }
        }
        return std::nullopt;
    }

  private:
    [[nodiscard]] const DeviceShare* share_in(std::size_t role, std::string_view resource) const {
        for (const auto& share : roles_[role].shape.shares) {
            if (share.resource == resource) return &share;
        }
        return nullptr;
    }

    [[nodiscard]] static ShareQuestion asked(const ShareClaims& claims, std::int64_t allocatable) {
        ShareQuestion question;
        const auto told = claims.told();
        for (const std::int64_t used : told)
            question.free.push_back(
                std::max<std::int64_t>(0, allocatable / static_cast<std::int64_t>(told.size()) - used));
        question.claims.assign(claims.untold().begin(), claims.untold().end());
        question.loose = claims.loose();
        return question;
    }

    void add_others(std::size_t other, std::int64_t members, std::string_view resource, ShareQuestion& question) const {
        const auto* const share = share_in(other, resource);
        const std::int64_t whole = roles_[other].shape.requests.get(resource);
        const std::int64_t parts = share == nullptr ? 0 : share->amount * share->devices;
        question.loose += members * std::max<std::int64_t>(0, whole - parts);
        for (std::int64_t i = 0; share != nullptr && i < members * share->devices; ++i)
            question.claims.push_back(share->amount);
    }

    const Snapshot& snapshot_;
    const std::vector<RoleRequest>& roles_;
};

}  // namespace

std::optional<std::string> verify_shares(const Snapshot& snapshot, const GangRequest& request,
                                         std::span<const NodeIdx> seats) {
    const bool shares = std::ranges::any_of(request.roles, [](const auto& role) { return !role.shape.shares.empty(); });
    if (!shares) return std::nullopt;
    std::map<NodeIdx, std::vector<std::int64_t>> by_node;
    auto seat = seats.begin();
    for (std::size_t role = 0; role < request.roles.size(); ++role) {
        for (std::size_t i = 0; i < request.roles[role].members.size(); ++i) {
            auto& members = by_node[*seat++];
            members.resize(request.roles.size(), 0);
            ++members[role];
        }
    }
    const SharesCheck check(snapshot, request);
    for (const auto& [node, members] : by_node) {
        if (auto fault = check.node(node, members)) return fault;
    }
    return std::nullopt;
}

}  // namespace muster
