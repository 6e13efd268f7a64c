// Life of one gang: (event, now) → (state, actions), deterministic and free of I/O. The rules that the protocol model
// shows to be necessary are marked "rule n" in the sources (numbers of the model's list).
#pragma once

#include "placement/gang/gang_events.hpp"
#include "placement/gang/gang_state.hpp"
#include "placement/gang/roster.hpp"
#include "placement/model/units.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace muster {

// All durations and limits of the protocol; defaults are those of the settings file.
struct GangTiming {
    Millis bind_timeout{30'000};   // time without progress after admission before the epoch ends
    Millis repair_limit{4'000};    // how long a gang may stay partly bound before it is rolled back
    Millis commit_budget{2'000};   // a commit is not begun later than this before the scheduler's own timeout
    Millis call_timeout{600'000};  // httpTimeout of the bind entry: 10 min
    Millis lesson_gap{1'000};      // two misses at least this far apart make a lesson
    Millis lesson_age{60'000};     // rule 13: a lesson ends
    Millis retry_first{1'000};     // backoff of blocked, doubled each time
    Millis retry_last{300'000};
    Millis write_retry{200};           // before a write with unknown outcome is tried again
    Millis lonely_after{10'000};       // a StatefulSet that makes one pod at a time is told so after this
    std::int32_t replans = 3;          // failed epochs in a row before the gang is blocked
    std::int32_t conflicts = 8;        // of one Binding, each followed by a read, before it counts as refused
    std::int32_t max_members = 8'192;  // ≤ parked binds allowed
    bool nominate = true;
};

// The few constant texts that kube-scheduler may see for a member (changing text would make a hot loop).
namespace gang_text {
inline constexpr const char* kIncomplete = "gang not complete";
inline constexpr const char* kNoPlace = "gang does not fit";
inline constexpr const char* kBlocked = "gang blocked";
inline constexpr const char* kNotOffered = "planned node not available";
inline constexpr const char* kEpochEnded = "gang plan was withdrawn";
inline constexpr const char* kStaleBind = "bind is not of the gang's current plan";
inline constexpr const char* kDraining = "muster is shutting down";
inline constexpr const char* kNotLeading = "muster is not leading";
// Those that may stand in a pod's condition because filter answered them.
inline constexpr std::array kFilterTexts{kIncomplete, kNoPlace, kBlocked, kNotOffered, kEpochEnded};
}  // namespace gang_text

// Why the gang is not running, for /v1/gangs, explain and events.
struct GangTrouble {
    std::optional<Shortfall> shortfall;  // with `never`: proved
    bool never = false;
    std::optional<TimePoint> wait_until;  // it has a place, and waits until then for what its preferred level lacks
    std::vector<Error> errors;            // bad declarations, in order; of many the first kErrorsTold
    std::string text;                     // e.g. the scheduler's own condition text
};

class GangMachine {
  public:
    static constexpr std::size_t kErrorsTold = 64;  // nobody reads thousands, and each step would copy them

    GangMachine(GangKey key, GangTiming timing);

    // Applies one event and gives what has to be done. O(log members), O(1) where nothing changes; O(members) for what
    // concerns the whole gang: a new term, a plan asked for or accepted, the end of an epoch, a change of state.
    [[nodiscard]] std::vector<GangAction> step(const GangEvent& event, TimePoint now);

    [[nodiscard]] const GangKey& key() const { return key_; }
    [[nodiscard]] GangState state() const { return state_; }
    [[nodiscard]] Epoch epoch() const { return epoch_; }
    [[nodiscard]] std::uint32_t incarnation() const { return incarnation_; }
    [[nodiscard]] std::optional<std::int32_t> needed() const { return needed_; }
    [[nodiscard]] std::int32_t served() const;     // bound (not terminating, not failed) or succeeded
    [[nodiscard]] std::int32_t countable() const;  // could be planned now: alive, unbound, only our gate left
    [[nodiscard]] std::int32_t parked() const;
    [[nodiscard]] const Seats& members() const { return roster_.members(); }  // each is a Member
    [[nodiscard]] const GangTrouble& trouble() const { return trouble_; }
    [[nodiscard]] const std::optional<Quality>& quality() const { return quality_; }
    // When step(Tick) has to be called next; nullopt: no deadline runs. O(1), O(lessons) while waiting.
    [[nodiscard]] std::optional<TimePoint> next_deadline() const;
    // No member, nothing reserved, no backoff that newcomers of the same name would have to wait for: can be dropped.
    [[nodiscard]] bool empty() const { return members().empty() && !blocked_until_; }
    // A later term was seen: nothing is done any more until a TakeOver.
    [[nodiscard]] bool stopped() const { return stopped_; }

    // Whether the sums over the members are right: costs O(members log members), for tests.
    [[nodiscard]] bool consistent() const { return roster_.consistent(); }

    // Number of the AskPlan that is still wanted; nullopt: an answer would be void.
    [[nodiscard]] std::optional<std::uint64_t> wanted_plan() const;

    // What filter answers for a member: its node, or the constant text of the refusal.
    struct FilterAnswer {
        NodeName node;
        const char* refusal = gang_text::kIncomplete;
    };
    [[nodiscard]] FilterAnswer filter_answer(const PodUid& uid) const;

  private:
    friend class GangRules;  // the rules, one file per phase
    GangKey key_;
    GangTiming timing_;
    GangState state_ = GangState::gathering;
    Epoch epoch_;
    Term term_;
    std::uint32_t incarnation_ = 1;
    std::optional<std::int32_t> needed_;
    std::int32_t max_members_ = 0;
    TopologyWish wish_;
    std::vector<RoleWish> roles_;
    Roster roster_;  // the members, and the wave: who is asked for, or of the current epoch
    std::uint64_t request_ = 0;
    struct Choice {  // what the wave was chosen from
        std::int32_t size = 0;
        std::uint64_t candidates = 0;
        std::uint64_t wave = 0;
        bool operator==(const Choice&) const = default;
    };
    std::optional<Choice> choice_;
    GangTrouble trouble_;
    std::optional<Quality> quality_;
    bool draining_ = false;
    bool stopped_ = false;
    bool was_whole_ = false;   // all needed members were served at once in this incarnation: never rolled back any more
    bool block_next_ = false;  // the ending epoch leads to blocked whatever the number of tries
    std::int32_t failed_epochs_ = 0;  // in a row
    Millis backoff_{0};
    std::optional<TimePoint> progress_at_;     // last progress of the current epoch
    std::optional<TimePoint> partly_since_;    // 0 < served < needed before the gang was ever whole
    std::optional<TimePoint> blocked_until_;   // absent while blocked: until the declaration changes
    std::optional<TimePoint> complete_since_;  // all needed members have been there, to be started together
    std::optional<TimePoint> lonely_since_;    // a controller that creates one pod at a time has been waiting since
    std::map<NodeName, TimePoint> lessons_;
    std::string last_report_;  // the same thing is not reported twice in a row
};

}  // namespace muster
