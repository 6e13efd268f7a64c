// Refusals for people: the one table of sentences. Codes are stable, for programs; sentences may be reworded.
#pragma once

#include "placement/model/plan.hpp"

#include <string>
#include <string_view>

namespace muster {

// "level-too-small", …
[[nodiscard]] std::string_view reason_code_name(ReasonCode code);

// One sentence without a full stop, with what to do about it where that is known. `never`: the gang can never fit,
// proved on today's nodes with every removable pod gone.
[[nodiscard]] std::string reason_sentence(const Shortfall& shortfall, bool never = false);

// A gang that has a place, but waits for its preferred level: what that lacks. `until`: how long, in words; may be
// empty.
inline constexpr std::string_view kWaitCode = "waits-for-level";
[[nodiscard]] std::string wait_sentence(const Shortfall& shortfall, std::string_view until = {});

// "optimal", "bounded"
[[nodiscard]] std::string_view proof_name(Proof proof);

}  // namespace muster
