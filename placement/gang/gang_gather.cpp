// Gathering: who belongs to the gang now, and what its members ask for together. Members are counted from the watch
// alone.
#include "placement/gang/gang_rules.hpp"

#include <algorithm>
#include <string>
#include <tuple>
#include <utility>

namespace muster {
namespace {

std::string name_of_pod(const PodFacts& pod) {
    return "pod " + pod.key.ns + "/" + pod.key.name;
}

bool is_own_text(const std::string& text) {
    return std::ranges::any_of(gang_text::kFilterTexts,
                               [&](const char* own) { return text.find(own) != std::string::npos; });
}

// Plans on a pod only go forward: by term, then by epoch; and within an epoch its fence comes last.
bool is_older(const std::optional<WrittenPlan>& plan, const std::optional<WrittenPlan>& known) {
    if (!known || !plan) return known.has_value();
    const auto age = [](const WrittenPlan& p) { return std::tuple(p.term, p.epoch, p.node.empty()); };
    return age(*plan) < age(*known);
}

}  // namespace

std::int32_t GangRules::missing() const {
    return g.needed_ ? std::max(0, *g.needed_ - served()) : 0;
}

// A watch may lag behind an answer to our own write, and behind a read; what can only happen once is never taken back.
bool GangRules::update_facts(Member& member, const PodFacts& pod) {
    const bool known = !member.pod.uid.empty();
    const bool was_gated = !known || member.pod.own_gate;
    const bool was_terminating = member.pod.terminating;
    const PodPhase ended = member.pod.terminal() ? member.pod.phase : pod.phase;
    const PodFacts before = std::exchange(member.pod, pod);
    PodFacts& facts = member.pod;
    if (known) facts.key = before.key;  // never changes; members are ordered by it
    if (is_older(facts.plan, before.plan)) facts.plan = before.plan;
    facts.own_gate = facts.own_gate && was_gated;
    facts.terminating = facts.terminating || was_terminating;
    facts.phase = ended;
    if (facts.gang && facts.gang->key != g.key_) facts.gang.reset();  // it has gone over to another gang
    // Rule 2: a Binding carries the version of an acknowledged plan. A version that shows somebody else's plan is not
    // taken.
    const bool ours = pod.plan && pod.plan->epoch == g.epoch_ && pod.plan->term == g.term_;
    if (!member.acknowledged || ours) member.resource_version = pod.resource_version;
    if (pod.plan && pod.plan->epoch > g.epoch_ && g.roster_.wave().empty()) g.epoch_ = pod.plan->epoch;
    if (pod.bound() && !is_bound(member)) {
        member_bound(pod.uid, member, pod.node);
        return true;
    }
    const bool asks_else = !known || before.shape != facts.shape || before.gang != facts.gang;
    if (known && !is_bound(member)) note_change(pod.uid, asks_else);
    return asks_else || before.gang_errors != facts.gang_errors || before.phase != facts.phase ||
           before.terminating != facts.terminating || before.foreign_gates != facts.foreign_gates;
}

// What was planned for a pod that has changed since holds no more.
void GangRules::note_change(const PodUid& uid, bool changed) {
    if (!changed || !g.roster_.in_wave(uid)) return;
    if (g.state_ == GangState::planning || g.state_ == GangState::waiting) g.roster_.dissolve_wave();  // asked again
    if (g.state_ == GangState::admitted) abort("a member's shape or declaration was changed");
}

void GangRules::on(const MemberSeen& event) {
    const PodUid& uid = event.pod.uid;
    if (g.term_ != Term() && event.pod.plan && event.pod.plan->term > g.term_) {
        return stop_for_good(event.pod.plan->term);
    }
    Member& member = g.roster_.add(uid);
    const bool known = !member.pod.uid.empty();
    const bool was_alive = known && alive(member);
    news_ = update_facts(member, event.pod);
    // A newcomer of a gang that is partial carries that from the start: after a restart nothing else would tell this
    // gang from one that was whole and lost a member.
    if (!known && g.partly_since_ && alive(member) && !is_bound(member)) member.must_touch = true;
    if (was_alive && !alive(member)) member_lost(uid, member, "a member was deleted or has ended");
    if (g.state_ != GangState::admitted || member.claim.empty() || !member.acknowledged || member.filtered) return;
    // The scheduler refused it before asking us (volume, claim, spread): no plan of ours can help.
    const std::string& text = event.pod.unschedulable_message;
    if (!text.empty() && text != member.message_at_admission && !is_own_text(text)) {
        abort("kube-scheduler cannot place " + member.pod.key.name + ": " + text, true);
    }
}

void GangRules::on(const MemberGone& event) {
    Member* member = find(event.uid);
    if (member == nullptr) return;
    member->pod.terminating = true;
    member_lost(event.uid, *member, "a member was deleted");
    g.roster_.erase(event.uid);
}

// Whether a member still runs that may have been bound before the last of those that have ended.
bool GangRules::runs_since_before() const {
    Epoch last;
    for (const auto& [uid, member] : g.members()) {
        if (!member.retired && member.pod.terminal() && member.pod.plan) last = std::max(last, member.pod.plan->epoch);
    }
    return std::ranges::any_of(g.members(), [last](const auto& m) {
        const Member& member = m.second;
        return alive(member) && is_bound(member) && (!member.pod.plan || member.pod.plan->epoch <= last);
    });
}

// All needed members have succeeded and nothing of this run is left: newcomers are the next run under the same name.
// While fewer succeeded, a newcomer is a retry and is planned beside what was served; so is one that the same
// controller made. At a takeover the next run may have been bound already: then its epochs are later than those of the
// run that ended.
void GangRules::retire_finished_run(bool at_takeover) {
    if (!g.needed_ || tally().count(Fact::succeeded) < std::max(1, *g.needed_)) return;
    if (!tally().any(Fact::alive) || tally().controller_goes_on()) return;
    if (at_takeover ? runs_since_before() : tally().any(Fact::running)) return;
    g.roster_.edit_each(
        [](const PodUid&, Member& member) { member.retired = member.retired || member.pod.terminal(); });
    ++g.incarnation_;
    g.failed_epochs_ = 0;
    g.backoff_ = Millis(0);
    g.complete_since_.reset();
    note_partly();
}

// Takes size, maximum and wish from the living members, which must agree. Gives what is wrong, in a stable order.
std::vector<Error> GangRules::read_declarations() {
    Declarations& declared = g.roster_.declarations();
    std::vector<Error> errors = declared.errors(GangMachine::kErrorsTold);
    const PodFacts* first = declared.model();
    if (first == nullptr) return errors;
    const GangDeclaration& model = *first->gang;
    const auto size_error = [&](ErrorCode code, std::string what, std::string remedy) {
        const std::string where = name_of_pod(*first) + ": muster.scheduler/members";
        const Error error{code, where, std::move(what), std::move(remedy)};
        const auto at = std::ranges::lower_bound(errors, error);
        if (at == errors.end() || *at != error) errors.insert(at, error);
    };
    if (!model.needed) {
        size_error(ErrorCode::bad_input, "the gang's size is not known",
                   "annotate its pods with the number of members that it needs to start");
    } else if (*model.needed > g.timing_.max_members) {
        size_error(ErrorCode::limit,
                   std::to_string(*model.needed) + " members, but at most " + std::to_string(g.timing_.max_members) +
                       " bind calls can wait at once",
                   "split the job");
    }
    g.needed_ = model.needed;
    g.max_members_ = std::max(model.max_members.value_or(0), model.needed.value_or(0));
    g.wish_ = model.wish;
    g.roles_ = model.roles;
    return errors;
}

// A gang is partial while some of it runs, fewer than needed are served, and it was never whole in this run (rule 14).
void GangRules::note_partly() {
    const bool runs = tally().any(Fact::running);
    const bool whole = g.needed_ && served() >= *g.needed_;
    g.was_whole_ = runs && (g.was_whole_ || whole);
    if (!runs || g.was_whole_ || !g.needed_)
        g.partly_since_.reset();
    else if (!g.partly_since_)
        g.partly_since_ = now_;
}

bool GangRules::partly_too_long() const {
    return g.partly_since_ && now_ - *g.partly_since_ >= g.timing_.repair_limit;
}

}  // namespace muster
