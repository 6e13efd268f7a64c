#include "placement/plan/roles/role_planner.hpp"

#include "placement/plan/roles/role_box.hpp"
#include "placement/plan/roles/role_children.hpp"
#include "placement/plan/roles/role_classes.hpp"
#include "placement/plan/roles/role_fit.hpp"
#include "placement/plan/roles/role_one_by_one.hpp"
#include "placement/plan/roles/role_problem.hpp"
#include "placement/plan/roles/role_room.hpp"
#include "placement/plan/roles/role_search.hpp"
#include "placement/plan/roles/role_seats.hpp"
#include "placement/plan/roles/role_shortfall.hpp"
#include "placement/plan/tree/prepared_rules.hpp"
#include "placement/plan/tree/shortfall.hpp"
#include "placement/plan/tree/split_graph.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace muster {
namespace {

// Domains in which roles are placed one by one when the search was cut off: those with the best bounds.
constexpr std::size_t kTries = 4;

class RolePlanner {
  public:
    RolePlanner(const Snapshot& snapshot, const GangRequest& request, const Policies& policies, RoleBudget budget,
                const RoleRoom::Cut& cut = {})
        : request_(request),
          policies_(policies),
          steps_(budget),
          problem_(snapshot, request, policies),
          room_(snapshot, request, RoomBasis::now, cut),
          fit_budget_(budget.fit),
          cost_budget_(budget.cost),
          fit_(problem_, room_, fit_budget_),
          search_(problem_, room_, cost_budget_) {}

    Outcome run() {
        if (const auto level = problem_.bound_apart()) return roles_bound_apart(request_, *level);
        const std::uint32_t finest = problem_.finest_depth();
        for (std::uint32_t depth = finest + 1; depth-- > problem_.required_depth() && !best_;)
            search_level(problem_.holders(depth, depth == finest));
        if (best_) return plan();
        if (bound_) return search_exhausted(request_);
        if (!refused_) return roles_too_large(problem_, steps_.fit);
        std::vector<std::string> refusing;
        for (const auto& policy : policies_of(request_, policies_)) {
            if (policy->may_refuse()) refusing.emplace_back(policy->name());
        }
        return refused(request_, std::move(refusing));
    }

  private:
    struct Candidate {
        DomainIdx domain;
        ObjectiveVector floor;    // no placement in the domain has a smaller objective
        std::int32_t fewest = 0;  // unpaid children that any placement uses, at least
        bool fits = false;        // proved
        [[nodiscard]] auto key() const { return std::pair(floor, domain); }
    };
    struct Found {
        ObjectiveVector objective;
        std::vector<RoleShare> shares;
        [[nodiscard]] auto key() const { return std::pair(objective, shares.front().node); }
    };

    // The best placement in the domains, which are disjoint and of one level; keeps what it could not decide in bound_.
    void search_level(const std::vector<DomainIdx>& domains) {
        auto candidates = judged(domains);
        std::vector<Candidate> unfinished;
        for (Candidate& candidate : candidates) {
            if (best_ && candidate.floor > best_->objective) break;
            // As good at best, and behind it in path order.
            if (best_ && candidate.floor == best_->objective && best_->shares.front().node < first_node(candidate))
                continue;
            const auto found = candidate.fits ? best_choice(candidate) : Unfinished{};
            if (const auto* shares = std::get_if<std::vector<RoleShare>>(&found)) {
                keep_better(Found{problem_.objective(*shares).value(), *shares});
            } else if (std::holds_alternative<Refused>(found)) {
                refused_ = true;
            } else {
                unfinished.push_back(std::move(candidate));
            }
        }
        const RoleOneByOne one_by_one(problem_, room_);
        for (std::size_t i = 0; i < unfinished.size(); ++i) {
            if (best_ && unfinished[i].floor >= best_->objective) break;
            if (!bound_ || unfinished[i].floor < *bound_) bound_ = unfinished[i].floor;
            if (i < kTries) try_one_by_one(one_by_one, unfinished[i]);
        }
    }

    // The best placement in the domain over all choices of smallest numbers for wishes for balance. When some choice is
    // not decided, what was found goes into best_.
    [[nodiscard]] RoleFound best_choice(const Candidate& candidate) {
        RoleWishes& wishes = problem_.wishes();
        if (wishes.balances() == 0) return search_.best_in(candidate.domain, candidate.fewest);
        std::vector<std::vector<std::int32_t>> numbers;
        for (std::size_t i = 0; i < wishes.balances(); ++i) numbers.push_back(wishes.least_numbers(i));
        std::optional<Found> best;
        bool unfinished = false;
        const auto choose = [&](const auto& self, std::size_t balance) -> void {
            if (balance < numbers.size()) {
                for (const std::int32_t least : numbers[balance]) {
                    wishes.choose_least(balance, least);
                    if (!unfinished) self(self, balance + 1);
                }
                return;
            }
            search_.choices_changed();
            auto found = search_.best_in(candidate.domain, candidate.fewest);
            unfinished = unfinished || std::holds_alternative<Unfinished>(found);
            auto* shares = std::get_if<std::vector<RoleShare>>(&found);
            if (shares == nullptr) return;
            Found next{problem_.objective(*shares).value(), std::move(*shares)};
            if (!best || next.objective < best->objective ||
                (next.objective == best->objective && comes_before(problem_, next.shares, best->shares)))
                best = std::move(next);
        };
        choose(choose, 0);
        if (unfinished) {
            if (best) keep_better(std::move(*best));
            return Unfinished{};
        }
        return best ? RoleFound(std::move(best->shares)) : RoleFound(Refused{});
    }

    // The domains that may hold the gang, best bound first.
    [[nodiscard]] std::vector<Candidate> judged(const std::vector<DomainIdx>& domains) {
        std::vector<Candidate> candidates;
        for (const DomainIdx domain : domains) {
            if (!room_.could_hold(domain)) continue;
            const auto fits = fit_.holds(domain);
            if (fits == false) continue;
            auto floor = this->floor(domain);
            if (!floor) {
                refused_ = true;
                continue;
            }
            Candidate candidate{domain, std::move(*floor), 0, fits.has_value()};
            const auto fewest = fits ? fit_.fewest(domain) : std::nullopt;
            const std::uint32_t depth = problem_.fabric().domain(domain).depth;
            if (fewest && depth < problem_.host_depth()) {
                candidate.fewest = *fewest;
                std::int64_t& children = candidate.floor[problem_.count_at(depth + 1)];
                children = std::max(children, *fewest + paid_children(domain));
            }
            candidates.push_back(std::move(candidate));
        }
        std::ranges::sort(candidates, {}, &Candidate::key);
        return candidates;
    }

    [[nodiscard]] NodeIdx first_node(const Candidate& candidate) const {
        return NodeIdx(problem_.fabric().domain(candidate.domain).first_node);
    }

    [[nodiscard]] std::int64_t paid_children(DomainIdx domain) const {
        const Domain& here = problem_.fabric().domain(domain);
        const auto& paid = problem_.bound().paid();
        return std::count(paid.begin() + here.first_child, paid.begin() + here.last_child, char{1});
    }

    // What any placement of all members in the domain costs at least, term by term. nullopt: a policy refuses it.
    [[nodiscard]] std::optional<ObjectiveVector> floor(DomainIdx domain) const {
        const std::uint32_t depth = problem_.fabric().domain(domain).depth;
        ObjectiveVector floor(1 + problem_.host_depth() + problem_.policies(), 0);
        floor.front() = problem_.level_term(depth);
        for (std::uint32_t at = 1; at <= problem_.host_depth(); ++at)
            floor[problem_.count_at(at)] = at <= depth ? 1 : fewest_at_depth(problem_, room_, domain, at);
        for (std::size_t policy = 0; policy < problem_.policies(); ++policy) {
            std::int64_t cost = 0;
            for (DomainIdx at = domain;; at = problem_.fabric().domain(at).parent) {
                const std::int64_t here = problem_.cost(policy, at, problem_.needs());
                if (here >= kNever) return std::nullopt;
                cost = problem_.maximum(policy) ? std::max(cost, here) : cost + here;
                if (at == problem_.fabric().root()) break;
            }
            floor[problem_.cost_at(policy)] = cost;
        }
        return floor;
    }

    void try_one_by_one(const RoleOneByOne& one_by_one, const Candidate& candidate) {
        if (auto found = one_by_one.place_in(candidate.domain))
            keep_better(Found{std::move(found->objective), std::move(found->shares)});
        const auto some = candidate.fits ? fit_.some_placement(candidate.domain) : std::nullopt;
        auto found = some ? one_by_one.improve(candidate.domain, *some) : std::nullopt;
        if (found) keep_better(Found{std::move(found->objective), std::move(found->shares)});
    }

    void keep_better(Found found) {
        if (!best_ || found.key() < best_->key()) best_ = std::move(found);
    }

    [[nodiscard]] Plan plan() {
        Plan plan = seat_roles(problem_, best_->shares, best_->objective);
        if (bound_ && *bound_ < best_->objective) {
            plan.quality.proof = Proof::bounded;
            plan.quality.bound = std::move(*bound_);
        }
        return plan;
    }

    const GangRequest& request_;
    const Policies& policies_;
    RoleBudget steps_;
    RoleProblem problem_;
    RoleRoom room_;
    StepBudget fit_budget_;
    StepBudget cost_budget_;
    RoleFit fit_;
    RoleSearch search_;
    std::optional<Found> best_;
    std::optional<ObjectiveVector> bound_;  // the least floor of a domain whose search was cut off
    bool refused_ = false;
};

}  // namespace

Outcome plan_roles(const Snapshot& snapshot, const GangRequest& request, const Policies& policies, GpuTables& gpus,
                   RoleBudget budget) {
    RoleClasses classes(snapshot, request, gpus);
    Outcome outcome = RolePlanner(snapshot, request, policies, budget).run();
    Plan* plan = std::get_if<Plan>(&outcome);
    if (plan == nullptr) return outcome;
    classes.grade(*plan);
    const auto best = classes.best_possible(*plan);
    if (plan->quality.objective.front() == best) return outcome;
    ObjectiveVector bound = plan->quality.bound.empty() ? plan->quality.objective : plan->quality.bound;
    bound.front() = best;
    for (auto limit = best; limit < plan->quality.objective.front(); ++limit) {
        for (const auto& [within, cut] : classes.tries(limit)) {
            Outcome again = RolePlanner(snapshot, within, policies, budget, cut).run();
            Plan* better = std::get_if<Plan>(&again);
            if (better == nullptr) continue;
            classes.grade(*better);
            if (better->quality.objective < plan->quality.objective) *plan = std::move(*better);
        }
    }
    const bool reached = plan->quality.objective == bound;
    plan->quality.proof = reached ? Proof::optimal : Proof::bounded;
    plan->quality.bound = reached ? ObjectiveVector() : std::move(bound);
    return outcome;
}

Outcome plan_roles(const Snapshot& snapshot, const GangRequest& request, const Policies& policies, RoleBudget budget) {
    GpuTables gpus;
    return plan_roles(snapshot, request, policies, gpus, budget);
}

}  // namespace muster
