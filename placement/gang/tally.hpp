// What the members of a gang are together: how many are served, who can be planned, whose write comes next. Each member
// has a share in the sums and lists; a change of a member replaces its old share by the new one, so no event has to
// look at all members. Which share a member has stands in one place, `share_of`.
#pragma once

#include "placement/gang/member.hpp"

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

namespace muster {

// What is counted.
enum class Fact : std::uint8_t {
    alive,
    running,  // alive and bound
    served,
    succeeded,  // in this run
    parked,     // with an open call, unbound
    unfenced,   // has to be touched, or holds a claim of an ended epoch
    unknown,    // claimed, and the outcome of a write is not known
    arrived,    // of the wave
    failed,     // of the wave
};
inline constexpr std::size_t kFacts = 9;

// Who waits for which write, in order of UIDs; not whose last write is under way, or is to be tried again later.
enum class List : std::uint8_t {
    urgent,     // to be read, touched or fenced, whatever the state of the gang
    to_admit,   // planned, without an acknowledged plan
    to_bind,    // planned, not refused for good
    to_remove,  // running
};
inline constexpr std::size_t kLists = 4;

struct Share {
    std::bitset<kFacts> facts;
    std::bitset<kLists> lists;
    std::optional<std::int32_t> rank;       // while countable: the one that it asks for, or the last
    std::optional<TimePoint> retry_at;      // while alive
    std::optional<TimePoint> call_since;    // while a call is open
    std::optional<std::string> controller;  // while alive, or ended in this run
    [[nodiscard]] bool is(Fact fact) const { return facts[static_cast<std::size_t>(fact)]; }
    bool operator==(const Share&) const = default;
};

// A member with what stands for it in the tally.
struct Seat : Member {
    bool in_wave = false;
    bool open = false;  // may have changed since it was counted
    Share counted;
};

using Seats = std::map<PodUid, Seat>;
using SeatEntry = Seats::value_type;  // stays where it is until the member is erased

struct ByUid {
    bool operator()(const SeatEntry* a, const SeatEntry* b) const { return a->first < b->first; }
};

struct ByTime {
    using Entry = std::pair<TimePoint, const SeatEntry*>;
    bool operator()(const Entry& a, const Entry& b) const {
        return a.first != b.first ? a.first < b.first : ByUid{}(a.second, b.second);
    }
};

// The order in which members are planned: by the rank that they ask for, then by name, digits by value.
struct ByRank {
    using Entry = std::pair<std::int32_t, const SeatEntry*>;
    bool operator()(const Entry& a, const Entry& b) const;
};

[[nodiscard]] Share share_of(const Seat& seat);

class Tally {
  public:
    using SeatList = std::set<const SeatEntry*, ByUid>;
    using Times = std::set<ByTime::Entry, ByTime>;
    using Ranking = std::set<ByRank::Entry, ByRank>;

    // O(log members).
    void replace(const SeatEntry& entry, const Share& from, const Share& to);

    [[nodiscard]] std::int32_t count(Fact fact) const { return counts_[static_cast<std::size_t>(fact)]; }
    [[nodiscard]] bool any(Fact fact) const { return count(fact) > 0; }
    [[nodiscard]] const SeatList& list(List list) const { return lists_[static_cast<std::size_t>(list)]; }
    [[nodiscard]] const Ranking& countable() const { return countable_; }  // who can be planned
    [[nodiscard]] std::int32_t count_countable() const { return static_cast<std::int32_t>(countable_.size()); }
    [[nodiscard]] const Times& retries() const { return retries_; }  // when a write may be tried again
    [[nodiscard]] const Times& calls() const { return calls_; }      // since when calls are open
    // Whether a controller that made a member which has ended in this run has also made one that lives.
    [[nodiscard]] bool controller_goes_on() const { return going_on_ > 0; }
    // Grows whenever another choice among the countable members could come out.
    [[nodiscard]] std::uint64_t choice_changes() const { return choice_changes_; }

    // Same sums and lists.
    [[nodiscard]] bool equals(const Tally& other) const;

  private:
    struct Made {  // by one controller
        std::int32_t living = 0;
        std::int32_t ended = 0;
        [[nodiscard]] bool goes_on() const { return living > 0 && ended > 0; }
        bool operator==(const Made&) const = default;
    };

    void count_controller(const Share& share, std::int32_t by);

    std::array<std::int32_t, kFacts> counts_{};
    std::array<SeatList, kLists> lists_;
    Ranking countable_;
    std::map<std::string, Made> made_;
    std::int32_t going_on_ = 0;
    Times retries_;
    Times calls_;
    std::uint64_t choice_changes_ = 0;
};

}  // namespace muster
