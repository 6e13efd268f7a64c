#include "placement/plan/one_role_planner.hpp"

#include "placement/plan/links/gang_links.hpp"
#include "placement/plan/links/gpu_room.hpp"
#include "placement/plan/room/bound_members.hpp"
#include "placement/plan/room/node_room.hpp"
#include "placement/plan/tree/seats.hpp"
#include "placement/plan/tree/shortfall.hpp"
#include "placement/plan/tree/tree_search.hpp"
#include "placement/plan/tree/wishes.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace muster {
namespace {

class OneRolePlanner {
  public:
    OneRolePlanner(const Snapshot& snapshot, const GangRequest& request, const Policies& policies, GpuTables& gpus)
        : snapshot_(snapshot),
          fabric_(snapshot.fabric()),
          request_(request),
          policies_(policies),
          gpus_(gpus),
          bound_(fabric_, request.fixed),
          required_(level(request.wish.required)),
          preferred_(level(request.wish.preferred)) {}

    Outcome run() {
        if (required_ && bound_.any()) {
            const auto [first, last] = *bound_.span();
            if (fabric_.domain(holder(fabric_, first, last)).depth < depth_of(*required_)) return bound_apart(request_);
        }
        auto room = domain_room(snapshot_, request_, RoomBasis::now);
        const GangLinks links(snapshot_, request_, gpus_);
        const GpuRoom classed(snapshot_, request_.roles.front().shape, room, gpus_, links);
        for (const auto bandwidth_class : classed.classes().first(classed.classes().size() - 1)) {
            if (const auto best = search_within(classed, links, bandwidth_class, room)) return plan(*best, links);
        }
        room_ = std::move(room);
        if (const auto best = search({coarsest_depth(), finest_depth()})) return plan(*best, links);
        return why_not();
    }

  private:
    static std::uint32_t depth_of(LevelIdx level) { return level.value() + 1; }
    // The domain that holds the gang has at least this depth.
    [[nodiscard]] std::uint32_t coarsest_depth() const { return required_ ? depth_of(*required_) : 0; }
    // Domains as deep or deeper are equally good to hold the gang.
    [[nodiscard]] std::uint32_t finest_depth() const {
        return preferred_ ? std::max(depth_of(*preferred_), coarsest_depth())
                          : static_cast<std::uint32_t>(fabric_.levels().size());
    }

    [[nodiscard]] std::optional<LevelIdx> level(const std::optional<std::string>& wish) const {
        return wish ? fabric_.level(*wish) : std::nullopt;
    }

    // Cuts the room to what the wishes leave of it; says whether they leave anything.
    bool apply_wishes() {
        const auto limits = wish_limits(fabric_, request_.wish);
        if (limits.empty() && request_.caps.empty()) return true;
        wished_ = wish_room(snapshot_, request_, limits, room_, RoomBasis::now);
        if (wished_.stuck) return false;
        room_.swap(wished_.room);
        return true;
    }

    // The best placement that keeps within the class. Which uplinks count depends on the depth of the domain that holds
    // the gang, so each range of depths has a room of its own. A range finds nothing that a finer one could have: what
    // comes from several of them, which is where they tie in level, differs in the terms behind it.
    std::optional<BestShares> search_within(const GpuRoom& classed, const GangLinks& links,
                                            std::int32_t bandwidth_class, const std::vector<std::int64_t>& room) {
        std::optional<BestShares> best;
        for (std::size_t i = 0; i < links.held().size(); ++i) {
            const auto [coarsest, finest] = links.held()[i];
            if (finest < (best ? finest_depth() : coarsest_depth())) break;
            room_ = classed.cut(bandwidth_class, i, room);
            if (std::cmp_less(room_[fabric_.root().value()], request_.members())) continue;
            auto found = search({std::max(coarsest, best ? finest_depth() : coarsest_depth()),
                                 std::clamp(finest_depth(), coarsest, finest)});
            if (found && (!best || found->objective < best->objective)) best = std::move(found);
        }
        return best;
    }

    // From the finest depth upwards: the first with a placement is the lowest that has one.
    std::optional<BestShares> search(GangLinks::Depths depths) {
        if (!apply_wishes()) return std::nullopt;
        std::optional<TreeSearch> search;
        const auto [coarsest, finest] = depths;
        for (std::uint32_t depth = finest + 1; depth-- > coarsest;) {
            auto candidates = roomy_domains(depth, depth == finest);
            if (candidates.empty()) continue;
            if (!search) search.emplace(snapshot_, request_, policies_, room_, bound_.paid(), wished_.steps());
            if (auto best = search->best_in(std::move(candidates))) return best;
        }
        refused_ = search.has_value();
        return std::nullopt;
    }

    // Of the last search.
    [[nodiscard]] Outcome why_not() const {
        if (!refused_) {
            const bool unwished = wished_.stuck || wished_.room.empty();
            return too_small(snapshot_, request_, required_, bound_, unwished ? room_ : wished_.room);
        }
        std::vector<std::string> refusing;
        for (const auto& policy : policies_of(request_, policies_)) {
            if (policy->may_refuse()) refusing.emplace_back(policy->name());
        }
        return refused(request_, std::move(refusing));
    }

    // Domains of the depth that could hold the whole gang. With `below`, where such a domain is synthetic (and so holds
    // nothing), the highest ones inside it instead.
    [[nodiscard]] std::vector<DomainIdx> roomy_domains(std::uint32_t depth, bool below) const {
        std::vector<DomainIdx> found;
        const auto need = static_cast<std::int64_t>(request_.members());
        const auto visit = [&](const auto& self, std::uint32_t index) -> void {
            const Domain& domain = fabric_.domains()[index];
            if (room_[index] < need || !bound_.inside(domain)) return;
            const bool here = domain.depth >= depth && !domain.synthetic;
            if (here) found.emplace_back(index);
            if (here || (domain.depth >= depth && !below)) return;
            for (std::uint32_t child = domain.first_child; child < domain.last_child; ++child) self(self, child);
        };
        visit(visit, fabric_.root().value());
        return found;
    }

    [[nodiscard]] Plan plan(const BestShares& best, const GangLinks& links) const {
        Plan plan;
        const auto ranked = RankedSlices::make(fabric_, request_, slices_of(fabric_, request_.wish));
        plan.placements = ranked ? seat_ranked(fabric_, request_.roles.front(), best.shares, *ranked)
                                 : seat_members(fabric_, request_.roles.front(), best.shares, !bound_.any());
        NodeIdx first = best.shares.front().node;
        NodeIdx last = best.shares.back().node;
        if (bound_.any()) {
            first = std::min(first, bound_.span()->first);
            last = std::max(last, bound_.span()->second);
        }
        const DomainIdx holds = holder(fabric_, first, last);
        const std::uint32_t depth = fabric_.domain(holds).depth;
        plan.quality.level = depth == 0 ? "cluster" : fabric_.levels()[depth - 1].name;
        plan.quality.domain = fabric_.path(holds);

        const auto levels = static_cast<std::int64_t>(fabric_.levels().size());
        std::int64_t term = levels + 1 - std::int64_t{depth};
        if (preferred_) term = std::max(term, levels - std::int64_t{preferred_->value()});
        plan.quality.objective = {links.grade(plan), term};
        plan.quality.objective.insert(plan.quality.objective.end(), best.objective.begin(), best.objective.end());
        plan.quality.leading = best.leading;
        for (std::size_t i = 0; i < fabric_.levels().size(); ++i) {
            plan.quality.domains.push_back({fabric_.levels()[i].name, static_cast<std::int32_t>(best.domains[i])});
        }
        return plan;
    }

    const Snapshot& snapshot_;
    const Fabric& fabric_;
    const GangRequest& request_;
    const Policies& policies_;
    GpuTables& gpus_;
    BoundMembers bound_;
    std::optional<LevelIdx> required_;
    std::optional<LevelIdx> preferred_;
    std::vector<std::int64_t> room_;  // by domain, as wished
    WishRoom wished_;                 // its room, after the swap, is that without wishes
    bool refused_ = false;            // there was room, so policies refused it
};

}  // namespace

Outcome plan_one_role(const Snapshot& snapshot, const GangRequest& request, const Policies& policies, GpuTables& gpus) {
    return OneRolePlanner(snapshot, request, policies, gpus).run();
}

}  // namespace muster
