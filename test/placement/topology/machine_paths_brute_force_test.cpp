// MachinePaths against every simple path of small random machines, classed by the words of machine_paths.hpp.

#include "placement/model/link_rates.hpp"
#include "placement/topology/machine_draft.hpp"
#include "placement/topology/machine_paths.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <random>
#include <tuple>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

class EveryPath {
  public:
    explicit EveryPath(const MachineGraph& machine) : machine_(machine) {
        for (const Part& part : machine.parts()) intel_ = intel_ || part.cpu == CpuVendor::intel;
    }

    Path best(PartIdx from, PartIdx to) {
        best_ = {};
        target_ = to;
        walk_ = {from};
        visit(from);
        return best_;
    }

  private:
    void visit(PartIdx at) {
        if (at == target_) return judge();
        for (const std::uint32_t index : machine_.links_of(at)) {
            const Link& link = machine_.links()[index];
            const PartIdx next = link.a == at ? link.b : link.a;
            if (std::ranges::find(walk_, next) != walk_.end()) continue;
            walk_.push_back(next);
            links_.push_back(link);
            visit(next);
            walk_.pop_back();
            links_.pop_back();
        }
    }

    std::size_t inner(PartKind kind) const {
        return static_cast<std::size_t>(std::count_if(walk_.begin() + 1, walk_.end() - 1,
                                                      [&](PartIdx part) { return machine_.part(part).kind == kind; }));
    }
    std::size_t crossed(LinkKind kind) const {
        return static_cast<std::size_t>(std::ranges::count(links_, kind, &Link::kind));
    }

    PathClass kind_of_walk() const {
        const std::size_t hops = links_.size(), between = hops - 1;
        const std::size_t bridges = inner(PartKind::bridge), numas = inner(PartKind::numa),
                          hosts = inner(PartKind::host_bridge);
        const bool to_nic = machine_.part(target_).kind == PartKind::nic;
        if (crossed(LinkKind::nvlink) + crossed(LinkKind::xgmi) == hops && inner(PartKind::nvswitch) == between)
            return PathClass::nvl;
        if (crossed(LinkKind::nvlink) == 2 && hops == 2 && inner(PartKind::gpu) == 1) return PathClass::nvb;
        if (crossed(LinkKind::c2c) == 2 && hops == 2 && numas == 1) return PathClass::c2c;
        if (bridges + numas + hosts != between) return PathClass::dis;
        if (crossed(LinkKind::pcie) == hops && bridges == between) return hops <= 2 ? PathClass::pix : PathClass::pxb;
        const bool c2c_first = links_.front().kind == LinkKind::c2c && crossed(LinkKind::pcie) == hops - 1;
        if (to_nic && c2c_first && numas == 1) return PathClass::p2c;
        if (crossed(LinkKind::socket) > 0) return PathClass::sys;
        return numas > 0 && hosts > 0 ? PathClass::node : PathClass::phb;
    }

    void judge() {
        Path path{kind_of_walk(), kLocalMbps, static_cast<std::int32_t>(links_.size()), 0};
        if (path.path == PathClass::dis) return;
        for (const Link& link : links_) path.mbps = std::min(path.mbps, link.mbps);
        if (intel_ && (path.path == PathClass::phb || path.path == PathClass::node))
            path.mbps = through_intel_root(path.mbps);
        const auto key = [](const Path& p) { return std::tuple(p.path, -p.mbps, p.hops); };
        if (best_.path == PathClass::dis || key(path) < key(best_)) best_ = path;
    }

    const MachineGraph& machine_;
    bool intel_ = false;
    PartIdx target_;
    std::vector<PartIdx> walk_;
    std::vector<Link> links_;
    Path best_;
};

// Up to 4 GPUs, 2 NICs and 6 others, tied together anyhow: not only trees.
MachineGraph random_machine(std::mt19937& chance) {
    const auto below = [&](std::size_t count) { return chance() % count; };
    // AMD, so that no pxn hides a NIC's own path.
    MachineDraft draft("random", Vendor::amd);
    const CpuVendor cpu = below(2) == 0 ? CpuVendor::intel : CpuVendor::amd;
    std::vector<std::pair<PartIdx, PartKind>> parts;
    for (std::size_t i = 2 + below(3); i > 0; --i) parts.emplace_back(draft.add_gpu(0), PartKind::gpu);
    for (std::size_t i = below(3); i > 0; --i) parts.emplace_back(draft.add_nic(0, 0), PartKind::nic);
    for (std::size_t i = 1 + below(2); i > 0; --i) parts.emplace_back(draft.add_numa(cpu, 0), PartKind::numa);
    for (std::size_t i = 1 + below(3); i > 0; --i) parts.emplace_back(draft.add_bridge(), PartKind::bridge);
    for (std::size_t i = below(3); i > 0; --i)
        parts.emplace_back(draft.add_bridge(PartKind::host_bridge), PartKind::host_bridge);

    constexpr std::array<std::int64_t, 4> kWidths{6'000, 12'000, 24'000, 48'000};
    const auto join = [&](std::size_t a, std::size_t b) {
        const auto [x, kind_x] = parts[a];
        const auto [y, kind_y] = parts[b];
        const auto both = [&](PartKind kind) { return kind_x == kind && kind_y == kind; };
        const bool chip = std::pair(kind_x, kind_y) == std::pair(PartKind::gpu, PartKind::numa);
        LinkKind kind = LinkKind::pcie;
        if (both(PartKind::numa)) kind = LinkKind::socket;
        if (both(PartKind::gpu)) kind = below(2) == 0 ? LinkKind::nvlink : LinkKind::xgmi;
        if (chip && below(3) == 0) kind = LinkKind::c2c;
        draft.add_link(x, y, kind, kWidths[below(4)]);
    };
    for (std::size_t at = 1; at < parts.size(); ++at) join(below(at), at);
    for (std::size_t more = below(parts.size()); more > 0; --more) {
        const std::size_t b = 1 + below(parts.size() - 1);
        join(below(b), b);
    }
    return std::move(draft).finish();
}

TEST(MachinePathsBruteForce, TheBestOfAllSimplePathsIsFound) {
    std::array<int, 12> seen{};
    for (std::uint32_t seed = 0; seed < 3'000; ++seed) {
        std::mt19937 chance(seed);
        const auto machine = random_machine(chance);
        const MachinePaths paths(machine);
        EveryPath every(machine);
        for (std::size_t a = 0; a < machine.gpu_count(); ++a) {
            for (std::size_t b = 0; b < machine.gpu_count(); ++b) {
                if (a == b) continue;
                Path found = paths.between(a, b);
                found.links = 0;
                ASSERT_EQ(found, every.best(machine.gpu(a), machine.gpu(b)))
                    << "seed " << seed << ", GPUs " << a << ' ' << b;
                ++seen[static_cast<std::size_t>(found.path)];
            }
            for (std::size_t nic = 0; nic < machine.nic_count(); ++nic) {
                const Path& found = paths.to_nic(a, nic);
                ASSERT_EQ(found, every.best(machine.gpu(a), machine.nic(nic)))
                    << "seed " << seed << ", GPU " << a << ", NIC " << nic;
                ++seen[static_cast<std::size_t>(found.path)];
            }
        }
    }
    // Every class that such machines can have was met.
    for (const PathClass kind : {PathClass::nvl, PathClass::nvb, PathClass::c2c, PathClass::pix, PathClass::pxb,
                                 PathClass::p2c, PathClass::phb, PathClass::node, PathClass::sys, PathClass::dis}) {
        EXPECT_GT(seen[static_cast<std::size_t>(kind)], 20) << name_of(kind);
    }
}

}  // namespace
}  // namespace muster
