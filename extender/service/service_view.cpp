// What people and probes see.
#include "dialects/reason_text.hpp"
#include "extender/service/notices.hpp"
#include "extender/service/service.hpp"

#include <algorithm>

namespace muster {

ServiceStatus Service::status() const {
    const std::scoped_lock lock(mutex_);
    ServiceStatus status;
    status.synced = synced_;
    status.leading = leading_ && clock_.now() < lead_until_;
    status.draining = draining_;
    status.nodes = cluster_.node_count();
    status.pods = pods_.size();
    status.gangs = gangs_.size();
    status.reservations = cluster_.reservation_count();
    status.parked_binds = calls_.size();
    status.write_queue = writes_.waiting();
    status.complaints.assign(complaints_.begin(), complaints_.end());
    return status;
}

std::vector<GangView> Service::gangs() const {
    const std::scoped_lock lock(mutex_);
    std::vector<GangView> views;
    views.reserve(gangs_.size());
    for (const auto& [key, gang] : gangs_) {
        const GangMachine& machine = gang.machine;
        GangView view;
        view.key = key;
        view.state = name_of(machine.state());
        view.epoch = machine.epoch().value();
        view.incarnation = machine.incarnation();
        view.needed = machine.needed().value_or(0);
        view.members = static_cast<std::int32_t>(machine.members().size());
        view.served = machine.served();
        view.parked = machine.parked();
        if (machine.quality()) {
            view.level = machine.quality()->level;
            view.domain = machine.quality()->domain;
            view.proof = proof_name(machine.quality()->proof);
            view.objective = machine.quality()->objective;
            view.bound = machine.quality()->bound;
        }
        if (machine.trouble().wait_until && machine.state() == GangState::waiting)
            view.waits_for = std::max(Millis(0), *machine.trouble().wait_until - clock_.now());
        view.reason = trouble_sentence(machine);
        view.reason_code = trouble_code(machine);
        views.push_back(std::move(view));
    }
    return views;
}

}  // namespace muster
