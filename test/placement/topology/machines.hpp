// Machines for the tests of this folder, written out link by link and so independent of the built-in profiles.
#pragma once

#include "placement/model/machine_graph.hpp"

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

namespace muster::machines {

class Wiring {
  public:
    explicit Wiring(Vendor vendor) : vendor_(vendor) {}
    PartIdx gpu(std::int32_t arch, std::string bus = {});
    PartIdx nic(std::int64_t mbit, bool gpu_direct = true);
    PartIdx numa(CpuVendor cpu = CpuVendor::amd);
    PartIdx host_bridge() { return part(PartKind::host_bridge, "host"); }
    PartIdx bridge() { return part(PartKind::bridge, "bridge"); }
    PartIdx nvswitch() { return part(PartKind::nvswitch, "switch"); }
    Part& operator[](PartIdx at) { return parts_[at.value()]; }
    void pcie(PartIdx a, PartIdx b, std::int64_t mbps) { link(LinkKind::pcie, a, b, 1, mbps); }
    void socket(PartIdx a, PartIdx b, std::int64_t mbps) { link(LinkKind::socket, a, b, 1, mbps); }
    void c2c(PartIdx a, PartIdx b, std::int64_t mbps) { link(LinkKind::c2c, a, b, 1, mbps); }
    void nvlink(PartIdx a, PartIdx b, std::int32_t count, std::int64_t each) {
        link(LinkKind::nvlink, a, b, count, each);
    }
    void xgmi(PartIdx a, PartIdx b, std::int32_t count, std::int64_t each) { link(LinkKind::xgmi, a, b, count, each); }
    [[nodiscard]] MachineGraph build() const;  // aborts where the graph refuses

  private:
    PartIdx part(PartKind kind, const std::string& stem);
    void link(LinkKind kind, PartIdx a, PartIdx b, std::int32_t count, std::int64_t each);

    Vendor vendor_;
    std::vector<Part> parts_;
    std::vector<Link> links_;
    std::int32_t gpus_ = 0;
};

[[nodiscard]] GpuMask set(std::initializer_list<int> gpus);
// NVLinks between the eight GPUs of a DGX-1V: 0 to 2 a pair.
[[nodiscard]] const std::vector<std::vector<std::int32_t>>& dgx_1v_links();
// Two sockets of two PCIe switches with two V100 and one 100 Gbit/s NIC each, and the cube mesh of NVLinks.
[[nodiscard]] MachineGraph dgx_1v();
// GPUs on one NVSwitch; four to a socket, each behind a PCIe switch with a 400 Gbit/s NIC.
[[nodiscard]] MachineGraph switched(std::size_t gpus, std::int32_t arch, std::int32_t links, std::int64_t each);
// Eight MI300X, one xGMI link of 48 GB/s between any two.
[[nodiscard]] MachineGraph mi300x();
// Two sockets of this vendor, two PCIe switches each, two GPUs a switch; no NVLink. PCIe 24, sockets 10 GB/s.
[[nodiscard]] MachineGraph pcie_8(CpuVendor cpu);
// All GPUs under one NUMA node, and this many NVLinks of 20 GB/s between each two of them.
[[nodiscard]] MachineGraph mesh(const std::vector<std::vector<std::int32_t>>& links);

}  // namespace muster::machines
