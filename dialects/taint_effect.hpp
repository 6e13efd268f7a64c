// The field `effect` of taints and tolerations.
#pragma once

#include "dialects/field_reader.hpp"
#include "placement/model/node.hpp"

#include <optional>

namespace muster {

// Absent or empty: nullopt (every effect, in a toleration). Anything unknown is a fault.
[[nodiscard]] std::optional<TaintEffect> read_taint_effect(FieldReader& reader, const Object& map);

}  // namespace muster
