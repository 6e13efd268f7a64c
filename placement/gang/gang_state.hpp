// States of a gang and the legal transitions between them (design §4). Persistent states can be rebuilt from the API
// after a restart; volatile ones are lost with the process and end in `takeover`.
//
//   gathering ──complete──▶ planning ──plan──▶ admitted ──all parked──▶ committing ──all bound──▶ served
//      ▲  ▲                  │   ▲                │                        │   │                   │
//      │  │               no fit │ space         lost, late,            none  └─some bound,        │ newcomers
//      │  │                  ▼   │ freed          not offered           bound    rest impossible   ▼
//      │  │                waiting│                ▼                       ▼              ▼      gathering
//      │  └──all fenced──── aborting ◀─────────────┴───────────────────────┘        repairing ──▶ planning
//      │                        │ too many tries                                       │ hard limit
//      └──backoff over────── blocked ◀── bad declaration                          rolling_back ──▶ gathering
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

namespace muster {

enum class GangState : std::uint8_t {
    gathering,     // members are missing
    planning,      // complete; the planner has been asked
    waiting,       // complete, but there is no place now
    admitted,      // reserved; plan written or being written to the members; bind calls are being parked
    committing,    // Bindings are being written; only forward once one was accepted
    aborting,      // the epoch ended: reservations stay until each member is fenced
    repairing,     // some are bound, the rest must be planned beside them before the hard limit
    rolling_back,  // hard limit reached: unbound members are fenced, then the bound ones deleted
    blocked,       // refused for now: bad declaration or too many failed tries; backoff runs
    served,        // at least the needed members are bound or succeeded
    takeover,      // a new term: every member is being touched before anything else happens
};

inline constexpr std::array kGangStateNames{
    std::string_view("gathering"), std::string_view("planning"),     std::string_view("waiting"),
    std::string_view("admitted"),  std::string_view("committing"),   std::string_view("aborting"),
    std::string_view("repairing"), std::string_view("rolling-back"), std::string_view("blocked"),
    std::string_view("served"),    std::string_view("takeover")};

[[nodiscard]] constexpr std::string_view name_of(GangState state) {
    return kGangStateNames[static_cast<std::size_t>(state)];
}

enum class Durability : std::uint8_t { persistent, volatile_ };

[[nodiscard]] constexpr Durability durability_of(GangState state) {
    switch (state) {
        case GangState::gathering:
        case GangState::served:
            return Durability::persistent;
        case GangState::planning:
        case GangState::waiting:
        case GangState::admitted:
        case GangState::committing:
        case GangState::aborting:
        case GangState::repairing:
        case GangState::rolling_back:
        case GangState::blocked:
        case GangState::takeover:
            return Durability::volatile_;
    }
    return Durability::volatile_;
}

// Every legal transition. `takeover` may be entered from anywhere and is left out on the left side.
inline constexpr std::array kGangTransitions{
    std::pair(GangState::gathering, GangState::planning),     std::pair(GangState::gathering, GangState::blocked),
    std::pair(GangState::gathering, GangState::served),       std::pair(GangState::gathering, GangState::repairing),
    std::pair(GangState::planning, GangState::admitted),      std::pair(GangState::planning, GangState::waiting),
    std::pair(GangState::planning, GangState::gathering),     std::pair(GangState::planning, GangState::blocked),
    std::pair(GangState::planning, GangState::repairing),     std::pair(GangState::planning, GangState::served),
    std::pair(GangState::waiting, GangState::planning),       std::pair(GangState::waiting, GangState::gathering),
    std::pair(GangState::waiting, GangState::blocked),        std::pair(GangState::waiting, GangState::repairing),
    std::pair(GangState::waiting, GangState::served),         std::pair(GangState::admitted, GangState::committing),
    std::pair(GangState::admitted, GangState::aborting),      std::pair(GangState::admitted, GangState::served),
    std::pair(GangState::committing, GangState::served),      std::pair(GangState::committing, GangState::aborting),
    std::pair(GangState::committing, GangState::repairing),   std::pair(GangState::aborting, GangState::gathering),
    std::pair(GangState::aborting, GangState::blocked),       std::pair(GangState::aborting, GangState::repairing),
    std::pair(GangState::aborting, GangState::served),        std::pair(GangState::repairing, GangState::planning),
    std::pair(GangState::repairing, GangState::rolling_back), std::pair(GangState::repairing, GangState::served),
    std::pair(GangState::repairing, GangState::gathering),    std::pair(GangState::repairing, GangState::blocked),
    std::pair(GangState::rolling_back, GangState::gathering), std::pair(GangState::rolling_back, GangState::served),
    std::pair(GangState::blocked, GangState::gathering),      std::pair(GangState::blocked, GangState::repairing),
    std::pair(GangState::served, GangState::gathering),       std::pair(GangState::served, GangState::planning),
    std::pair(GangState::served, GangState::blocked),         std::pair(GangState::served, GangState::repairing),
    std::pair(GangState::takeover, GangState::gathering),     std::pair(GangState::takeover, GangState::committing),
    std::pair(GangState::takeover, GangState::served),        std::pair(GangState::takeover, GangState::repairing),
};

[[nodiscard]] constexpr bool is_legal(GangState from, GangState to) {
    if (from == to || to == GangState::takeover) return true;
    for (const auto& [a, b] : kGangTransitions) {
        if (a == from && b == to) return true;
    }
    return false;
}

}  // namespace muster
