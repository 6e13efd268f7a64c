#include "placement/plan/room/trial.hpp"

#include "placement/model/check.hpp"

#include <memory>
#include <utility>

namespace muster {

Trial::Trial(const Snapshot& base) : view_(base), own_chunk_(base.chunks_.size(), false) {}

void Trial::rollback(Checkpoint to) {
    MUSTER_CHECK(to <= taken_.size());
    while (taken_.size() > to) {
        count(taken_.back(), Snapshot::Use::ends);
        taken_.pop_back();
    }
    amounts_.resize(taken_.empty() ? 0 : taken_.back().amounts + 1);
}

void Trial::take(NodeIdx node, const PodShape& shape) {
    take(node, {shape.requests, shape.host_ports, {}, {}, shape.shares});
}

void Trial::take(NodeIdx node, Amounts amounts) {
    MUSTER_CHECK(node.value() < view_.fabric().node_count());
    if (amounts_.empty() || amounts_.back() != amounts) amounts_.push_back(std::move(amounts));
    taken_.push_back({node, amounts_.size() - 1});
    count(taken_.back(), Snapshot::Use::begins);
}

void Trial::take(const GangRequest& request, const Plan& plan) {
    MUSTER_CHECK(plan.placements.size() == request.members());
    const std::string gang = gang_name(request.key);
    auto placement = plan.placements.begin();
    for (const auto& role : request.roles) {
        for (const auto& member : role.members) {
            MUSTER_CHECK(placement->uid == member.uid);
            const auto node = view_.fabric().find(placement->node.str());
            MUSTER_CHECK(node.has_value());
            take(*node,
                 {role.shape.requests, role.shape.host_ports, planned_devices(*placement), gang, role.shape.shares});
            ++placement;
        }
    }
}

void Trial::count(const Taken& taken, Snapshot::Use use) {
    const std::size_t at = taken.node.value() / kChunkNodes;
    auto& chunk = view_.chunks_[at];
    // A copied chunk has a second holder only where somebody copied view().
    if (!own_chunk_[at] || chunk.use_count() > 1) {
        chunk = std::make_shared<NodeChunk>(*chunk);
        own_chunk_[at] = true;
    }
    const Amounts& amounts = amounts_[taken.amounts];
    view_.traffic_.count(view_.fabric(), amounts.gang, taken.node, static_cast<std::int32_t>(use));
    view_.count(taken.node, {amounts.requests, amounts.host_ports, amounts.devices, amounts.shares, {}}, use);
}

}  // namespace muster
