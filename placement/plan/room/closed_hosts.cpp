#include "placement/plan/room/closed_hosts.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

namespace muster {
namespace {

// Whether pods that may go away use devices of the node, those of this gang aside.
class OtherPods {
  public:
    OtherPods(const Snapshot& snapshot, const GangRequest& request) : snapshot_(snapshot) {
        for (std::uint32_t i = 0; i < snapshot.resource_count(); ++i) {
            const std::string& name = snapshot.resource_name(ResourceIdx(i));
            if (!is_device(name)) continue;
            devices_.push_back({ResourceIdx(i), {}});
            for (const auto& member : request.fixed) {
                const auto node = snapshot.fabric().find(member.node.str());
                const RoleRequest* role = role_of(request, member);
                if (node && role != nullptr) devices_.back().own[*node] += role->shape.requests.get(name);
            }
        }
    }

    [[nodiscard]] bool use(NodeIdx node) const {
        return std::ranges::any_of(devices_, [&](const Device& device) {
            const std::int64_t leaving = snapshot_.potential(node, device.column) - snapshot_.free(node, device.column);
            const auto own = device.own.find(node);
            return leaving > (own == device.own.end() ? 0 : own->second);
        });
    }

  private:
    struct Device {
        ResourceIdx column;
        std::map<NodeIdx, std::int64_t> own;  // of the gang's bound members
    };

    // What a bound member of a role that has nobody left to place uses is not known: it counts as somebody else's.
    static const RoleRequest* role_of(const GangRequest& request, const FixedMember& member) {
        if (request.roles.size() == 1) return &request.roles.front();
        const auto role = std::ranges::find(request.roles, member.role, &RoleRequest::name);
        return role == request.roles.end() ? nullptr : &*role;
    }

    const Snapshot& snapshot_;
    std::vector<Device> devices_;
};

std::span<std::int64_t> hosts_of(const Domain& domain, std::span<std::int64_t> hosts) {
    return hosts.subspan(domain.first_node, domain.last_node - domain.first_node);
}

}  // namespace

void close_shared(const Snapshot& snapshot, const GangRequest& request, std::uint32_t depth, RoomBasis basis,
                  std::span<std::int64_t> hosts) {
    const OtherPods others(snapshot, request);
    for (const Domain& domain : snapshot.fabric().domains()) {
        if (domain.depth != depth) continue;
        bool shared = domain.synthetic;
        for (std::uint32_t node = domain.first_node; node < domain.last_node && basis == RoomBasis::now; ++node)
            shared = shared || others.use(NodeIdx(node));
        if (shared) std::ranges::fill(hosts_of(domain, hosts), 0);
    }
}

std::vector<char> shared_hosts(const Snapshot& snapshot, const GangRequest& request) {
    const OtherPods others(snapshot, request);
    std::vector<char> shared;
    for (std::uint32_t node = 0; node < snapshot.fabric().node_count(); ++node)
        shared.push_back(others.use(NodeIdx(node)) ? 1 : 0);
    return shared;
}

void close_unlabelled(const Fabric& fabric, std::uint32_t depth, std::span<std::int64_t> hosts) {
    for (const Domain& domain : fabric.domains()) {
        if (domain.depth == depth && domain.synthetic) std::ranges::fill(hosts_of(domain, hosts), 0);
    }
}

void close_hosts(const Snapshot& snapshot, const GangRequest& request, const TopologyWish& wish, RoomBasis basis,
                 std::span<std::int64_t> hosts) {
    const Fabric& fabric = snapshot.fabric();
    if (const auto level = wish.exclusive ? fabric.level(*wish.exclusive) : std::nullopt)
        close_shared(snapshot, request, level->value() + 1, basis, hosts);
    for (const auto& spread : wish.spread) {
        const auto level = spread.min_domains > 0 || spread.balanced ? fabric.level(spread.level) : std::nullopt;
        if (level) close_unlabelled(fabric, level->value() + 1, hosts);
    }
}

}  // namespace muster
