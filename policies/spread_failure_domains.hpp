// How much of the gang one failure takes along: the most members in one domain of a level.
//
// Cost of m ≥ 1 members in a domain of the level: m and the members bound there already; in any other domain, and where
// the fabric does not have the level: 0. Combined as maximum, over the domains that get new members. Since fewest
// domains goes before the policies, this balances the gang over the domains that it uses anyway; `spread` in the gang's
// wish forces it over more.
#pragma once

#include "placement/plan/policy.hpp"
#include "policies/params.hpp"

#include <memory>
#include <string_view>

namespace muster {

inline constexpr std::string_view kSpreadFailureDomains = "spread_failure_domains";

[[nodiscard]] std::shared_ptr<const DomainPolicy> make_spread_failure_domains(const SpreadFailureDomainsParams& params);

}  // namespace muster
