#include "placement/plan/crossing/crossing_search.hpp"

#include "placement/plan/crossing/crossing_branch.hpp"
#include "placement/plan/crossing/crossing_room.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace muster {
namespace {

// The second bound costs as much as a run or more, and repairs cost runs: both are tried where the bound rose, at least
// so often, and as long as they close questions. Faults are repaired so often in a row.
constexpr std::size_t kRepairEvery = 8;
constexpr int kRepairsInARow = 64;

bool cut_off(const Outcome& outcome) {
    const auto* no = std::get_if<NoFit>(&outcome);
    return no != nullptr && no->reason.code == ReasonCode::search_exhausted;
}

class CrossingSearch {
  public:
    CrossingSearch(const Snapshot& snapshot, const CrossingWishes& all, std::span<const CrossingWish> wishes,
                   const Policies& policies, const TreePlanner& planner, int runs)
        : snapshot_(snapshot),
          all_(all),
          room_(snapshot, all, wishes, RoomBasis::now),
          policies_(policies),
          planner_(planner),
          runs_(runs),
          request_(all.rest) {}

    CrossingFound run() {
        push({}, {}, 0);
        while (!open_.empty() && !(best_ && open_.begin()->bound >= best_->quality.objective)) {
            if (runs_ == 0) {
                keep_least(open_.begin()->bound);
                break;
            }
            const Question question = std::move(open_.extract(open_.begin()).value());
            answer(question);
        }
        if (!best_) return left_ ? CrossingFound(CrossingUnknown{}) : CrossingFound(CrossingNone{});
        const bool bounded = left_ && *left_ < best_->quality.objective;
        best_->quality.proof = bounded ? Proof::bounded : Proof::optimal;
        best_->quality.bound = bounded ? *left_ : ObjectiveVector();
        return std::move(*best_);
    }

  private:
    struct Question {
        ObjectiveVector bound;  // no placement as chosen is better
        std::size_t depth = 0;
        std::size_t number = 0;
        CrossingChoices choices;
        // Of equal bounds the deepest first: it is the nearest to an answer.
        bool operator<(const Question& other) const {
            if (bound != other.bound) return bound < other.bound;
            return depth != other.depth ? depth > other.depth : number < other.number;
        }
    };

    void push(const ObjectiveVector& bound, CrossingChoices choices, std::size_t depth) {
        if (seen_.insert(choices).second) open_.insert({bound, depth, next_++, std::move(choices)});
    }

    static CrossingChoices with(const CrossingChoices& choices, const CrossingChoice& choice) {
        CrossingChoices more = choices;
        const auto same = std::ranges::find_if(more, [&](const CrossingChoice& known) {
            return known.kind == CrossingChoice::Kind::host_most && choice.kind == known.kind &&
                   known.axis == choice.axis && known.at == choice.at;
        });
        if (same != more.end()) {
            same->number = std::min(same->number, choice.number);
        } else {
            more.insert(std::ranges::upper_bound(more, choice), choice);
        }
        return more;
    }

    void keep_least(const ObjectiveVector& bound) {
        if (!left_ || bound < *left_) left_ = bound;
    }

    struct Run {
        std::optional<Plan> plan;
        bool undecided = false;
    };
    Run plan(const CrossingChoices& choices) {
        auto caps = room_.caps(choices);
        if (!caps) return {};
        --runs_;
        request_.caps = std::move(*caps);
        Outcome outcome = planner_(request_, policies_);
        if (Plan* plan = std::get_if<Plan>(&outcome)) return {std::move(*plan), false};
        return {std::nullopt, cut_off(outcome)};
    }

    [[nodiscard]] CrossingCounts counts(const Plan& plan) const {
        CrossingCounts counts(all_.groups.size(), std::vector<std::int32_t>(snapshot_.fabric().node_count(), 0));
        auto placement = plan.placements.begin();
        for (std::size_t role = 0; role < request_.roles.size(); ++role) {
            for (std::size_t i = 0; i < request_.roles[role].members.size(); ++i, ++placement) {
                const NodeIdx node = snapshot_.fabric().find(placement->node.str()).value();
                for (std::size_t group = 0; group < counts.size(); ++group) {
                    if (std::ranges::count(all_.groups[group].roles, role) > 0) ++counts[group][node.value()];
                }
            }
        }
        return counts;
    }

    void accept(Plan plan) {
        if (!best_ || plan.quality.objective < best_->quality.objective) best_ = std::move(plan);
    }

    void answer(const Question& question) {
        Run run = plan(question.choices);
        if (run.undecided) keep_least(question.bound);
        if (!run.plan) return;
        const Quality& quality = run.plan->quality;
        const bool bounded = quality.proof == Proof::bounded;
        ObjectiveVector bound = std::max(question.bound, bounded ? quality.bound : quality.objective);
        if (best_ && bound >= best_->quality.objective) return;
        const auto fault = crossing_fault(room_, question.choices, counts(*run.plan));
        if (!fault) {
            if (bounded) keep_least(bound);
            accept(std::move(*run.plan));
            return;
        }
        const bool due = !last_repaired_ || bound > *last_repaired_ || ++since_repair_ >= kRepairEvery;
        const auto covers = due ? raise(bound, question.choices, static_cast<std::size_t>(quality.leading))
                                : std::vector<CrossingFault>();
        if (best_ && bound >= best_->quality.objective) return;
        for (const CrossingChoice& branch : fault->branches)
            push(bound, with(question.choices, branch), question.depth + 1);
        if (!due) return;
        last_repaired_ = bound;
        since_repair_ = 0;
        const bool repaired =
            std::ranges::any_of(covers, [&](const CrossingFault& cover) { return repair(question.choices, cover); });
        if (!repaired) repair(question.choices, *fault);
    }

    // Raises the bound to the fewest domains that the wishes leave, when the terms before them are as in the bound;
    // policies cost nothing or more. Returns divisions over so few, as repairs.
    std::vector<CrossingFault> raise(ObjectiveVector& bound, const CrossingChoices& choices, std::size_t leading) {
        const auto levels = static_cast<std::int64_t>(snapshot_.fabric().levels().size());
        std::vector<CrossingFault> repairs;
        if (bound[1] < 1 || bound[1] > levels + 1) return repairs;
        // The domain that holds the gang is so deep, or deeper.
        const auto depth = static_cast<std::uint32_t>(levels + 1 - bound[1]);
        for (std::size_t axis = 0; axis < room_.axes().size(); ++axis) {
            const auto cover = room_.cover(axis, choices, depth);
            if (!cover) continue;
            ObjectiveVector raised(bound.size(), 0);
            const auto counts = std::ranges::copy(std::span(bound).first(2 + leading), raised.begin()).out;
            std::ranges::copy(cover->domains, counts);
            bound = std::max(bound, raised);
            CrossingFault repair;
            for (std::size_t node = 0; node < cover->hosts.size(); ++node)
                repair.repair.push_back(
                    {CrossingChoice::Kind::host_most, axis, static_cast<std::uint32_t>(node), cover->hosts[node]});
            repairs.push_back(std::move(repair));
        }
        return repairs;
    }

    // Away from the exact search: one guess after the other. Whether they gave a plan as wished.
    bool repair(CrossingChoices choices, CrossingFault fault) {
        for (int i = 0; i < kRepairsInARow && runs_ > 0 && !fault.repair.empty(); ++i) {
            choices.insert(choices.end(), fault.repair.begin(), fault.repair.end());
            Run run = plan(choices);
            if (!run.plan || (best_ && run.plan->quality.objective >= best_->quality.objective)) return false;
            auto next = crossing_fault(room_, choices, counts(*run.plan));
            if (!next) {
                accept(std::move(*run.plan));
                return true;
            }
            fault = std::move(*next);
        }
        return false;
    }

    const Snapshot& snapshot_;
    const CrossingWishes& all_;
    CrossingRoom room_;
    const Policies& policies_;
    const TreePlanner& planner_;
    int runs_;
    GangRequest request_;
    std::set<Question> open_;
    std::set<CrossingChoices> seen_;
    std::size_t next_ = 0;
    std::optional<Plan> best_;
    std::optional<ObjectiveVector> left_;  // the least bound of a question that stays open
    std::optional<ObjectiveVector> last_repaired_;
    std::size_t since_repair_ = 0;
};

}  // namespace

CrossingFound search_crossing(const Snapshot& snapshot, const CrossingWishes& all, std::span<const CrossingWish> wishes,
                              const Policies& policies, const TreePlanner& planner, int runs) {
    return CrossingSearch(snapshot, all, wishes, policies, planner, runs).run();
}

}  // namespace muster
