#include "placement/topology/nic_share.hpp"

#include "placement/model/link_rates.hpp"

#include <algorithm>
#include <bit>

namespace muster {
namespace {

constexpr std::int64_t kNoLimit = kMaxLinkMbps * 1024;

template <class Visit>
void for_each_gpu(GpuMask set, Visit visit) {
    for (; set != 0; set &= set - 1) visit(static_cast<std::size_t>(std::countr_zero(set)));
}

}  // namespace

NicShare::NicShare(const MachineGraph& machine, const HostTree& tree) : machine_(machine), tree_(tree) {
    const std::size_t nics = machine.nic_count();
    for (std::size_t nic = 0; nic < nics; ++nic) speed_.push_back(nic_mbps(machine.part(machine.nic(nic)).nic_mbps));
    for (std::size_t gpu = 0; gpu < machine.gpu_count(); ++gpu) {
        for (std::size_t nic = 0; nic < nics; ++nic) class_.push_back(tree.between(machine.gpu(gpu), machine.nic(nic)));
    }
}

std::int64_t NicShare::mbps(GpuMask set) const {
    if (speed_.empty()) return 0;
    bool gpu_direct = false;
    for_each_gpu(set, [&](std::size_t gpu) { gpu_direct = gpu_direct || machine_.part(machine_.gpu(gpu)).gpu_direct; });
    const std::int64_t direct = near(set, gpu_direct);
    return direct > 0 ? direct : far(set);
}

bool NicShare::has(GpuMask set, PartIdx part) const {
    return part.value() < machine_.gpu_count() && (set >> part.value() & 1U) != 0;
}

// Flow from GPUs to NICs in a tree: what can meet below does, only the rest climbs. Meeting points are bridges for what
// GPUs send over PCIe, and NUMA nodes for what they send over C2C.
std::int64_t NicShare::near(GpuMask set, bool gpu_direct) const {
    std::vector<std::int64_t> pcie(machine_.parts().size()), c2c(pcie), wanted(pcie);
    std::int64_t met = 0;
    for (auto at = tree_.order().rbegin(); at != tree_.order().rend(); ++at) {
        const std::uint32_t part = at->value();
        const Part& here = machine_.part(*at);
        if (here.kind == PartKind::gpu) pcie[part] = has(set, *at) ? kNoLimit : 0;
        if (here.kind == PartKind::nic) {
            const std::int64_t speed = speed_[part - machine_.gpu_count()];
            wanted[part] = here.gpu_direct && gpu_direct ? speed : speed / 2;
        }
        std::int64_t& offered = here.kind == PartKind::numa ? c2c[part] : pcie[part];
        if (here.kind == PartKind::bridge || here.kind == PartKind::numa) {
            const std::int64_t now = std::min(offered, wanted[part]);
            met += now;
            offered -= now;
            wanted[part] -= now;
        }
        const auto& up = tree_.up(*at);
        if (!up) continue;
        const std::uint32_t parent = up->parent.value();
        (up->kind == LinkKind::c2c ? c2c : pcie)[parent] += std::min(pcie[part], up->mbps);
        wanted[parent] += std::min(wanted[part], up->mbps);
    }
    return met;
}

std::int64_t NicShare::far(GpuMask set) const {
    const std::size_t nics = speed_.size();
    PathClass best = PathClass::dis;
    std::int64_t out = 0;
    for_each_gpu(set, [&](std::size_t gpu) {
        for (std::size_t nic = 0; nic < nics; ++nic) best = std::min(best, class_[gpu * nics + nic]);
        if (const auto& up = tree_.up(machine_.gpu(gpu))) out += up->mbps;
    });
    if (best == PathClass::dis) return 0;
    std::int64_t sum = 0;
    for (std::size_t nic = 0; nic < nics; ++nic) {
        bool reached = false;
        for_each_gpu(set, [&](std::size_t gpu) { reached = reached || class_[gpu * nics + nic] == best; });
        if (!reached) continue;
        const auto& up = tree_.up(machine_.nic(nic));
        sum += (up ? std::min(speed_[nic], up->mbps) : speed_[nic]) / 2;
    }
    return std::min(sum, out);
}

}  // namespace muster
