// The bandwidth class of a gang of several roles (see role_planner.hpp for what is proved of it).
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

    // Seats the GPUs of a plan without a class and puts its class before the other terms, in its bound too.
    void grade(Plan& plan) const;
    // No placement of the gang has a better class; that of the plan, which is graded, if it is as good. Every member is
    // counted as if it alone were on its host, with the best set there, and as if only bound members crossed uplinks.
    // O(roles × nodes) after the tables are filled.
    [[nodiscard]] std::int64_t best_possible(const Plan& plan) const;

    // A search for plans within a class.
    struct Try {
        GangRequest request;  // held by a domain of at least this depth, which settles the uplinks that it crosses
        RoleRoom::Cut cut;    // leaves each role the hosts, and the members on them, that do when it is alone there
    };
    // One for each set of levels whose uplinks may be crossed, from none to all. They outlive neither the object nor
    // the request. O(request).
    [[nodiscard]] std::vector<Try> tries(std::int64_t bandwidth_class) const;

  private:
    [[nodiscard]] std::int64_t best_possible(std::size_t role) const;
    [[nodiscard]] RoleRoom::Cut cut(std::int64_t bandwidth_class, std::size_t held) const;

    const Snapshot& snapshot_;
    const GangRequest& request_;
    GpuTables& gpus_;
    GangLinks links_;
};

}  // namespace muster
