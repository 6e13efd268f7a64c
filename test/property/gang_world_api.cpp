// The API server, its watch, the owners of the pods, and kube-scheduler.
#include "test/property/gang_world.hpp"

#include <algorithm>
#include <utility>

namespace muster::gangworld {
namespace {

WriteOutcome outcome(WriteStatus status) {
    return {status, "", {}, "world"};
}

}  // namespace

PodFacts GangWorld::facts(std::size_t p) const {
    const Pod& pod = pods_[p];
    PodFacts facts;
    facts.uid = pod.uid;
    facts.key = {"w", pod.name};
    facts.resource_version = std::to_string(pod.version);
    facts.node = pod.node;
    facts.nominated_node = pod.nominated;
    facts.terminating = pod.terminating;
    facts.own_gate = pod.gated;
    facts.plan = pod.plan;
    if (pod.gang >= 0) {
        facts.gang = GangDeclaration{{"w", "g" + std::to_string(pod.gang)}, left_.members, {}, "", {}, {}};
        if (left_.patient) {
            facts.gang->wish.preferred = "rack";
            facts.gang->wish.wait_s = 10;
        }
    }
    return facts;
}

void GangWorld::changed(std::size_t p) {
    ++pods_[p].version;
    watch_[p].push_back(facts(p));
    SchedulerSide& side = scheduler_[p];
    // From 1.35 on the space of an assumed pod that is deleted is free at once, while its bind call stays open.
    if (!pods_[p].node.empty() || pods_[p].terminating) side.assumed = NodeName();
    if (pods_[p].terminating && side.call == SchedulerSide::Call::travels) side.call = SchedulerSide::Call::none;
}

void GangWorld::create(std::size_t p) {
    Pod& pod = pods_[p];
    Pod fresh;
    fresh.name = pod.name;
    fresh.gang = pod.gang;
    fresh.uid = PodUid(pod.name + "/" + std::to_string(++next_uid_));
    fresh.version = pod.version;
    fresh.exists = true;
    fresh.gated = pod.gang >= 0 && left_.gated;
    pod = fresh;
    changed(p);
}

void GangWorld::vanish_from_api(std::size_t p) {
    pods_[p].exists = false;
    pods_[p].node = NodeName();
    watch_[p].push_back(std::nullopt);
    forget(p, true);
    scheduler_[p].backoff_until = TimePoint{};
    check_partial();
}

// ---- writes

void GangWorld::land(std::size_t index) {
    Write& write = writes_[index];
    const std::size_t p = write.pod;
    if (const auto* ask = std::get_if<ReadMember>(&write.what)) {
        const bool there = pods_[p].exists && pods_[p].uid == ask->uid;
        note("read " + pods_[p].name);
        if (write.sender == process_ && !write.dropped) {
            answers_.push_back(
                {process_, write.gang, p, MemberRead{ask->uid, there, there ? facts(p) : PodFacts{}, true}, {}});
        }
        writes_.erase(writes_.begin() + static_cast<std::ptrdiff_t>(index));
        return;
    }
    WriteOutcome result = write_to_api(write);
    auto* admit = std::get_if<Admit>(&write.what);
    if (admit != nullptr && result.status == WriteStatus::ok && !write.planned) {
        // The nomination is written, the plan follows with the new version, if its sender still lives.
        write.version = result.resource_version;
        if (write.sender == process_ && !write.dropped) return;
    }
    const bool awaited = write.sender == process_ && !write.dropped;
    if (left_.broken == Broken::conflict && result.status == WriteStatus::conflict) result.status = WriteStatus::ok;
    if (awaited) {
        Answer answer{process_, write.gang, p, {}, {}};
        if (admit != nullptr) answer.event = AdmitDone{write.uid, admit->plan.epoch, result};
        if (const auto* fence = std::get_if<Fence>(&write.what))
            answer.event = FenceDone{write.uid, fence->plan.epoch, result};
        if (const auto* bind = std::get_if<WriteBinding>(&write.what))
            answer.event = BindingDone{write.uid, bind->epoch, result};
        if (std::holds_alternative<DeleteMember>(write.what)) answer.event = DeleteDone{write.uid, result};
        if (const auto* plain = std::get_if<PlainWrite>(&write.what)) answer.plain = {*plain, result};
        answers_.push_back(std::move(answer));
    }
    writes_.erase(writes_.begin() + static_cast<std::ptrdiff_t>(index));
}

WriteOutcome GangWorld::write_to_api(Write& write) {
    Pod& pod = pods_[write.pod];
    if (!pod.exists) return outcome(WriteStatus::gone);
    if (pod.uid != write.uid) return outcome(WriteStatus::conflict);
    const bool current = write.version == std::to_string(pod.version);
    const auto written = [&] {
        changed(write.pod);
        return WriteOutcome{WriteStatus::ok, std::to_string(pod.version), pod.node, ""};
    };
    if (const auto* bind = std::get_if<WriteBinding>(&write.what)) {
        const bool any_version = left_.broken == Broken::binding_version;
        if (!current && !any_version) return outcome(WriteStatus::conflict);
        const bool refused = left_.refusals > 0 && dice_.chance(30);
        left_.refusals -= refused ? 1 : 0;
        return bind_in_api(write, bind->node, refused);
    }
    if (const auto* plain = std::get_if<PlainWrite>(&write.what)) {
        if (plain->kind == PlainWrite::Kind::read) return {WriteStatus::ok, std::to_string(pod.version), pod.node, ""};
        if (!current) return outcome(WriteStatus::conflict);
        if (plain->kind == PlainWrite::Kind::bind) return bind_in_api(write, plain->node, false);
        return written();
    }
    if (std::holds_alternative<DeleteMember>(write.what)) {
        if (!current && left_.broken != Broken::delete_version) return outcome(WriteStatus::conflict);
        if (pod.terminating) return outcome(WriteStatus::ok);
        check_delete(write.pod);
        ++tally_.rolled_back;
        note("deleted by muster: " + pod.name);
        pod.terminating = true;
        return written();
    }
    if (!current) return outcome(WriteStatus::conflict);
    if (const auto* admit = std::get_if<Admit>(&write.what)) {
        if (admit->nominate && !write.nominated) {
            write.nominated = true;
            pod.nominated = admit->plan.node;
            note("nominated " + pod.name);
            return written();
        }
        note("admitted " + pod.name + " on " + admit->plan.node.str());
        write.planned = true;
        pod.plan = admit->plan;
        pod.gated = false;
        return written();
    }
    const Fence& fence = std::get<Fence>(write.what);
    note("fenced " + pod.name);
    pod.plan = fence.plan;
    if (fence.clear_nomination) pod.nominated = NodeName();
    return written();
}

WriteOutcome GangWorld::bind_in_api(Write& write, const NodeName& node, bool refused) {
    Pod& pod = pods_[write.pod];
    if (pod.gated || pod.terminating || !pod.node.empty()) return outcome(WriteStatus::conflict);
    if (refused) {
        note("Binding of " + pod.name + " refused");
        return outcome(WriteStatus::refused);
    }
    ++tally_.bound;
    note("bound " + pod.name + " to " + node.str());
    pod.node = node;
    changed(write.pod);
    if (write.released)
        broken("LATE_BIND", pod.name + " was bound to " + node.str() + " after its space was given away");
    if (left_.refused_member && pod.gang == 0) broken("BOUND_WITHOUT_ALL", pod.name);
    check_node(node);
    check_partial();
    return {WriteStatus::ok, std::to_string(pod.version), node, ""};
}

// The client gives up. Half of these writes never reach the API.
void GangWorld::drop(std::size_t index) {
    Write& write = writes_[index];
    if (write.dropped || write.sender != process_) return;
    Answer answer{process_, write.gang, write.pod, {}, {}};
    const WriteOutcome unknown = outcome(WriteStatus::unavailable);
    if (const auto* admit = std::get_if<Admit>(&write.what))
        answer.event = AdmitDone{write.uid, admit->plan.epoch, unknown};
    if (const auto* fence = std::get_if<Fence>(&write.what))
        answer.event = FenceDone{write.uid, fence->plan.epoch, unknown};
    if (const auto* bind = std::get_if<WriteBinding>(&write.what))
        answer.event = BindingDone{write.uid, bind->epoch, unknown};
    if (std::holds_alternative<DeleteMember>(write.what)) answer.event = DeleteDone{write.uid, unknown};
    if (std::holds_alternative<ReadMember>(write.what)) answer.event = MemberRead{write.uid, false, {}, false};
    if (const auto* plain = std::get_if<PlainWrite>(&write.what)) answer.plain = {*plain, unknown};
    answers_.push_back(std::move(answer));
    write.dropped = true;
    if (dice_.chance(50)) writes_.erase(writes_.begin() + static_cast<std::ptrdiff_t>(index));
}

void GangWorld::deliver_watch(std::size_t p) {
    const std::optional<PodFacts> event = std::move(watch_[p].front());
    watch_[p].pop_front();
    const int gang = pods_[p].gang;
    if (!event) {
        const PodUid uid = std::exchange(watched_[p], PodUid());
        note("watch: gone " + uid.str());
        space_freed_ = space_freed_ || seen_bound_.contains(uid) || reserved_.contains(uid);
        seen_bound_.erase(uid);
        reserved_.erase(uid);
        if (gang >= 0) give(gang, MemberGone{uid});
        return;
    }
    note("watch: " + event->uid.str() + " v" + event->resource_version + (event->terminating ? " terminating" : "") +
         " " + event->node.str());
    watched_[p] = event->uid;
    if (event->bound()) {
        seen_bound_[event->uid] = event->node;
        reserved_.erase(event->uid);
    }
    if (gang >= 0) give(gang, MemberSeen{*event});
}

// ---- kube-scheduler

int GangWorld::scheduler_free(const NodeName& node) const {
    int free = left_.slots;
    for (std::size_t p = 0; p < pods_.size(); ++p) {
        free -= (pods_[p].exists && pods_[p].node == node) || scheduler_[p].assumed == node ? 1 : 0;
    }
    return free;
}

bool GangWorld::schedulable(std::size_t p) const {
    const Pod& pod = pods_[p];
    const SchedulerSide& side = scheduler_[p];
    if (!pod.exists || pod.gated || pod.terminating || !pod.node.empty() || !side.assumed.empty()) return false;
    if (side.call == SchedulerSide::Call::travels || side.backoff_until > now_) return false;
    if (pod.gang >= 0) return !machine(pod.gang).filter_answer(pod.uid).node.empty();
    return std::ranges::any_of(nodes_, [&](const NodeName& n) { return scheduler_free(n) > 0 && muster_free(n) > 0; });
}

void GangWorld::schedule(std::size_t p) {
    const Pod& pod = pods_[p];
    SchedulerSide& side = scheduler_[p];
    NodeName node;
    if (pod.gang >= 0) {
        node = machine(pod.gang).filter_answer(pod.uid).node;
        const bool offered = scheduler_free(node) > 0 && !(left_.refused_member && p == 0);
        note("filter " + pod.name + " " + node.str() + (offered ? "" : " not offered"));
        if (!offered) side.backoff_until = now_ + Millis(1'000);
        give(pod.gang, Filtered{pod.uid, offered});
        if (!offered) return;
    } else {
        std::vector<NodeName> free;
        for (const NodeName& n : nodes_) {
            if (scheduler_free(n) > 0 && muster_free(n) > 0) free.push_back(n);
        }
        node = free[dice_.below(static_cast<std::uint32_t>(free.size()))];
        note("filter " + pod.name + " " + node.str());
    }
    // A new attempt proves that the earlier one has ended; its connection may not be seen closed yet.
    if (side.call == SchedulerSide::Call::parked) side.vanished.push_back(side.id);
    side.assumed = node;
    side.target = node;
    side.call = SchedulerSide::Call::travels;
}

// The attempt has ended: by an error, a timeout, a restart, or with the pod.
void GangWorld::forget(std::size_t p, bool vanished) {
    SchedulerSide& side = scheduler_[p];
    if (side.call == SchedulerSide::Call::parked && vanished) side.vanished.push_back(side.id);
    side.call = SchedulerSide::Call::none;
    side.assumed = NodeName();
    side.backoff_until = now_ + Millis(1'000);
}

void GangWorld::answer_call(CallId call, std::size_t p, bool bound) {
    if (p == pods_.size()) return;
    SchedulerSide& side = scheduler_[p];
    std::erase(side.vanished, call);
    if (side.call != SchedulerSide::Call::parked || side.id != call) return;
    note("answer " + pods_[p].name + (bound ? " bound" : " error"));
    if (!bound) return forget(p, false);
    side.call = SchedulerSide::Call::none;  // the pod stays assumed until it is seen bound
}

}  // namespace muster::gangworld
