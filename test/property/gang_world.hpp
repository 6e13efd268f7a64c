// A small world around real GangMachines: an API server, a lagging watch, a kube-scheduler, owners that make deleted
// pods again, plain pods, and the service's part of the protocol (reservations, planner, performing of actions). Every
// step is chosen by a seed. Writes land late, or after their sender has died. Each broken property has the name that it
// has in the protocol model. Capacity is counted in slots: a pod takes one.
#pragma once

#include "placement/gang/gang_machine.hpp"
#include "test/property/world_gen.hpp"

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

namespace muster::gangworld {

// A rule that the world leaves out, to show that its absence is noticed.
enum class Broken {
    nothing,
    fence,            // a fence is answered but not written (rule 3)
    release_first,    // an ended epoch gives its space away before the fences (rule 3)
    binding_version,  // Bindings are accepted with any resourceVersion (rule 2)
    takeover_touch,   // a new term is not written on the pods (rules 6, 7)
    rebuilt_claims,   // annotations of the past are not reserved, and planning does not wait for all touches (rules 6,
                      // 7)
    plan_ahead,       // the plan is acknowledged though only the gate was lifted (rule 4)
    single_claim,     // a plain pod is bound without reserving its node (rule 5)
    plain_touch,      // plain pods are not touched by a new process (rule 6)
    conflict,         // a conflict counts as success (rule 10)
    early_answer,     // a call is answered before its Binding is written (rule 10)
    delete_version,   // a delete goes through with any resourceVersion (rule 11)
    atomic_claim,     // members are reserved one by one (rule 1)
};

struct Options {
    int gangs = 1;
    int members = 2;
    int nodes = 2;
    int slots = 1;  // per node
    int plain = 0;  // pods of no gang
    bool gated = true;
    int steps = 250;
    // Budgets of faults.
    int crashes = 0;  // Muster dies and comes back
    int releads = 0;  // it loses the Lease and takes over again
    int scheduler_restarts = 0;
    int timeouts = 0;   // the scheduler gives one bind call up
    int deletions = 0;  // somebody deletes a member
    int drops = 0;      // the client gives a write up; it may still land
    int refusals = 0;   // a Binding is refused for good
    int bumps = 0;      // somebody else writes to a pod
    int jumps = 0;      // the clock jumps: deadlines hit at bad moments
    int bad_nodes = 0;  // a planned node is reported bad
    int plan_refusals = 0;
    int waits = 0;                // the planner holds a gang back for its preferred level
    bool refused_member = false;  // the scheduler never offers a node to the first member
    bool patient = false;         // gangs have a preferred level that they wait for
    bool keep_members = false;    // Muster must not delete any bound member
    Broken broken = Broken::nothing;
};

struct Pod {  // an API object; `gone` ones are kept as slots for the next object of that name
    std::string name;
    int gang = -1;  // −1: a plain pod
    PodUid uid;
    std::uint64_t version = 1;
    bool exists = false, gated = false, terminating = false;
    NodeName node, nominated;
    std::optional<WrittenPlan> plan;
};

struct SchedulerSide {  // what kube-scheduler knows of one pod
    NodeName assumed;
    NodeName target;  // of the bind call, which goes on after the space is forgotten
    enum class Call { none, travels, parked } call = Call::none;
    CallId id;
    std::vector<CallId> vanished;  // connections that ended, Muster does not know it yet
    TimePoint backoff_until{};
};

struct PlainWrite {
    enum class Kind { bind, read, touch } kind = Kind::bind;
    NodeName node;
    PodUid uid;
    CallId call;
};

struct Write {  // under way to the API
    int gang = -1;
    std::size_t pod = 0;
    PodUid uid;
    std::string version;
    std::variant<Admit, Fence, WriteBinding, DeleteMember, ReadMember, PlainWrite> what;
    std::uint64_t sender = 0;
    bool nominated = false;  // first step of an Admit is done
    bool planned = false;    // the second too
    bool dropped = false;    // nobody waits for the answer
    bool released = false;   // its space was given away since
};

struct Answer {
    std::uint64_t receiver = 0;
    int gang = -1;
    std::size_t pod = 0;
    std::optional<GangEvent> event;  // of a gang
    std::optional<std::pair<PlainWrite, WriteOutcome>> plain;
};

class GangWorld {
  public:
    GangWorld(Options options, std::uint64_t seed, bool trace);

    // Runs to rest. Gives the name of the first broken property and what was seen, or nothing.
    [[nodiscard]] std::string run();
    [[nodiscard]] const std::vector<std::string>& trace() const { return trace_; }
    // States in which a gang was left by a step.
    [[nodiscard]] const std::set<GangState>& visited() const { return visited_; }
    // Bindings accepted, members deleted by roll-backs, commits of an earlier process that were finished.
    struct Tally {
        int bound = 0, rolled_back = 0, resumed = 0;
    };
    [[nodiscard]] const Tally& tally() const { return tally_; }

  private:
    enum class Kind {
        land,
        answer,
        watch,
        plan,
        space,
        tick,
        owner,
        schedule,
        call,
        vanish,  // what must go on
        crash,
        start,
        relead,
        restart,
        timeout,
        remove,
        drop,
        bump,
        jump,
        bad_node,
        advance  // chance and faults
    };
    struct Step {
        Kind kind;
        std::size_t index = 0;
    };

    // ---- gang_world.cpp: choosing and running
    void add_necessary(std::vector<Step>& steps);
    void add_faults(std::vector<Step>& steps);
    void perform(const Step& step);
    void perform_fault(const Step& step);
    [[nodiscard]] bool advance_to_deadline();
    void note(const std::string& what) {
        if (tracing_) trace_.push_back(what);
    }

    // ---- gang_world_api.cpp: API server, watch, owners, scheduler
    [[nodiscard]] PodFacts facts(std::size_t pod) const;
    void create(std::size_t pod);
    void changed(std::size_t pod);
    void vanish_from_api(std::size_t pod);
    void land(std::size_t index);
    [[nodiscard]] WriteOutcome write_to_api(Write& write);
    [[nodiscard]] WriteOutcome bind_in_api(Write& write, const NodeName& node, bool refused);
    void drop(std::size_t index);
    void deliver_watch(std::size_t pod);
    [[nodiscard]] bool schedulable(std::size_t pod) const;
    [[nodiscard]] int scheduler_free(const NodeName& node) const;
    void schedule(std::size_t pod);
    void forget(std::size_t pod, bool vanished);
    void answer_call(CallId call, std::size_t pod, bool bound);

    // ---- gang_world_muster.cpp: the service's part
    void give(int gang, const GangEvent& event);
    void act(int gang, const GangAction& action);
    void send(int gang, const PodUid& uid, decltype(Write::what) what, const std::string& version);
    void release(const PodUid& uid);
    [[nodiscard]] bool taking_over() const;
    [[nodiscard]] int muster_free(const NodeName& node) const;
    void plan(int gang);
    void claim(AskPlan ask, const std::vector<NodeName>& free);
    void call_arrives(std::size_t pod);
    void plain_answered(const Answer& answer);
    void receive(const Answer& answer);
    void crash();
    void start();
    void relead();
    void take_over();
    void note_lost_history();

    // ---- gang_world_checks.cpp
    void broken(const std::string& property, const std::string& what);
    void check_node(const NodeName& node);
    void check_delete(std::size_t pod);
    void check_partial();
    void check_rest();
    [[nodiscard]] int bound_of(int gang) const;  // alive and bound
    [[nodiscard]] int api_free() const;

    [[nodiscard]] std::size_t pod_of(const PodUid& uid) const;  // pods_.size(): no such object
    [[nodiscard]] const GangMachine& machine(int gang) const { return machines_[static_cast<std::size_t>(gang)]; }

    Options left_;
    world::Dice dice_;
    bool tracing_;
    bool hurried_ = false;  // writes that nobody waits for land like any other, not late
    std::vector<std::string> trace_;
    std::string failure_;
    std::set<GangState> visited_;
    Tally tally_;
    TimePoint now_{};

    std::vector<NodeName> nodes_;
    std::vector<Pod> pods_;
    std::vector<std::deque<std::optional<PodFacts>>> watch_;  // nullopt: gone
    std::vector<PodUid> watched_;                             // the object that the watch shows now, if any
    std::vector<SchedulerSide> scheduler_;
    std::vector<Write> writes_;
    std::vector<Answer> answers_;
    std::uint64_t next_uid_ = 0;
    CallId next_call_;

    bool up_ = false;
    std::uint64_t process_ = 0;
    Term term_;
    std::vector<GangMachine> machines_;
    std::map<int, AskPlan> asked_;
    std::map<PodUid, NodeName> seen_bound_;
    std::map<PodUid, NodeName> reserved_;
    bool space_freed_ = false;

    std::vector<bool> was_whole_;
    std::vector<std::optional<TimePoint>> partial_since_;
    std::vector<Millis> allowance_;  // how long a gang may be partly bound: grows with each fault that delays
};

}  // namespace muster::gangworld
