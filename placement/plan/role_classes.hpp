// The bandwidth class of a gang of several roles (see role_planner.hpp for what is proved of it).
#pragma once

#include "placement/cluster/snapshot.hpp"
#include "placement/model/gang.hpp"
#include "placement/model/plan.hpp"
#include "placement/plan/gpu_tables.hpp"
#include "placement/plan/role_room.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace muster {

class RoleClasses {
  public:
    // All three outlive the object.
    RoleClasses(const Snapshot& snapshot, const GangRequest& request, GpuTables& gpus)
        : snapshot_(snapshot), request_(request), gpus_(gpus) {}

    // Seats the GPUs of a plan without a class and puts its class before the other terms, in its bound too.
    void grade(Plan& plan) const;
    // No placement of the gang has a better class; that of the plan, which is graded, if it is as good. Every member is
    // counted as if it alone were on its host, with the best set there. O(roles × nodes) after the tables are filled.
    [[nodiscard]] std::int64_t best_possible(const Plan& plan) const;
    // Leaves each role the hosts, and as many members on them, as keep within the class when it is alone there.
    [[nodiscard]] RoleRoom::Cut cut(std::int64_t bandwidth_class) const;

  private:
    [[nodiscard]] std::int64_t best_possible(std::size_t role) const;

    const Snapshot& snapshot_;
    const GangRequest& request_;
    GpuTables& gpus_;
};

}  // namespace muster
