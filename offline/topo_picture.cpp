#include "offline/topo_picture.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <tuple>
#include <utility>

namespace muster {
namespace {

constexpr int kGap = 10;
constexpr int kGpuWidth = 76, kGpuHeight = 46;
constexpr int kSmallGpuWidth = 56;  // of GPUs beyond kMostWideGpus
constexpr std::size_t kMostWideGpus = 16;
constexpr int kNicWidth = 66, kNicHeight = 34;
constexpr int kRowHeight = 26, kRowGap = 34;
constexpr int kBridgeWidth = 110;
constexpr int kFrameGap = 12;  // from a frame to what stands in it
constexpr int kBetweenFrames = 46;
constexpr int kBarHeight = 30, kBarGap = 44;
constexpr int kMostRise = 190;
// More GPUs that are all joined alike are a bar; fewer are clearer as arcs.
constexpr std::size_t kMostArcGpus = 8;
// Beyond these no arc can be told from the next.
constexpr std::size_t kMostTangledGpus = 16;
constexpr std::size_t kMostSocketLines = 2;

bool is_leaf(PartKind kind) {
    return kind == PartKind::gpu || kind == PartKind::nic;
}

// The trees of PCIe below the NUMA nodes; what no NUMA node reaches makes trees of its own.
class PcieForest {
  public:
    explicit PcieForest(const MachineGraph& machine) : machine_(machine), children_(machine.parts().size()) {
        std::vector<char> seen(machine.parts().size(), 0);
        for (const bool numa : {true, false}) {
            if (!numa) add_straight_gpus(seen);
            for (std::uint32_t i = 0; i < seen.size(); ++i) {
                const PartKind kind = machine.parts()[i].kind;
                if (seen[i] != 0 || kind == PartKind::nvswitch || (kind == PartKind::numa) != numa) continue;
                // Below nothing, a bridge comes before what hangs on it.
                if (!numa && is_leaf(kind) && has_open_bridge(i, seen)) continue;
                roots_.emplace_back(i);
                grow(i, seen);
            }
        }
        for (std::uint32_t i = 0; i < seen.size(); ++i) {
            if (seen[i] == 0 && machine.parts()[i].kind != PartKind::nvswitch) roots_.emplace_back(i);
        }
        sort_children();
    }

    [[nodiscard]] const std::vector<PartIdx>& roots() const { return roots_; }
    [[nodiscard]] const std::vector<std::uint32_t>& children(std::uint32_t at) const { return children_[at]; }
    [[nodiscard]] int depth_below(std::uint32_t at) const {
        int depth = 0;
        for (const std::uint32_t child : children_[at]) {
            if (!is_leaf(machine_.parts()[child].kind)) depth = std::max(depth, 1 + depth_below(child));
        }
        return depth;
    }

  private:
    template <class Visit>
    void for_each_neighbour(std::uint32_t at, Visit visit) const {
        for (const std::uint32_t index : machine_.links_of(PartIdx(at))) {
            const Link& link = machine_.links()[index];
            if (link.kind == LinkKind::pcie) visit(link.a.value() == at ? link.b.value() : link.a.value());
        }
    }
    bool has_open_bridge(std::uint32_t at, const std::vector<char>& seen) const {
        bool open = false;
        for_each_neighbour(
            at, [&](std::uint32_t next) { open = open || (seen[next] == 0 && !is_leaf(machine_.parts()[next].kind)); });
        return open;
    }
    // A GPU with no PCIe in sight hangs on the CPU that it has another link to.
    void add_straight_gpus(std::vector<char>& seen) {
        for (const Link& link : machine_.links()) {
            const std::uint32_t gpu = link.a.value(), node = link.b.value();
            if (seen[gpu] != 0 || machine_.parts()[gpu].kind != PartKind::gpu) continue;
            if (machine_.parts()[node].kind != PartKind::numa) continue;
            seen[gpu] = 1;
            children_[node].push_back(gpu);
        }
    }
    void grow(std::uint32_t root, std::vector<char>& seen) {
        std::vector<std::uint32_t> queue{root};
        seen[root] = 1;
        for (std::size_t i = 0; i < queue.size(); ++i) {
            if (is_leaf(machine_.parts()[queue[i]].kind) && i > 0) continue;
            for_each_neighbour(queue[i], [&](std::uint32_t next) {
                if (seen[next] != 0 || machine_.parts()[next].kind == PartKind::numa) return;
                seen[next] = 1;
                children_[queue[i]].push_back(next);
                queue.push_back(next);
            });
        }
    }
    // By lowest GPU below, then by part.
    void sort_children() {
        std::vector<std::uint32_t> lowest(children_.size());
        for (const PartIdx root : roots_) find_lowest(root.value(), lowest);
        for (auto& list : children_)
            std::ranges::sort(list, {}, [&](std::uint32_t at) { return std::pair(lowest[at], at); });
    }
    std::uint32_t find_lowest(std::uint32_t at, std::vector<std::uint32_t>& lowest) const {
        lowest[at] = machine_.parts()[at].kind == PartKind::gpu ? at : std::numeric_limits<std::uint32_t>::max();
        for (const std::uint32_t child : children_[at]) lowest[at] = std::min(lowest[at], find_lowest(child, lowest));
        return lowest[at];
    }

    const MachineGraph& machine_;
    std::vector<std::vector<std::uint32_t>> children_;
    std::vector<PartIdx> roots_;
};

// Whether every two of the parts have a link of `links` among them, all of one bandwidth.
bool is_complete(std::size_t parts, std::span<const Link> links) {
    const auto alike = [&](const Link& link) {
        return link.mbps == links.front().mbps && link.count == links.front().count && link.kind == links.front().kind;
    };
    return !links.empty() && links.size() == parts * (parts - 1) / 2 && std::ranges::all_of(links, alike);
}

class Layout {
  public:
    explicit Layout(const MachineGraph& machine) : machine_(machine), forest_(machine) {
        picture_.boxes.resize(machine.parts().size());
    }

    Picture lay() {
        collect_links();
        place_trees();
        place_fabric();
        const int rise = make_room_above();
        for (auto& box : picture_.boxes) box.y += rise;
        for (auto& frame : picture_.frames) frame.y += rise;
        for (auto& mesh : picture_.meshes) mesh.bar.y += rise;
        const int below = place_sockets();
        for (const auto& frame : picture_.frames) picture_.height = std::max(picture_.height, frame.bottom());
        for (const auto& mesh : picture_.meshes) picture_.height = std::max(picture_.height, mesh.bar.bottom());
        picture_.height += below;
        return std::move(picture_);
    }

  private:
    int gpu_width() const { return machine_.gpu_count() > kMostWideGpus ? kSmallGpuWidth : kGpuWidth; }
    PartKind kind(PartIdx at) const { return machine_.part(at).kind; }

    void collect_links() {
        for (std::size_t i = 0; i < machine_.links().size(); ++i) {
            const Link& link = machine_.links()[i];
            if (kind(link.a) == PartKind::gpu && kind(link.b) == PartKind::gpu) {
                peers_.push_back(link);
            } else if (link.kind == LinkKind::socket) {
                sockets_.push_back(i);
            } else {
                picture_.lines.push_back(i);
            }
        }
    }

    // Leaves at y 0, the row of NUMA nodes lowest.
    void place_trees() {
        int deepest = 0;
        for (const PartIdx root : forest_.roots()) deepest = std::max(deepest, forest_.depth_below(root.value()));
        int x = kFrameGap;
        for (const PartIdx root : forest_.roots()) {
            const int begin = x;
            place(root.value(), 0, deepest, x);
            const PictureBox& box = picture_.boxes[root.value()];
            x = std::max(x, box.right() + kGap);
            const int bottom = kGpuHeight + (deepest + 1) * (kRowGap + kRowHeight);
            picture_.frames.push_back(
                {begin - kFrameGap, -kFrameGap, x - kGap - begin + 2 * kFrameGap, bottom + 2 * kFrameGap});
            picture_.width = picture_.frames.back().right();
            x += kBetweenFrames;
        }
    }

    void place(std::uint32_t at, int depth, int deepest, int& x) {
        PictureBox& box = picture_.boxes[at];
        const PartKind what = machine_.parts()[at].kind;
        if (is_leaf(what)) {
            const bool gpu = what == PartKind::gpu;
            box = {x, gpu ? 0 : kGpuHeight - kNicHeight, gpu ? gpu_width() : kNicWidth, gpu ? kGpuHeight : kNicHeight};
            x = box.right() + kGap;
            return;
        }
        const int begin = x;
        for (const std::uint32_t child : forest_.children(at)) place(child, depth + 1, deepest, x);
        if (x == begin) x = begin + kBridgeWidth + kGap;
        const int extent = x - kGap - begin;
        const bool whole = what == PartKind::numa;
        box.width = whole ? extent : std::min(extent, kBridgeWidth);
        box.x = begin + (extent - box.width) / 2;
        box.y = kGpuHeight + kRowGap + (deepest - std::min(depth, deepest)) * (kRowHeight + kRowGap);
        box.height = kRowHeight;
    }

    // A bar from the first to the last of the parts, above the GPUs.
    PictureBox bar_over(const std::vector<PartIdx>& parts) const {
        int first = std::numeric_limits<int>::max(), last = 0;
        for (const PartIdx at : parts) {
            first = std::min(first, picture_.boxes[at.value()].x);
            last = std::max(last, picture_.boxes[at.value()].right());
        }
        return {first, -kFrameGap - kBarGap - kBarHeight, last - first, kBarHeight};
    }

    void place_fabric() {
        for (std::uint32_t i = 0; i < machine_.parts().size(); ++i) {
            if (machine_.parts()[i].kind != PartKind::nvswitch) continue;
            std::vector<PartIdx> gpus;
            for (const std::uint32_t index : machine_.links_of(PartIdx(i))) {
                const Link& link = machine_.links()[index];
                gpus.push_back(link.a.value() == i ? link.b : link.a);
            }
            if (!gpus.empty()) picture_.boxes[i] = bar_over(gpus);
        }
        std::map<std::uint32_t, std::vector<Link>> islands = peer_islands();
        for (auto& [first, links] : islands) {
            std::vector<PartIdx> gpus;
            for (const Link& link : links) {
                gpus.push_back(link.a);
                gpus.push_back(link.b);
            }
            std::ranges::sort(gpus);
            gpus.erase(std::unique(gpus.begin(), gpus.end()), gpus.end());
            const bool alike = is_complete(gpus.size(), links);
            if ((gpus.size() > kMostArcGpus && alike) || gpus.size() > kMostTangledGpus) {
                picture_.meshes.push_back({gpus, links.front(), alike, bar_over(gpus)});
            } else {
                for (const Link& link : links) picture_.arcs.push_back({link, 0, 0, 0});
            }
        }
        set_ports();
    }

    // Links between GPUs by the lowest GPU that they hang together with.
    std::map<std::uint32_t, std::vector<Link>> peer_islands() const {
        std::vector<std::uint32_t> lowest(machine_.gpu_count());
        for (std::uint32_t i = 0; i < lowest.size(); ++i) lowest[i] = i;
        for (const Link& link : peers_) {
            const std::uint32_t keep = std::min(lowest[link.a.value()], lowest[link.b.value()]);
            const std::uint32_t gone = std::max(lowest[link.a.value()], lowest[link.b.value()]);
            std::ranges::replace(lowest, gone, keep);
        }
        std::map<std::uint32_t, std::vector<Link>> islands;
        for (const Link& link : peers_) islands[lowest[link.a.value()]].push_back(link);
        return islands;
    }

    // Where arcs leave a GPU: those to far peers in the middle, so that arcs of one side do not cross.
    void set_ports() {
        struct End {
            std::size_t arc;
            int offset;  // of the peer, negative: to the left
            int* port;
        };
        std::map<std::uint32_t, std::vector<End>> ends;
        for (std::size_t i = 0; i < picture_.arcs.size(); ++i) {
            PictureArc& arc = picture_.arcs[i];
            const int distance = picture_.boxes[arc.link.b.value()].x - picture_.boxes[arc.link.a.value()].x;
            arc.rise = std::min(kMostRise, 26 + std::abs(distance) / 5);
            ends[arc.link.a.value()].push_back({i, distance, &arc.from});
            ends[arc.link.b.value()].push_back({i, -distance, &arc.to});
        }
        for (auto& [gpu, list] : ends) {
            std::ranges::sort(list, {},
                              [](const End& end) { return std::tuple(end.offset > 0, -end.offset, end.arc); });
            const PictureBox& box = picture_.boxes[gpu];
            const int count = static_cast<int>(list.size());
            const int step = std::min(9, (box.width - 12) / std::max(count, 1));
            for (int i = 0; i < count; ++i)
                *list[static_cast<std::size_t>(i)].port = box.centre() + (2 * i - (count - 1)) * step / 2;
        }
    }

    int make_room_above() const {
        int top = -kFrameGap;
        for (const auto& box : picture_.boxes) top = std::min(top, box.y);
        for (const auto& mesh : picture_.meshes) top = std::min(top, mesh.bar.y);
        // A Bézier arc with both handles at `rise` comes to three quarters of it.
        for (const auto& arc : picture_.arcs) top = std::min(top, -arc.rise * 3 / 4 - 6);
        return -top;
    }

    // Gives the height of curves below the frames.
    int place_sockets() {
        std::vector<Link> links;
        std::vector<PartIdx> nodes;
        for (const std::size_t i : sockets_) links.push_back(machine_.links()[i]);
        for (std::uint32_t i = 0; i < machine_.parts().size(); ++i) {
            if (machine_.parts()[i].kind == PartKind::numa) nodes.emplace_back(i);
        }
        if (nodes.size() <= kMostSocketLines || !is_complete(nodes.size(), links)) {
            picture_.lines.insert(picture_.lines.end(), sockets_.begin(), sockets_.end());
            return nodes.size() > kMostSocketLines && !links.empty() ? kMostSocketDrop : 0;
        }
        PictureBox bar = bar_over(nodes);
        bar.y = picture_.boxes[nodes.front().value()].bottom() + kFrameGap + kRowGap;
        bar.height = kRowHeight;
        picture_.meshes.push_back({nodes, links.front(), true, bar});
        return 0;
    }

    const MachineGraph& machine_;
    PcieForest forest_;
    Picture picture_;
    std::vector<Link> peers_;
    std::vector<std::size_t> sockets_;
};

}  // namespace

Picture lay_out(const MachineGraph& machine) {
    return Layout(machine).lay();
}

}  // namespace muster
