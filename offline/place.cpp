#include "offline/place.hpp"

#include "config/level_presets.hpp"
#include "config/scalar_text.hpp"
#include "dialects/reason_text.hpp"
#include "dialects/timestamp.hpp"
#include "offline/pending_gangs.hpp"
#include "placement/cluster/cluster_state.hpp"
#include "placement/cluster/pod_events.hpp"
#include "placement/model/check.hpp"
#include "placement/plan/gang_planner.hpp"
#include "placement/plan/room/share_room.hpp"
#include "placement/plan/room/trial.hpp"
#include "placement/verify/verify_plan.hpp"

#include <algorithm>
#include <chrono>
#include <set>
#include <utility>
#include <variant>

namespace muster {
namespace {

void refuse(GangPlacement& item, Verdict verdict, Shortfall shortfall) {
    item.verdict = verdict;
    item.reason_code = reason_code_name(shortfall.code);
    item.reason = reason_sentence(shortfall, verdict == Verdict::never_fits);
    item.shortfall = std::move(shortfall);
}

void explain_unplanned(const PendingGang& gang, GangPlacement& item) {
    if (!gang.errors.empty()) {
        item.verdict = Verdict::does_not_fit;
        item.reason_code = "bad-declaration";
        item.reason = to_string(gang.errors.front());
        return;
    }
    item.verdict = Verdict::waits;
    item.reason_code = "incomplete";
    const std::int32_t there = gang.served + gang.waiting;
    item.reason = std::to_string(there) + " of " + std::to_string(gang.needed) + " members are there";
    if (gang.held > 0)
        item.reason += "; " + std::to_string(gang.held) + " more are held back by other scheduling gates";
}

// The end of its wait for the preferred level.
std::optional<std::int64_t> end_of_wait(const PendingGang& gang, std::optional<std::int64_t> now_s) {
    const std::optional<std::int64_t> since = gang.newest_s ? gang.newest_s : now_s;
    return since ? std::optional(*since + gang.request->wish.wait_s) : std::nullopt;
}

void hold(GangPlacement& item, const GangRequest& request, Wait wait) {
    item.verdict = Verdict::waits;
    item.reason_code = kWaitCode;
    const std::string until =
        item.until_s ? "until " + format_timestamp(*item.until_s)
                     : "for " + format_duration(std::chrono::seconds(request.wish.wait_s)) + " from its creation";
    item.reason = wait_sentence(wait.reason, until);
    item.shortfall = std::move(wait.reason);
}

// `into` stays sorted, each once.
void add_features(const std::vector<std::string>& features, std::vector<std::string>& into) {
    into.insert(into.end(), features.begin(), features.end());
    std::ranges::sort(into);
    const auto repeated = std::ranges::unique(into);
    into.erase(repeated.begin(), repeated.end());
}

std::vector<std::string> machines_of(const Fabric& fabric, const Plan& plan) {
    std::set<std::string> names;
    for (const Placement& placement : plan.placements) {
        const NodeFacts& node = fabric.node(*fabric.find(placement.node.str()));
        if (node.machine) names.insert(node.machine->name());
    }
    return {names.begin(), names.end()};
}

GangPlacement plan(const PendingGang& gang, const Policies& policies, std::optional<std::int64_t> now_s,
                   GpuTables& gpus, Trial& trial) {
    GangPlacement item;
    item.key = gang.key;
    item.owner = gang.owner;
    item.needed = gang.needed;
    item.served = gang.served;
    item.waiting = gang.waiting;
    if (!gang.request) {
        explain_unplanned(gang, item);
        return item;
    }
    for (const auto& role : gang.request->roles) add_features(role.shape.unmodelled, item.unmodelled);
    GangRequest request = *gang.request;
    const auto until_s = end_of_wait(gang, now_s);
    request.hold_preferred = request.hold_preferred && (!until_s || !now_s || *now_s < *until_s);
    Outcome outcome = plan_gang(trial.view(), request, policies, gpus);
    if (auto* no = std::get_if<NoFit>(&outcome)) {
        refuse(item, Verdict::does_not_fit, std::move(no->reason));
    } else if (auto* never = std::get_if<NeverFits>(&outcome)) {
        refuse(item, Verdict::never_fits, std::move(never->reason));
    } else if (auto* wait = std::get_if<Wait>(&outcome)) {
        item.until_s = until_s;
        hold(item, request, std::move(*wait));
    } else {
        auto& found = std::get<Plan>(outcome);
        MUSTER_CHECK(!verify_plan(trial.view(), request, found));
        add_features(unchecked_shares(trial.view(), request, found.placements), item.unmodelled);
        item.tree = gang_tree(trial.view(), request, found);
        trial.take(request, found);
        item.verdict = Verdict::fits;
        item.machines = machines_of(trial.view().fabric(), found);
        item.quality = std::move(found.quality);
        item.pods = std::move(found.placements);
        std::ranges::stable_sort(item.pods, {}, &Placement::rank);
    }
    return item;
}

// nullopt: no pod carries its time.
std::optional<std::int64_t> newest_creation(const std::vector<PodFacts>& pods) {
    std::int64_t newest = 0;
    for (const auto& pod : pods) newest = std::max(newest, pod.created_s);
    return newest > 0 ? std::optional(newest) : std::nullopt;
}

ClusterState state_of(const ClusterInput& input, std::vector<LevelSpec> levels) {
    ClusterState state(std::move(levels));
    for (const auto& node : input.nodes) state.apply(NodeSeen{node});
    for (const auto& pod : input.pods) {
        // A terminating pod keeps its capacity until it is gone.
        if (!pod.bound() || pod.terminal()) continue;
        state.apply(pod_bound(pod));
    }
    return state;
}

}  // namespace

std::string_view verdict_name(Verdict verdict) {
    switch (verdict) {
        case Verdict::fits:
            return "fits";
        case Verdict::does_not_fit:
            return "does-not-fit";
        case Verdict::never_fits:
            return "never-fits";
        case Verdict::waits:
            return "waits";
    }
    return "";
}

Result<PlacementList> place(const ClusterInput& input, const PlaceOptions& options) {
    PlacementList list;
    std::vector<LevelSpec> levels;
    if (options.levels) {
        levels = *options.levels;
    } else {
        LevelChoice choice = choose_levels(input.nodes, options.uplinks);
        list.preset = std::move(choice.preset);
        levels = std::move(choice.levels);
    }
    // The state would end the process over levels that no fabric can have; here they are somebody's input.
    MUSTER_TRY(const auto fabric, Fabric::build(levels, {}));
    list.levels.assign(fabric->levels().begin(), fabric->levels().end());

    ClusterState state = state_of(input, std::move(levels));
    const Snapshot snapshot = state.snapshot();
    list.missing.assign(snapshot.fabric().missing_labels().begin(), snapshot.fabric().missing_labels().end());
    list.shared = shared_values(snapshot.fabric());
    Trial trial(snapshot);
    GpuTables gpus(gpu_picker(options.gpu_picker));
    const auto now_s = options.now_s ? options.now_s : newest_creation(input.pods);
    for (const auto& gang : pending_gangs(input.pods)) {
        list.items.push_back(plan(gang, options.policies, now_s, gpus, trial));
        list.errors.insert(list.errors.end(), gang.errors.begin(), gang.errors.end());
    }
    return list;
}

}  // namespace muster
