// Kubernetes quantities: "500m", "4Gi", "1e3", "0.5". Grammar and rounding: apimachinery pkg/api/resource/quantity.go.
#pragma once

#include "placement/model/resources.hpp"
#include "placement/model/result.hpp"

#include <cstdint>
#include <string_view>

namespace muster {

// Errors name the text and what to write; `where` is left empty for the caller, who knows object and field.
// Kubernetes silently caps what exceeds int64; here it is an error.

// Value in units of 1/1000, rounded up as Kubernetes' MilliValue(). Errors: not a quantity, negative, beyond int64.
[[nodiscard]] Result<std::int64_t> parse_milli_quantity(std::string_view text);
// Whole units, rounded up as Value().
[[nodiscard]] Result<std::int64_t> parse_quantity(std::string_view text);
// The amount in the unit that ResourceAmounts uses for the resource: cpu in milli, the rest in units.
[[nodiscard]] Result<std::int64_t> parse_amount(std::string_view resource, std::string_view text);

// Whether the resource comes in whole pieces only (pods and extended resources such as nvidia.com/gpu): the API server
// refuses fractions of it in a pod.
[[nodiscard]] bool is_whole_resource(std::string_view resource);
// Whether the quantity is a whole number; false for what is not a quantity.
[[nodiscard]] bool is_whole_quantity(std::string_view text);

}  // namespace muster
