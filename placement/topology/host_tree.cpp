#include "placement/topology/host_tree.hpp"

#include <utility>

namespace muster {
namespace {

// Not those that only GPUs and NVSwitches use, nor those between NUMA nodes.
bool is_tree_link(const MachineGraph& machine, const Link& link) {
    switch (link.kind) {
        case LinkKind::pcie:
        case LinkKind::c2c:
            return true;
        case LinkKind::nvlink:
        case LinkKind::xgmi:
            return machine.part(link.a).kind == PartKind::numa || machine.part(link.b).kind == PartKind::numa;
        case LinkKind::socket:
            return false;
    }
    return false;
}

}  // namespace

// Breadth first from all NUMA nodes together, then from each part that they do not reach, nearest to the root first.
HostTree::HostTree(const MachineGraph& machine) : machine_(machine), up_(machine.parts().size()) {
    std::vector<bool> seen(machine.parts().size());
    for (const PartKind kind :
         {PartKind::numa, PartKind::host_bridge, PartKind::bridge, PartKind::nvswitch, PartKind::gpu, PartKind::nic}) {
        for (std::uint32_t at = 0; at < seen.size(); ++at) {
            if (seen[at] || machine.part(PartIdx(at)).kind != kind) continue;
            seen[at] = true;
            order_.push_back(PartIdx(at));
            if (kind != PartKind::numa) grow(seen);
        }
        grow(seen);
    }
}

void HostTree::grow(std::vector<bool>& seen) {
    for (; grown_ < order_.size(); ++grown_) {
        const PartIdx from = order_[grown_];
        const PartKind kind = machine_.part(from).kind;
        if (kind == PartKind::gpu || kind == PartKind::nic) continue;  // nothing hangs below a device
        for (const std::uint32_t at : machine_.links_of(from)) {
            const Link& link = machine_.links()[at];
            const PartIdx other = link.a == from ? link.b : link.a;
            if (seen[other.value()] || !is_tree_link(machine_, link)) continue;
            seen[other.value()] = true;
            up_[other.value()] = Up{from, link.kind, link.mbps};
            order_.push_back(other);
        }
    }
}

PartIdx HostTree::root(PartIdx part) const {
    while (up(part)) part = up(part)->parent;
    return part;
}

std::size_t HostTree::depth(PartIdx part) const {
    std::size_t links = 0;
    for (; up(part); part = up(part)->parent) ++links;
    return links;
}

PartIdx HostTree::meeting(PartIdx a, PartIdx b) const {
    std::size_t depth_a = depth(a), depth_b = depth(b);
    while (a != b) {
        if (depth_a < depth_b) {
            std::swap(a, b);
            std::swap(depth_a, depth_b);
        }
        a = up(a)->parent;
        --depth_a;
    }
    return a;
}

PathClass HostTree::between(PartIdx a, PartIdx b) const {
    const auto is = [&](PartIdx part, PartKind kind) { return machine_.part(part).kind == kind; };
    if (root(a) != root(b)) {
        return is(root(a), PartKind::numa) && is(root(b), PartKind::numa) ? PathClass::sys : PathClass::dis;
    }
    const PartIdx top = meeting(a, b);
    if (is(top, PartKind::bridge)) {
        return up(a)->parent == top && up(b)->parent == top ? PathClass::pix : PathClass::pxb;
    }
    if (is(top, PartKind::host_bridge)) return PathClass::phb;
    if (!is(top, PartKind::numa)) return PathClass::dis;
    for (PartIdx part : {a, b}) {
        while (up(part)->parent != top) part = up(part)->parent;
        if (is(part, PartKind::host_bridge) || up(part)->kind != LinkKind::pcie) return PathClass::node;
    }
    return PathClass::phb;
}

}  // namespace muster
