#include "placement/plan/wait_for_level.hpp"

#include "placement/plan/gang_planner.hpp"

#include <variant>

namespace muster {

Outcome plan_or_wait(const Snapshot& snapshot, const GangRequest& request, const Policies& policies, GpuTables& gpus) {
    const auto level = [&](const std::optional<std::string>& wish) {
        return wish ? snapshot.fabric().level(*wish) : std::nullopt;
    };
    GangRequest anywhere = request;
    anywhere.hold_preferred = false;
    const auto preferred = level(request.wish.preferred);
    const auto required = level(request.wish.required);
    if (!preferred || (required && *required >= *preferred)) return plan_gang(snapshot, anywhere, policies, gpus);

    GangRequest near = anywhere;
    near.wish.required = near.wish.preferred;
    Outcome held = plan_gang(snapshot, near, policies, gpus);
    if (std::holds_alternative<Plan>(held)) return held;
    Outcome outcome = plan_gang(snapshot, anywhere, policies, gpus);
    const auto* no = std::get_if<NoFit>(&held);
    const bool may_help = no != nullptr && no->reason.code != ReasonCode::fixed_apart;
    if (!may_help || !std::holds_alternative<Plan>(outcome)) return outcome;
    return Wait{no->reason};
}

}  // namespace muster
