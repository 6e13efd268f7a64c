#include "test/placement/topology/machines.hpp"

#include <cstdio>
#include <cstdlib>
#include <utility>

namespace muster::machines {

PartIdx Wiring::part(PartKind kind, const std::string& stem) {
    Part& made = parts_.emplace_back();
    made.kind = kind;
    made.name = stem + std::to_string(parts_.size());
    return PartIdx(static_cast<std::uint32_t>(parts_.size() - 1));
}

PartIdx Wiring::gpu(std::int32_t arch, std::string bus) {
    const PartIdx made = part(PartKind::gpu, "GPU");
    (*this)[made].bus = std::move(bus);
    (*this)[made].ordinal = gpus_++;
    (*this)[made].arch = arch;
    return made;
}

PartIdx Wiring::nic(std::int64_t mbit, bool gpu_direct) {
    const PartIdx made = part(PartKind::nic, "nic");
    (*this)[made].nic_mbps = mbit;
    (*this)[made].gpu_direct = gpu_direct;
    return made;
}

PartIdx Wiring::numa(CpuVendor cpu) {
    const PartIdx made = part(PartKind::numa, "numa");
    (*this)[made].cpu = cpu;
    return made;
}

void Wiring::link(LinkKind kind, PartIdx a, PartIdx b, std::int32_t count, std::int64_t each) {
    links_.push_back({a, b, kind, count, count * each});
}

MachineGraph Wiring::build() const {
    auto graph = MachineGraph::build("test", vendor_, parts_, links_);
    if (!graph) {
        std::fprintf(stderr, "%s: %s\n", graph.error().where.c_str(), graph.error().what.c_str());
        std::abort();
    }
    return *std::move(graph);
}

GpuMask set(std::initializer_list<int> gpus) {
    GpuMask mask = 0;
    for (const int gpu : gpus) mask |= GpuMask{1} << gpu;
    return mask;
}

const std::vector<std::vector<std::int32_t>>& dgx_1v_links() {
    static const std::vector<std::vector<std::int32_t>> kLinks = {
        {0, 1, 1, 2, 2, 0, 0, 0}, {1, 0, 2, 1, 0, 2, 0, 0}, {1, 2, 0, 2, 0, 0, 1, 0}, {2, 1, 2, 0, 0, 0, 0, 1},
        {2, 0, 0, 0, 0, 1, 1, 2}, {0, 2, 0, 0, 1, 0, 2, 1}, {0, 0, 1, 0, 1, 2, 0, 2}, {0, 0, 0, 1, 2, 1, 2, 0},
    };
    return kLinks;
}

MachineGraph dgx_1v() {
    Wiring wiring(Vendor::nvidia);
    std::vector<PartIdx> gpus, sockets;
    for (int gpu = 0; gpu < 8; ++gpu) gpus.push_back(wiring.gpu(70));
    for (int at = 0; at < 2; ++at) sockets.push_back(wiring.numa(CpuVendor::intel));
    wiring.socket(sockets[0], sockets[1], 6'000);
    for (std::size_t at = 0; at < 4; ++at) {
        const PartIdx bridge = wiring.bridge();
        wiring.pcie(bridge, sockets[at / 2], 12'000);
        wiring.pcie(gpus[2 * at], bridge, 12'000);
        wiring.pcie(gpus[2 * at + 1], bridge, 12'000);
        wiring.pcie(wiring.nic(100'000), bridge, 12'000);
    }
    const auto& links = dgx_1v_links();
    for (std::size_t a = 0; a < 8; ++a) {
        for (std::size_t b = a + 1; b < 8; ++b) {
            if (links[a][b] > 0) wiring.nvlink(gpus[a], gpus[b], links[a][b], 20'000);
        }
    }
    return wiring.build();
}

MachineGraph switched(std::size_t gpus, std::int32_t arch, std::int32_t links, std::int64_t each) {
    Wiring wiring(Vendor::nvidia);
    std::vector<PartIdx> all, sockets;
    for (std::size_t gpu = 0; gpu < gpus; ++gpu) all.push_back(wiring.gpu(arch));
    const PartIdx fabric = wiring.nvswitch();
    for (std::size_t gpu = 0; gpu < gpus; ++gpu) {
        if (gpu % 4 == 0) {
            sockets.push_back(wiring.numa());
            if (gpu > 0) wiring.socket(sockets.front(), sockets.back(), 16'000);
        }
        const PartIdx host = wiring.host_bridge(), bridge = wiring.bridge();
        wiring.pcie(host, sockets.back(), 48'000);
        wiring.pcie(bridge, host, 48'000);
        wiring.pcie(all[gpu], bridge, 48'000);
        wiring.pcie(wiring.nic(400'000), bridge, 48'000);
        wiring.nvlink(all[gpu], fabric, links, each);
    }
    return wiring.build();
}

MachineGraph mi300x() {
    Wiring wiring(Vendor::amd);
    std::vector<PartIdx> gpus, sockets{wiring.numa(), wiring.numa()};
    wiring.socket(sockets[0], sockets[1], 16'000);
    for (std::size_t gpu = 0; gpu < 8; ++gpu) {
        gpus.push_back(wiring.gpu(942, "0000:" + std::to_string(10 + gpu) + ":00.0"));
        wiring[gpus.back()].numa = gpu < 4 ? 0 : 1;
        const PartIdx bridge = wiring.bridge();
        wiring.pcie(bridge, sockets[gpu / 4], 48'000);
        wiring.pcie(gpus.back(), bridge, 48'000);
        for (std::size_t other = 0; other < gpu; ++other) wiring.xgmi(gpus[other], gpus[gpu], 1, 48'000);
    }
    return wiring.build();
}

MachineGraph pcie_8(CpuVendor cpu) {
    Wiring wiring(Vendor::nvidia);
    std::vector<PartIdx> gpus, sockets{wiring.numa(cpu), wiring.numa(cpu)};
    wiring.socket(sockets[0], sockets[1], 10'000);
    for (std::size_t at = 0; at < 4; ++at) {
        const PartIdx bridge = wiring.bridge();
        wiring.pcie(bridge, sockets[at / 2], 24'000);
        for (int gpu = 0; gpu < 2; ++gpu) wiring.pcie(wiring.gpu(89), bridge, 24'000);
    }
    return wiring.build();
}

MachineGraph mesh(const std::vector<std::vector<std::int32_t>>& links) {
    Wiring wiring(Vendor::nvidia);
    const PartIdx numa = wiring.numa();
    std::vector<PartIdx> gpus;
    for (std::size_t a = 0; a < links.size(); ++a) {
        gpus.push_back(wiring.gpu(0));
        wiring.pcie(gpus[a], numa, 12'000);
        for (std::size_t b = 0; b < a; ++b) {
            if (links[a][b] > 0) wiring.nvlink(gpus[b], gpus[a], links[a][b], 20'000);
        }
    }
    return wiring.build();
}

}  // namespace muster::machines
