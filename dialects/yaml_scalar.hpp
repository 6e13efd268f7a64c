// How a plain (unquoted) YAML scalar is typed: as kubectl types it, which reads YAML 1.1 (yes, on and y are booleans,
// 017 is octal) and then JSON. Source: goyaml.v2 resolve.go in sigs.k8s.io/yaml.
#pragma once

#include "dialects/object.hpp"

#include <string>

namespace muster {

// Null, boolean, number or string. Decimal numbers keep their text; octal, hexadecimal and binary ones become decimal.
[[nodiscard]] Object plain_scalar(const std::string& text);

}  // namespace muster
