#include "test/placement/gang/gang_storm.hpp"

#include <algorithm>
#include <type_traits>
#include <utility>

namespace muster::gangtest {

Storm::Storm(std::uint64_t seed) : dice_(seed * 0x9E3779B97F4A7C15U + 1) {
    pods_.resize(2 + below(9));
    needed_ = static_cast<std::int32_t>(1 + below(static_cast<std::uint32_t>(pods_.size())));
    quarrels_ = chance(30);
    patient_ = seed % 4 == 0;
}

std::uint32_t Storm::below(std::uint32_t end) {
    dice_ ^= dice_ << 13;
    dice_ ^= dice_ >> 7;
    dice_ ^= dice_ << 17;
    return static_cast<std::uint32_t>((dice_ >> 32) % end);
}

Storm::Pod& Storm::pod_of(const PodUid& uid) {
    const auto at = std::ranges::find_if(pods_, [&](const Pod& p) { return p.exists && p.facts.uid == uid; });
    if (at != pods_.end()) return *at;
    nobody_.facts.uid = uid;
    return nobody_;
}

std::vector<GangAction> Storm::step(GangMachine& gang) {
    now_ += Millis(below(4));
    last_ = choose(gang);
    std::vector<GangAction> actions = gang.step(last_, now_);
    for (const GangAction& action : actions) {
        if (const auto* ask = std::get_if<AskPlan>(&action)) ask_ = *ask;
        const bool write = std::holds_alternative<Admit>(action) || std::holds_alternative<Fence>(action) ||
                           std::holds_alternative<WriteBinding>(action) || std::holds_alternative<ReadMember>(action) ||
                           std::holds_alternative<DeleteMember>(action);
        if (write) writes_.push_back(action);
    }
    return actions;
}

GangEvent Storm::choose(const GangMachine& gang) {
    if (term_ == Term() || chance(1)) {
        writes_.clear();
        ask_.reset();
        term_ = Term(term_.value() + 1);
        return TakeOver{term_};
    }
    const std::uint32_t kind = below(100);
    if (kind < 35 && !writes_.empty()) return answer_write();
    if (kind < 45 && ask_) return answer_plan(gang);
    if (kind < 70) return call(gang);
    if (kind < 80) return pass_time(gang);
    if (kind < 82) return SpaceFreed{};
    if (kind < 83) return NodesBad{{any_node()}};
    return change_pod();
}

// ---- pods

GangDeclaration Storm::declaration() {
    GangDeclaration gang{{"ml", "g"}, needed_, {}, "", {}, {}};
    if (chance(30)) gang.max_members = needed_ + static_cast<std::int32_t>(below(4));
    if (chance(30)) gang.rank = static_cast<std::int32_t>(below(5));
    if (patient_) {
        gang.role = chance(90) ? "worker" : "leader";
        gang.wish.preferred = "rack";
        gang.wish.wait_s = 7;
        gang.roles = {{"worker", {}}};
    }
    if (!quarrels_) return gang;
    if (chance(3)) gang.needed = needed_ + 1;
    if (chance(2)) gang.needed.reset();
    if (chance(3)) gang.wish.required = "rack";
    return gang;
}

void Storm::create(Pod& pod) {
    pod.exists = true;
    PodFacts facts;
    facts.uid = PodUid(std::to_string(below(1'000)) + "-" + std::to_string(++uids_));
    facts.key = {"ml", "p" + std::to_string(below(20))};
    facts.own_gate = chance(80);
    facts.foreign_gates = chance(10);
    facts.controller_kind = chance(20) ? "StatefulSet" : "Job";
    if (chance(80)) facts.controller_uid = chance(70) ? "one" : "two";
    facts.priority = static_cast<std::int32_t>(below(3));
    facts.created_s = static_cast<std::int64_t>(below(100));
    facts.gang = declaration();
    if (quarrels_ && chance(5)) facts.gang_errors.push_back({ErrorCode::bad_input, "pod " + facts.key.name, "odd", ""});
    pod.facts = facts;
}

void Storm::mutate(PodFacts& facts) {
    switch (below(12)) {
        case 0:
            facts.terminating = true;
            return;
        case 1:
            if (facts.bound()) facts.phase = chance(70) ? PodPhase::succeeded : PodPhase::failed;
            return;
        case 2:
            facts.foreign_gates = !facts.foreign_gates;
            return;
        case 3:
            facts.unschedulable_message = chance(50) ? "gang does not fit" : "no volume " + std::to_string(below(3));
            return;
        case 4:
            if (chance(40)) facts.gang = declaration();
            return;
        case 5:
            if (chance(20)) facts.gang.reset();
            return;
        case 6:
            if (chance(50)) facts.gang_errors.clear();
            if (quarrels_ && chance(30))
                facts.gang_errors.push_back({ErrorCode::bad_input, "pod " + facts.key.name, "worse", ""});
            return;
        case 7:
            if (chance(20)) facts.node = any_node();
            return;
        case 8:
            facts.own_gate = facts.own_gate && !chance(20);
            return;
        case 9:
            if (chance(20)) facts.plan = WrittenPlan{Epoch(below(6)), term_, any_node(), 0, chance(30)};
            return;
        default:
            facts.phase = facts.bound() && !facts.terminal() ? PodPhase::running : facts.phase;
    }
}

GangEvent Storm::change_pod() {
    Pod& pod = pods_[below(static_cast<std::uint32_t>(pods_.size()))];
    if (!pod.exists)
        create(pod);
    else if (chance(pod.facts.terminating || pod.facts.terminal() ? 30 : 3)) {
        pod.exists = false;
        return MemberGone{pod.facts.uid};
    } else if (chance(60)) {
        mutate(pod.facts);
    }
    pod.facts.resource_version = std::to_string(++version_);
    return MemberSeen{pod.facts};
}

// ---- outcomes

WriteOutcome Storm::outcome(PodFacts& facts) {
    WriteOutcome result;
    const std::uint32_t kind = below(100);
    if (kind < 12) result.status = WriteStatus::conflict;
    if (kind < 9) result.status = WriteStatus::unavailable;
    if (kind < 4) result.status = WriteStatus::refused;
    if (kind < 1) result.status = WriteStatus::gone;
    if (result.status != WriteStatus::ok) return result;
    facts.resource_version = std::to_string(++version_);
    result.resource_version = facts.resource_version;
    result.node = facts.node;
    return result;
}

GangEvent Storm::answer_write() {
    const auto at = writes_.begin() + below(static_cast<std::uint32_t>(writes_.size()));
    const GangAction action = std::move(*at);
    writes_.erase(at);
    const auto answer = [this](const auto& write) -> GangEvent {
        using Write = std::remove_cvref_t<decltype(write)>;
        if constexpr (requires { write.uid; }) {
            Pod& pod = pod_of(write.uid);
            if constexpr (std::is_same_v<Write, ReadMember>)
                return MemberRead{write.uid, pod.exists, pod.facts, !chance(10)};
            WriteOutcome result = outcome(pod.facts);
            const bool ok = result.status == WriteStatus::ok;
            if constexpr (std::is_same_v<Write, Admit> || std::is_same_v<Write, Fence>) {
                if (ok) pod.facts.plan = write.plan;
                if (ok && std::is_same_v<Write, Admit>) pod.facts.own_gate = false;
                if constexpr (std::is_same_v<Write, Admit>) return AdmitDone{write.uid, write.plan.epoch, result};
                return FenceDone{write.uid, write.plan.epoch, result};
            } else if constexpr (std::is_same_v<Write, WriteBinding>) {
                if (ok) pod.facts.node = write.node;
                return BindingDone{write.uid, write.epoch, result};
            } else if constexpr (std::is_same_v<Write, DeleteMember>) {
                if (ok) pod.facts.terminating = true;
                return DeleteDone{write.uid, result};
            }
        }
        return Tick{};
    };
    return std::visit(answer, action);
}

GangEvent Storm::answer_plan(const GangMachine& gang) {
    const AskPlan ask = *std::exchange(ask_, std::nullopt);
    if (chance(10)) return PlanRefused{ask.request};
    if (chance(15)) return Planned{ask.request, NoFit{{}}};
    if (chance(5)) return Planned{ask.request, NeverFits{{}}};
    if (ask.gang.hold_preferred && chance(60)) return Planned{ask.request, Wait{}};
    if (gang.wanted_plan() != ask.request) return Tick{};
    Plan plan;
    for (const RoleRequest& role : ask.gang.roles) {
        for (const MemberToPlace& one : role.members)
            plan.placements.push_back(
                {one.uid, one.key, any_node(), static_cast<std::int32_t>(plan.placements.size())});
    }
    return Planned{ask.request, plan};
}

// ---- the scheduler, time

GangEvent Storm::call(const GangMachine& gang) {
    const Pod& pod = pods_[below(static_cast<std::uint32_t>(pods_.size()))];
    const NodeName planned = gang.filter_answer(pod.facts.uid).node;
    if (chance(15)) return Filtered{pod.facts.uid, chance(70)};
    if (chance(5)) return BindWithdrawn{pod.facts.uid, CallId(calls_)};
    return BindParked{pod.facts.uid, CallId(++calls_), planned.empty() || chance(5) ? any_node() : planned};
}

GangEvent Storm::pass_time(const GangMachine& gang) {
    const auto next = gang.next_deadline();
    if (next && chance(50)) now_ = std::max(now_, *next);
    if (chance(10)) now_ += Millis(below(20'000));
    return Tick{};
}

}  // namespace muster::gangtest
