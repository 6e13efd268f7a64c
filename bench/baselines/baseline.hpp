// What a baseline answers.
#pragma once

#include "placement/model/ids.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace muster::baselines {

// Members that one host gets, by role in the order of the request.
struct HostTake {
    NodeIdx node;
    std::vector<std::int32_t> members;
    bool operator==(const HostTake&) const = default;
};

// Path order, hosts with members only. nullopt: the baseline says that the gang does not fit.
using Answer = std::optional<std::vector<HostTake>>;

}  // namespace muster::baselines
