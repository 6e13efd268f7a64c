// A storm of events for one gang: pods come, change and go as they like, each write has some outcome, calls and
// deadlines hit at any moment. Not a cluster that could be (test/property/gang_world is): here every branch of the
// machine is reached by gangs that change their minds. The same seed gives the same storm.
#pragma once

#include "placement/gang/gang_machine.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace muster::gangtest {

class Storm {
  public:
    explicit Storm(std::uint64_t seed);

    // Gives the machine its next event, and keeps what it asks for.
    [[nodiscard]] std::vector<GangAction> step(GangMachine& gang);
    [[nodiscard]] const GangEvent& last() const { return last_; }
    [[nodiscard]] TimePoint now() const { return now_; }

  private:
    struct Pod {
        PodFacts facts;
        bool exists = false;
    };

    std::uint32_t below(std::uint32_t end);
    bool chance(std::uint32_t percent) { return below(100) < percent; }
    GangEvent choose(const GangMachine& gang);
    GangEvent change_pod();
    void create(Pod& pod);
    void mutate(PodFacts& facts);
    GangDeclaration declaration();
    GangEvent answer_write();
    WriteOutcome outcome(PodFacts& facts);
    GangEvent answer_plan(const GangMachine& gang);
    GangEvent call(const GangMachine& gang);
    GangEvent pass_time(const GangMachine& gang);
    Pod& pod_of(const PodUid& uid);
    NodeName any_node() { return NodeName("n" + std::to_string(below(6))); }

    std::uint64_t dice_;
    std::vector<Pod> pods_;
    std::vector<GangAction> writes_;  // without an outcome yet
    std::optional<AskPlan> ask_;
    GangEvent last_;
    TimePoint now_{};
    std::int32_t needed_ = 0;
    bool quarrels_ = false;
    bool patient_ = false;  // they wait for a level, and one role has a wish  // members do not agree
    std::uint64_t version_ = 0;
    std::uint64_t uids_ = 0;
    std::uint64_t calls_ = 0;
    Term term_;
    Pod nobody_;
};

}  // namespace muster::gangtest
