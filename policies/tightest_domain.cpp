#include "policies/tightest_domain.hpp"

#include "placement/cluster/snapshot.hpp"
#include "placement/model/pod_shape.hpp"
#include "placement/topology/fabric.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace muster {
namespace {

class TightestDomain final : public DomainCost {
  public:
    TightestDomain(const Snapshot& snapshot, const PodShape& shape)
        : snapshot_(snapshot), shape_(shape), room_(snapshot.fabric().domain_count(), 0) {
        for (const auto& [name, amount] : shape.requests.entries()) {
            if (amount > 0) requests_.push_back({snapshot.resource(name), amount});
        }
        const Fabric& fabric = snapshot.fabric();
        const std::size_t hosts = fabric.domain_count() - fabric.node_count();
        // Children before parents; the cluster itself costs nothing.
        for (std::size_t i = fabric.domain_count(); i-- > 1;) {
            if (i >= hosts) room_[i] = room_on(NodeIdx(static_cast<std::uint32_t>(i - hosts)));
            const std::size_t parent = fabric.domains()[i].parent.value();
            if (parent > 0) room_[parent] = std::min(kMaxPolicyCost, room_[parent] + room_[i]);
        }
    }

    [[nodiscard]] std::optional<std::int64_t> cost(DomainIdx domain, std::int32_t m) const override {
        return m == 0 ? 0 : std::max<std::int64_t>(0, room_[domain.value()] - m);
    }
    [[nodiscard]] std::optional<std::int64_t> kind(DomainIdx domain) const override { return room_[domain.value()]; }

  private:
    struct Request {
        std::optional<ResourceIdx> column;  // absent: no node offers it
        std::int64_t amount = 0;            // > 0
    };

    [[nodiscard]] std::int64_t room_on(NodeIdx node) const {
        std::int64_t room = shape_.one_per_host || !shape_.host_ports.empty() ? 1 : kMaxPolicyCost;
        for (const auto& request : requests_) {
            const std::int64_t free = request.column ? snapshot_.free(node, *request.column) : 0;
            if (free < request.amount) return 0;
            room = std::min(room, free / request.amount);
        }
        return judge_node(shape_, snapshot_.fabric().node(node)) == NodeVerdict::ok ? room : 0;
    }

    const Snapshot& snapshot_;
    const PodShape& shape_;
    std::vector<Request> requests_;
    std::vector<std::int64_t> room_;  // by domain
};

class TightestDomainPolicy final : public DomainPolicy {
  public:
    [[nodiscard]] std::string_view name() const override { return kTightestDomain; }
    [[nodiscard]] Combine combine() const override { return Combine::sum; }
    [[nodiscard]] bool may_refuse() const override { return false; }
    [[nodiscard]] std::unique_ptr<DomainCost> prepare(const Snapshot& snapshot,
                                                      const GangRequest& request) const override {
        return std::make_unique<TightestDomain>(snapshot, request.roles.front().shape);
    }
};

}  // namespace

std::shared_ptr<const DomainPolicy> make_tightest_domain() {
    return std::make_shared<TightestDomainPolicy>();
}

}  // namespace muster
