#include "offline/gang_tree.hpp"

#include "placement/model/check.hpp"
#include "placement/plan/room/node_room.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

namespace muster {
namespace {

// Members of one node: how many, what they take, their ranks.
struct HostUse {
    std::int64_t taken = 0;
    std::vector<std::int32_t> ranks;
};

// What the tree counts: the device that most roles ask for, of equals the first by name.
std::string device_of(const GangRequest& request) {
    std::map<std::string, int> roles;
    for (const auto& role : request.roles) {
        for (const auto& [name, amount] : role.shape.requests.entries()) {
            if (is_device(name)) ++roles[name];
        }
    }
    if (roles.empty()) return {};
    return std::ranges::max_element(roles, {}, [](const auto& entry) { return entry.second; })->first;
}

class TreeBuilder {
  public:
    TreeBuilder(const Snapshot& before, const GangRequest& request, const Plan& plan)
        : before_(before), fabric_(before.fabric()), device_(device_of(request)), column_(before.resource(device_)) {
        auto placed = plan.placements.begin();
        for (const auto& role : request.roles) {
            for (std::size_t i = 0; i < role.members.size(); ++i, ++placed) {
                const auto node = fabric_.find(placed->node.str());
                MUSTER_CHECK(node.has_value());
                HostUse& share = shares_[node->value()];
                share.taken += role.shape.requests.get(device_);
                share.ranks.push_back(placed->rank);
            }
        }
    }

    [[nodiscard]] GangTree build() const {
        DomainIdx holds = fabric_.host_domain(NodeIdx(shares_.begin()->first));
        while (fabric_.domain(holds).last_node <= std::prev(shares_.end())->first) holds = fabric_.domain(holds).parent;
        GangTree tree{device_, use_of(holds)};
        if (holds != fabric_.root()) tree.root.name = fabric_.path(holds);
        return tree;
    }

  private:
    [[nodiscard]] DomainUse use_of(DomainIdx index) const {
        const Domain& domain = fabric_.domain(index);
        DomainUse use;
        use.name = domain.value;
        use.level = domain.depth == 0 ? "cluster" : fabric_.levels()[domain.depth - 1].name;
        use.hosts = static_cast<std::int32_t>(domain.last_node - domain.first_node);
        for (std::uint32_t node = domain.first_node; column_ && node < domain.last_node; ++node) {
            use.total += before_.allocatable(NodeIdx(node), *column_);
            use.used += before_.allocatable(NodeIdx(node), *column_) - before_.free(NodeIdx(node), *column_);
        }
        const auto first = shares_.lower_bound(domain.first_node);
        const auto last = shares_.lower_bound(domain.last_node);
        for (auto share = first; share != last; ++share) {
            use.taken += share->second.taken;
            use.ranks.insert(use.ranks.end(), share->second.ranks.begin(), share->second.ranks.end());
        }
        std::ranges::sort(use.ranks);
        for (std::uint32_t child = domain.first_child; child < domain.last_child; ++child) {
            const Domain& below = fabric_.domain(DomainIdx(child));
            if (shares_.lower_bound(below.first_node) != shares_.lower_bound(below.last_node))
                use.children.push_back(use_of(DomainIdx(child)));
        }
        return use;
    }

    const Snapshot& before_;
    const Fabric& fabric_;
    const std::string device_;
    const std::optional<ResourceIdx> column_;
    std::map<std::uint32_t, HostUse> shares_;  // by node index
};

}  // namespace

GangTree gang_tree(const Snapshot& before, const GangRequest& request, const Plan& plan) {
    MUSTER_CHECK(!plan.placements.empty());
    return TreeBuilder(before, request, plan).build();
}

}  // namespace muster
