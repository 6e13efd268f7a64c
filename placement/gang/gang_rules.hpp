// Private to placement/gang: the rules that move a GangMachine, split by phase over gang_*.cpp. One GangRules lives for
// one step. Writes are level-triggered: `drive` looks at what a member needs now and asks for the one write that comes
// next, so that after any outcome, restart or lost answer the same question leads to the same right action.
#pragma once

#include "placement/gang/gang_machine.hpp"

#include <string>
#include <utility>
#include <vector>

namespace muster {

class GangRules {
  public:
    GangRules(GangMachine& gang, TimePoint now, std::vector<GangAction>& out) : g(gang), now_(now), out_(out) {}
    void apply(const GangEvent& event);

  private:
    // ---- one per event
    void on(const MemberSeen& event);
    void on(const MemberGone& event);
    void on(const Planned& event);
    void on(const PlanRefused& event);
    void on(const SpaceFreed& event);
    void on(const Filtered& event);
    void on(const BindParked& event);
    void on(const BindWithdrawn& event);
    void on(const AdmitDone& event);
    void on(const FenceDone& event);
    void on(const BindingDone& event);
    void on(const DeleteDone& event);
    void on(const MemberRead& event);
    void on(const NodesBad& event);
    void on(const TakeOver& event);
    void on(const Drain& event);
    void on(const Tick& event);

    // ---- gather: who is there, what do they ask for (gang_gather.cpp)
    [[nodiscard]] bool update_facts(Member& member, const PodFacts& pod);  // true: something that counts has changed
    void retire_finished_run(bool at_takeover);
    [[nodiscard]] bool runs_since_before() const;
    [[nodiscard]] std::vector<Error> read_declarations();
    [[nodiscard]] std::int32_t served() const { return tally().count(Fact::served); }
    [[nodiscard]] std::int32_t missing() const;  // needed − served, at least 0
    void note_partly();
    void note_change(const PodUid& uid, bool changed);
    [[nodiscard]] bool partly_too_long() const;

    // ---- plan (gang_plan.cpp)
    void reconsider();  // from any state without an epoch
    [[nodiscard]] bool refuse_declarations();
    void stay_unplanned(std::int32_t size);
    [[nodiscard]] std::vector<const SeatEntry*> choose_wave(std::int32_t size) const;
    void ask_plan(std::int32_t size);
    [[nodiscard]] GangRequest build_request(const std::vector<const SeatEntry*>& wave) const;
    [[nodiscard]] TimePoint waits_until() const;  // for its preferred level; in the past: not at all
    void accept(const Plan& plan);
    void refuse(GangTrouble trouble, Notice notice);
    void learn_miss(Member& member);
    bool forget_old_lessons();  // true if there was one

    // ---- commit (gang_commit.cpp)
    void try_barrier();
    void check_commit();
    void member_bound(const PodUid& uid, Member& member, const NodeName& node);
    void member_lost(const PodUid& uid, Member& member, const char* why);
    void answer_bound();
    void leave_wave(const PodUid& uid, Member& member);
    [[nodiscard]] bool all_of_wave(Fact fact) const;
    [[nodiscard]] bool covered() const;  // served and wave are enough together
    [[nodiscard]] bool may_bind() const;
    [[nodiscard]] WrittenPlan plan_of(const Member& member) const;

    // ---- end of an epoch (gang_abort.cpp)
    void abort(const std::string& why, bool block_next = false);
    void end_claim(const PodUid& uid, Member& member);
    void check_aborted();
    void block(Notice notice, std::string detail, bool until_changed);
    void begin_roll_back();
    void check_rolled_back();
    void end_late_epoch();
    [[nodiscard]] bool all_fenced() const;

    // ---- taking over (gang_takeover.cpp)
    void forget_volatile();
    [[nodiscard]] bool never_whole(Epoch bound_epoch) const;
    void check_takeover();

    // ---- writes (gang_writes.cpp)
    struct Permission {
        bool admit = false;
        bool bind = false;
        bool remove = false;
    };
    void drive(const PodUid& uid, Member& member, Permission may);
    void drive_all();
    [[nodiscard]] Permission permission() const;
    [[nodiscard]] std::vector<const SeatEntry*> next_to_write(Permission may) const;
    void stop_for_good(Term seen);
    void written(Member& member, const WriteOutcome& outcome);
    void answer(Member& member, const PodUid& uid, bool bound, const char* error);

    void settle();  // after every event: what follows from the new facts
    void go(GangState to);
    void report(Notice notice, std::string detail, std::vector<PodKey> about = {});
    [[nodiscard]] const Tally& tally() const { return g.roster_.tally(); }
    // The member, to be changed.
    [[nodiscard]] Member* find(const PodUid& uid) { return g.roster_.edit(uid); }
    template <class Action>
    void act(Action action) {
        out_.emplace_back(std::move(action));
    }

    GangMachine& g;
    TimePoint now_;
    bool news_ = true;  // false: the event has changed nothing that the gang as a whole depends on
    std::vector<GangAction>& out_;
};

}  // namespace muster
