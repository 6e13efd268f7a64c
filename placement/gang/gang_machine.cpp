#include "placement/gang/gang_machine.hpp"

#include "placement/gang/gang_rules.hpp"
#include "placement/model/check.hpp"

namespace muster {

GangMachine::GangMachine(GangKey key, GangTiming timing) : key_(std::move(key)), timing_(timing) {}

std::vector<GangAction> GangMachine::step(const GangEvent& event, TimePoint now) {
    std::vector<GangAction> actions;
    GangRules(*this, now, actions).apply(event);
    roster_.close();
    return actions;
}

std::int32_t GangMachine::served() const {
    return roster_.closed_tally().count(Fact::served);
}

std::int32_t GangMachine::countable() const {
    return roster_.closed_tally().count_countable();
}

std::int32_t GangMachine::parked() const {
    return roster_.closed_tally().count(Fact::parked);
}

std::optional<std::uint64_t> GangMachine::wanted_plan() const {
    if (state_ != GangState::planning || draining_ || stopped_) return std::nullopt;
    return request_;
}

// Only deadlines that Tick acts on in this state: any other would make the caller's timer spin.
std::optional<TimePoint> GangMachine::next_deadline() const {
    if (stopped_) return std::nullopt;
    std::optional<TimePoint> next;
    const auto earliest = [&next](std::optional<TimePoint> at) {
        if (at && (!next || *at < *next)) next = at;
    };
    const bool admitted = state_ == GangState::admitted;
    if (admitted && progress_at_) earliest(*progress_at_ + timing_.bind_timeout);
    const bool repairs = state_ == GangState::gathering || state_ == GangState::planning ||
                         state_ == GangState::waiting || state_ == GangState::repairing;
    if (partly_since_ && !draining_ && (admitted || repairs)) earliest(*partly_since_ + timing_.repair_limit);
    if (state_ == GangState::blocked) earliest(blocked_until_);
    if (state_ == GangState::waiting) {
        for (const auto& [node, learnt] : lessons_) earliest(learnt + timing_.lesson_age);
        if (!draining_) earliest(trouble_.wait_until);
    }
    if (lonely_since_) earliest(*lonely_since_ + timing_.lonely_after);
    const Tally& tally = roster_.closed_tally();
    if (!tally.retries().empty()) earliest(tally.retries().begin()->first);
    if (admitted && !tally.calls().empty())
        earliest(tally.calls().begin()->first + timing_.call_timeout - timing_.commit_budget);
    return next;
}

GangMachine::FilterAnswer GangMachine::filter_answer(const PodUid& uid) const {
    if (stopped_) return {NodeName(), gang_text::kNotLeading};
    const auto at = members().find(uid);
    if (at == members().end()) return {};
    const Member& member = at->second;
    switch (state_) {
        case GangState::admitted:
        case GangState::committing:
            if (!member.claim.empty()) return {member.claim, nullptr};
            return {};
        case GangState::waiting:
            return {NodeName(), gang_text::kNoPlace};
        case GangState::blocked:
            return {NodeName(), gang_text::kBlocked};
        case GangState::aborting:
            return {NodeName(), gang_text::kEpochEnded};
        case GangState::gathering:
        case GangState::planning:
        case GangState::repairing:
        case GangState::rolling_back:
        case GangState::served:
        case GangState::takeover:
            return {};
    }
    return {};
}

// ---- shared by all phases

namespace {

// The member that an event is about; null: about all.
const PodUid* subject_of(const GangEvent& event) {
    return std::visit(
        [](const auto& e) -> const PodUid* {
            if constexpr (requires {
                              e.pod.uid;
                              e.uid;
                          })
                return &e.uid;
            else if constexpr (requires { e.pod.uid; })
                return &e.pod.uid;
            else if constexpr (requires { e.uid; })
                return &e.uid;
            else
                return nullptr;
        },
        event);
}

}  // namespace

void GangRules::apply(const GangEvent& event) {
    if (g.stopped_ && !std::holds_alternative<TakeOver>(event)) {
        const auto* call = std::get_if<BindParked>(&event);
        if (call != nullptr) act(AnswerBind{call->call, call->uid, false, gang_text::kNotLeading});
        return;
    }
    const GangState before = g.state_;
    std::visit([this](const auto& e) { on(e); }, event);
    if (g.stopped_) return;
    if (news_ || g.state_ != before) settle();
    // What one member needs depends on its own facts and on the state, but for commits and roll-backs.
    const PodUid* subject = subject_of(event);
    const bool together = g.state_ == GangState::committing || g.state_ == GangState::rolling_back;
    if (subject == nullptr || together || g.state_ != before) return drive_all();
    Member* member = find(*subject);
    if (member != nullptr) drive(*subject, *member, permission());
}

// Rule 7: who sees a later term on any pod stops for good. Nothing is written any more, nobody is kept waiting.
void GangRules::stop_for_good(Term seen) {
    g.stopped_ = true;
    act(StopForGood{seen});
    g.roster_.edit_each(
        [this](const PodUid& uid, Member& member) { answer(member, uid, false, gang_text::kNotLeading); });
}

void GangRules::go(GangState to) {
    MUSTER_CHECK(is_legal(g.state_, to));
    if (g.state_ == GangState::committing && to != GangState::committing) answer_bound();
    g.state_ = to;
}

void GangRules::report(Notice notice, std::string detail, std::vector<PodKey> about) {
    std::string mark = std::to_string(static_cast<int>(notice)) + detail;
    if (mark == g.last_report_) return;
    g.last_report_ = std::move(mark);
    act(Report{notice, std::move(detail), std::move(about)});
}

void GangRules::settle() {
    note_partly();
    switch (g.state_) {
        case GangState::gathering:
        case GangState::planning:
        case GangState::waiting:
        case GangState::served:
        case GangState::repairing:
            reconsider();
            break;
        case GangState::blocked:
            // A bad declaration is looked at again whenever anything changes; a backoff ends by Tick. A gang that
            // somebody else has bound in part cannot wait for either.
            if (!g.blocked_until_ || g.partly_since_) reconsider();
            break;
        case GangState::admitted:
            try_barrier();
            break;
        case GangState::committing:
            check_commit();
            break;
        case GangState::aborting:
            check_aborted();
            break;
        case GangState::rolling_back:
            check_rolled_back();
            break;
        case GangState::takeover:
            check_takeover();
            break;
    }
}

}  // namespace muster
