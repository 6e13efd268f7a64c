#include "policies/spread_failure_domains.hpp"

#include "placement/cluster/snapshot.hpp"
#include "placement/topology/fabric.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace muster {
namespace {

class MostInOneDomain final : public DomainCost {
  public:
    MostInOneDomain(const Fabric& fabric, const GangRequest& request, const std::string& level_name) {
        const auto level = fabric.level(level_name);
        if (!level) return;
        while (fabric.domains()[first_].depth != level->value() + 1) ++first_;
        std::size_t end = first_;
        while (end < fabric.domain_count() && fabric.domains()[end].depth == level->value() + 1) ++end;
        bound_.assign(end - first_, 0);
        for (const auto& member : request.fixed) {
            if (const auto node = fabric.find(member.node.str()))
                ++bound_[fabric.domain_at(*node, *level).value() - first_];
        }
    }

    [[nodiscard]] std::optional<std::int64_t> cost(DomainIdx domain, std::int32_t m) const override {
        const bool counts = m > 0 && domain.value() >= first_ && domain.value() - first_ < bound_.size();
        return counts ? m + bound_[domain.value() - first_] : 0;
    }
    [[nodiscard]] std::optional<std::int64_t> kind(DomainIdx domain) const override { return cost(domain, 1); }

  private:
    std::size_t first_ = 0;            // domain index of the level's first domain
    std::vector<std::int64_t> bound_;  // by domain of the level; empty: there is no such level
};

class SpreadFailureDomainsPolicy final : public DomainPolicy {
  public:
    explicit SpreadFailureDomainsPolicy(SpreadFailureDomainsParams params) : params_(std::move(params)) {}
    [[nodiscard]] std::string_view name() const override { return kSpreadFailureDomains; }
    [[nodiscard]] Combine combine() const override { return Combine::maximum; }
    [[nodiscard]] bool may_refuse() const override { return false; }
    [[nodiscard]] std::unique_ptr<DomainCost> prepare(const Snapshot& snapshot,
                                                      const GangRequest& request) const override {
        return std::make_unique<MostInOneDomain>(snapshot.fabric(), request, params_.level);
    }

  private:
    SpreadFailureDomainsParams params_;
};

}  // namespace

std::shared_ptr<const DomainPolicy> make_spread_failure_domains(const SpreadFailureDomainsParams& params) {
    return std::make_shared<SpreadFailureDomainsPolicy>(params);
}

}  // namespace muster
