#include "policies/least_fragment.hpp"

#include "placement/cluster/snapshot.hpp"
#include "placement/topology/fabric.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

namespace muster {
namespace {

// The mix, asked by number of free GPUs.
class Demand {
  public:
    explicit Demand(const std::vector<LeastFragmentParams::Demand>& mix) {
        std::int64_t largest = 0;
        for (const auto& entry : mix) largest = std::max(largest, entry.gpus);
        above_.assign(static_cast<std::size_t>(largest) + 1, 0);
        for (const auto& entry : mix) {
            for (std::int64_t free = 0; free < entry.gpus; ++free) above_[static_cast<std::size_t>(free)] += entry.pods;
            all_ += entry.pods;
        }
    }

    [[nodiscard]] std::int64_t all() const { return all_; }
    // F: free GPUs × the pods that ask for more than these.
    [[nodiscard]] std::int64_t fragment(std::int64_t free) const {
        if (free <= 0 || std::cmp_greater_equal(free, above_.size())) return 0;
        return free * above_[static_cast<std::size_t>(free)];
    }

  private:
    std::vector<std::int64_t> above_;  // by free GPUs
    std::int64_t all_ = 0;
};

class LeastFragment final : public DomainCost {
  public:
    LeastFragment(const Snapshot& snapshot, const GangRequest& request, const LeastFragmentParams& params)
        : snapshot_(snapshot),
          first_host_(static_cast<std::uint32_t>(snapshot.fabric().domain_count() - snapshot.fabric().node_count())),
          demand_(params.mix) {
        for (const auto& name : params.devices) {
            const std::int64_t amount = request.roles.front().shape.requests.get(name);
            const auto column = snapshot.resource(name);
            if (column && amount > 0) devices_.push_back({*column, amount});
        }
        if (devices_.size() > 1) number_hosts(snapshot.fabric().node_count());
    }

    [[nodiscard]] std::optional<std::int64_t> cost(DomainIdx domain, std::int32_t m) const override {
        if (domain.value() < first_host_ || m == 0) return 0;
        const NodeIdx node(domain.value() - first_host_);
        std::int64_t cost = 0;
        for (const auto& device : devices_) {
            // As far as there is room, m × request ≤ free; the cut keeps absurd amounts from overflowing.
            const std::int64_t taken = std::min(m * device.request, kMaxPolicyCost / (demand_.all() + 1));
            const std::int64_t free = std::max<std::int64_t>(0, snapshot_.free(node, device.column));
            cost += demand_.fragment(free - taken) - demand_.fragment(free) + taken * demand_.all();
        }
        return std::clamp<std::int64_t>(cost, 0, kMaxPolicyCost);
    }
    [[nodiscard]] std::optional<std::int64_t> kind(DomainIdx domain) const override {
        if (domain.value() < first_host_ || devices_.empty()) return 0;
        if (devices_.size() > 1) return kinds_[domain.value() - first_host_];
        return snapshot_.free(NodeIdx(domain.value() - first_host_), devices_.front().column);
    }

  private:
    struct Device {
        ResourceIdx column;
        std::int64_t request = 0;  // of one member, > 0
    };

    // Hosts with the same amounts free of all devices are of one kind.
    void number_hosts(std::size_t hosts) {
        std::map<std::vector<std::int64_t>, std::int64_t> numbers;
        for (std::uint32_t host = 0; host < hosts; ++host) {
            std::vector<std::int64_t> free;
            for (const auto& device : devices_) free.push_back(snapshot_.free(NodeIdx(host), device.column));
            kinds_.push_back(numbers.try_emplace(std::move(free), std::ssize(numbers)).first->second);
        }
    }

    const Snapshot& snapshot_;
    std::uint32_t first_host_;
    Demand demand_;
    std::vector<Device> devices_;
    std::vector<std::int64_t> kinds_;  // by node; of several devices only
};

class LeastFragmentPolicy final : public DomainPolicy {
  public:
    explicit LeastFragmentPolicy(LeastFragmentParams params) : params_(std::move(params)) {}
    [[nodiscard]] std::string_view name() const override { return kLeastFragment; }
    [[nodiscard]] Combine combine() const override { return Combine::sum; }
    [[nodiscard]] bool may_refuse() const override { return false; }
    [[nodiscard]] std::unique_ptr<DomainCost> prepare(const Snapshot& snapshot,
                                                      const GangRequest& request) const override {
        return std::make_unique<LeastFragment>(snapshot, request, params_);
    }

  private:
    LeastFragmentParams params_;
};

}  // namespace

std::shared_ptr<const DomainPolicy> make_least_fragment(const LeastFragmentParams& params) {
    return std::make_shared<LeastFragmentPolicy>(params);
}

}  // namespace muster
