#include "placement/plan/roles/role_planner.hpp"

#include "placement/plan/roles/role_box.hpp"
#include "placement/plan/roles/role_classes.hpp"
#include "placement/plan/roles/role_levels.hpp"
#include "placement/plan/roles/role_problem.hpp"
#include "placement/plan/roles/role_room.hpp"
#include "placement/plan/roles/role_seats.hpp"
#include "placement/plan/roles/role_shortfall.hpp"
#include "placement/plan/tree/prepared_rules.hpp"
#include "placement/plan/tree/shortfall.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace muster {
namespace {

// The threshold loop over the objective's first term, the bandwidth class (links/gpu_room.hpp).
class ClassSearch {
  public:
    // `problem` is that of the request without any limit; all outlive the object.
    ClassSearch(const RoleProblem& problem, const Policies& policies, GpuTables& gpus, RoleBudget budget)
        : problem_(problem),
          policies_(policies),
          classes_(problem.snapshot(), problem.request(), gpus),
          fit_(budget.fit),
          cost_(budget.cost) {}

    // `any`: the best in all other terms, whatever its class. Takes its place if another has a better one.
    Plan run(const RolesAnswer& any) {
        keep_better(graded(problem_, *any.best), any.best->shares);
        const std::int64_t reached = best_->quality.objective.front();
        const auto best = classes_.best_possible(*best_);
        if (best < reached) tries_ = classes_.tries();
        problems_.resize(tries_.size());
        for (auto limit = best; limit < reached && best_->quality.objective.front() == reached; ++limit) within(limit);
        // Whatever has a class as bad as that of `any` is not better than it, unless that is open too.
        if (best_->quality.objective.front() == reached) keep_open(any.open, reached);
        if (open_ && *open_ < best_->quality.objective) {
            best_->quality.proof = Proof::bounded;
            best_->quality.bound = std::move(*open_);
        }
        return std::move(*best_);
    }

  private:
    void within(std::int64_t limit) {
        bool found = false;
        for (std::size_t i = 0; i < tries_.size(); ++i) {
            // All that such a try has and those before it have not is held by coarser domains, which is worse.
            if (found && tries_[i].finest < problem_.finest_depth()) break;
            RoleProblem& problem = this->problem(i);
            if (problem.bound_apart()) continue;
            const RoleRoom room(problem.snapshot(), problem.request(), RoomBasis::now,
                                classes_.limits(limit, tries_[i].held));
            const RolesAnswer answer = best_of_levels(problem, room, fit_, cost_);
            keep_open(answer.open, limit);
            if (answer.best) keep_better(graded(problem, *answer.best), answer.best->shares);
            found = found || answer.best;
        }
    }

    // That of a try: but for its room the same for all classes.
    [[nodiscard]] RoleProblem& problem(std::size_t at) {
        if (!problems_[at])
            problems_[at] = std::make_unique<RoleProblem>(problem_.snapshot(), tries_[at].request, policies_);
        return *problems_[at];
    }

    [[nodiscard]] Plan graded(const RoleProblem& problem, const RolesPlaced& placed) const {
        Plan plan = seat_roles(problem, placed.shares, placed.objective);
        classes_.grade(plan);
        return plan;
    }

    void keep_better(Plan plan, const std::vector<RoleShare>& shares) {
        if (best_ && (plan.quality.objective > best_->quality.objective ||
                      (plan.quality.objective == best_->quality.objective && !comes_before(problem_, shares, shares_))))
            return;
        best_ = std::move(plan);
        shares_ = shares;
    }

    // Placements of this class or a worse one, and this objective behind it, are not excluded.
    void keep_open(std::optional<ObjectiveVector> open, std::int64_t bandwidth_class) {
        if (!open) return;
        open->insert(open->begin(), bandwidth_class);
        if (!open_ || *open < *open_) open_ = std::move(open);
    }

    const RoleProblem& problem_;
    const Policies& policies_;
    RoleClasses classes_;
    StepBudget fit_;
    StepBudget cost_;
    std::vector<RoleClasses::Try> tries_;
    std::vector<std::unique_ptr<RoleProblem>> problems_;  // by try
    std::optional<Plan> best_;
    std::vector<RoleShare> shares_;        // of best_
    std::optional<ObjectiveVector> open_;  // least of those that are not excluded
};

Outcome why_not(const RolesAnswer& answer, const RoleProblem& problem, const Policies& policies, RoleBudget budget) {
    if (answer.open) return search_exhausted(problem.request());
    if (!answer.refused) return roles_too_large(problem, budget.fit);
    std::vector<std::string> refusing;
    for (const auto& policy : policies_of(problem.request(), policies)) {
        if (policy->may_refuse()) refusing.emplace_back(policy->name());
    }
    return refused(problem.request(), std::move(refusing));
}

}  // namespace

Outcome plan_roles(const Snapshot& snapshot, const GangRequest& request, const Policies& policies, GpuTables& gpus,
                   RoleBudget budget) {
    RoleProblem problem(snapshot, request, policies);
    if (const auto level = problem.bound_apart()) return roles_bound_apart(request, *level);
    StepBudget fit(budget.fit);
    StepBudget cost(budget.cost);
    const RolesAnswer any = best_of_levels(problem, RoleRoom(snapshot, request, RoomBasis::now), fit, cost);
    if (!any.best) return why_not(any, problem, policies, budget);
    return ClassSearch(problem, policies, gpus, budget).run(any);
}

Outcome plan_roles(const Snapshot& snapshot, const GangRequest& request, const Policies& policies, RoleBudget budget) {
    GpuTables gpus;
    return plan_roles(snapshot, request, policies, gpus, budget);
}

}  // namespace muster
