// Where everything of a machine stands in its picture: GPUs and NICs in one row, what joins GPUs above them, PCIe
// switches and NUMA nodes below. Pixels, y downwards, from the picture's own corner.
#pragma once

#include "placement/model/machine_graph.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace muster {

struct PictureBox {
    int x = 0, y = 0, width = 0, height = 0;
    [[nodiscard]] int centre() const { return x + width / 2; }
    [[nodiscard]] int bottom() const { return y + height; }
    [[nodiscard]] int right() const { return x + width; }
};

// GPUs that all have a link to each other of one bandwidth, or all NUMA nodes that have, or too many GPUs for arcs: one
// bar says it.
struct PictureMesh {
    std::vector<PartIdx> parts;
    Link sample;         // one of its links
    bool alike = false;  // every two have such a link
    PictureBox bar;
};

// A link between two GPUs, drawn as an arc above them.
struct PictureArc {
    Link link;
    int from = 0, to = 0;  // x of its ends
    int rise = 0;
};

struct Picture {
    int width = 0, height = 0;
    std::vector<PictureBox> boxes;   // by part
    std::vector<PictureBox> frames;  // one around what hangs on each NUMA node
    std::vector<PictureMesh> meshes;
    std::vector<PictureArc> arcs;
    // Links drawn box to box: PCIe, C2C, GPU to NVSwitch or CPU, between NUMA nodes. Indices into machine.links().
    std::vector<std::size_t> lines;
};

// Links between NUMA nodes that are not neighbours in the picture hang at most so far below their frames.
inline constexpr int kMostSocketDrop = 70;

// O((parts + links) log parts), and links × GPUs for the arcs.
[[nodiscard]] Picture lay_out(const MachineGraph& machine);

}  // namespace muster
