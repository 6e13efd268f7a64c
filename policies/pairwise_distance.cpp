#include "policies/pairwise_distance.hpp"

#include "placement/cluster/snapshot.hpp"
#include "placement/topology/fabric.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace muster {
namespace {

class PairwiseDistance final : public DomainCost {
  public:
    PairwiseDistance(const Fabric& fabric, const GangRequest& request, const PairwiseDistanceParams& params)
        : counting_(params.hosts ? fabric.domain_count() : fabric.domain_count() - fabric.node_count()),
          members_(static_cast<std::int64_t>(request.members())),
          bound_(counting_, 0) {
        for (const auto& member : request.fixed) {
            const auto node = fabric.find(member.node.str());
            if (!node) continue;
            for (DomainIdx at = fabric.host_domain(*node);; at = fabric.domain(at).parent) {
                if (at.value() < counting_) ++bound_[at.value()];
                if (at == fabric.root()) break;
            }
        }
    }

    [[nodiscard]] std::optional<std::int64_t> cost(DomainIdx domain, std::int32_t m) const override {
        if (domain.value() >= counting_) return 0;
        const std::int64_t bound_elsewhere = bound_.front() - bound_[domain.value()];
        const std::int64_t members = m;
        return std::min(kMaxPolicyCost, members * (members_ - members) + 2 * members * bound_elsewhere);
    }
    [[nodiscard]] std::optional<std::int64_t> kind(DomainIdx domain) const override {
        return domain.value() < counting_ ? bound_[domain.value()] : 0;
    }

  private:
    std::size_t counting_;  // domains before this one; hosts are the last
    std::int64_t members_;
    std::vector<std::int64_t> bound_;  // by domain, of those that count
};

class PairwiseDistancePolicy final : public DomainPolicy {
  public:
    explicit PairwiseDistancePolicy(const PairwiseDistanceParams& params) : params_(params) {}
    [[nodiscard]] std::string_view name() const override { return kPairwiseDistance; }
    [[nodiscard]] Combine combine() const override { return Combine::sum; }
    [[nodiscard]] bool may_refuse() const override { return false; }
    [[nodiscard]] bool leads(const GangRequest& request) const override {
        return request.wish.pattern == Pattern::all_to_all;
    }
    [[nodiscard]] std::unique_ptr<DomainCost> prepare(const Snapshot& snapshot,
                                                      const GangRequest& request) const override {
        return std::make_unique<PairwiseDistance>(snapshot.fabric(), request, params_);
    }

  private:
    PairwiseDistanceParams params_;
};

}  // namespace

std::shared_ptr<const DomainPolicy> make_pairwise_distance(const PairwiseDistanceParams& params) {
    return std::make_shared<PairwiseDistancePolicy>(params);
}

}  // namespace muster
