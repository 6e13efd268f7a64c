#include "policies/rail_aligned.hpp"

#include "placement/cluster/snapshot.hpp"
#include "placement/topology/fabric.hpp"
#include "placement/topology/kubelet_choice.hpp"
#include "placement/topology/machine_paths.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

namespace muster {
namespace {

using NicMask = std::uint64_t;
constexpr std::size_t kMostNics = 64;  // more than any machine has; those beyond are not looked at

// What one machine's GPUs have near them, for members of k GPUs. Exact for machines of kMostRailGpus at most.
class Rails {
  public:
    Rails(const MachineGraph& machine, std::size_t k)
        : machine_(machine), paths_(machine), k_(k), rule_(machine, paths_) {
        for (std::size_t gpu = 0; gpu < machine.gpu_count(); ++gpu) {
            near_.push_back(0);
            for (std::size_t nic = 0; nic < std::min(kMostNics, machine.nic_count()); ++nic) {
                if (paths_.to_nic(gpu, nic).path <= PathClass::p2c) near_.back() |= NicMask{1} << nic;
            }
        }
        alike_ = std::ranges::all_of(near_, [&](NicMask mask) { return mask == near_.front(); });
        if (!predicts()) return;
        int worst = static_cast<int>(kMostNics);
        for (GpuMask set = 0; set <= machine.all_gpus(); ++set) {
            if (static_cast<std::size_t>(std::popcount(set)) != k) continue;
            best_ = std::max(best_, near_nics(set));
            worst = std::min(worst, near_nics(set));
        }
        alike_ = worst >= best_;
    }

    // Whether any k GPUs have as many near NICs as any others.
    [[nodiscard]] bool all_alike() const { return alike_ || k_ >= machine_.gpu_count(); }
    [[nodiscard]] bool predicts() const { return machine_.gpu_count() <= kMostRailGpus; }
    // [m]: of the first m members on a host with these GPUs free, how many are not aligned. As many as fit.
    [[nodiscard]] const std::vector<std::int32_t>& lacking(GpuMask free) {
        const auto [at, made] = by_free_.try_emplace(free, std::vector<std::int32_t>{0});
        if (!made) return at->second;
        for (GpuMask left = free;;) {
            const auto set = rule_.choose(left, k_);
            if (!set) return at->second;
            at->second.push_back(at->second.back() + (near_nics(*set) < best_ ? 1 : 0));
            left &= ~*set;
        }
    }

  private:
    [[nodiscard]] int near_nics(GpuMask set) const {
        NicMask nics = 0;
        for (; set != 0; set &= set - 1) nics |= near_[static_cast<std::size_t>(std::countr_zero(set))];
        return std::popcount(nics);
    }

    const MachineGraph& machine_;
    MachinePaths paths_;
    std::size_t k_;
    KubeletRule rule_;
    std::vector<NicMask> near_;  // by GPU
    bool alike_ = false;
    int best_ = 0;  // near NICs of the best k GPUs
    std::map<GpuMask, std::vector<std::int32_t>> by_free_;
};

class RailAligned final : public DomainCost {
  public:
    RailAligned(const Snapshot& snapshot, const PodShape& shape) {
        const Fabric& fabric = snapshot.fabric();
        first_host_ = fabric.domain_count() - fabric.node_count();
        if (fabric.machines().empty()) return;
        hosts_.resize(fabric.node_count());
        for (std::uint32_t i = 0; i < hosts_.size(); ++i) {
            const auto machine = fabric.machine_of(NodeIdx(i));
            if (!machine) continue;
            const NodeFacts& facts = fabric.node(NodeIdx(i));
            const std::int64_t k = shape.requests.get(facts.gpu_resource);
            if (k > 0 && std::cmp_less_equal(k, kMaxGpus))
                look_at(snapshot, NodeIdx(i), *machine, static_cast<std::size_t>(k));
        }
    }

    [[nodiscard]] std::optional<std::int64_t> cost(DomainIdx domain, std::int32_t m) const override {
        if (domain.value() < first_host_ || hosts_.empty()) return 0;
        const Host& host = hosts_[domain.value() - first_host_];
        if (host.lacking == nullptr) return host.unknown ? m : 0;
        const auto last = std::min<std::size_t>(static_cast<std::size_t>(m), host.lacking->size() - 1);
        // Beyond what the free GPUs hold nothing is known.
        return (*host.lacking)[last] + (m - static_cast<std::int64_t>(last));
    }
    [[nodiscard]] std::optional<std::int64_t> kind(DomainIdx domain) const override {
        return domain.value() < first_host_ || hosts_.empty() ? 0 : hosts_[domain.value() - first_host_].kind;
    }

  private:
    struct Host {
        const std::vector<std::int32_t>* lacking = nullptr;  // in rails_
        bool unknown = false;
        std::int64_t kind = 0;  // equal for equal costs: 0 nothing, 1 unknown, then as they come in kinds_
    };

    void look_at(const Snapshot& snapshot, NodeIdx node, std::size_t machine, std::size_t k) {
        const NodeFacts& facts = snapshot.fabric().node(node);
        const auto rails = rails_.try_emplace({machine, k}, *facts.machine, k).first;
        Host& host = hosts_[node.value()];
        if (rails->second.all_alike()) return;
        const GpuUse use = snapshot.gpu_use(node);
        const bool whole = std::cmp_equal(facts.allocatable.get(facts.gpu_resource), facts.machine->gpu_count());
        host.unknown = use.untold > 0 || !whole || !rails->second.predicts();
        host.kind = 1;
        if (host.unknown) return;
        host.lacking = &rails->second.lacking(facts.machine->all_gpus() & ~use.told);
        host.kind = kinds_.try_emplace(*host.lacking, std::ssize(kinds_) + 2).first->second;
    }

    std::size_t first_host_ = 0;
    std::map<std::pair<std::size_t, std::size_t>, Rails> rails_;  // by machine and GPUs of a member
    std::map<std::vector<std::int32_t>, std::int64_t> kinds_;
    std::vector<Host> hosts_;  // by node; empty: no machine anywhere
};

class RailAlignedPolicy final : public DomainPolicy {
  public:
    [[nodiscard]] std::string_view name() const override { return kRailAligned; }
    [[nodiscard]] Combine combine() const override { return Combine::sum; }
    [[nodiscard]] bool may_refuse() const override { return false; }
    [[nodiscard]] std::unique_ptr<DomainCost> prepare(const Snapshot& snapshot,
                                                      const GangRequest& request) const override {
        return std::make_unique<RailAligned>(snapshot, request.roles.front().shape);
    }
};

}  // namespace

std::shared_ptr<const DomainPolicy> make_rail_aligned() {
    return std::make_shared<RailAlignedPolicy>();
}

}  // namespace muster
