#include "placement/topology/host_tree.hpp"

#include "test/placement/topology/machines.hpp"

#include <gtest/gtest.h>

namespace muster {
namespace {

using machines::Wiring;

TEST(HostTree, ClassesPairsWhateverNvlinkThereIs) {
    const MachineGraph machine = machines::dgx_1v();
    const HostTree tree(machine);
    EXPECT_EQ(tree.between(machine.gpu(0), machine.gpu(1)), PathClass::pix);
    EXPECT_EQ(tree.between(machine.gpu(0), machine.gpu(2)), PathClass::phb);
    EXPECT_EQ(tree.between(machine.gpu(0), machine.gpu(4)), PathClass::sys);
    EXPECT_EQ(tree.between(machine.gpu(7), machine.nic(3)), PathClass::pix);
}

TEST(HostTree, TellsBridgesFromHostBridges) {
    Wiring wiring(Vendor::nvidia);
    const PartIdx numa = wiring.numa();
    const PartIdx hosts[] = {wiring.host_bridge(), wiring.host_bridge()};
    const PartIdx top = wiring.bridge();
    const PartIdx below[] = {wiring.bridge(), wiring.bridge()};
    for (const PartIdx host : hosts) wiring.pcie(host, numa, 24'000);
    wiring.pcie(top, hosts[0], 24'000);
    for (const PartIdx bridge : below) wiring.pcie(bridge, top, 24'000);
    wiring.pcie(wiring.gpu(80), below[0], 24'000);
    wiring.pcie(wiring.gpu(80), below[1], 24'000);
    wiring.pcie(wiring.gpu(80), top, 24'000);
    wiring.pcie(wiring.gpu(80), hosts[0], 24'000);
    wiring.pcie(wiring.gpu(80), hosts[1], 24'000);
    const MachineGraph machine = wiring.build();
    const HostTree tree(machine);
    const auto between = [&](std::size_t a, std::size_t b) { return tree.between(machine.gpu(a), machine.gpu(b)); };
    EXPECT_EQ(between(0, 1), PathClass::pxb);
    EXPECT_EQ(between(0, 2), PathClass::pxb);
    EXPECT_EQ(between(2, 3), PathClass::phb);
    EXPECT_EQ(between(3, 4), PathClass::node);
}

TEST(HostTree, ANicUnderSeveralNumaNodesCountsUnderTheFirst) {
    Wiring wiring(Vendor::nvidia);
    const PartIdx sockets[] = {wiring.numa(), wiring.numa()};
    wiring.socket(sockets[0], sockets[1], 10'000);
    const PartIdx nic = wiring.nic(100'000);
    for (const PartIdx socket : sockets) {
        wiring.pcie(wiring.gpu(80), socket, 24'000);
        wiring.pcie(nic, socket, 24'000);
    }
    const MachineGraph machine = wiring.build();
    const HostTree tree(machine);
    EXPECT_EQ(tree.between(machine.gpu(0), machine.nic(0)), PathClass::phb);
    EXPECT_EQ(tree.between(machine.gpu(1), machine.nic(0)), PathClass::sys);
}

TEST(HostTree, KnowsNoPathWhereTheSourceNamesNone) {
    Wiring wiring(Vendor::nvidia);
    const PartIdx gpus[] = {wiring.gpu(80), wiring.gpu(80)};
    wiring.nvlink(gpus[0], gpus[1], 4, 20'000);
    const MachineGraph machine = wiring.build();
    EXPECT_EQ(HostTree(machine).between(machine.gpu(0), machine.gpu(1)), PathClass::dis);
}

}  // namespace
}  // namespace muster
