#include "placement/plan/roles/role_levels.hpp"

#include "placement/plan/roles/role_children.hpp"
#include "placement/plan/roles/role_fit.hpp"
#include "placement/plan/roles/role_one_by_one.hpp"
#include "placement/plan/roles/role_search.hpp"
#include "placement/plan/tree/split_graph.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <variant>

namespace muster {
namespace {

// Domains in which roles are placed one by one when the search was cut off: those with the best bounds.
constexpr std::size_t kTries = 4;

class RoleLevels {
  public:
    RoleLevels(RoleProblem& problem, const RoleRoom& room, StepBudget& fit, StepBudget& cost)
        : problem_(problem), room_(room), fit_(problem, room, fit), search_(problem, room, cost) {}

    RolesAnswer run() {
        const std::uint32_t finest = problem_.finest_depth();
        for (std::uint32_t depth = finest + 1; depth-- > problem_.required_depth() && !best_;)
            search_level(problem_.holders(depth, depth == finest));
        return {std::move(best_), std::move(open_), refused_};
    }

  private:
    struct Candidate {
        DomainIdx domain;
        ObjectiveVector floor;    // no placement in the domain has a smaller objective
        std::int32_t fewest = 0;  // unpaid children that any placement uses, at least
        bool fits = false;        // proved, but for limits that are not closed
        [[nodiscard]] auto key() const { return std::pair(floor, domain); }
    };

    // The best placement in the domains, which are disjoint and of one level; keeps what it could not decide in open_.
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
                keep_better(RolesPlaced{problem_.objective(*shares).value(), *shares});
            } else if (std::holds_alternative<Refused>(found)) {
                refused_ = true;
            } else {
                unfinished.push_back(std::move(candidate));
            }
        }
        const RoleOneByOne one_by_one(problem_, room_);
        for (std::size_t i = 0; i < unfinished.size(); ++i) {
            if (best_ && unfinished[i].floor >= best_->objective) break;
            if (!open_ || unfinished[i].floor < *open_) open_ = unfinished[i].floor;
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
        std::optional<RolesPlaced> best;
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
            RolesPlaced next{problem_.objective(*shares).value(), std::move(*shares)};
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
            keep_better(RolesPlaced{std::move(found->objective), std::move(found->shares)});
        const auto some = candidate.fits ? fit_.some_placement(candidate.domain) : std::nullopt;
        auto found = some ? one_by_one.improve(candidate.domain, *some) : std::nullopt;
        if (found) keep_better(RolesPlaced{std::move(found->objective), std::move(found->shares)});
    }

    void keep_better(RolesPlaced found) {
        const auto key = [](const RolesPlaced& of) { return std::pair(of.objective, of.shares.front().node); };
        if (!best_ || key(found) < key(*best_)) best_ = std::move(found);
    }

    RoleProblem& problem_;
    const RoleRoom& room_;
    RoleFit fit_;
    RoleSearch search_;
    std::optional<RolesPlaced> best_;
    std::optional<ObjectiveVector> open_;  // the least floor of a domain whose search was cut off
    bool refused_ = false;
};

}  // namespace

RolesAnswer best_of_levels(RoleProblem& problem, const RoleRoom& room, StepBudget& fit, StepBudget& cost) {
    return RoleLevels(problem, room, fit, cost).run();
}

}  // namespace muster
