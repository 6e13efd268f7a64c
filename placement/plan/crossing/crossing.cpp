#include "placement/plan/crossing/crossing.hpp"

#include "placement/plan/crossing/crossing_search.hpp"
#include "placement/plan/crossing/crossing_shortfall.hpp"
#include "placement/plan/roles/role_shortfall.hpp"
#include "placement/plan/tree/shortfall.hpp"

#include <algorithm>
#include <cstddef>
#include <set>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

namespace muster {
namespace {

// For the reason only, which may as well be a coarser one.
constexpr int kBlameRuns = 32;

class CrossingPlanner {
  public:
    CrossingPlanner(const Snapshot& snapshot, const GangRequest& request, const Policies& policies,
                    const TreePlanner& planner)
        : snapshot_(snapshot),
          request_(request),
          policies_(policies),
          planner_(planner),
          all_(crossing_wishes(snapshot.fabric(), request)) {}

    [[nodiscard]] Outcome run() {
        if (auto outcome = unknown_level(snapshot_, all_.rest)) return std::move(*outcome);
        if (auto outcome = unknown_role_level(snapshot_, all_.rest)) return std::move(*outcome);
        if (auto outcome = crossing_contradiction(snapshot_.fabric(), all_)) return std::move(*outcome);
        return request_.hold_preferred ? plan_or_wait() : preferring(all_.preferred.size());
    }

  private:
    // The finer level of both is required in place of a preferred one.
    [[nodiscard]] bool prefers_level() const {
        const Fabric& fabric = snapshot_.fabric();
        const auto& [required, preferred] = std::tie(all_.rest.wish.required, all_.rest.wish.preferred);
        return preferred && (!required || fabric.level(*required) < fabric.level(*preferred));
    }

    [[nodiscard]] bool prefers_label() const {
        return !all_.preferred.empty() && all_.groups[all_.preferred.front().group].role < 0;
    }

    [[nodiscard]] Outcome plan_or_wait() {
        if (!prefers_level() && !prefers_label()) return preferring(all_.preferred.size());
        const CrossingWishes wished = all_;
        if (prefers_label()) {
            all_.wishes.push_back(all_.preferred.front());
            all_.preferred.erase(all_.preferred.begin());
            std::ranges::sort(all_.wishes);
        } else {
            all_.rest.wish.required = all_.rest.wish.preferred;
        }
        Outcome held = preferring(all_.preferred.size());
        if (std::holds_alternative<Plan>(held)) return held;
        all_ = wished;
        Outcome outcome = preferring(all_.preferred.size());
        const auto* no = std::get_if<NoFit>(&held);
        const bool may_help = no != nullptr && no->reason.code != ReasonCode::fixed_apart;
        if (!may_help || !std::holds_alternative<Plan>(outcome)) return outcome;
        return Wait{no->reason};
    }

    // With as many of the first preferred labels as there is a place for.
    [[nodiscard]] Outcome preferring(std::size_t most) {
        for (std::size_t kept = most; kept > 0; --kept) {
            auto wishes = all_.wishes;
            wishes.insert(wishes.end(), all_.preferred.begin(),
                          all_.preferred.begin() + static_cast<std::ptrdiff_t>(kept));
            std::ranges::sort(wishes);
            if (crossing_bound_apart(all_, wishes)) continue;
            auto found = search_crossing(snapshot_, all_, wishes, policies_, planner_);
            if (Plan* plan = std::get_if<Plan>(&found)) return counted(std::move(*plan));
        }
        if (auto outcome = crossing_bound_apart(all_, all_.wishes)) return std::move(*outcome);
        auto found = search_crossing(snapshot_, all_, all_.wishes, policies_, planner_);
        if (Plan* plan = std::get_if<Plan>(&found)) return counted(std::move(*plan));
        return std::holds_alternative<CrossingUnknown>(found) ? search_exhausted(request_) : blamed();
    }

    // Proved to have no place; the reason.
    [[nodiscard]] Outcome blamed() {
        Outcome rest = planner_(all_.rest, policies_);
        if (!std::holds_alternative<Plan>(rest)) return rest;
        for (std::size_t i = 0; i + 1 < all_.wishes.size(); ++i) {
            const auto some = std::span(all_.wishes).first(i + 1);
            const auto found = search_crossing(snapshot_, all_, some, {}, planner_, kBlameRuns);
            if (std::holds_alternative<CrossingNone>(found)) return crossing_lack(snapshot_, all_, some);
        }
        return crossing_lack(snapshot_, all_, all_.wishes);
    }

    [[nodiscard]] Plan counted(Plan plan) const {
        for (const CrossingLabel& label : all_.labels) {
            std::set<std::int32_t> used;
            const auto count = [&](const NodeName& name) {
                const auto node = snapshot_.fabric().find(name.str());
                if (node && label.of_node[node->value()] >= 0) used.insert(label.of_node[node->value()]);
            };
            for (const auto& placement : plan.placements) count(placement.node);
            for (const auto& member : request_.fixed) count(member.node);
            plan.quality.crossing.push_back({label.key, static_cast<std::int32_t>(used.size())});
        }
        return plan;
    }

    const Snapshot& snapshot_;
    const GangRequest& request_;
    const Policies& policies_;
    const TreePlanner& planner_;
    CrossingWishes all_;
};

}  // namespace

std::optional<Outcome> plan_crossing(const Snapshot& snapshot, const GangRequest& request, const Policies& policies,
                                     const TreePlanner& planner) {
    if (!crosses_levels(snapshot.fabric(), request)) return std::nullopt;
    return CrossingPlanner(snapshot, request, policies, planner).run();
}

}  // namespace muster
