// A PlacementList for people and for programs.
#pragma once

#include "offline/place.hpp"

#include <string>

namespace muster {

// One line a gang, then a tree of each that fits (gang_picture.hpp), a summary below; ends with a newline.
[[nodiscard]] std::string placement_table(const PlacementList& list);

// {"apiVersion":"muster.scheduler/v1alpha1","kind":"PlacementList","items":[…]}, indented, ends with a newline. The
// schema is documented in offline/README.md.
[[nodiscard]] std::string placement_json(const PlacementList& list);

}  // namespace muster
