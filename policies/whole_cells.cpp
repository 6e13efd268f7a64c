#include "policies/whole_cells.hpp"

#include "placement/cluster/snapshot.hpp"
#include "placement/topology/fabric.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace muster {
namespace {

class WholeCells final : public DomainCost {
  public:
    WholeCells(const Snapshot& snapshot, const GangRequest& request, const std::vector<std::string>& devices)
        : snapshot_(snapshot), filling_(snapshot.fabric().domain_count(), kNotWhole) {
        const PodShape& shape = request.roles.front().shape;
        for (const auto& name : devices) {
            if (const auto column = snapshot.resource(name)) devices_.push_back({*column, shape.requests.get(name)});
        }
        judge_domains();
    }

    [[nodiscard]] std::optional<std::int64_t> cost(DomainIdx domain, std::int32_t m) const override {
        const std::int64_t filling = filling_[domain.value()];
        return filling == kNotWhole || m == filling || m == 0 ? 0 : 1;
    }
    [[nodiscard]] std::optional<std::int64_t> kind(DomainIdx domain) const override { return filling_[domain.value()]; }

  private:
    static constexpr std::int64_t kNotWhole = -2;
    static constexpr std::int64_t kNeverFilled = -1;
    struct Device {
        ResourceIdx column;
        std::int64_t request = 0;  // of one member
    };

    [[nodiscard]] bool whole(NodeIdx node) const {
        const NodeFacts& facts = snapshot_.fabric().node(node);
        return snapshot_.leaving_pods(node) == 0 && facts.ready && !facts.unschedulable &&
               std::ranges::all_of(devices_, [&](const Device& device) {
                   return snapshot_.free(node, device.column) == snapshot_.allocatable(node, device.column);
               });
    }

    // Children before parents: a domain is whole when all its children are.
    void judge_domains() {
        const Fabric& fabric = snapshot_.fabric();
        const std::size_t hosts = fabric.domain_count() - fabric.node_count();
        std::vector<char> whole_below(fabric.domain_count(), 1);
        std::vector<std::int64_t> amounts(fabric.domain_count() * devices_.size(), 0);
        for (std::size_t i = fabric.domain_count(); i-- > 1;) {
            const Domain& domain = fabric.domains()[i];
            std::int64_t* here = amounts.data() + i * devices_.size();
            if (i >= hosts) {
                const NodeIdx node(domain.first_node);
                whole_below[i] = whole(node) ? 1 : 0;
                for (std::size_t d = 0; d < devices_.size(); ++d)
                    here[d] = snapshot_.allocatable(node, devices_[d].column);
            }
            const std::size_t parent = domain.parent.value();
            for (std::size_t d = 0; d < devices_.size(); ++d) amounts[parent * devices_.size() + d] += here[d];
            if (whole_below[i] == 0) {
                whole_below[parent] = 0;
            } else {
                filling_[i] = members_to_fill(here);
            }
        }
    }

    // kNotWhole where there is no device to keep together.
    [[nodiscard]] std::int64_t members_to_fill(const std::int64_t* amounts) const {
        std::int64_t members = kNotWhole;
        for (std::size_t d = 0; d < devices_.size(); ++d) {
            if (amounts[d] <= 0) continue;
            const std::int64_t request = devices_[d].request;
            const std::int64_t fill = request > 0 && amounts[d] % request == 0 ? amounts[d] / request : kNeverFilled;
            if (members != kNotWhole && members != fill) return kNeverFilled;
            members = fill;
        }
        return members;
    }

    const Snapshot& snapshot_;
    std::vector<Device> devices_;
    std::vector<std::int64_t> filling_;  // by domain
};

class WholeCellsPolicy final : public DomainPolicy {
  public:
    explicit WholeCellsPolicy(WholeCellsParams params) : params_(std::move(params)) {}
    [[nodiscard]] std::string_view name() const override { return kWholeCells; }
    [[nodiscard]] Combine combine() const override { return Combine::sum; }
    [[nodiscard]] bool may_refuse() const override { return false; }
    [[nodiscard]] std::unique_ptr<DomainCost> prepare(const Snapshot& snapshot,
                                                      const GangRequest& request) const override {
        return std::make_unique<WholeCells>(snapshot, request, params_.devices);
    }

  private:
    WholeCellsParams params_;
};

}  // namespace

std::shared_ptr<const DomainPolicy> make_whole_cells(const WholeCellsParams& params) {
    return std::make_shared<WholeCellsPolicy>(params);
}

}  // namespace muster
