// From "how near are these two" for pairs of devices to a tree of PCIe switches, host bridges and NUMA nodes.
// nvidia-smi prints classes of nearness, and classes of one tree are an ultrametric: of any three devices the two
// farthest pairs have the same class.
#pragma once

#include "dialects/topology/machine_parts.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace muster {

// nvidia-smi's words; `hidden`: the table shows another link in its place.
enum class Nearness : std::uint8_t { pix, pxb, phb, node, sys, hidden };
inline constexpr std::size_t kTreeLevels = 4;  // pix, pxb, phb, node: below one part of that kind

struct NearnessTable {
    explicit NearnessTable(std::size_t device_count) : count(device_count), cells(count * count, Nearness::hidden) {}
    [[nodiscard]] Nearness at(std::size_t a, std::size_t b) const { return cells[a * count + b]; }
    void set(std::size_t a, std::size_t b, Nearness value) { cells[a * count + b] = cells[b * count + a] = value; }

    std::size_t count;
    std::vector<Nearness> cells;  // symmetric
};

// What a source says about a device's place beside the table.
struct Affinity {
    std::int32_t numa = -1;
    std::string cpus;
};

// Three devices that no tree has: a and b are stated farther than both are from what lies between them.
struct Contradiction {
    std::size_t a = 0, b = 0;
    Nearness stated{}, found{};
};

struct PcieTree {
    // [level][device]: the lowest device of the same group.
    std::array<std::vector<std::size_t>, kTreeLevels> group;
    std::optional<Contradiction> contradiction;  // the first
    bool by_affinity = false;                    // some device hangs where it does only by its affinity
    bool assumed = false;                        // … or only because nothing is stated
};
// Hidden pairs are placed under one NUMA node where their affinities agree, or where neither has one, unless the table
// says otherwise. O(count³).
[[nodiscard]] PcieTree find_pcie_tree(const NearnessTable& table, const std::vector<Affinity>& affinities);

// Adds bridges, NUMA nodes and links over the devices, which are the first parts. `mbps`: of each PCIe link.
void add_pcie_tree(const PcieTree& tree, const std::vector<Affinity>& affinities, std::int64_t mbps, CpuVendor cpu,
                   MachineParts& machine);

}  // namespace muster
