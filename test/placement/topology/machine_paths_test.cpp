#include "placement/topology/machine_paths.hpp"

#include "placement/topology/machine_draft.hpp"

#include <string>
#include <utility>

#include <gtest/gtest.h>

namespace muster {

// Called by GoogleTest where a comparison fails.
void PrintTo(const Path& path, std::ostream* out) {
    *out << name_of(path.path) << ' ' << path.mbps << " MB/s, " << path.hops << " hops, " << path.links << " links";
}

namespace {

constexpr auto kPcie = LinkKind::pcie;
constexpr auto kNvlink = LinkKind::nvlink;

MachineDraft box(Vendor vendor = Vendor::nvidia) {
    return {"box", vendor};
}

Path between(MachineDraft draft, std::size_t a = 0, std::size_t b = 1) {
    const auto machine = std::move(draft).finish();
    return MachinePaths(machine).between(a, b);
}
Path to_nic(MachineDraft draft, std::size_t gpu = 0, std::size_t nic = 0) {
    const auto machine = std::move(draft).finish();
    return MachinePaths(machine).to_nic(gpu, nic);
}

Path path(PathClass kind, std::int64_t mbps, std::int32_t hops, std::int32_t links = 0) {
    return {kind, mbps, hops, links};
}

TEST(MachinePaths, AGpuReachesItselfLocally) {
    auto draft = box();
    draft.add_gpu(0);
    EXPECT_EQ(between(std::move(draft), 0, 0), path(PathClass::loc, kLocalMbps, 0));
}

TEST(MachinePaths, NvlinkStraightIsBestWhateverIsWider) {
    auto draft = box();
    const auto a = draft.add_gpu(0), b = draft.add_gpu(0);
    const auto bridge = draft.add_bridge();
    draft.add_link(a, b, kNvlink, 40'000, 2);
    draft.add_link(a, bridge, kPcie, 96'000);
    draft.add_link(b, bridge, kPcie, 96'000);
    EXPECT_EQ(between(std::move(draft)), path(PathClass::nvl, 40'000, 1, 2));
}

TEST(MachinePaths, ThroughAnNvswitchTheNarrowerGpuDecides) {
    auto draft = box();
    draft.gpus_are("A100", 80);
    draft.add_gpu(0);
    draft.add_nvswitch(12);
    const auto b = draft.add_gpu(0);
    draft.add_link(b, PartIdx(1), kNvlink, 60'000, 3);  // the switch is the second part
    EXPECT_EQ(between(std::move(draft)), path(PathClass::nvl, 60'000, 2, 3));
}

TEST(MachinePaths, NvbTakesTheWidestOfTheGpusBetween) {
    auto draft = box();
    for (int i = 0; i < 4; ++i) draft.add_gpu(0);
    draft.add_mesh({{0, 2, 1}, {2, 1, 1}, {0, 3, 2}, {3, 1, 2}}, kNvlink, 20'000);
    EXPECT_EQ(between(std::move(draft)), path(PathClass::nvb, 40'000, 2));
}

TEST(MachinePaths, NvbPassesOneGpuOnly) {
    auto draft = box();
    for (int i = 0; i < 4; ++i) draft.add_gpu(0);
    draft.add_mesh({{0, 2, 1}, {2, 3, 1}, {3, 1, 1}}, kNvlink, 20'000);
    EXPECT_EQ(between(std::move(draft)), path(PathClass::dis, 0, 0));
}

TEST(MachinePaths, XgmiIsNotPassedOnByAGpu) {
    auto draft = box(Vendor::amd);
    draft.add_nodes(1, CpuVendor::amd, 0, {.switches = 3, .mbps = 24'000});
    draft.add_mesh({{0, 2, 1}, {2, 1, 1}}, LinkKind::xgmi, 48'000);
    EXPECT_EQ(between(std::move(draft)), path(PathClass::phb, 24'000, 4));
}

TEST(MachinePaths, OneBridgeIsPixAndSeveralArePxb) {
    EXPECT_EQ(between([] {
                  auto draft = box();
                  draft.add_nodes(1, CpuVendor::unknown, 0, {.gpus = 2, .mbps = 12'000});
                  return draft;
              }()),
              path(PathClass::pix, 12'000, 2));
    EXPECT_EQ(between([] {
                  auto draft = box();
                  draft.add_nodes(1, CpuVendor::unknown, 0,
                                  {.gpus = 2, .gpu_ports = true, .mbps = 24'000, .port_mbps = 6'000});
                  return draft;
              }()),
              path(PathClass::pxb, 6'000, 4));
    EXPECT_EQ(between([] {
                  auto draft = box();
                  draft.add_link(draft.add_gpu(0), draft.add_gpu(0), kPcie, 12'000);
                  return draft;
              }()),
              path(PathClass::pix, 12'000, 1));
}

TEST(MachinePaths, PixIsBetterThanAWiderPxb) {
    auto draft = box();
    const auto a = draft.add_gpu(0), b = draft.add_gpu(0);
    const auto near = draft.add_bridge(), left = draft.add_bridge(), right = draft.add_bridge();
    draft.add_link(a, near, kPcie, 12'000);
    draft.add_link(near, b, kPcie, 12'000);
    draft.add_link(a, left, kPcie, 48'000);
    draft.add_link(left, right, kPcie, 48'000);
    draft.add_link(right, b, kPcie, 48'000);
    EXPECT_EQ(between(std::move(draft)), path(PathClass::pix, 12'000, 2));
}

MachineDraft two_sockets(CpuVendor cpu, bool host_bridges) {
    auto draft = box();
    draft.add_nodes(2, cpu, 0, {.switches = 2, .host_bridges = host_bridges, .mbps = 12'000});
    return draft;
}

TEST(MachinePaths, ThroughANumaNodeIsPhbUnlessItsHostBridgesAreNamed) {
    EXPECT_EQ(between(two_sockets(CpuVendor::amd, false)), path(PathClass::phb, 12'000, 4));
    EXPECT_EQ(between(two_sockets(CpuVendor::amd, true)), path(PathClass::node, 12'000, 6));
}

TEST(MachinePaths, ThroughOneHostBridgeIsPhb) {
    auto draft = box();
    const auto numa = draft.add_numa(CpuVendor::amd, 0);
    const auto host = draft.add_bridge(PartKind::host_bridge);
    draft.add_link(host, numa, kPcie, 24'000);
    for (int i = 0; i < 2; ++i) draft.add_link(draft.add_gpu(0), host, kPcie, 12'000);
    EXPECT_EQ(between(std::move(draft)), path(PathClass::phb, 12'000, 2));
}

TEST(MachinePaths, AcrossSocketsIsSysAndTheSocketLinkDecides) {
    EXPECT_EQ(between(two_sockets(CpuVendor::intel, false), 1, 2), path(PathClass::sys, 6'000, 5));
    EXPECT_EQ(between(two_sockets(CpuVendor::amd, true), 0, 3), path(PathClass::sys, 12'000, 7));
}

TEST(MachinePaths, AnIntelRootComplexCostsASixth) {
    EXPECT_EQ(between(two_sockets(CpuVendor::intel, false)), path(PathClass::phb, 10'000, 4));
    EXPECT_EQ(between(two_sockets(CpuVendor::intel, true)), path(PathClass::node, 10'000, 6));
}

TEST(MachinePaths, OfEquallyWideWaysTheShortestCounts) {
    auto draft = box();
    const auto near = draft.add_numa(CpuVendor::amd, 0), over = draft.add_numa(CpuVendor::amd, 0),
               far = draft.add_numa(CpuVendor::amd, 0);
    draft.add_link(near, over, LinkKind::socket, 10'000);
    draft.add_link(over, far, LinkKind::socket, 10'000);
    draft.add_link(near, far, LinkKind::socket, 8'000);
    draft.add_link(draft.add_gpu(0), near, kPcie, 20'000);
    draft.add_link(draft.add_gpu(2), far, kPcie, 8'000);
    draft.add_link(draft.add_gpu(2), far, kPcie, 9'000);
    const auto machine = std::move(draft).finish();
    const MachinePaths paths(machine);
    // The wide detour is the best start to `far`, and no gain where the last link is as narrow as the short way.
    EXPECT_EQ(paths.between(0, 1), path(PathClass::sys, 8'000, 3));
    EXPECT_EQ(paths.between(0, 2), path(PathClass::sys, 9'000, 4));
}

TEST(MachinePaths, TwoGpusOfOneGraceMeetByC2c) {
    auto draft = box();
    const auto grace = draft.add_numa(CpuVendor::arm, 0);
    for (const std::int64_t mbps : {200'000, 100'000}) draft.add_link(draft.add_gpu(0), grace, LinkKind::c2c, mbps);
    EXPECT_EQ(between(std::move(draft)), path(PathClass::c2c, 100'000, 2));
}

TEST(MachinePaths, C2cThenPcieIsP2cAndBetterThanTheGpusOwnPcie) {
    auto draft = box();
    const auto grace = draft.add_numa(CpuVendor::arm, 0);
    const auto gpu = draft.add_gpu(0), nic = draft.add_nic(0, 400'000);
    const auto bridge = draft.add_bridge();
    draft.add_link(gpu, grace, LinkKind::c2c, 200'000);
    draft.add_link(gpu, grace, kPcie, 48'000);
    draft.add_link(bridge, grace, kPcie, 48'000);
    draft.add_link(nic, bridge, kPcie, 48'000);
    EXPECT_EQ(to_nic(std::move(draft)), path(PathClass::p2c, 48'000, 3));
}

// Two switches of a GPU each, one NIC below the first; NVLink between the GPUs.
MachineDraft one_near_nic(Vendor vendor, LinkKind kind) {
    auto draft = box(vendor);
    draft.add_nodes(1, CpuVendor::amd, 0, {.switches = 2, .mbps = 24'000});
    draft.add_link(draft.add_nic(0, 100'000), PartIdx(1), kPcie, 24'000);  // the first bridge
    draft.add_mesh({{0, 1, 1}}, kind, 20'000);
    return draft;
}

TEST(MachinePaths, PxnBorrowsThePeersNearNic) {
    EXPECT_EQ(to_nic(one_near_nic(Vendor::nvidia, kNvlink), 0), path(PathClass::pix, 12'500, 2));
    EXPECT_EQ(to_nic(one_near_nic(Vendor::nvidia, kNvlink), 1), path(PathClass::pxn, 12'500, 3));
}

TEST(MachinePaths, PxnIsOffOnAmd) {
    EXPECT_EQ(to_nic(one_near_nic(Vendor::amd, LinkKind::xgmi), 1), path(PathClass::phb, 12'500, 4));
}

TEST(MachinePaths, PxnTakesTheWidestPeer) {
    auto draft = box();
    for (int i = 0; i < 3; ++i) draft.add_gpu(0);
    const auto bridge = draft.add_bridge();
    draft.add_link(draft.add_nic(0, 0), bridge, kPcie, 48'000);
    draft.add_link(draft.gpu(1), bridge, kPcie, 48'000);
    draft.add_link(draft.gpu(2), bridge, kPcie, 48'000);
    draft.add_mesh({{0, 1, 1}, {0, 2, 2}}, kNvlink, 20'000);
    EXPECT_EQ(to_nic(std::move(draft)), path(PathClass::pxn, 40'000, 3));
}

TEST(MachinePaths, ANicOfUnknownLineRateIsAsWideAsItsWay) {
    auto draft = box();
    const auto numa = draft.add_numa(CpuVendor::amd, 0);
    draft.add_link(draft.add_gpu(0), numa, kPcie, 24'000);
    draft.add_link(draft.add_nic(0, 0), numa, kPcie, 48'000);
    EXPECT_EQ(to_nic(std::move(draft)), path(PathClass::phb, 24'000, 2));
}

TEST(MachinePaths, IslandsHangTogetherByNvlinkNvswitchOrXgmiButNotByCpus) {
    auto draft = box();
    const auto numa = draft.add_numa(CpuVendor::power, 0);
    for (int i = 0; i < 6; ++i) draft.add_link(draft.add_gpu(0), numa, i < 2 ? kPcie : kNvlink, 20'000);
    draft.add_mesh({{0, 3, 1}, {3, 5, 1}}, kNvlink, 20'000);
    const auto machine = std::move(draft).finish();
    EXPECT_EQ(MachinePaths(machine).islands(), (std::vector<GpuMask>{0b101001, 0b000010, 0b000100, 0b010000}));
}

TEST(MachinePaths, ClassesArePrintedAsNcclDoes) {
    EXPECT_EQ(name_of(PathClass::loc), "LOC");
    EXPECT_EQ(name_of(PathClass::p2c), "P2C");
    EXPECT_EQ(name_of(PathClass::node), "NODE");
    EXPECT_EQ(name_of(PathClass::dis), "DIS");
}

}  // namespace
}  // namespace muster
