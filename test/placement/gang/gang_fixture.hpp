// A gang under test: gives events in short words and keeps what the machine asked for. Members are called "a", "b", … ;
// the UID of member "a" is "uid-a", its first resourceVersion "a-1".
#pragma once

#include "placement/gang/gang_machine.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace muster::gangtest {

inline constexpr Term kTerm{7};

PodUid uid(const std::string& name);
// A gated member of gang ml/g that needs `needed` members.
PodFacts pod(const std::string& name, std::int32_t needed);
PodFacts bound(PodFacts pod, const std::string& node);
WriteOutcome ok(const std::string& version = "", const std::string& node = "");
WriteOutcome outcome(WriteStatus status);

class Gang {
  public:
    explicit Gang(GangTiming timing = {}, bool leading = true);

    // Every event. What it made the machine ask for is in `asked` until the next one.
    void give(const GangEvent& event);
    void see(const PodFacts& pod) { give(MemberSeen{pod}); }
    void see_all(const std::string& names, std::int32_t needed);  // one letter each
    void pass(Millis time);                                       // lets time pass, then ticks
    void plan(const std::map<std::string, std::string>& nodes);   // answers the wanted plan
    void no_fit(bool never = false);
    void acknowledge(const std::string& name);  // the plan stands; version NAME-2
    void park(const std::string& name, std::uint64_t call, const std::string& node = "");
    void bound_ok(const std::string& name);  // version NAME-3
    void fenced(const std::string& name);    // version NAME-4
    void read(const PodFacts& pod) { give(MemberRead{pod.uid, true, pod}); }
    // Sees the members, plans them on n0, n1, …, acknowledges all.
    void admit(const std::string& names, std::int32_t needed);
    void commit(const std::string& names, std::int32_t needed);  // admit, park all: Bindings are asked for
    void whole(const std::string& names, std::int32_t needed);   // commit, all bound

    // What stands on the pod when the API has acknowledged the current plan.
    [[nodiscard]] PodFacts planned(const std::string& name, std::int32_t needed) const;
    [[nodiscard]] const Member& member(const std::string& name) const { return machine.members().at(uid(name)); }

    template <class Action>
    [[nodiscard]] std::vector<Action> all() const {
        std::vector<Action> found;
        for (const GangAction& action : asked) {
            if (const auto* one = std::get_if<Action>(&action)) found.push_back(*one);
        }
        return found;
    }
    template <class Action>
    [[nodiscard]] std::size_t count() const {
        return all<Action>().size();
    }
    // The one action of that kind in `asked`; throws if there are none or several.
    template <class Action>
    [[nodiscard]] Action only() const {
        return std::vector<Action>(all<Action>()).size() == 1 ? all<Action>().front() : throw Unexpected{};
    }
    // Names of the members that the actions of that kind are about, in order, e.g. "ab".
    template <class Action>
    [[nodiscard]] std::string about() const {
        std::string names;
        for (const Action& action : all<Action>()) names += action.uid.str().substr(4);
        return names;
    }
    [[nodiscard]] std::string wave() const;  // members of the AskPlan in `asked`, in its order
    [[nodiscard]] std::vector<std::string> errors() const;

    struct Unexpected {};
    GangMachine machine;
    TimePoint now{};
    std::vector<GangAction> asked;
    std::map<std::string, std::string> node_of;  // of the last plan
};

}  // namespace muster::gangtest
