// The bandwidth class of a gang of several roles: the least there can be, and what keeps within one.
#pragma once

#include "placement/cluster/snapshot.hpp"
#include "placement/model/gang.hpp"
#include "placement/model/plan.hpp"
#include "placement/plan/links/gang_links.hpp"
#include "placement/plan/links/gpu_tables.hpp"
#include "placement/plan/roles/role_room.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace muster {

class RoleClasses {
  public:
    // All three outlive the object.
    RoleClasses(const Snapshot& snapshot, const GangRequest& request, GpuTables& gpus)
        : snapshot_(snapshot), request_(request), gpus_(gpus), links_(snapshot, request, gpus) {}

    // Seats the GPUs of a plan without a class and puts its class before the other terms.
    void grade(Plan& plan) const;
    // No placement of the gang has a better class; that of the plan, which is graded, if it is as good. Every member is
    // counted as if it alone were on its host, with the best set there, and as if only bound members crossed uplinks.
    // O(roles × nodes) after the tables are filled.
    [[nodiscard]] std::int64_t best_possible(const Plan& plan) const;

    // A gang whose uplinks are settled.
    struct Try {
        GangRequest request;       // held by a domain of at least this depth
        std::uint32_t finest = 0;  // what a deeper domain holds crosses fewer uplinks: the try before has it
        std::size_t held = 0;      // index in GangLinks::held()
    };
    // One for each set of levels whose uplinks may be crossed, from none to all. O(request).
    [[nodiscard]] std::vector<Try> tries() const;
    // Under these a try has exactly the placements of no worse class whose uplinks are those that it settles, or fewer.
    // They do not outlive the object, and no plan is graded before their last use.
    [[nodiscard]] RoleRoom::Limits limits(std::int64_t bandwidth_class, std::size_t held) const;

  private:
    [[nodiscard]] std::int64_t best_possible(std::size_t role) const;

    const Snapshot& snapshot_;
    const GangRequest& request_;
    GpuTables& gpus_;
    GangLinks links_;
};

}  // namespace muster
