// The planner's answer, which the checker has agreed with.
#pragma once

#include "placement/cluster/cluster_state.hpp"
#include "placement/plan/gang_planner.hpp"
#include "placement/plan/links/gpu_picker.hpp"
#include "placement/plan/links/gpu_tables.hpp"
#include "placement/verify/verify_plan.hpp"

#include <string_view>
#include <variant>

#include <gtest/gtest.h>

namespace muster::test {

inline Outcome checked_plan(ClusterState& state, const GangRequest& request, const Policies& policies = {},
                            std::string_view picker = kDefaultGpuPicker) {
    const Snapshot snapshot = state.snapshot();
    GpuTables tables(gpu_picker(picker));
    Outcome outcome = plan_gang(snapshot, request, policies, tables);
    if (const Plan* found = std::get_if<Plan>(&outcome)) {
        EXPECT_EQ(verify_plan(snapshot, request, *found).value_or("right"), "right");
    }
    return outcome;
}

inline Outcome checked_plan(ClusterState&& state, const GangRequest& request, const Policies& policies = {},
                            std::string_view picker = kDefaultGpuPicker) {
    return checked_plan(state, request, policies, picker);
}

}  // namespace muster::test
