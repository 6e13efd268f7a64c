#include "placement/plan/roles/role_share.hpp"

#include <cstddef>

namespace muster {

std::map<DomainIdx, std::vector<std::int32_t>> members_by_domain(const Fabric& fabric,
                                                                 std::span<const RoleShare> shares) {
    std::map<DomainIdx, std::vector<std::int32_t>> held;
    for (const auto& share : shares) {
        for (DomainIdx at = fabric.host_domain(share.node);; at = fabric.domain(at).parent) {
            auto& members = held.try_emplace(at, share.members.size(), 0).first->second;
            for (std::size_t role = 0; role < members.size(); ++role) members[role] += share.members[role];
            if (at == fabric.root()) break;
        }
    }
    return held;
}

}  // namespace muster
