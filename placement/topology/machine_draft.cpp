#include "placement/topology/machine_draft.hpp"

#include "placement/model/check.hpp"
#include "placement/model/link_rates.hpp"

namespace muster {

void MachineDraft::gpus_are(std::string_view model, std::int32_t arch) {
    gpu_model_ = model;
    gpu_arch_ = arch;
}

PartIdx MachineDraft::add(Part part) {
    parts_.push_back(std::move(part));
    return PartIdx(static_cast<std::uint32_t>(parts_.size() - 1));
}

PartIdx MachineDraft::add_numa(CpuVendor cpu, std::int32_t cpu_model) {
    Part part;
    part.kind = PartKind::numa;
    part.name = "NUMA" + std::to_string(numas_.size());
    part.cpu = cpu;
    part.cpu_model = cpu_model;
    numas_.push_back(add(std::move(part)));
    return numas_.back();
}

PartIdx MachineDraft::add_gpu(std::int32_t numa) {
    Part part;
    part.kind = PartKind::gpu;
    part.ordinal = static_cast<std::int32_t>(gpus_.size());
    part.name = "GPU" + std::to_string(part.ordinal);
    part.model = gpu_model_;
    part.arch = gpu_arch_;
    part.numa = numa;
    gpus_.push_back(add(std::move(part)));
    return gpus_.back();
}

PartIdx MachineDraft::add_nic(std::int32_t numa, std::int64_t line_mbit) {
    Part part;
    part.kind = PartKind::nic;
    part.name = "NIC" + std::to_string(nics_++);
    part.numa = numa;
    part.nic_mbps = line_mbit;
    return add(std::move(part));
}

PartIdx MachineDraft::add_bridge(PartKind kind) {
    Part part;
    part.kind = kind;
    part.name =
        kind == PartKind::host_bridge ? "HOST" + std::to_string(host_bridges_++) : "PCIE" + std::to_string(bridges_++);
    return add(std::move(part));
}

void MachineDraft::add_link(PartIdx a, PartIdx b, LinkKind kind, std::int64_t mbps, std::int32_t count) {
    links_.push_back({a, b, kind, count, mbps});
}

void MachineDraft::add_nodes(int nodes, CpuVendor cpu, std::int32_t cpu_model, const PcieLayout& layout) {
    for (std::int32_t numa = 0; numa < nodes; ++numa) {
        const PartIdx node = add_numa(cpu, cpu_model);
        for (const PartIdx other : numas_) {
            if (other != node) add_link(other, node, LinkKind::socket, socket_mbps(cpu, cpu_model));
        }
        add_below(node, numa, layout);
    }
}

void MachineDraft::add_below(PartIdx node, std::int32_t numa, const PcieLayout& layout) {
    PartIdx root = node;
    if (layout.root_switch) {
        root = add_bridge();
        add_link(root, node, LinkKind::pcie, layout.mbps);
    }
    for (int i = 0; i < layout.switches; ++i) {
        PartIdx above = root;
        if (layout.host_bridges) {
            above = add_bridge(PartKind::host_bridge);
            add_link(above, root, LinkKind::pcie, layout.mbps);
        }
        add_switch(above, numa, layout);
    }
}

void MachineDraft::add_switch(PartIdx above, std::int32_t numa, const PcieLayout& layout) {
    const PartIdx at = add_bridge();
    add_link(at, above, LinkKind::pcie, layout.mbps);
    for (int i = 0; i < layout.gpus; ++i) {
        const PartIdx added = add_gpu(numa);
        PartIdx port = at;
        if (layout.gpu_ports) {
            port = add_bridge();
            add_link(port, at, LinkKind::pcie, layout.port_mbps == 0 ? layout.mbps : layout.port_mbps);
        }
        add_link(added, port, LinkKind::pcie, layout.mbps);
    }
    for (int i = 0; i < layout.nics; ++i) add_link(add_nic(numa, layout.nic_mbit), at, LinkKind::pcie, layout.mbps);
}

void MachineDraft::add_nvswitch(std::int32_t links) {
    Part part;
    part.kind = PartKind::nvswitch;
    part.name = "NVSWITCH";
    const PartIdx nvswitch = add(std::move(part));
    for (const PartIdx at : gpus_) add_link(at, nvswitch, LinkKind::nvlink, links * nvlink_mbps(gpu_arch_), links);
}

void MachineDraft::add_mesh(const std::vector<Pair>& pairs, LinkKind kind, std::int64_t link_mbps) {
    for (const auto& [a, b, count] : pairs) {
        add_link(gpu(static_cast<std::size_t>(a)), gpu(static_cast<std::size_t>(b)), kind, count * link_mbps, count);
    }
}

MachineGraph MachineDraft::finish() && {
    auto machine = MachineGraph::build(std::move(name_), vendor_, std::move(parts_), std::move(links_));
    MUSTER_CHECK(machine.has_value());
    for (std::string& note : notes_) machine->add_note(std::move(note));
    return *std::move(machine);
}

}  // namespace muster
