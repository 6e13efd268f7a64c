// The independent checker: knows nothing of the planner and shares no code with it. Runs in every test, in the
// simulator, and on the current state before every commit.
#pragma once

#include "placement/cluster/snapshot.hpp"
#include "placement/model/gang.hpp"
#include "placement/model/plan.hpp"
#include "placement/verify/verify_gpus.hpp"

#include <optional>
#include <string>

namespace muster {

// nullopt when the plan is right: every member placed once and in the request's order, on a known node that admits its
// shape and is not one to avoid; no node over its free amounts with all members together; parts of devices surely found
// (verify_shares.hpp); host ports and one_per_host
// respected (bound members of the gang counted); all, with the fixed members, in one domain of the required level;
// GPU sets possible and as claimed (verify_gpus.hpp); and the stated quality (level, domain, counts, the objective's
// bandwidth class, level term and counts) true. Otherwise a sentence naming the
// member or the node and the broken rule. O(members × (resources + depth)), independent of the cluster's size.
//
// As defined here: a domain holds the gang when it is not synthetic and all members lie in it, so a required level is
// met when the lowest domain that holds the gang is at that level or below. A fixed member counts in that domain and in
// the counts of quality and objective; one on a node that the fabric does not know fixes nothing.
//
// `machines`: what earlier checks found out about machines; without it all is found out again.
[[nodiscard]] std::optional<std::string> verify_plan(const Snapshot& snapshot, const GangRequest& request,
                                                     const Plan& plan, CheckedMachines& machines);
[[nodiscard]] std::optional<std::string> verify_plan(const Snapshot& snapshot, const GangRequest& request,
                                                     const Plan& plan);

}  // namespace muster
