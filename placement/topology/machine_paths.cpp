#include "placement/topology/machine_paths.hpp"

#include "placement/model/link_rates.hpp"

#include <algorithm>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <utility>

#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/breadth_first_search.hpp>
#include <boost/graph/connected_components.hpp>
#include <boost/graph/dijkstra_shortest_paths.hpp>
#include <boost/graph/filtered_graph.hpp>

namespace muster {
namespace {

using Wires = boost::adjacency_list<boost::vecS, boost::vecS, boost::undirectedS, boost::no_property, Link>;
using Wire = boost::graph_traits<Wires>::edge_descriptor;

template <class Enum>
constexpr unsigned bit(Enum value) {
    return 1U << static_cast<unsigned>(value);
}

// What a path may use: links, and parts between its ends.
struct Rule {
    unsigned links = 0;
    unsigned inner = 0;
};

constexpr unsigned kMesh = bit(LinkKind::nvlink) | bit(LinkKind::xgmi);
constexpr unsigned kInsideNode = kMesh | bit(LinkKind::pcie) | bit(LinkKind::c2c);
constexpr Rule kSwitched{kMesh, bit(PartKind::nvswitch)};
constexpr Rule kBridges{bit(LinkKind::pcie), bit(PartKind::bridge)};
constexpr Rule kBelowCpu{bit(LinkKind::pcie), bit(PartKind::bridge) | bit(PartKind::host_bridge)};
constexpr Rule kHostBridge{kInsideNode, bit(PartKind::bridge) | bit(PartKind::host_bridge)};
constexpr Rule kPlainNode{kInsideNode, bit(PartKind::bridge) | bit(PartKind::numa)};
constexpr Rule kNode{kInsideNode, bit(PartKind::bridge) | bit(PartKind::host_bridge) | bit(PartKind::numa)};
constexpr Rule kSystem{kInsideNode | bit(LinkKind::socket), kNode.inner};

// The wires of these kinds and at least this width, and the parts of these kinds and one more: what
// boost::filtered_graph shows of the machine.
struct WireFilter {
    const Wires* wires = nullptr;
    unsigned kinds = 0;
    std::int64_t least_mbps = 0;
    bool operator()(Wire wire) const {
        const Link& link = (*wires)[wire];
        return (bit(link.kind) & kinds) != 0 && link.mbps >= least_mbps;
    }
};
struct PartFilter {
    std::span<const Part> parts;
    unsigned kinds = 0;
    std::size_t also = 0;
    bool operator()(std::size_t part) const { return part == also || (bit(parts[part].kind) & kinds) != 0; }
};
using Shown = boost::filtered_graph<Wires, WireFilter, PartFilter>;

struct Way {
    std::int64_t mbps = 0;
    std::int32_t hops = 0;
};

// Widest first, then fewest hops.
bool better(const Way& a, const Way& b) {
    return a.mbps != b.mbps ? a.mbps > b.mbps : a.hops < b.hops;
}

void keep_better(std::optional<Way>& best, const std::optional<Way>& other) {
    if (other && (!best || better(*other, *best))) best = other;
}

PartIdx other_end(const Link& link, PartIdx end) {
    return link.a == end ? link.b : link.a;
}

// All best ways from one part under one rule. Width and hops are found one after the other: of two ways to a part, the
// narrower with fewer hops is the better start when a narrow link follows, so one search for both would be wrong.
class WaysFrom {
  public:
    WaysFrom(const MachineGraph& machine, const Wires& wires, PartIdx from, Rule rule)
        : machine_(machine), wires_(wires), from_(from), rule_(rule), widths_(machine.parts().size(), 0) {
        const Shown shown = show(0);
        boost::dijkstra_shortest_paths(
            shown, std::size_t{from.value()},
            boost::weight_map(boost::get(&Link::mbps, shown))
                .distance_map(widths_.data())
                .distance_compare(std::greater<>())
                .distance_combine([](std::int64_t a, std::int64_t b) { return std::min(a, b); })
                .distance_inf(std::int64_t{0})
                .distance_zero(std::numeric_limits<std::int64_t>::max()));
    }

    // `target` is no inner part of the rule. Widths beyond `enough` are worth no hop: a link before is no wider.
    std::optional<Way> to(PartIdx target, std::int64_t enough = std::numeric_limits<std::int64_t>::max()) {
        std::int64_t width = 0;
        each_last_link(target, [&](PartIdx part, const Link& link) {
            width = std::max(width, std::min(widths_[part.value()], link.mbps));
        });
        if (width == 0) return std::nullopt;
        width = std::min(width, enough);
        const auto& hops = hops_within(width);
        std::int32_t fewest = std::numeric_limits<std::int32_t>::max();
        each_last_link(target, [&](PartIdx part, const Link& link) {
            if (widths_[part.value()] >= width && link.mbps >= width) fewest = std::min(fewest, hops[part.value()] + 1);
        });
        return Way{width, fewest};
    }

  private:
    Shown show(std::int64_t least_mbps) const {
        return {wires_, {&wires_, rule_.links, least_mbps}, {machine_.parts(), rule_.inner, from_.value()}};
    }

    template <class Visit>
    void each_last_link(PartIdx target, Visit visit) const {
        for (const std::uint32_t at : machine_.links_of(target)) {
            const Link& link = machine_.links()[at];
            if ((bit(link.kind) & rule_.links) != 0) visit(other_end(link, target), link);
        }
    }

    // Hops to every part by links of at least this width; machines have few different widths.
    const std::vector<std::int32_t>& hops_within(std::int64_t width) {
        const auto [at, fresh] = hops_.try_emplace(width);
        if (fresh) {
            at->second.assign(machine_.parts().size(), 0);
            const auto record = boost::record_distances(at->second.data(), boost::on_tree_edge());
            boost::breadth_first_search(show(width), std::size_t{from_.value()},
                                        boost::visitor(boost::make_bfs_visitor(record)));
        }
        return at->second;
    }

    const MachineGraph& machine_;
    const Wires& wires_;
    PartIdx from_;
    Rule rule_;
    std::vector<std::int64_t> widths_;  // 0: not reached
    std::map<std::int64_t, std::vector<std::int32_t>> hops_;
};

// The widest link of these kinds straight from one part to another.
const Link* straight(const MachineGraph& machine, PartIdx a, PartIdx b, unsigned kinds) {
    const Link* widest = nullptr;
    for (const std::uint32_t at : machine.links_of(a)) {
        const Link& link = machine.links()[at];
        if (other_end(link, a) != b || (bit(link.kind) & kinds) == 0) continue;
        if (widest == nullptr || link.mbps > widest->mbps) widest = &link;
    }
    return widest;
}

// Two links of these kinds with one part of this kind between, the widest such.
std::optional<Way> through_one(const MachineGraph& machine, PartIdx a, PartIdx b, unsigned kinds, PartKind between) {
    std::optional<Way> best;
    for (const std::uint32_t at : machine.links_of(a)) {
        const Link& first = machine.links()[at];
        const PartIdx middle = other_end(first, a);
        if ((bit(first.kind) & kinds) == 0 || middle == b || machine.part(middle).kind != between) continue;
        if (const Link* second = straight(machine, middle, b, kinds)) {
            keep_better(best, Way{std::min(first.mbps, second->mbps), 2});
        }
    }
    return best;
}

std::int32_t links_to_switches(const MachineGraph& machine, PartIdx gpu) {
    std::int32_t count = 0;
    for (const std::uint32_t at : machine.links_of(gpu)) {
        const Link& link = machine.links()[at];
        const bool mesh = (bit(link.kind) & kMesh) != 0;
        if (mesh && machine.part(other_end(link, gpu)).kind == PartKind::nvswitch) count += link.count;
    }
    return count;
}

// The paths from one GPU, class by class, best first.
class PathsFrom {
  public:
    PathsFrom(const MachineGraph& machine, const Wires& wires, PartIdx gpu, bool intel)
        : machine_(machine),
          gpu_(gpu),
          intel_(intel),
          switched_(machine, wires, gpu, kSwitched),
          bridges_(machine, wires, gpu, kBridges),
          host_bridge_(machine, wires, gpu, kHostBridge),
          plain_node_(machine, wires, gpu, kPlainNode),
          node_(machine, wires, gpu, kNode),
          system_(machine, wires, gpu, kSystem) {
        for (const std::uint32_t at : machine.links_of(gpu)) {
            const Link& link = machine.links()[at];
            if (link.kind != LinkKind::c2c) continue;
            chips_.push_back({link.mbps, WaysFrom(machine, wires, other_end(link, gpu), kBelowCpu)});
        }
    }

    Path to_gpu(PartIdx other) {
        if (const auto way = switched_.to(other)) return mesh_path(other, *way);
        if (const auto way = through_one(machine_, gpu_, other, bit(LinkKind::nvlink), PartKind::gpu))
            return path(PathClass::nvb, *way);
        if (const auto way = through_one(machine_, gpu_, other, bit(LinkKind::c2c), PartKind::numa))
            return path(PathClass::c2c, *way);
        if (const auto found = below_cpu(other)) return *found;
        return through_cpu(other);
    }

    // Without pxn, which needs the other GPUs' paths.
    Path to_nic(PartIdx nic) {
        if (const auto found = below_cpu(nic)) return *found;
        std::optional<Way> chip;
        for (auto& [mbps, ways] : chips_) {
            if (const auto way = ways.to(nic, mbps)) keep_better(chip, Way{way->mbps, way->hops + 1});
        }
        return chip ? path(PathClass::p2c, *chip) : through_cpu(nic);
    }

  private:
    static Path path(PathClass kind, const Way& way) { return {kind, way.mbps, way.hops, 0}; }

    Path mesh_path(PartIdx other, const Way& way) const {
        Path found = path(PathClass::nvl, way);
        if (way.hops == 1) {
            found.links = straight(machine_, gpu_, other, kMesh)->count;
        } else {
            found.links = std::min(links_to_switches(machine_, gpu_), links_to_switches(machine_, other));
        }
        return found;
    }

    std::optional<Path> below_cpu(PartIdx target) {
        constexpr unsigned kPcie = bit(LinkKind::pcie);
        std::optional<Way> near = through_one(machine_, gpu_, target, kPcie, PartKind::bridge);
        if (const Link* link = straight(machine_, gpu_, target, kPcie)) keep_better(near, Way{link->mbps, 1});
        if (near) return path(PathClass::pix, *near);
        if (const auto way = bridges_.to(target)) return path(PathClass::pxb, *way);
        return std::nullopt;
    }

    Path through_cpu(PartIdx target) {
        const auto root = [&](PathClass kind, Way way) {
            if (intel_) way.mbps = through_intel_root(way.mbps);
            return path(kind, way);
        };
        std::optional<Way> near = host_bridge_.to(target);
        keep_better(near, plain_node_.to(target));
        if (near) return root(PathClass::phb, *near);
        if (const auto way = node_.to(target)) return root(PathClass::node, *way);
        if (const auto way = system_.to(target)) return path(PathClass::sys, *way);
        return {};
    }

    const MachineGraph& machine_;
    PartIdx gpu_;
    bool intel_;
    WaysFrom switched_, bridges_, host_bridge_, plain_node_, node_, system_;
    std::vector<std::pair<std::int64_t, WaysFrom>> chips_;  // by C2C link: its width, and what is below its CPU
};

// NVLink to a peer whose own way to the NIC stays below the CPU.
Path with_peers(const MachinePaths& paths, const std::vector<Path>& own, std::size_t gpu, std::size_t nic,
                std::size_t gpus) {
    const std::size_t nics = own.size() / gpus;
    Path best = own[gpu * nics + nic];
    if (best.path < PathClass::pxn) return best;
    for (std::size_t peer = 0; peer < gpus; ++peer) {
        const Path& hop = paths.between(gpu, peer);
        const Path& rest = own[peer * nics + nic];
        if (hop.path != PathClass::nvl || rest.path >= PathClass::pxn) continue;
        const Path pxn{PathClass::pxn, std::min(hop.mbps, rest.mbps), hop.hops + rest.hops, 0};
        const bool wins = best.path != PathClass::pxn || better({pxn.mbps, pxn.hops}, {best.mbps, best.hops});
        if (wins) best = pxn;
    }
    return best;
}

std::vector<GpuMask> find_islands(const MachineGraph& machine, const Wires& wires) {
    const Shown shown(wires, {&wires, kMesh, 0}, {machine.parts(), bit(PartKind::gpu) | bit(PartKind::nvswitch), 0});
    std::vector<std::size_t> component(machine.parts().size());
    boost::connected_components(shown, component.data());
    std::vector<GpuMask> islands;
    std::map<std::size_t, std::size_t> island_of;
    for (std::size_t gpu = 0; gpu < machine.gpu_count(); ++gpu) {
        const auto [at, fresh] = island_of.try_emplace(component[gpu], islands.size());
        if (fresh) islands.push_back(0);
        islands[at->second] |= GpuMask{1} << gpu;
    }
    return islands;
}

}  // namespace

std::string_view name_of(PathClass path) {
    switch (path) {
        case PathClass::loc:
            return "LOC";
        case PathClass::nvl:
            return "NVL";
        case PathClass::nvb:
            return "NVB";
        case PathClass::c2c:
            return "C2C";
        case PathClass::pix:
            return "PIX";
        case PathClass::pxb:
            return "PXB";
        case PathClass::p2c:
            return "P2C";
        case PathClass::pxn:
            return "PXN";
        case PathClass::phb:
            return "PHB";
        case PathClass::node:
            return "NODE";
        case PathClass::sys:
            return "SYS";
        case PathClass::dis:
            return "DIS";
    }
    return "DIS";
}

MachinePaths::MachinePaths(const MachineGraph& machine)
    : gpus_(machine.gpu_count()), nics_(machine.nic_count()), gpu_gpu_(gpus_ * gpus_), gpu_nic_(gpus_ * nics_) {
    Wires wires(machine.parts().size());
    for (const Link& link : machine.links()) boost::add_edge(link.a.value(), link.b.value(), link, wires);
    // A board carries CPUs of one make, and not every source says at which node a host bridge hangs.
    const bool intel = std::ranges::count(machine.parts(), CpuVendor::intel, &Part::cpu) > 0;

    std::vector<Path> own(gpus_ * nics_);
    for (std::size_t a = 0; a < gpus_; ++a) {
        PathsFrom from(machine, wires, machine.gpu(a), intel);
        gpu_gpu_[a * gpus_ + a] = {PathClass::loc, kLocalMbps, 0, 0};
        for (std::size_t b = a + 1; b < gpus_; ++b)
            gpu_gpu_[a * gpus_ + b] = gpu_gpu_[b * gpus_ + a] = from.to_gpu(machine.gpu(b));
        for (std::size_t nic = 0; nic < nics_; ++nic) own[a * nics_ + nic] = from.to_nic(machine.nic(nic));
    }
    for (std::size_t gpu = 0; gpu < gpus_; ++gpu) {
        for (std::size_t nic = 0; nic < nics_; ++nic) {
            Path& path = gpu_nic_[gpu * nics_ + nic];
            const bool pxn = machine.vendor() != Vendor::amd;  // off in RCCL (ROCm/rccl issue 1209)
            path = pxn ? with_peers(*this, own, gpu, nic, gpus_) : own[gpu * nics_ + nic];
            const std::int64_t line = machine.part(machine.nic(nic)).nic_mbps;
            if (line > 0) path.mbps = std::min(path.mbps, nic_mbps(line));
        }
    }
    islands_ = find_islands(machine, wires);
}

}  // namespace muster
