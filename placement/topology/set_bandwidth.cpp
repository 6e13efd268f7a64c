#include "placement/topology/set_bandwidth.hpp"

#include "placement/model/link_rates.hpp"

#include <algorithm>
#include <bit>
#include <limits>
#include <numeric>

namespace muster {
namespace {

std::vector<std::size_t> gpus_of(GpuMask set) {
    std::vector<std::size_t> gpus;
    for (; set != 0; set &= set - 1) gpus.push_back(static_cast<std::size_t>(std::countr_zero(set)));
    return gpus;
}

// NCCL's tuning counts a tree's bandwidth so (reference gpu-topology §4.1).
std::int64_t as_tree(std::int64_t mbps) {
    return mbps * 92 / 100;
}

// Groups of 0 … n-1 that `joined` ties together, as the least member of each one's group. O(n²).
template <class Joined>
std::vector<std::size_t> groups(std::size_t n, Joined joined) {
    std::vector<std::size_t> group(n);
    std::iota(group.begin(), group.end(), std::size_t{0});
    for (std::size_t a = 0; a < n; ++a) {
        for (std::size_t b = a + 1; b < n; ++b) {
            if (group[a] == group[b] || !joined(a, b)) continue;
            const std::size_t kept = std::min(group[a], group[b]), dropped = std::max(group[a], group[b]);
            std::ranges::replace(group, dropped, kept);
        }
    }
    return group;
}

}  // namespace

struct SetBandwidth::Mesh {
    LinkCounts links;
    std::int64_t least = std::numeric_limits<std::int64_t>::max();  // MB/s of one link, the slowest
    std::int64_t most = 0;                                          // and the fastest
};

SetBandwidth::SetBandwidth(const MachineGraph& machine, const HostTree& tree)
    : machine_(machine),
      tree_(tree),
      gpus_(machine.gpu_count()),
      direct_(gpus_ * gpus_),
      host_class_(gpus_ * gpus_, PathClass::loc),
      switch_mbps_(gpus_),
      widest_(gpus_) {
    for (std::size_t gpu = 0; gpu < gpus_; ++gpu) switch_of_.push_back(machine.gpu(gpu));
    for (const Link& link : machine.links()) {
        const std::size_t a = link.a.value(), b = link.b.value();
        if (a < gpus_) widest_[a] = std::max(widest_[a], link.mbps);
        if (b < gpus_) widest_[b] = std::max(widest_[b], link.mbps);
        if (a >= gpus_) continue;
        if (b < gpus_ && (link.kind == LinkKind::nvlink || link.kind == LinkKind::xgmi)) {
            direct_[a * gpus_ + b].count += link.count;
            direct_[a * gpus_ + b].mbps += link.mbps;
            direct_[b * gpus_ + a] = direct_[a * gpus_ + b];
        }
        if (machine.part(link.b).kind == PartKind::nvswitch && link.mbps > switch_mbps_[a]) {
            switch_of_[a] = link.b;
            switch_mbps_[a] = link.mbps;
        }
    }
    for (std::size_t a = 0; a < gpus_; ++a) {
        for (std::size_t b = 0; b < gpus_; ++b) {
            if (a != b) host_class_[a * gpus_ + b] = host_class(machine.gpu(a), machine.gpu(b));
        }
    }
}

PathClass SetBandwidth::host_class(PartIdx a, PartIdx b) const {
    const auto &up_a = tree_.up(a), &up_b = tree_.up(b);
    const bool chips = up_a && up_b && up_a->kind == LinkKind::c2c && up_b->kind == LinkKind::c2c;
    return chips && up_a->parent == up_b->parent ? PathClass::c2c : tree_.between(a, b);
}

GpuSetValue SetBandwidth::rings(GpuMask set) const {
    if (std::has_single_bit(set)) return {.ring_mbps = kLocalMbps, .upper_mbps = kLocalMbps};
    if (const auto mbps = switch_mbps(set)) {
        return {.ring_mbps = *mbps, .upper_mbps = *mbps, .worst = PathClass::nvl};
    }
    const std::vector<std::size_t> gpus = gpus_of(set);
    const GpuSetValue mesh = mesh_rings(gpus);
    const GpuSetValue walked = walk(set, gpus);
    GpuSetValue best = walked.ring_mbps > mesh.ring_mbps ? walked : mesh;
    best.upper_mbps = std::max({best.ring_mbps, mesh.upper_mbps, walked.upper_mbps});
    best.exact = best.ring_mbps == best.upper_mbps;
    return best;
}

std::int64_t SetBandwidth::bound(GpuMask set) const {
    if (std::has_single_bit(set)) return kLocalMbps;
    if (const auto mbps = switch_mbps(set)) return *mbps;
    const std::vector<std::size_t> gpus = gpus_of(set);
    const Mesh mesh = mesh_of(gpus);
    std::int64_t walked = kMaxLinkMbps;
    for (const std::size_t gpu : gpus) walked = std::min(walked, widest_[gpu]);
    return std::max(mesh.most * ring_bound(mesh.links), walked);
}

// nullopt: not all on one NVSwitch.
std::optional<std::int64_t> SetBandwidth::switch_mbps(GpuMask set) const {
    const auto first = static_cast<std::size_t>(std::countr_zero(set));
    std::int64_t least = switch_mbps_[first];
    if (least == 0) return std::nullopt;
    for (; set != 0; set &= set - 1) {
        const auto gpu = static_cast<std::size_t>(std::countr_zero(set));
        if (switch_of_[gpu] != switch_of_[first]) return std::nullopt;
        least = std::min(least, switch_mbps_[gpu]);
    }
    return least;
}

SetBandwidth::Mesh SetBandwidth::mesh_of(const std::vector<std::size_t>& gpus) const {
    Mesh mesh{LinkCounts(gpus.size())};
    for (std::size_t a = 0; a < gpus.size(); ++a) {
        for (std::size_t b = a + 1; b < gpus.size(); ++b) {
            const auto& [count, mbps] = direct(gpus[a], gpus[b]);
            if (count == 0) continue;
            mesh.links.set(a, b, count);
            mesh.least = std::min(mesh.least, mbps / count);
            mesh.most = std::max(mesh.most, mbps / count);
        }
    }
    return mesh;
}

GpuSetValue SetBandwidth::mesh_rings(const std::vector<std::size_t>& gpus) const {
    const Mesh mesh = mesh_of(gpus);
    if (mesh.most == 0) return {.worst = PathClass::dis};
    const Packing rings = pack_rings(mesh.links);
    if (rings.found > 0) {
        return {.ring_mbps = rings.found * mesh.least, .upper_mbps = rings.upper * mesh.most, .worst = PathClass::nvl};
    }
    const Packing trees = pack_trees(mesh.links);
    return {.ring_mbps = as_tree(trees.found * mesh.least),
            .upper_mbps = std::max(rings.upper * mesh.most, as_tree(trees.upper * mesh.most)),
            .worst = trees.found > 0 ? PathClass::nvb : PathClass::dis};
}

GpuSetValue SetBandwidth::walk(GpuMask set, const std::vector<std::size_t>& gpus) const {
    std::int64_t mbps = widest_walk(set, gpus);
    if (mbps == 0) return {.worst = PathClass::dis};
    // The least class at which the set hangs together. All by GPU links, and still no ring of them: someone passes on.
    for (const PathClass at_most :
         {PathClass::nvl, PathClass::c2c, PathClass::pix, PathClass::pxb, PathClass::phb, PathClass::node}) {
        const auto group = groups(
            gpus.size(), [&](std::size_t a, std::size_t b) { return pair_class(gpus[a], gpus[b], mbps) <= at_most; });
        if (std::ranges::count(group, std::size_t{0}) != std::ssize(group)) continue;
        const bool passes_on = at_most == PathClass::nvl && gpus.size() > 2;
        if (passes_on) mbps = as_tree(mbps);
        return {.ring_mbps = mbps, .upper_mbps = mbps, .worst = passes_on ? PathClass::nvb : at_most};
    }
    return {.ring_mbps = mbps, .upper_mbps = mbps, .worst = PathClass::sys};
}

PathClass SetBandwidth::pair_class(std::size_t a, std::size_t b, std::int64_t least_mbps) const {
    const bool linked = direct(a, b).count > 0 && direct(a, b).mbps >= least_mbps;
    const bool switched = switch_of_[a] == switch_of_[b] && std::min(switch_mbps_[a], switch_mbps_[b]) >= least_mbps;
    return linked || switched ? PathClass::nvl : host_class_[a * gpus_ + b];
}

// By part: its PCIe link upwards is on the way between two groups of GPUs that have no nearer way to each other than an
// Intel root complex.
std::vector<bool> SetBandwidth::turning(const std::vector<std::size_t>& gpus) const {
    const auto group = groups(
        gpus.size(), [&](std::size_t a, std::size_t b) { return pair_class(gpus[a], gpus[b], 1) <= PathClass::pxb; });
    std::vector<bool> turned(machine_.parts().size());
    for (std::size_t i = 0; i < gpus.size(); ++i) {
        const PartIdx gpu = machine_.gpu(gpus[i]), root = tree_.root(gpu);
        if (machine_.part(root).cpu != CpuVendor::intel) continue;
        for (std::size_t j = 0; j < gpus.size(); ++j) {
            if (group[i] == group[j]) continue;
            const PartIdx other = machine_.gpu(gpus[j]);
            const PartIdx top = tree_.root(other) == root ? tree_.meeting(gpu, other) : root;
            for (PartIdx part = gpu; part != top; part = tree_.up(part)->parent) turned[part.value()] = true;
        }
    }
    return turned;
}

// Prim's tree of widest links from the first GPU until all of the set are in. O(parts × links) at worst.
std::int64_t SetBandwidth::widest_walk(GpuMask set, const std::vector<std::size_t>& gpus) const {
    const std::vector<bool> turned = turning(gpus);
    const auto turns = [&](PartIdx lower, PartIdx upper) {
        return turned[lower.value()] && tree_.up(lower)->parent == upper;
    };
    std::vector<std::int64_t> width(machine_.parts().size());  // widest way to each part found so far
    std::vector<bool> joined(width.size());
    PartIdx at = machine_.gpu(gpus.front());
    width[at.value()] = kMaxLinkMbps;
    std::int64_t least = kMaxLinkMbps;
    for (std::size_t missing = gpus.size(); missing > 0;) {
        joined[at.value()] = true;
        least = std::min(least, width[at.value()]);
        if (at.value() < gpus_ && --missing == 0) break;
        for (const std::uint32_t index : machine_.links_of(at)) {
            const Link& link = machine_.links()[index];
            const PartIdx to = link.a == at ? link.b : link.a;
            if (to.value() < gpus_ && (set >> to.value() & 1U) == 0) continue;
            if (machine_.part(to).kind == PartKind::nic) continue;  // some dumps show a NIC under several NUMA nodes
            const bool reduced = link.kind == LinkKind::pcie && (turns(at, to) || turns(to, at));
            const std::int64_t mbps = reduced ? through_intel_root(link.mbps) : link.mbps;
            width[to.value()] = std::max(width[to.value()], mbps);
        }
        std::optional<PartIdx> next;
        for (std::uint32_t part = 0; part < width.size(); ++part) {
            if (joined[part] || width[part] == 0) continue;
            if (!next || width[part] > width[next->value()]) next = PartIdx(part);
        }
        if (!next) return 0;
        at = *next;
    }
    return least;
}

}  // namespace muster
