#include "placement/plan/wish_planner.hpp"

#include "placement/plan/one_role_planner.hpp"
#include "placement/plan/roles/role_wishes.hpp"
#include "placement/plan/tree/shortfall.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace muster {
namespace {

bool counts_domains(const SpreadWish& wish) {
    return wish.min_domains > 0 || wish.balanced;
}

bool has_own(const TopologyWish& wish) {
    return wish.required || wish.preferred || !wish.slices.empty() || !wish.spread.empty() || wish.exclusive;
}

bool exhausted(const Outcome& outcome) {
    const auto* no = std::get_if<NoFit>(&outcome);
    return no != nullptr && no->reason.code == ReasonCode::search_exhausted;
}

// The gang's wish and those of its roles.
template <class Request>
auto all_wishes(Request& request) {
    std::vector<decltype(&request.wish)> all{&request.wish};
    for (auto& role : request.roles) all.push_back(&role.wish);
    return all;
}

// The request without any wish but for levels that must hold members; and its other wishes one by one, in the order in
// which they are blamed.
class WishByWish {
  public:
    explicit WishByWish(const GangRequest& request) : request_(request), rest_(request) {
        for (TopologyWish* wish : all_wishes(rest_)) {
            wish->slices.clear();
            wish->spread.clear();
            wish->exclusive.reset();
        }
    }

    [[nodiscard]] const GangRequest& rest() const { return rest_; }

    // Calls for each wish, after adding it to the rest, until one answers true.
    template <class Call>
    void add_each(Call call) {
        const auto given = all_wishes(request_);
        const auto to = all_wishes(rest_);
        const auto each = [&](ReasonCode code, auto add) {
            for (std::size_t i = 0; i < to.size(); ++i) {
                if (done_) return;
                add(*given[i], *to[i],
                    [&](const std::string& level, std::int32_t limit) { done_ = done_ || call(code, level, limit); });
            }
        };
        each(ReasonCode::slice_too_large, [&](const TopologyWish& from, TopologyWish& wish, auto added) {
            for (const auto& slice : from.slices) {
                wish.slices.push_back(slice);
                added(slice.level, slice.size);
            }
        });
        const auto add_spread = [&](auto pick) {
            return [pick](const TopologyWish& from, TopologyWish& wish, auto added) {
                for (const auto& spread : from.spread) {
                    const auto part = pick(spread);
                    if (!part) continue;
                    wish.spread.push_back(*part);
                    added(spread.level, part->max > 0 ? part->max : part->min_domains);
                }
            };
        };
        using Part = std::optional<SpreadWish>;
        each(ReasonCode::spread_too_tight, add_spread([](const SpreadWish& wish) {
                 return wish.max > 0 ? Part({wish.level, wish.max, 0, false}) : Part();
             }));
        each(ReasonCode::not_exclusive, [&](const TopologyWish& from, TopologyWish& wish, auto added) {
            wish.exclusive = from.exclusive;
            if (from.exclusive) added(*from.exclusive, 0);
        });
        each(ReasonCode::spread_too_narrow, add_spread([](const SpreadWish& wish) {
                 return wish.min_domains > 0 ? Part({wish.level, 0, wish.min_domains, false}) : Part();
             }));
        each(ReasonCode::spread_unbalanced, add_spread([](const SpreadWish& wish) {
                 return wish.balanced ? Part({wish.level, 0, 0, true}) : Part();
             }));
    }

  private:
    const GangRequest& request_;
    GangRequest rest_;
    bool done_ = false;
};

class WishPlanner {
  public:
    WishPlanner(const Snapshot& snapshot, const Policies& policies, GpuTables& gpus, RoleBudget budget)
        : snapshot_(snapshot), policies_(policies), gpus_(gpus), budget_(budget) {}

    // Preferred levels of roles as required ones, as far as that goes.
    [[nodiscard]] Outcome run(const GangRequest& request) const {
        std::vector<std::size_t> preferring;
        for (std::size_t role = 0; role < request.roles.size(); ++role) {
            const auto finer = sooner(request, role);
            if (finer) preferring.push_back(role);
        }
        for (std::size_t kept = preferring.size(); kept > 0; --kept) {
            GangRequest tried = request;
            for (std::size_t i = 0; i < kept; ++i) {
                TopologyWish& wish = tried.roles[preferring[i]].wish;
                wish.required = wish.preferred;
            }
            Outcome outcome = plan(tried);
            if (std::holds_alternative<Plan>(outcome)) return outcome;
        }
        return plan(request);
    }

  private:
    // Whether the role prefers a level that is finer than those required of it.
    [[nodiscard]] bool sooner(const GangRequest& request, std::size_t role) const {
        const auto level = [&](const std::optional<std::string>& wish) {
            return wish ? snapshot_.fabric().level(*wish) : std::nullopt;
        };
        const TopologyWish& wish = request.roles[role].wish;
        const auto preferred = level(wish.preferred);
        return preferred && preferred > level(wish.required) && preferred > level(request.wish.required);
    }

    [[nodiscard]] Outcome plan(const GangRequest& request) const {
        const RoleWishes wishes(snapshot_.fabric(), request);
        if (wishes.mixed()) return several_roles(request);
        std::optional<ObjectiveVector> relaxed;
        if (request.roles.size() == 1 && !has_own(request.roles.front().wish)) {
            Outcome outcome = without_counts(request);
            const Plan* plan = std::get_if<Plan>(&outcome);
            if (plan == nullptr || wishes.hold(shares(*plan))) return outcome;
            relaxed = plan->quality.objective;
        }
        Outcome outcome = plan_roles(snapshot_, request, policies_, gpus_, budget_);
        if (Plan* plan = std::get_if<Plan>(&outcome)) {
            Quality& quality = plan->quality;
            if (relaxed && quality.proof == Proof::bounded) {
                quality.bound = std::max(quality.bound, *relaxed);
                if (quality.bound >= quality.objective) quality = proved(std::move(quality));
            }
            return outcome;
        }
        return wishes.any() || any_exclusive(request) ? blamed(request, std::move(outcome)) : outcome;
    }

    static Quality proved(Quality quality) {
        quality.proof = Proof::optimal;
        quality.bound.clear();
        return quality;
    }

    static bool any_exclusive(const GangRequest& request) {
        return request.wish.exclusive || std::ranges::any_of(request.roles, [](const RoleRequest& role) {
                   return role.wish.exclusive.has_value();
               });
    }

    [[nodiscard]] Outcome without_counts(const GangRequest& request) const {
        GangRequest relaxed = request;
        for (auto& spread : relaxed.wish.spread) {
            spread.min_domains = 0;
            spread.balanced = false;
        }
        return plan_one_role(snapshot_, relaxed, policies_, gpus_);
    }

    [[nodiscard]] std::vector<RoleShare> shares(const Plan& plan) const {
        std::map<NodeIdx, std::int32_t> sums;
        for (const auto& placement : plan.placements) ++sums[snapshot_.fabric().find(placement.node.str()).value()];
        std::vector<RoleShare> shares;
        for (const auto& [node, members] : sums) shares.push_back({node, {members}});
        return shares;
    }

    // The reason why there is no plan: not what the search says, which sees all wishes at once.
    [[nodiscard]] Outcome blamed(const GangRequest& request, Outcome outcome) const {
        if (exhausted(outcome) || !request.caps.empty()) return outcome;
        WishByWish wishes(request);
        Outcome plain = plan_roles(snapshot_, wishes.rest(), {}, gpus_, budget_);
        if (!std::holds_alternative<Plan>(plain) && !exhausted(plain)) return plain;
        std::optional<Outcome> blame;
        wishes.add_each([&](ReasonCode code, const std::string& level, std::int32_t limit) {
            const Outcome with = plan_roles(snapshot_, wishes.rest(), {}, gpus_, budget_);
            if (std::holds_alternative<Plan>(with) || exhausted(with)) return false;
            blame = lacking(request, code, level, limit);
            return true;
        });
        return blame ? std::move(*blame) : outcome;
    }

    [[nodiscard]] Outcome lacking(const GangRequest& request, ReasonCode code, const std::string& level,
                                  std::int32_t limit) const {
        Shortfall reason = shortfall(code, request);
        const Fabric& fabric = snapshot_.fabric();
        const auto known = fabric.level(level);
        reason.level = known ? fabric.levels()[known->value()].name : level;
        reason.limit = limit;
        reason.best = code == ReasonCode::spread_too_narrow || code == ReasonCode::spread_unbalanced ? 0 : -1;
        bool never = false;
        if (code == ReasonCode::spread_too_narrow && known) {
            reason.best = static_cast<std::int32_t>(std::ranges::count_if(fabric.domains(), [&](const Domain& domain) {
                return domain.depth == known->value() + 1 && !domain.synthetic;
            }));
            never = reason.best < limit;
        }
        add_unmodelled(reason, request);
        return never ? Outcome(NeverFits{std::move(reason)}) : Outcome(NoFit{std::move(reason)});
    }

    const Snapshot& snapshot_;
    const Policies& policies_;
    GpuTables& gpus_;
    RoleBudget budget_;
};

}  // namespace

bool needs_counts(const GangRequest& request) {
    return request.roles.size() > 1 || has_own(request.roles.front().wish) ||
           std::ranges::any_of(request.wish.spread, counts_domains);
}

Outcome plan_wished(const Snapshot& snapshot, const GangRequest& request, const Policies& policies, GpuTables& gpus,
                    RoleBudget budget) {
    return WishPlanner(snapshot, policies, gpus, budget).run(request);
}

}  // namespace muster
