#include "policies/label_cost.hpp"

#include "placement/cluster/snapshot.hpp"
#include "placement/model/node.hpp"
#include "placement/topology/fabric.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace muster {
namespace {

class LabelCost final : public DomainCost {
  public:
    LabelCost(const Fabric& fabric, LabelledHosts which, const std::vector<LabelValue>& labels)
        : first_host_(fabric.domain_count() - fabric.node_count()), costs_(fabric.node_count(), 0) {
        if (labels.empty()) return;
        for (std::size_t node = 0; node < costs_.size(); ++node) {
            const bool labelled = std::ranges::any_of(labels, [&](const LabelValue& wanted) {
                const std::string* value = find_label(fabric.nodes()[node].labels, wanted.label);
                return value != nullptr && (wanted.value.empty() || *value == wanted.value);
            });
            costs_[node] = labelled == (which == LabelledHosts::cost) ? 1 : 0;
        }
    }

    [[nodiscard]] std::optional<std::int64_t> cost(DomainIdx domain, std::int32_t m) const override {
        return domain.value() < first_host_ ? 0 : std::int64_t{m} * costs_[domain.value() - first_host_];
    }
    [[nodiscard]] std::optional<std::int64_t> kind(DomainIdx domain) const override { return cost(domain, 1); }

  private:
    std::size_t first_host_;
    std::vector<char> costs_;  // of one member, by node
};

class LabelPolicy final : public DomainPolicy {
  public:
    LabelPolicy(std::string_view name, LabelledHosts which, const std::vector<LabelValue>& labels)
        : name_(name), which_(which), labels_(labels) {}
    [[nodiscard]] std::string_view name() const override { return name_; }
    [[nodiscard]] Combine combine() const override { return Combine::sum; }
    [[nodiscard]] bool may_refuse() const override { return false; }
    [[nodiscard]] std::unique_ptr<DomainCost> prepare(const Snapshot& snapshot,
                                                      const GangRequest& /*request*/) const override {
        return std::make_unique<LabelCost>(snapshot.fabric(), which_, labels_);
    }

  private:
    std::string_view name_;
    LabelledHosts which_;
    std::vector<LabelValue> labels_;
};

}  // namespace

std::shared_ptr<const DomainPolicy> make_label_policy(std::string_view name, LabelledHosts which,
                                                      const std::vector<LabelValue>& labels) {
    return std::make_shared<LabelPolicy>(name, which, labels);
}

}  // namespace muster
