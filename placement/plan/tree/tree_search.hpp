// The exact search: how to divide the members of one role over a domain's subtree so that the objective's vector is
// least.
//
// Objective of a division below a domain, compared term by term: domains used at each level from coarse to fine, then
// each policy; policies that lead stand before the domains. Every term but a maximum is a sum over domains, so the best
// division of a domain is made of best divisions of its children (tree knapsack, reference gpu-topology §6.2). Here the
// vector is never carried through the tables. Instead each (domain, members) cell holds the divisions that are optimal
// in the terms so far (SplitGraph), and the next term is evaluated on those only; cells that no optimal division uses
// are never made. The first term of a cell, its number of children, has a closed form, which already leaves few
// divisions (branches.hpp). Where a policy leads or may refuse it decides nothing yet, and all is left to
// open_search.hpp.
#pragma once

#include "placement/cluster/snapshot.hpp"
#include "placement/model/ids.hpp"
#include "placement/plan/policy.hpp"
#include "placement/plan/tree/alike.hpp"
#include "placement/plan/tree/branches.hpp"
#include "placement/plan/tree/host_share.hpp"
#include "placement/plan/tree/open_search.hpp"
#include "placement/plan/tree/prepared_rules.hpp"
#include "placement/plan/tree/split_graph.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace muster {

class TreeSearch {
  public:
    // `room`: members by domain index, hosts cut at the number to place. `paid`: domains that hold bound members.
    // `steps`: the numbers within its room that a domain may take. All outlive the search.
    TreeSearch(const Snapshot& snapshot, const GangRequest& request, const Policies& policies,
               std::span<const std::int64_t> room, std::span<const char> paid, Steps steps = {});
    TreeSearch(const TreeSearch&) = delete;
    TreeSearch& operator=(const TreeSearch&) = delete;

    // The best placement of all members within one of the candidates, which are disjoint, in path order, and have room.
    // Of equal ones: of all domains in index order (coarse to fine, each depth in path order) the first in which they
    // differ holds more members in the one chosen. nullopt: a policy refuses them all.
    [[nodiscard]] std::optional<BestShares> best_in(std::vector<DomainIdx> candidates);

  private:
    enum class TermKind { count, policy };
    struct Term {
        TermKind kind = TermKind::count;
        std::size_t at = 0;  // depth of the domains counted, or number of the policy
    };
    // Members in one domain above the hosts.
    struct Cell {
        DomainIdx domain;
        std::int32_t members = 0;
        std::vector<std::int64_t> values;   // by term; kUnknown until asked
        std::size_t narrowed = 0;           // the graph holds the divisions optimal in the terms before this one
        std::unique_ptr<SplitGraph> graph;  // absent until a term needs it
        std::optional<bool> harmless;  // the first division costs nothing under any policy: optimal without a search
    };
    // What is known about a domain whatever the number of members in it.
    struct Place {
        Branches branches;
        std::vector<std::uint32_t> cells;  // by members: 1 + index into cells_
    };

    static std::int64_t combine(bool maximum, std::int64_t a, std::int64_t b) {
        return maximum ? std::max(a, b) : std::min(kNever, a + b);
    }
    void sum_up_depths();
    [[nodiscard]] bool is_host(DomainIdx domain) const { return fabric_.domain(domain).depth == host_depth_; }
    [[nodiscard]] bool is_maximum(std::size_t term) const;
    [[nodiscard]] std::int64_t value(DomainIdx domain, std::int32_t members, std::size_t term);
    [[nodiscard]] std::optional<std::int64_t> closed_form(DomainIdx domain, std::int32_t members, const Term& term);
    [[nodiscard]] std::int64_t own_cost(DomainIdx domain, std::int32_t members, const Term& term) const;
    [[nodiscard]] std::int64_t edge_cost(DomainIdx child, std::int32_t members, std::size_t term);
    [[nodiscard]] SplitGraph::Cost cost_of(std::size_t term);
    void narrow(Cell& cell, std::size_t end);
    void note(Cell& cell, std::size_t term, std::int64_t inside);
    [[nodiscard]] bool harmless(Cell& cell);
    [[nodiscard]] bool free_of_costs(DomainIdx domain, std::int32_t members) const;

    // Of the divisions over the fewest children, without those that only swap alike children.
    [[nodiscard]] Window tight(DomainIdx domain, std::int32_t members);
    [[nodiscard]] std::vector<DomainIdx> without_twins(std::vector<DomainIdx> candidates);
    [[nodiscard]] std::vector<DomainIdx> fewest_domains(std::vector<DomainIdx> candidates);
    [[nodiscard]] std::vector<std::pair<std::int64_t, DomainIdx>> by_floor(const std::vector<DomainIdx>& candidates,
                                                                           std::size_t term, bool closed);
    [[nodiscard]] bool nothing_better(const std::vector<DomainIdx>& candidates);
    [[nodiscard]] DomainIdx least_costs(std::vector<DomainIdx> candidates);
    [[nodiscard]] std::vector<std::int64_t> counts_in(DomainIdx candidate);
    [[nodiscard]] std::vector<std::int64_t> costs_in(DomainIdx candidate);
    [[nodiscard]] std::int64_t whole_value(DomainIdx candidate, std::size_t term);
    [[nodiscard]] std::int64_t above(DomainIdx candidate, const Term& term) const;
    [[nodiscard]] std::vector<std::int64_t> policy_floor(DomainIdx candidate) const;
    [[nodiscard]] std::vector<std::int64_t> children_floor(DomainIdx candidate);
    void collect(DomainIdx domain, std::int32_t members, std::vector<HostShare>& shares);

    [[nodiscard]] Place& place(DomainIdx domain);
    [[nodiscard]] Cell& cell(DomainIdx domain, std::int32_t members);

    const Fabric& fabric_;
    std::span<const std::int64_t> room_;
    std::span<const char> paid_;
    Steps steps_;
    std::int32_t members_;
    std::uint32_t host_depth_;
    bool unit_hosts_ = false;             // no host takes two members, none is paid: as many hosts as members
    std::vector<std::int64_t> paid_at_;   // by depth: domains that hold bound members
    std::vector<std::int64_t> roomiest_;  // by depth: the most room of a domain
    PreparedRules rules_;
    Alike alike_;
    std::optional<OpenSearch> open_;  // where closed forms do not hold
    std::vector<Term> terms_;
    std::size_t first_policy_ = 0;         // term
    std::vector<std::int64_t> limits_;     // by term: what a maximum may reach in the candidate at hand
    std::vector<std::uint32_t> place_of_;  // by domain above the hosts: 1 + index into places_
    std::deque<Place> places_;
    std::deque<Cell> cells_;
};

}  // namespace muster
