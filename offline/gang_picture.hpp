// The tree of a planned gang as text.
#pragma once

#include "offline/gang_tree.hpp"

#include <string>

namespace muster {

// One line a domain, indented with box characters: what others use (▒), what the gang takes (█), what is left (·).
// Domains with the same contents are one line ("n[01-64] ×64, each", with the numbers of each); where that is still
// long, lower levels are left out. Several lines, each ended by a newline.
[[nodiscard]] std::string gang_picture(const GangTree& tree);

}  // namespace muster
