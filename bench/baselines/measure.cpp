#include "bench/baselines/measure.hpp"

#include "placement/model/check.hpp"
#include "placement/plan/policy.hpp"
#include "placement/plan/room/node_room.hpp"
#include "placement/plan/room/trial.hpp"
#include "placement/topology/fabric.hpp"
#include "policies/registry.hpp"
#include "policies/whole_cells.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <numeric>
#include <string>

namespace muster::baselines {
namespace {

// Members by role in every domain that has some.
std::map<DomainIdx, std::vector<std::int32_t>> by_domain(const Fabric& fabric, std::span<const HostTake> takes) {
    std::map<DomainIdx, std::vector<std::int32_t>> sums;
    for (const HostTake& take : takes) {
        for (DomainIdx at = fabric.host_domain(take.node);; at = fabric.domain(at).parent) {
            auto& sum = sums[at];
            sum.resize(take.members.size());
            for (std::size_t role = 0; role < sum.size(); ++role) sum[role] += take.members[role];
            if (at == fabric.root()) break;
        }
    }
    return sums;
}

std::int64_t broken_cells(const Snapshot& snapshot, const GangRequest& request,
                          const std::map<DomainIdx, std::vector<std::int32_t>>& sums) {
    const std::vector<std::string> names{std::string(kWholeCells)};
    const auto policies = make_policies(names);
    MUSTER_CHECK(policies.has_value());
    std::int64_t broken = 0;
    for (std::size_t role = 0; role < request.roles.size(); ++role) {
        GangRequest alone = request;
        alone.roles = {request.roles[role]};
        const auto cost = policies->front()->prepare(snapshot, alone);
        for (const auto& [domain, members] : sums) {
            if (members[role] > 0) broken += cost->cost(domain, members[role]).value_or(0);
        }
    }
    return broken;
}

}  // namespace

std::strong_ordering compare(const Measure& a, const Measure& b) {
    if (const auto level = a.level <=> b.level; level != 0) return level;
    if (const auto domains = a.domains <=> b.domains; domains != 0) return domains;
    return a.broken <=> b.broken;
}

Measure measure(const Snapshot& snapshot, const GangRequest& request, std::span<const HostTake> takes) {
    MUSTER_CHECK(!takes.empty());
    const Fabric& fabric = snapshot.fabric();
    const auto sums = by_domain(fabric, takes);
    const auto levels = static_cast<std::int64_t>(fabric.levels().size());
    const auto all = static_cast<std::int64_t>(request.members());
    Measure found;
    found.level = levels + 1;
    found.domains.assign(fabric.levels().size(), 0);
    std::int64_t apart = 0;  // ordered pairs
    std::vector<std::int64_t> together(fabric.levels().size(), 0);
    for (const auto& [index, members] : sums) {
        const Domain& domain = fabric.domain(index);
        const std::int64_t here = std::accumulate(members.begin(), members.end(), std::int64_t{0});
        if (here == all && !domain.synthetic) found.level = std::min(found.level, levels + 1 - domain.depth);
        if (domain.depth == 0) continue;
        ++found.domains[domain.depth - 1];
        together[domain.depth - 1] += here * here;
    }
    for (const std::int64_t pairs : together) apart += all * all - pairs;
    if (all > 1) found.distance = static_cast<double>(apart) / static_cast<double>(all * (all - 1));
    found.broken = broken_cells(snapshot, request, sums);
    return found;
}

std::vector<HostTake> takes_of(const Snapshot& snapshot, const GangRequest& request, const Plan& plan) {
    std::map<NodeIdx, std::vector<std::int32_t>> shares;
    auto placement = plan.placements.begin();
    for (std::size_t role = 0; role < request.roles.size(); ++role) {
        for (std::size_t i = 0; i < request.roles[role].members.size(); ++i, ++placement) {
            const auto node = snapshot.fabric().find(placement->node.str());
            MUSTER_CHECK(node.has_value());
            auto& share = shares[*node];
            share.resize(request.roles.size());
            ++share[role];
        }
    }
    std::vector<HostTake> takes;
    for (auto& [node, members] : shares) takes.push_back({node, members});
    return takes;
}

bool possible(const Snapshot& snapshot, const GangRequest& request, std::span<const HostTake> takes) {
    Trial trial(snapshot);
    std::vector<std::size_t> left;
    for (const auto& role : request.roles) left.push_back(role.members.size());
    for (const HostTake& take : takes) {
        for (std::size_t role = 0; role < left.size(); ++role) {
            const PodShape& shape = request.roles[role].shape;
            const NodeRoom room(trial.view(), shape, RoomBasis::now);
            if (room.members(take.node, take.members[role]) < take.members[role]) return false;
            for (std::int32_t i = 0; i < take.members[role]; ++i) trial.take(take.node, shape);
            left[role] -= static_cast<std::size_t>(take.members[role]);
        }
    }
    return std::ranges::all_of(left, [](std::size_t members) { return members == 0; });
}

}  // namespace muster::baselines
