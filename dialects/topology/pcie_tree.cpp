#include "dialects/topology/pcie_tree.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <utility>

namespace muster {
namespace {

using Groups = std::vector<std::size_t>;  // by device: the lowest device of its group

constexpr std::size_t kPix = 0, kPxb = 1, kPhb = 2, kNode = 3;  // levels, as Nearness counts

void merge(Groups& groups, std::size_t a, std::size_t b) {
    const std::size_t keep = std::min(groups[a], groups[b]);
    const std::size_t gone = std::max(groups[a], groups[b]);
    if (keep != gone) std::ranges::replace(groups, gone, keep);
}

// Nothing that the table states is farther than one NUMA node.
bool may_share_node(const NearnessTable& table, const Groups& groups, std::size_t a, std::size_t b) {
    for (std::size_t i = 0; i < table.count; ++i) {
        if (groups[i] != groups[a]) continue;
        for (std::size_t j = 0; j < table.count; ++j) {
            if (groups[j] == groups[b] && table.at(i, j) == Nearness::sys) return false;
        }
    }
    return true;
}

enum class Hint { same, unknown, different };

Hint hint_of(const Affinity& a, const Affinity& b) {
    if (a.numa >= 0 && b.numa >= 0) return a.numa == b.numa ? Hint::same : Hint::different;
    if (!a.cpus.empty() && !b.cpus.empty()) return a.cpus == b.cpus ? Hint::same : Hint::different;
    return Hint::unknown;
}

// Hidden pairs under one NUMA node, those first whose affinity says so.
void place_hidden(const NearnessTable& table, const std::vector<Affinity>& affinities, PcieTree& tree) {
    Groups& nodes = tree.group[kNode];
    for (const Hint wanted : {Hint::same, Hint::unknown}) {
        for (std::size_t a = 0; a < table.count; ++a) {
            for (std::size_t b = a + 1; b < table.count; ++b) {
                if (table.at(a, b) != Nearness::hidden || nodes[a] == nodes[b]) continue;
                if (hint_of(affinities[a], affinities[b]) != wanted || !may_share_node(table, nodes, a, b)) continue;
                merge(nodes, a, b);
                (wanted == Hint::same ? tree.by_affinity : tree.assumed) = true;
            }
        }
    }
}

Nearness found_in(const PcieTree& tree, std::size_t a, std::size_t b) {
    for (std::size_t level = 0; level < kTreeLevels; ++level) {
        if (tree.group[level][a] == tree.group[level][b]) return static_cast<Nearness>(level);
    }
    return Nearness::sys;
}

// Builds from the NUMA nodes down. A group of a level is one device, or lies whole in one group of the level above.
class PcieTreeBuilder {
  public:
    PcieTreeBuilder(const PcieTree& tree, const std::vector<Affinity>& affinities, std::int64_t mbps, CpuVendor cpu,
                    MachineParts& machine)
        : tree_(tree), affinities_(affinities), mbps_(mbps), cpu_(cpu), machine_(machine) {}

    void build() {
        for (const auto& [first, number] : node_numbers()) {
            Part node;
            node.kind = PartKind::numa;
            node.name = "NUMA" + std::to_string(number);
            node.cpu = cpu_;
            const PartIdx at = machine_.add(std::move(node));
            const auto bridges = groups_in(kNode, first, kPhb);
            for (const std::size_t bridge : bridges) {
                const PartIdx root = bridges.size() > 1 ? add_host_bridge(at) : at;
                for (const std::size_t group : groups_in(kPhb, bridge, kPxb)) add_switches(root, group);
            }
        }
        machine_.join_sockets();
    }

  private:
    std::vector<std::size_t> devices_of(std::size_t level, std::size_t first) const {
        std::vector<std::size_t> devices;
        for (std::size_t i = 0; i < tree_.group[level].size(); ++i) {
            if (tree_.group[level][i] == first) devices.push_back(i);
        }
        return devices;
    }
    std::set<std::size_t> groups_in(std::size_t level, std::size_t first, std::size_t below) const {
        std::set<std::size_t> groups;
        for (const std::size_t device : devices_of(level, first)) groups.insert(tree_.group[below][device]);
        return groups;
    }

    // By first device: the stated number where it tells the groups apart, else the lowest that is left.
    std::map<std::size_t, std::int32_t> node_numbers() const {
        std::map<std::size_t, std::set<std::int32_t>> stated;
        for (std::size_t i = 0; i < affinities_.size(); ++i) {
            auto& numbers = stated[tree_.group[kNode][i]];
            if (affinities_[i].numa >= 0) numbers.insert(affinities_[i].numa);
        }
        std::set<std::int32_t> used;
        std::map<std::size_t, std::int32_t> numbers;
        for (const auto& [first, ids] : stated) {
            if (ids.size() == 1 && used.insert(*ids.begin()).second) numbers[first] = *ids.begin();
        }
        std::int32_t next = 0;
        for (const auto& entry : stated) {
            if (numbers.contains(entry.first)) continue;
            while (used.contains(next)) ++next;
            used.insert(next);
            numbers[entry.first] = next;
        }
        return numbers;
    }

    // What stands inside the CPU is no bottleneck: the PCIe links below it bound it.
    PartIdx add_host_bridge(PartIdx node) {
        Part bridge;
        bridge.kind = PartKind::host_bridge;
        bridge.name = "Root" + std::to_string(roots_++);
        const PartIdx at = machine_.add(std::move(bridge));
        machine_.join(node, at, LinkKind::pcie, kInsideMbps);
        return at;
    }

    PartIdx add_bridge(PartIdx above) {
        Part bridge;
        bridge.kind = PartKind::bridge;
        bridge.name = "PCIe" + std::to_string(bridges_++);
        const PartIdx at = machine_.add(std::move(bridge));
        machine_.join(above, at, LinkKind::pcie, mbps_);
        return at;
    }

    // One group that crosses no host bridge: a device alone, one switch, or switches below a switch.
    void add_switches(PartIdx node, std::size_t first) {
        const auto devices = devices_of(kPxb, first);
        if (devices.size() == 1) return machine_.join(device(first), node, LinkKind::pcie, mbps_);
        const auto leaves = groups_in(kPxb, first, kPix);
        const PartIdx top = add_bridge(node);
        for (const std::size_t leaf : leaves) {
            // Each below a switch of its own, so that a path between two crosses several.
            const PartIdx at = leaves.size() == 1 ? top : add_bridge(top);
            for (const std::size_t member : devices_of(kPix, leaf))
                machine_.join(device(member), at, LinkKind::pcie, mbps_);
        }
    }

    static PartIdx device(std::size_t index) { return PartIdx(static_cast<std::uint32_t>(index)); }

    const PcieTree& tree_;
    const std::vector<Affinity>& affinities_;
    std::int64_t mbps_;
    CpuVendor cpu_;
    MachineParts& machine_;
    std::size_t bridges_ = 0;
    std::size_t roots_ = 0;
};

}  // namespace

PcieTree find_pcie_tree(const NearnessTable& table, const std::vector<Affinity>& affinities) {
    PcieTree tree;
    for (std::size_t level = 0; level < kTreeLevels; ++level) {
        Groups& groups = tree.group[level];
        groups.resize(table.count);
        std::iota(groups.begin(), groups.end(), std::size_t{0});
        for (std::size_t a = 0; a < table.count; ++a) {
            for (std::size_t b = a + 1; b < table.count; ++b) {
                if (static_cast<std::size_t>(table.at(a, b)) <= level) merge(groups, a, b);
            }
        }
    }
    place_hidden(table, affinities, tree);
    for (std::size_t a = 0; a < table.count && !tree.contradiction; ++a) {
        for (std::size_t b = a + 1; b < table.count && !tree.contradiction; ++b) {
            const Nearness stated = table.at(a, b);
            if (stated == Nearness::hidden) continue;
            const Nearness found = found_in(tree, a, b);
            if (found != stated) tree.contradiction = Contradiction{a, b, stated, found};
        }
    }
    return tree;
}

void add_pcie_tree(const PcieTree& tree, const std::vector<Affinity>& affinities, std::int64_t mbps, CpuVendor cpu,
                   MachineParts& machine) {
    PcieTreeBuilder(tree, affinities, mbps, cpu, machine).build();
}

}  // namespace muster
