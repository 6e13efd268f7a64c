// Costs without any pattern, for the planner and for exhaustive search alike.
#pragma once

#include "placement/plan/policy.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace muster::test {

// The same for a role and a domain's path whoever asks.
struct Noise {
    std::uint64_t seed = 0;
    std::uint32_t sides = 4;  // costs are 0…sides−1
    std::uint32_t refuse_percent = 0;
    bool maximum = false;
    bool leads = false;

    // Cost of m members; nullopt: refused.
    [[nodiscard]] std::optional<std::int64_t> operator()(std::string_view role, std::string_view path,
                                                         std::uint32_t depth, std::int32_t m) const;
};

// As a policy: of requests for one role, by its name.
[[nodiscard]] std::shared_ptr<const DomainPolicy> noise_policy(const Noise& noise);

}  // namespace muster::test
