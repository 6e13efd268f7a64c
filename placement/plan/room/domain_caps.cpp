#include "placement/plan/room/domain_caps.hpp"

#include <algorithm>
#include <limits>

namespace muster {

std::vector<DomainCap> caps_of(const GangRequest& request, std::size_t role) {
    std::vector<DomainCap> caps;
    for (DomainCap cap : request.caps) {
        const bool own =
            cap.role < 0 || request.roles[static_cast<std::size_t>(cap.role)].name == request.roles[role].name;
        if (!own) continue;
        cap.role = -1;
        caps.push_back(cap);
    }
    return caps;
}

std::vector<std::int64_t> most_by_domain(const Fabric& fabric, std::span<const DomainCap> caps) {
    if (caps.empty()) return {};
    std::vector<std::int64_t> most(fabric.domain_count(), std::numeric_limits<std::int64_t>::max());
    for (const DomainCap& cap : caps) {
        std::int64_t& known = most[cap.domain.value()];
        known = std::min<std::int64_t>(known, cap.most);
    }
    return most;
}

}  // namespace muster
