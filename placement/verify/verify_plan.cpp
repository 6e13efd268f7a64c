#include "placement/verify/verify_plan.hpp"

#include "placement/model/pod_shape.hpp"
#include "placement/model/resources.hpp"
#include "placement/topology/fabric.hpp"
#include "placement/verify/verify_crossing.hpp"
#include "placement/verify/verify_roles.hpp"
#include "placement/verify/verify_shares.hpp"
#include "placement/verify/verify_wishes.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <set>
#include <utility>
#include <vector>

namespace muster {
namespace {

using Fault = std::optional<std::string>;

std::string text(const PodKey& pod) {
    return "member " + pod.ns + "/" + pod.name;
}

const char* text(NodeVerdict verdict) {
    switch (verdict) {
        case NodeVerdict::ok:
            return "admits it";
        case NodeVerdict::not_ready:
            return "is not ready";
        case NodeVerdict::cordoned:
            return "is cordoned";
        case NodeVerdict::selector:
            return "does not match the node selector";
        case NodeVerdict::affinity:
            return "does not match the required node affinity";
        case NodeVerdict::taint:
            return "has a taint that is not tolerated";
    }
    return "refuses it";
}

class PlanCheck {
  public:
    PlanCheck(const Snapshot& snapshot, const GangRequest& request, const Plan& plan, CheckedMachines& machines)
        : snapshot_(snapshot), fabric_(snapshot.fabric()), request_(request), plan_(plan), machines_(machines) {}

    Fault run() {
        for (const auto& fixed : request_.fixed) {
            if (const auto node = fabric_.find(fixed.node.str())) fixed_.push_back(*node);
        }
        if (Fault fault = members()) return fault;
        if (Fault fault = amounts()) return fault;
        if (Fault fault = verify_shares(snapshot_, request_, seat_nodes())) return fault;
        if (Fault fault = same_node()) return fault;
        if (Fault fault = wishes()) return fault;
        if (Fault fault = verify_wishes(snapshot_, request_, plan_, seat_nodes())) return fault;
        if (Fault fault = verify_crossing(snapshot_, request_, plan_, seat_nodes())) return fault;
        if (Fault fault = verify_gpus(snapshot_, request_, plan_, seat_nodes(), machines_)) return fault;
        if (Fault fault = verify_roles(fabric_, request_, plan_, seat_nodes())) return fault;
        return quality();
    }

  private:
    struct Seat {
        const MemberToPlace* member;
        const PodShape* shape;
        NodeIdx node;
    };

    // Every member once, in order, on a node that exists, admits it and is not to be avoided. Fills seats_.
    Fault members() {
        if (plan_.placements.size() != request_.members()) {
            return std::to_string(plan_.placements.size()) + " placements for " + std::to_string(request_.members()) +
                   " members";
        }
        std::set<PodUid> seen;
        auto placement = plan_.placements.begin();
        for (const auto& role : request_.roles) {
            for (const auto& member : role.members) {
                if (Fault fault = seat(role.shape, member, *placement++)) return fault;
                if (!seen.insert(member.uid).second) return text(member.key) + ": its UID stands twice in the request";
            }
        }
        return std::nullopt;
    }

    Fault seat(const PodShape& shape, const MemberToPlace& member, const Placement& placement) {
        if (placement.uid != member.uid || placement.pod != member.key) {
            return text(member.key) + ": its place in the plan is given to " + text(placement.pod);
        }
        const auto node = fabric_.find(placement.node.str());
        if (!node) return text(member.key) + ": node " + placement.node.str() + " is unknown";
        const auto verdict = judge_node(shape, fabric_.node(*node));
        if (verdict != NodeVerdict::ok) {
            return text(member.key) + ": node " + placement.node.str() + " " + text(verdict);
        }
        if (std::ranges::find(request_.avoid, placement.node) != request_.avoid.end()) {
            return text(member.key) + ": node " + placement.node.str() + " is to be avoided";
        }
        seats_.push_back({&member, &shape, *node});
        return std::nullopt;
    }

    // All members of a node together within what is free there.
    [[nodiscard]] Fault amounts() const {
        std::map<NodeIdx, ResourceAmounts> wanted;
        for (const auto& seat : seats_) wanted[seat.node].add(seat.shape->requests);
        for (const auto& [node, sums] : wanted) {
            for (const auto& [name, amount] : sums.entries()) {
                if (amount <= 0) continue;
                const auto resource = snapshot_.resource(name);
                const std::int64_t free = resource ? snapshot_.free(node, *resource) : 0;
                if (amount > free) {
                    return "node " + fabric_.node(node).name.str() + ": members need " + std::to_string(amount) +
                           " of " + name + ", free are " + std::to_string(free);
                }
            }
        }
        return std::nullopt;
    }

    // Host ports against the node's and each other's, and one_per_host against every member of the gang.
    [[nodiscard]] Fault same_node() const {
        std::map<NodeIdx, std::vector<const Seat*>> by_node;
        for (const auto& seat : seats_) by_node[seat.node].push_back(&seat);
        for (const auto& [node, seats] : by_node) {
            std::vector<std::string> taken = snapshot_.host_ports(node);
            const bool beside_fixed = std::ranges::find(fixed_, node) != fixed_.end();
            for (const Seat* seat : seats) {
                for (const auto& port : seat->shape->host_ports) {
                    if (std::ranges::any_of(taken, [&](const auto& other) { return ports_conflict(port, other); })) {
                        return text(seat->member->key) + ": host port " + port + " is taken on node " +
                               fabric_.node(node).name.str();
                    }
                }
                taken.insert(taken.end(), seat->shape->host_ports.begin(), seat->shape->host_ports.end());
                if (seat->shape->one_per_host && (seats.size() > 1 || beside_fixed)) {
                    return text(seat->member->key) + ": shares node " + fabric_.node(node).name.str() +
                           " with a member though it may not";
                }
            }
        }
        return std::nullopt;
    }

    // The lowest domain that holds the gang, by walking up from one host: nodes of a domain are a range.
    [[nodiscard]] DomainIdx holder() const {
        const auto all = nodes();
        if (all.empty()) return fabric_.root();
        const auto [first, last] = std::ranges::minmax(all);
        DomainIdx at = fabric_.host_domain(first);
        while (fabric_.domain(at).last_node <= last.value() || fabric_.domain(at).synthetic)
            at = fabric_.domain(at).parent;
        return at;
    }

    [[nodiscard]] std::vector<NodeIdx> seat_nodes() const {
        std::vector<NodeIdx> all;
        for (const auto& seat : seats_) all.push_back(seat.node);
        return all;
    }

    [[nodiscard]] std::vector<NodeIdx> nodes() const {
        std::vector<NodeIdx> all = seat_nodes();
        all.insert(all.end(), fixed_.begin(), fixed_.end());
        return all;
    }

    [[nodiscard]] Fault wishes() const {
        for (const auto* wish : {&request_.wish.required, &request_.wish.preferred}) {
            if (*wish && !fabric_.level(**wish) && !is_node_label(fabric_, **wish))
                return "level " + **wish + " of the wish is unknown";
        }
        const auto& required = request_.wish.required;
        const auto level = required ? fabric_.level(*required) : std::nullopt;
        if (level && fabric_.domain(holder()).depth <= level->value()) {
            return "the members are not in one domain of the required level " + *required;
        }
        return std::nullopt;
    }

    [[nodiscard]] Fault quality() const {
        const Quality& stated = plan_.quality;
        const Domain& domain = fabric_.domain(holder());
        const std::string level = domain.depth == 0 ? "cluster" : fabric_.levels()[domain.depth - 1].name;
        if (stated.level != level) return "stated level " + stated.level + ", found " + level;
        if (const auto path = fabric_.path(holder()); stated.domain != path) {
            return "stated domain " + stated.domain + ", found " + path;
        }
        const auto counts = count_domains();
        if (stated.domains != counts) return "stated domain counts differ from those found";

        const auto levels = static_cast<std::int64_t>(fabric_.levels().size());
        std::int64_t term = levels + 1 - std::int64_t{domain.depth};
        const auto& wish = request_.wish.preferred;
        if (const auto preferred = wish ? fabric_.level(*wish) : std::nullopt)
            term = std::max(term, levels - std::int64_t{preferred->value()});
        ObjectiveVector expected{term};
        for (const auto& count : counts) expected.push_back(count.domains);
        // Behind the bandwidth class, which verify_gpus has seen, and with the policies that lead behind the level.
        const bool room = stated.leading >= 0 &&
                          std::cmp_less_equal(expected.size() + 1, std::ssize(stated.objective) - stated.leading);
        if (!room || stated.objective[1] != term ||
            !std::equal(expected.begin() + 1, expected.end(), stated.objective.begin() + 2 + stated.leading)) {
            return "stated objective differs in its level term or counts, which are " + join(expected);
        }
        return std::nullopt;
    }

    [[nodiscard]] std::vector<LevelCount> count_domains() const {
        std::vector<LevelCount> counts;
        for (std::uint32_t level = 0; level < fabric_.levels().size(); ++level) {
            std::set<DomainIdx> used;
            for (const NodeIdx node : nodes()) used.insert(fabric_.domain_at(node, LevelIdx(level)));
            counts.push_back({fabric_.levels()[level].name, static_cast<std::int32_t>(used.size())});
        }
        return counts;
    }

    static std::string join(const ObjectiveVector& numbers) {
        std::string joined;
        for (const auto number : numbers) joined += (joined.empty() ? "" : " ") + std::to_string(number);
        return joined;
    }

    const Snapshot& snapshot_;
    const Fabric& fabric_;
    const GangRequest& request_;
    const Plan& plan_;
    CheckedMachines& machines_;
    std::vector<Seat> seats_;
    std::vector<NodeIdx> fixed_;
};

}  // namespace

std::optional<std::string> verify_plan(const Snapshot& snapshot, const GangRequest& request, const Plan& plan,
                                       CheckedMachines& machines) {
    return PlanCheck(snapshot, request, plan, machines).run();
}

std::optional<std::string> verify_plan(const Snapshot& snapshot, const GangRequest& request, const Plan& plan) {
    CheckedMachines machines;
    return verify_plan(snapshot, request, plan, machines);
}

}  // namespace muster
