// The service's part of the protocol, as extender/service plays it: reservations, planner, performing what gangs ask
// for.
#include "test/property/gang_world.hpp"

#include <algorithm>

namespace muster::gangworld {

void GangWorld::give(int gang, const GangEvent& event) {
    GangMachine& machine = machines_[static_cast<std::size_t>(gang)];
    const GangState before = machine.state();
    const std::vector<GangAction> actions = machine.step(event, now_);
    if (!machine.consistent()) broken("TALLY", "a sum over the members of g" + std::to_string(gang) + " is wrong");
    if (tracing_ && machine.state() != before) {
        note("  g" + std::to_string(gang) + ": " + std::string(name_of(before)) + " -> " +
             std::string(name_of(machine.state())));
    }
    visited_.insert(machine.state());
    tally_.resumed += before == GangState::takeover && machine.state() == GangState::committing ? 1 : 0;
    for (const GangAction& action : actions) act(gang, action);
}

void GangWorld::send(int gang, const PodUid& uid, decltype(Write::what) what, const std::string& version) {
    Write write;
    write.gang = gang;
    write.pod = pod_of(uid);
    write.uid = uid;
    write.version = version;
    write.what = std::move(what);
    write.sender = process_;
    if (write.pod < pods_.size()) return writes_.push_back(std::move(write));
    // Gone from the API already: any slot of the gang will say so, since the UID is another's.
    for (write.pod = 0; pods_[write.pod].gang != gang; ++write.pod) {
    }
    writes_.push_back(std::move(write));
}

void GangWorld::act(int gang, const GangAction& action) {
    if (const auto* ask = std::get_if<AskPlan>(&action)) asked_[gang] = *ask;
    if (const auto* write = std::get_if<Admit>(&action)) send(gang, write->uid, *write, write->resource_version);
    if (const auto* write = std::get_if<ReadMember>(&action)) send(gang, write->uid, *write, "");
    if (const auto* write = std::get_if<DeleteMember>(&action)) {
        note("  asks for delete of " + write->pod.name);
        send(gang, write->uid, *write, write->resource_version);
    }
    if (const auto* write = std::get_if<WriteBinding>(&action)) {
        const std::size_t p = pod_of(write->uid);
        const bool waits = p < pods_.size() && scheduler_[p].call == SchedulerSide::Call::parked;
        if (waits && !scheduler_[p].assumed.empty() && scheduler_[p].assumed != write->node) {
            broken("WRONG_NODE", write->pod.name + " is assumed on " + scheduler_[p].assumed.str());
        }
        send(gang, write->uid, *write, write->resource_version);
    }
    if (const auto* write = std::get_if<Fence>(&action)) {
        const bool unwritten = left_.broken == Broken::fence ||
                               (left_.broken == Broken::takeover_touch && machine(gang).state() == GangState::takeover);
        if (unwritten) {
            const WriteOutcome pretended{WriteStatus::ok, write->resource_version, {}, ""};
            answers_.push_back(
                {process_, gang, pod_of(write->uid), FenceDone{write->uid, write->plan.epoch, pretended}, {}});
        } else {
            if (left_.broken == Broken::release_first) release(write->uid);
            send(gang, write->uid, *write, write->resource_version);
        }
    }
    if (const auto* answer = std::get_if<AnswerBind>(&action))
        answer_call(answer->call, pod_of(answer->uid), answer->bound);
    if (const auto* freed = std::get_if<ReleaseReservation>(&action)) release(freed->uid);
    if (const auto* report = std::get_if<Report>(&action)) {
        note("  report " + std::to_string(static_cast<int>(report->notice)) + " " + report->detail);
    }
    if (std::holds_alternative<StopForGood>(action)) broken("STOPPED", "there is no later term in this world");
}

void GangWorld::release(const PodUid& uid) {
    for (Write& write : writes_) write.released = write.released || write.uid == uid;
    if (reserved_.erase(uid) == 0) return;
    note("  released " + uid.str());
    space_freed_ = true;
}

// ---- planning

bool GangWorld::taking_over() const {
    return std::ranges::any_of(machines_, [](const GangMachine& g) { return g.state() == GangState::takeover; });
}

int GangWorld::muster_free(const NodeName& node) const {
    int free = left_.slots;
    for (const auto& [uid, at] : seen_bound_) free -= at == node ? 1 : 0;
    for (const auto& [uid, at] : reserved_) free -= at == node ? 1 : 0;
    return free;
}

void GangWorld::plan(int gang) {
    const AskPlan ask = asked_.at(gang);
    asked_.erase(gang);
    if (machine(gang).wanted_plan() != ask.request) return;
    if (left_.plan_refusals > 0 && dice_.chance(20)) {
        --left_.plan_refusals;
        note("plan refused");
        return give(gang, PlanRefused{ask.request});
    }
    if (ask.gang.hold_preferred && left_.waits > 0) {
        --left_.waits;
        note("held back");
        return give(gang, Planned{ask.request, Wait{}});
    }
    std::vector<NodeName> free;
    for (const NodeName& node : nodes_) {
        if (std::ranges::find(ask.gang.avoid, node) != ask.gang.avoid.end()) continue;
        for (int i = muster_free(node); i > 0; --i) free.push_back(node);
    }
    dice_.shuffle(free);
    claim(ask, free);
}

// All members or none, in one step.
void GangWorld::claim(AskPlan ask, const std::vector<NodeName>& free) {
    const int gang = std::stoi(ask.gang.key.name.substr(1));
    const std::size_t size = ask.gang.members();
    if (left_.broken == Broken::atomic_claim) {
        // Holds what it gets and waits for more.
        std::size_t taken = 0;
        for (const RoleRequest& role : ask.gang.roles) {
            for (const MemberToPlace& one : role.members) {
                if (!reserved_.contains(one.uid) && taken < free.size()) reserved_[one.uid] = free[taken++];
            }
        }
    }
    Plan plan;
    std::size_t next = 0;
    for (const RoleRequest& role : ask.gang.roles) {
        for (const MemberToPlace& one : role.members) {
            const bool held = left_.broken == Broken::atomic_claim && reserved_.contains(one.uid);
            if (!held && (next >= free.size() || left_.broken == Broken::atomic_claim)) break;
            const NodeName node = held ? reserved_.at(one.uid) : free[next++];
            plan.placements.push_back({one.uid, one.key, node, 0});
        }
    }
    if (plan.placements.size() < size) {
        note("no fit for g" + std::to_string(gang));
        return give(gang, Planned{ask.request, NoFit{}});
    }
    for (const Placement& placement : plan.placements) reserved_[placement.uid] = placement.node;
    note("plan for g" + std::to_string(gang));
    give(gang, Planned{ask.request, plan});
}

// ---- bind calls

void GangWorld::call_arrives(std::size_t p) {
    const Pod& pod = pods_[p];
    SchedulerSide& side = scheduler_[p];
    next_call_ = next_call_.next();
    side.id = next_call_;
    side.call = SchedulerSide::Call::parked;
    const NodeName node = side.target;
    note("bind call " + pod.name + " " + node.str());
    if (pod.gang >= 0) {
        give(pod.gang, BindParked{pod.uid, next_call_, node});
        if (left_.broken == Broken::early_answer) answer_call(next_call_, p, true);
        return;
    }
    const bool known = watched_[p] == pod.uid && watch_[p].empty();
    const bool room = left_.broken == Broken::single_claim || muster_free(node) > 0;
    if (!known || taking_over() || reserved_.contains(pod.uid) || !room) return answer_call(next_call_, p, false);
    if (left_.broken != Broken::single_claim) reserved_[pod.uid] = node;
    const PlainWrite write{PlainWrite::Kind::bind, node, pod.uid, next_call_};
    send(-1, pod.uid, write, std::to_string(pod.version));
}

// A plain pod's reservation ends only when it is seen bound or gone, or fenced.
void GangWorld::plain_answered(const Answer& answer) {
    const auto& [write, result] = *answer.plain;
    const std::size_t p = answer.pod;
    if (watched_[p] != write.uid) return;  // gone: the watch has ended its reservation
    PlainWrite next = write;
    if (result.status == WriteStatus::unavailable || result.status == WriteStatus::conflict) {
        next.kind = PlainWrite::Kind::read;
        return send(-1, write.uid, next, "");
    }
    if (result.status == WriteStatus::ok && !result.node.empty()) {
        seen_bound_[write.uid] = result.node;
        reserved_.erase(write.uid);
        return answer_call(write.call, p, true);
    }
    if (result.status == WriteStatus::ok && write.kind == PlainWrite::Kind::read) {
        next.kind = PlainWrite::Kind::touch;
        return send(-1, write.uid, next, result.resource_version);
    }
    release(write.uid);
    answer_call(write.call, p, false);
}

void GangWorld::receive(const Answer& answer) {
    if (answer.plain) return plain_answered(answer);
    // What an answer shows as bound counts from now on, before the watch shows it; not after the watch has shown its
    // end.
    const auto shows = [this](const PodUid& uid, const NodeName& node) {
        const bool known = std::ranges::find(watched_, uid) != watched_.end();
        if (node.empty() || !known) return;
        seen_bound_[uid] = node;
        reserved_.erase(uid);
    };
    if (const auto* read = std::get_if<MemberRead>(&*answer.event)) shows(read->uid, read->pod.node);
    if (const auto* fence = std::get_if<FenceDone>(&*answer.event)) shows(fence->uid, fence->outcome.node);
    note("answer arrives for " + pods_[answer.pod % pods_.size()].name);
    give(answer.gang, *answer.event);
}

// ---- life and death of the process

void GangWorld::crash() {
    up_ = false;
    ++process_;
    machines_.clear();
    asked_.clear();
    answers_.clear();
    seen_bound_.clear();
    reserved_.clear();
    space_freed_ = false;
    for (std::size_t p = 0; p < pods_.size(); ++p) {
        watch_[p].clear();
        if (scheduler_[p].call != SchedulerSide::Call::none) forget(p, false);
        scheduler_[p].vanished.clear();
    }
    // A write of which only the first step has landed is never gone on with.
    std::erase_if(writes_, [](const Write& w) { return w.nominated; });
}

void GangWorld::start() {
    up_ = true;
    note("start");
    for (std::size_t p = 0; p < pods_.size(); ++p) watch_[p].clear();
    for (int g = 0; g < left_.gangs; ++g) machines_.emplace_back(GangKey{"w", "g" + std::to_string(g)}, GangTiming{});
    for (std::size_t p = 0; p < pods_.size(); ++p) {
        const Pod& pod = pods_[p];
        if (!pod.exists) continue;
        watched_[p] = pod.uid;
        if (!pod.node.empty()) seen_bound_[pod.uid] = pod.node;
        if (pod.gang >= 0)
            static_cast<void>(machines_[static_cast<std::size_t>(pod.gang)].step(MemberSeen{facts(p)}, now_));
    }
    note_lost_history();
    take_over();
}

// The Lease was lost for a moment: the watches went on, calls were answered, answers to old writes are dropped.
void GangWorld::relead() {
    ++process_;
    asked_.clear();
    answers_.clear();
    std::erase_if(writes_, [](const Write& w) { return w.nominated; });
    for (std::size_t p = 0; p < pods_.size(); ++p) {
        if (scheduler_[p].call != SchedulerSide::Call::none) forget(p, true);
        // Old calls of plain pods are answered with an error; those of members by their gangs.
        if (pods_[p].gang < 0) scheduler_[p].vanished.clear();
    }
    take_over();
}

// A partial gang whose unbound members carry no plan looks like one that was whole and lost members. That is the one
// thing that a restart cannot tell; the gang is then kept, not rolled back.
void GangWorld::note_lost_history() {
    for (int g = 0; g < left_.gangs; ++g) {
        const bool told = std::ranges::any_of(pods_, [g](const Pod& pod) {
            return pod.gang == g && pod.exists && !pod.terminating && pod.node.empty() && pod.plan;
        });
        if (bound_of(g) > 0 && !told) was_whole_[static_cast<std::size_t>(g)] = true;
    }
}

void GangWorld::take_over() {
    term_ = term_.next();
    for (std::size_t p = 0; p < pods_.size(); ++p) {
        const Pod& pod = pods_[p];
        if (!pod.exists || pod.terminating) continue;
        if (pod.gang <
            0) {  // plain pods are touched before anything is planned; what their reservations held is known then
            if (pod.node.empty() && left_.broken != Broken::plain_touch) changed(p);
            if (!pod.node.empty()) seen_bound_[pod.uid] = pod.node;
            if (reserved_.erase(pod.uid) > 0) space_freed_ = true;
        } else if (pod.node.empty() && pod.plan && !pod.plan->node.empty() && left_.broken != Broken::rebuilt_claims) {
            reserved_.try_emplace(pod.uid, pod.plan->node);
        }
    }
    for (int g = 0; g < left_.gangs; ++g) give(g, TakeOver{term_});
}

}  // namespace muster::gangworld
