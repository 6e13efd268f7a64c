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
        return snapshot_.leaving_pods(node) == 0 && snapshot_.in_service(node) &&
               std::ranges::all_of(devices_, [&](const Device& device) {
                   return snapshot_.free(node, device.column) == snapshot_.allocatable(node, device.column);
               });
    }

    // Children before parents: a domain is whole when all its children are. Of hosts only the amounts are read: their
    // domains are many and say nothing more.
    void judge_domains() {
        const Fabric& fabric = snapshot_.fabric();
        const std::size_t first_host = fabric.domain_count() - fabric.node_count();
        const std::size_t width = devices_.size();
        std::vector<char> whole_below(fabric.domain_count(), 1);
        std::vector<std::int64_t> amounts(fabric.domain_count() * width, 0);
        for (std::uint32_t node = 0; node < fabric.node_count(); ++node) {
            whole_below[first_host + node] = whole(NodeIdx(node)) ? 1 : 0;
            for (std::size_t d = 0; d < width; ++d)
                amounts[(first_host + node) * width + d] = snapshot_.allocatable(NodeIdx(node), devices_[d].column);
        }
        for (std::size_t i = first_host; i-- > 0;) {
            const Domain& domain = fabric.domains()[i];
            for (std::size_t child = domain.first_child; child < domain.last_child; ++child) {
                const std::int64_t* below = amounts.data() + child * width;
                for (std::size_t d = 0; d < width; ++d) amounts[i * width + d] += below[d];
                if (whole_below[child] == 0) {
                    whole_below[i] = 0;
                } else {
                    filling_[child] = members_to_fill(below);
                }
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
