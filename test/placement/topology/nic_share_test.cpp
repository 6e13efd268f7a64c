#include "placement/topology/nic_share.hpp"

#include "test/placement/topology/machines.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

using machines::set;
using machines::Wiring;

std::int64_t share(const MachineGraph& machine, GpuMask gpus) {
    const HostTree tree(machine);
    return NicShare(machine, tree).mbps(gpus);
}

// GPU0, GPU1 and the NICs below one switch; GPU2 beside it.
MachineGraph one_switch(const std::vector<std::int64_t>& nics_mbit, std::int64_t nic_pcie, bool gpu_direct = true) {
    Wiring wiring(Vendor::nvidia);
    const PartIdx numa = wiring.numa(), bridge = wiring.bridge();
    wiring.pcie(bridge, numa, 24'000);
    for (int gpu = 0; gpu < 3; ++gpu) wiring.pcie(wiring.gpu(80), gpu < 2 ? bridge : numa, 24'000);
    for (const std::int64_t mbit : nics_mbit) wiring.pcie(wiring.nic(mbit, gpu_direct), bridge, nic_pcie);
    return wiring.build();
}

TEST(NicShare, WithoutNicsIsUnknown) {
    EXPECT_EQ(share(machines::mi300x(), 0xff), 0);
}

TEST(NicShare, CountsANicOnceForTwoGpus) {
    const MachineGraph machine = one_switch({100'000}, 24'000);
    EXPECT_EQ(share(machine, 0b01), 12'500);
    EXPECT_EQ(share(machine, 0b11), 12'500);
}

TEST(NicShare, OneGpuSendsNoMoreThanItsOwnLinkCarries) {
    const MachineGraph machine = one_switch({200'000, 200'000}, 24'000);
    EXPECT_EQ(share(machine, 0b01), 24'000);
    EXPECT_EQ(share(machine, 0b11), 48'000);
}

TEST(NicShare, ANicSendsNoMoreThanItsLinkCarries) {
    EXPECT_EQ(share(one_switch({200'000}, 12'000), 0b11), 12'000);
}

TEST(NicShare, AnUnknownLineRateIsTenGigabit) {
    EXPECT_EQ(share(one_switch({0}, 24'000), 0b01), 1'250);
}

TEST(NicShare, PortsOfOneCardShareItsLink) {
    Wiring wiring(Vendor::nvidia);
    const PartIdx numa = wiring.numa(), bridge = wiring.bridge(), card = wiring.bridge();
    wiring.pcie(bridge, numa, 24'000);
    wiring.pcie(card, bridge, 24'000);
    for (int at = 0; at < 2; ++at) wiring.pcie(wiring.gpu(80), bridge, 24'000);
    for (int at = 0; at < 2; ++at) wiring.pcie(wiring.nic(200'000), card, 24'000);
    EXPECT_EQ(share(wiring.build(), 0b11), 24'000);
}

TEST(NicShare, WithoutGpuDirectIsHalf) {
    EXPECT_EQ(share(one_switch({100'000}, 24'000, false), 0b11), 6'250);
    Wiring wiring(Vendor::nvidia);
    const PartIdx bridge = wiring.bridge(), gpu = wiring.gpu(80);
    wiring[gpu].gpu_direct = false;
    wiring.pcie(gpu, bridge, 24'000);
    wiring.pcie(wiring.nic(100'000), bridge, 24'000);
    EXPECT_EQ(share(wiring.build(), 0b1), 6'250);
}

TEST(NicShare, OverTheHostBridgeIsHalf) {
    const MachineGraph machine = one_switch({100'000}, 24'000);
    EXPECT_EQ(share(machine, 0b100), 6'250);
    EXPECT_EQ(share(machine, 0b101), 12'500);  // GPU0 has it near, and GPU2 hands over
}

TEST(NicShare, FarNicsAreThoseOfTheBestClassOnly) {
    // GPUs without a NIC of their own: those of the own socket count, those across do not.
    Wiring wiring(Vendor::nvidia);
    const PartIdx sockets[] = {wiring.numa(), wiring.numa()};
    wiring.socket(sockets[0], sockets[1], 10'000);
    for (const PartIdx socket : sockets) {
        wiring.pcie(wiring.gpu(80), socket, 24'000);
        wiring.pcie(wiring.nic(200'000), socket, 24'000);
    }
    const MachineGraph machine = wiring.build();
    EXPECT_EQ(share(machine, 0b01), 12'000);
    EXPECT_EQ(share(machine, 0b11), 24'000);
}

TEST(NicShare, GraceGivesItsNicsOverC2c) {
    Wiring wiring(Vendor::nvidia);
    const PartIdx sockets[] = {wiring.numa(CpuVendor::arm), wiring.numa(CpuVendor::arm)};
    wiring.socket(sockets[0], sockets[1], 6'000);
    for (int gpu = 0; gpu < 4; ++gpu) wiring.c2c(wiring.gpu(100), sockets[gpu / 2], 450'000);
    for (const PartIdx socket : sockets) {
        const PartIdx host = wiring.host_bridge();
        wiring.pcie(host, socket, 48'000);
        wiring.pcie(wiring.nic(400'000), host, 48'000);
    }
    const MachineGraph machine = wiring.build();
    EXPECT_EQ(share(machine, set({0})), 48'000);
    EXPECT_EQ(share(machine, set({0, 1})), 48'000);
    EXPECT_EQ(share(machine, 0xf), 96'000);
}

}  // namespace
}  // namespace muster
