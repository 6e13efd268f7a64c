#include "placement/plan/roles/role_shortfall.hpp"

#include "placement/plan/roles/role_box.hpp"
#include "placement/plan/roles/role_fit.hpp"
#include "placement/plan/roles/role_room.hpp"
#include "placement/plan/room/node_room.hpp"
#include "placement/plan/tree/shortfall.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace muster {
namespace {

std::string level_name(const Fabric& fabric, std::uint32_t depth) {
    return depth == 0 ? "cluster" : fabric.levels()[depth - 1].name;
}

// What is proved on one basis: now, or with everything gone that can go.
class RoleLack {
  public:
    RoleLack(const RoleProblem& problem, RoomBasis basis, StepBudget& budget)
        : problem_(problem),
          basis_(basis),
          room_(problem.snapshot(), problem.request(), basis),
          fit_(problem, room_, budget),
          domains_(problem.holders(problem.required_depth(), true)) {}

    // Whether it is proved that no domain holds the gang.
    [[nodiscard]] bool proved() {
        return std::ranges::none_of(
            domains_, [&](DomainIdx domain) { return room_.could_hold(domain) && fit_.holds(domain).value_or(true); });
    }

    [[nodiscard]] Shortfall reason() {
        for (std::size_t role = 0; role < problem_.roles(); ++role) {
            if (auto own = own_level(role)) return std::move(*own);
        }
        const GangRequest& request = problem_.request();
        Shortfall reason =
            shortfall(request.wish.required ? ReasonCode::level_too_small : ReasonCode::cluster_too_small, request);
        reason.level = level_name(problem_.fabric(), problem_.required_depth());
        const auto best = std::ranges::max_element(domains_, {}, [&](DomainIdx domain) { return together(domain); });
        if (best != domains_.end()) {
            // Each role alone may fit, so the sum is no proof of room for one less.
            const std::int64_t most =
                fit_.most(*best).value_or(std::min(together(*best), std::int64_t{reason.need} - 1));
            reason.best = static_cast<std::int32_t>(most);
            reason.domain = problem_.fabric().path(*best);
            reason.resource = scarcest(*best);
        }
        add_unmodelled(reason, request);
        return reason;
    }

  private:
    [[nodiscard]] std::int64_t alone(std::size_t role, DomainIdx domain) const {
        return std::min<std::int64_t>(problem_.needs()[role], room_.alone(role, domain));
    }

    [[nodiscard]] std::int64_t together(DomainIdx domain) const {
        std::int64_t sum = 0;
        for (std::size_t role = 0; role < problem_.roles(); ++role) sum += alone(role, domain);
        return sum;
    }

    [[nodiscard]] std::optional<Shortfall> own_level(std::size_t role) const {
        const RoleRequest& request = problem_.request().roles[role];
        const auto level = request.wish.required ? problem_.fabric().level(*request.wish.required) : std::nullopt;
        if (!level || level->value() + 1 <= problem_.required_depth()) return std::nullopt;
        const auto domains = problem_.role_holders(problem_.fabric().root(), role);
        const auto best = std::ranges::max_element(domains, {}, [&](DomainIdx domain) { return alone(role, domain); });
        if (best != domains.end() && alone(role, *best) >= problem_.needs()[role]) return std::nullopt;
        Shortfall reason = shortfall(ReasonCode::level_too_small, problem_.request());
        reason.level = level_name(problem_.fabric(), level->value() + 1);
        reason.need = problem_.needs()[role];
        if (best != domains.end()) {
            reason.best = static_cast<std::int32_t>(alone(role, *best));
            reason.domain = problem_.fabric().path(*best);
            reason.resource = scarcest_of(role, *best);
        }
        add_unmodelled(reason, problem_.request());
        return reason;
    }

    // Of the role that lacks the most places even alone; if none does, the shared resource of which the largest part of
    // what is there is asked for.
    [[nodiscard]] std::string scarcest(DomainIdx domain) const {
        std::size_t worst = 0;
        const auto lack = [&](std::size_t role) { return problem_.needs()[role] - alone(role, domain); };
        for (std::size_t role = 1; role < problem_.roles(); ++role) {
            if (lack(role) > lack(worst)) worst = role;
        }
        if (lack(worst) > 0) return scarcest_of(worst, domain);
        const Demand* tightest = nullptr;
        for (const Demand& demand : room_.demands()) {
            if (demand.resource.empty()) continue;
            const auto part = [&](const Demand& of) {
                return static_cast<double>(of.need) /
                       static_cast<double>(std::max<std::int64_t>(1, of.room[domain.value()]));
            };
            if (tightest == nullptr || part(demand) > part(*tightest)) tightest = &demand;
        }
        return tightest == nullptr ? std::string() : std::string(tightest->resource);
    }

    // The resource that most often limits the role on the nodes of the domain; of equally frequent ones the first by
    // name.
    [[nodiscard]] std::string scarcest_of(std::size_t role, DomainIdx domain) const {
        const NodeRoom room(problem_.snapshot(), problem_.request().roles[role].shape, basis_);
        const Domain& here = problem_.fabric().domain(domain);
        std::map<std::string_view, std::size_t> times;
        for (std::uint32_t node = here.first_node; node < here.last_node; ++node) {
            if (const auto name = room.scarce(NodeIdx(node)); !name.empty()) ++times[name];
        }
        const auto most = std::ranges::max_element(times, {}, [](const auto& entry) { return entry.second; });
        return most == times.end() ? std::string() : std::string(most->first);
    }

    const RoleProblem& problem_;
    RoomBasis basis_;
    RoleRoom room_;
    RoleFit fit_;
    std::vector<DomainIdx> domains_;
};

}  // namespace

std::optional<Outcome> unknown_role_level(const Snapshot& snapshot, const GangRequest& request) {
    for (const auto& role : request.roles) {
        if (role.wish == TopologyWish()) continue;  // names none
        GangRequest own = request;
        own.wish = role.wish;
        if (auto outcome = unknown_level(snapshot, own)) return outcome;
    }
    return std::nullopt;
}

Outcome roles_bound_apart(const GangRequest& request, std::string_view level) {
    Shortfall reason = shortfall(ReasonCode::fixed_apart, request);
    reason.level = level;
    add_unmodelled(reason, request);
    return NoFit{std::move(reason)};
}

Outcome roles_too_large(const RoleProblem& problem, std::int64_t steps) {
    // Bound members may go away too, so the proof does not hold them against any domain.
    GangRequest freed = problem.request();
    freed.fixed.clear();
    freed.avoid.clear();
    const RoleProblem ever(problem.snapshot(), freed, {});
    StepBudget ever_budget(steps);
    if (RoleLack lack(ever, RoomBasis::ever, ever_budget); lack.proved()) return NeverFits{lack.reason()};
    StepBudget budget(steps);
    return NoFit{RoleLack(problem, RoomBasis::now, budget).reason()};
}

Outcome search_exhausted(const GangRequest& request) {
    Shortfall reason = shortfall(ReasonCode::search_exhausted, request);
    add_unmodelled(reason, request);
    return NoFit{std::move(reason)};
}

}  // namespace muster
