// Performs what the gangs ask for: writes go to the pool, answers and Events to the aftermath.
#include "extender/obs/log.hpp"
#include "extender/obs/metrics.hpp"
#include "extender/service/notices.hpp"
#include "extender/service/service.hpp"

#include <algorithm>
#include <string_view>
#include <type_traits>

namespace muster {
namespace {

obs::BindingResult result_of(WriteStatus status) {
    switch (status) {
        case WriteStatus::ok:
            return obs::BindingResult::ok;
        case WriteStatus::conflict:
            return obs::BindingResult::conflict;
        case WriteStatus::gone:
            return obs::BindingResult::gone;
        case WriteStatus::refused:
            return obs::BindingResult::refused;
        case WriteStatus::unavailable:
            return obs::BindingResult::unavailable;
    }
    return obs::BindingResult::unavailable;
}

MemberRead read_member(ClusterApi& api, const ReadMember& ask) {
    Result<std::optional<PodFacts>> found = api.read(ask.pod);
    if (!found) return MemberRead{ask.uid, false, {}, false};
    if (!*found || (*found)->uid != ask.uid) return MemberRead{ask.uid, false, {}};
    return MemberRead{ask.uid, true, std::move(**found)};
}

// Where an answer of the API shows the pod bound, although we did not know it.
std::pair<PodUid, NodeName> bound_by(const GangEvent& event) {
    if (const auto* fence = std::get_if<FenceDone>(&event)) return {fence->uid, fence->outcome.node};
    if (const auto* admit = std::get_if<AdmitDone>(&event)) return {admit->uid, admit->outcome.node};
    if (const auto* read = std::get_if<MemberRead>(&event); read != nullptr && read->exists)
        return {read->uid, read->pod.node};
    return {};
}

}  // namespace

void Service::deliver(std::uint64_t stint, const GangKey& key, const GangEvent& event) {
    Aftermath after;
    {
        const std::scoped_lock lock(mutex_);
        if (stint != stint_) return;
        const auto [uid, node] = bound_by(event);
        count_bound_locked(uid, node);
        step_locked(key, event, after);
        // The watch may have shown a fence before its answer came: whose label leads elsewhere can leave now.
        const auto at = pods_.find(uid);
        if (at != pods_.end() && at->second.member_of == key) {
            const PodFacts& facts = at->second.facts;
            if (!facts.gang || facts.gang->key != key) tell_gang_locked(at->second, after);
        }
    }
    perform(after);
}

template <class Write, class Perform>
void Service::write_locked(const GangKey& key, Write write, Perform perform, bool urgent, Aftermath& after) {
    if (!leading_) return;  // given up on the way
    const std::uint64_t stint = stint_;
    const bool queued = writes_.submit(
        [this, stint, key, write = std::move(write), perform] {
            if (!may_send(stint)) return;
            deliver(stint, key, perform(api_, write));
        },
        urgent);
    if (!queued) give_up_locked("write-queue-full", after);
}

// Who has lost the Lease stops sending (model rule 7). What was not sent would be waited for in vain, so the whole
// stint ends with it: if the Lease comes back, everything is taken over anew.
bool Service::may_send(std::uint64_t stint) {
    Aftermath after;
    {
        const std::scoped_lock lock(mutex_);
        if (stint != stint_) return false;
        if (clock_.now() < lead_until_) return true;
        give_up_locked("lease-ran-out", after);
    }
    perform(after);
    return false;
}

void Service::give_up_locked(std::string_view why, Aftermath& after) {
    log::error(why, {{"stint", stint_}});
    lose_lead_locked(after);
    after.wake_planner = true;
}

void Service::act_locked(const GangKey& key, std::vector<GangAction> actions, Aftermath& after) {
    if (!leading_ || settings_.mode != Mode::enforce) {
        std::erase_if(actions, [](const GangAction& a) { return !std::holds_alternative<AnswerBind>(a); });
    }
    const auto perform_one = [&](auto& action) {
        using Action = std::remove_cvref_t<decltype(action)>;
        if constexpr (std::is_same_v<Action, AskPlan>) {
            to_plan_.insert_or_assign(key, std::move(action));
            after.wake_planner = true;
        } else if constexpr (std::is_same_v<Action, Admit>) {
            write_locked(
                key, std::move(action),
                [](ClusterApi& api, const Admit& w) -> GangEvent {
                    return AdmitDone{w.uid, w.plan.epoch, api.admit(w)};
                },
                false, after);
        } else if constexpr (std::is_same_v<Action, Fence>) {
            write_locked(
                key, std::move(action),
                [](ClusterApi& api, const Fence& w) -> GangEvent {
                    return FenceDone{w.uid, w.plan.epoch, api.fence(w)};
                },
                true, after);
        } else if constexpr (std::is_same_v<Action, WriteBinding>) {
            write_locked(
                key, std::move(action),
                [](ClusterApi& api, const WriteBinding& w) -> GangEvent {
                    const WriteOutcome outcome = api.bind(w);
                    obs::metrics().binding(result_of(outcome.status));
                    return BindingDone{w.uid, w.epoch, outcome};
                },
                true, after);
        } else if constexpr (std::is_same_v<Action, DeleteMember>) {
            log::warning("roll-back", {{"gang", key.ns + "/" + key.name}, {"pod", action.pod.name}});
            write_locked(
                key, std::move(action),
                [](ClusterApi& api, const DeleteMember& w) -> GangEvent { return DeleteDone{w.uid, api.remove(w)}; },
                true, after);
        } else if constexpr (std::is_same_v<Action, ReadMember>) {
            write_locked(
                key, std::move(action),
                [](ClusterApi& api, const ReadMember& w) -> GangEvent { return read_member(api, w); }, true, after);
        } else if constexpr (std::is_same_v<Action, AnswerBind>) {
            answer_locked(action.call, action.bound ? std::string() : action.error, after);
        } else if constexpr (std::is_same_v<Action, ReleaseReservation>) {
            release_locked(action.uid, after);
        } else if constexpr (std::is_same_v<Action, Report>) {
            report_locked(key, action, after);
        } else {
            static_assert(std::is_same_v<Action, StopForGood>);
            stop_for_good_locked(action.seen, after);
        }
    };
    for (GangAction& action : actions) std::visit(perform_one, action);
}

void Service::report_locked(const GangKey& key, const Report& report, Aftermath& after) {
    const auto at = gangs_.find(key);
    if (at == gangs_.end() || at->second.machine.members().empty()) return;
    const GangMachine& gang = at->second.machine;
    NoticeText text = notice_text(gang, report);
    if (text.reason.empty()) return;
    log::info("gang", {{"gang", key.ns + "/" + key.name}, {"event", text.reason}, {"note", text.note}});
    const auto rank = [](const auto& m) { return m.second.rank < 0 ? INT32_MAX : m.second.rank; };
    const auto first = std::ranges::min_element(
        gang.members(), {}, [&](const auto& m) { return std::pair(rank(m), std::string_view(m.second.pod.key.name)); });
    const PodFacts& pod = first->second.pod;
    EventNote note{pod.uid, pod.key, "Pod", std::string(text.reason), text.note, text.warning};
    if (pod.controller_uid) {
        after.notes.push_back({PodUid(*pod.controller_uid), PodKey{pod.key.ns, pod.controller_name},
                               pod.controller_kind, note.reason, note.note, note.warning});
    }
    after.notes.push_back(std::move(note));
}

// A reservation that ends without an API event wakes nobody by itself (design §4 step 8).
void Service::release_locked(const PodUid& uid, Aftermath& after) {
    const auto at = pods_.find(uid);
    if (at != pods_.end()) at->second.plain_reserved = false;
    if (cluster_.reservation(uid) == nullptr) return;
    cluster_.apply(Released{uid});
    space_freed_ = true;
    after.wake_planner = true;
    wake_refused_locked();
}

void Service::wake_refused_locked() {
    const TimePoint now = clock_.now();
    if (now < wake_refused_at_) return;  // an epoch that ends releases one reservation after the other
    TimePoint next = TimePoint::max();
    for (auto& [uid, woken] : refused_) {
        if (now - woken >= limits::kWakeInterval) {
            const auto at = pods_.find(uid);
            if (at == pods_.end()) {
                next = now;
                continue;
            }
            woken = now;
            const auto job = [this, uid, key = at->second.facts.key,
                              token = std::to_string(now.time_since_epoch().count())] {
                static_cast<void>(api_.touch(key, uid, "", token));
            };
            if (!writes_.submit(job)) return;
        }
        next = std::min(next, woken + limits::kWakeInterval);
    }
    wake_refused_at_ = next;
}

}  // namespace muster
