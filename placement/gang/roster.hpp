// The members of one gang, and the wave of them that is planned together. They are read by anybody and changed only
// through `edit`, `edit_each` and the wave; whatever may have changed stays open until the end of the step and is
// counted anew before each question, so that no rule has to think of the sums.
#pragma once

#include "placement/gang/declarations.hpp"
#include "placement/gang/tally.hpp"

#include <cstdint>
#include <set>
#include <vector>

namespace muster {

class Roster {
  public:
    using Wave = std::set<SeatEntry*, ByUid>;

    Roster() = default;
    Roster(Roster&&) = default;
    Roster& operator=(Roster&&) = default;
    ~Roster() = default;
    Roster(const Roster&) = delete;  // the sums point to the seats
    Roster& operator=(const Roster&) = delete;

    [[nodiscard]] const Seats& members() const { return members_; }

    // A member to be changed, until `close`; null: there is none.
    [[nodiscard]] Member* edit(const PodUid& uid);
    [[nodiscard]] Member& edit(const SeatEntry& entry);  // of this roster
    // The same; a new member if there was none.
    [[nodiscard]] Member& add(const PodUid& uid);
    // All of them in order of UIDs, as change(uid, member).
    template <class Change>
    void edit_each(Change change) {
        for (SeatEntry& entry : members_) change(entry.first, static_cast<Member&>(open(entry)));
    }
    void erase(const PodUid& uid);

    [[nodiscard]] const Wave& wave() const { return wave_; }
    [[nodiscard]] bool in_wave(const PodUid& uid) const;
    void join_wave(const PodUid& uid);
    void leave_wave(const PodUid& uid);
    // Its members, to be changed; nobody is in it afterwards.
    std::vector<SeatEntry*> dissolve_wave();
    // Grows with each change of the wave.
    [[nodiscard]] std::uint64_t wave_changes() const { return wave_changes_; }

    // As things stand now. O(open members).
    [[nodiscard]] const Tally& tally();
    [[nodiscard]] Declarations& declarations();
    // Ends a step: nobody changes a member until the next `edit`.
    void close();
    // Between steps.
    [[nodiscard]] const Tally& closed_tally() const;

    // Whether all that is kept equals what a count from nothing gives; false is a defect. For tests, between steps.
    [[nodiscard]] bool consistent() const;

  private:
    Seat& open(SeatEntry& entry);

    Seats members_;
    Wave wave_;
    std::uint64_t wave_changes_ = 0;
    std::vector<SeatEntry*> open_;
    Tally tally_;
    Declarations declarations_;
};

}  // namespace muster
