// A bound that looks two levels down, so that most candidates need no search.
#pragma once

#include "placement/model/ids.hpp"
#include "placement/topology/fabric.hpp"

#include <cstdint>
#include <span>

namespace muster {

// The fewest grandchildren of the domain that can hold m members in at most c of its children, from below: Lagrangian
// relaxation of that count. With g(λ) of a child the sum over its children of max(0, room − λ), and G(λ) the sum of the
// c greatest, k grandchildren hold at most λk + G(λ) members, so k ≥ (m − G(λ)) / λ for each λ ≥ 1. Over λ the right
// side rises, then falls (a concave function over a linear one), so the best λ is found by bisection.
// `room`: members by domain index. O(grandchildren × log m).
[[nodiscard]] std::int64_t fewest_grandchildren(const Fabric& fabric, std::span<const std::int64_t> room,
                                                DomainIdx domain, std::int64_t m, std::int64_t c);

}  // namespace muster
