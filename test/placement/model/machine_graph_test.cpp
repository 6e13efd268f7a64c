#include "placement/model/machine_graph.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

Part part(PartKind kind, std::string name, std::int32_t ordinal = -1, std::int32_t arch = 0) {
    Part made;
    made.kind = kind;
    made.name = std::move(name);
    made.ordinal = ordinal;
    made.arch = arch;
    return made;
}
Part gpu(std::int32_t ordinal, std::int32_t arch = 0) {
    return part(PartKind::gpu, "GPU" + std::to_string(ordinal), ordinal, arch);
}
Part numa(std::int32_t id) {
    return part(PartKind::numa, "NUMA" + std::to_string(id));
}

Link link(std::uint32_t a, std::uint32_t b, LinkKind kind = LinkKind::pcie, std::int64_t mbps = 12'000,
          std::int32_t count = 1) {
    return {PartIdx(a), PartIdx(b), kind, count, mbps};
}

MachineGraph build(std::vector<Part> parts, std::vector<Link> links) {
    auto machine = MachineGraph::build("box", Vendor::nvidia, std::move(parts), std::move(links));
    EXPECT_TRUE(machine.has_value()) << to_string(machine.error());
    return *std::move(machine);
}

std::string error_of(std::vector<Part> parts, std::vector<Link> links) {
    const auto machine = MachineGraph::build("box", Vendor::nvidia, std::move(parts), std::move(links));
    return machine ? "none" : to_string(machine.error());
}

std::vector<std::string> names(const MachineGraph& machine) {
    std::vector<std::string> all;
    for (const Part& at : machine.parts()) all.push_back(at.name);
    return all;
}
using Strings = std::vector<std::string>;

TEST(MachineGraph, PartsStandByKindThenByOrdinalOrName) {
    const auto machine = build(
        {part(PartKind::nvswitch, "S"), numa(1), part(PartKind::bridge, "B"), gpu(1), part(PartKind::nic, "mlx5_10"),
         part(PartKind::host_bridge, "H"), numa(0), gpu(0), part(PartKind::nic, "mlx5_2")},
        {link(0, 3, LinkKind::nvlink), link(0, 7, LinkKind::nvlink), link(1, 5), link(5, 2), link(2, 3), link(4, 2),
         link(6, 7), link(6, 8), link(6, 1, LinkKind::socket)});
    EXPECT_EQ(names(machine), (Strings{"GPU0", "GPU1", "mlx5_2", "mlx5_10", "NUMA0", "NUMA1", "H", "B", "S"}));
    EXPECT_EQ(machine.gpu_count(), 2U);
    EXPECT_EQ(machine.nic_count(), 2U);
    EXPECT_EQ(machine.part(machine.gpu(1)).name, "GPU1");
    EXPECT_EQ(machine.part(machine.nic(0)).name, "mlx5_2");
    EXPECT_EQ(machine.all_gpus(), GpuMask{3});
}

TEST(MachineGraph, RunsOfDigitsInNamesCountAsNumbers) {
    std::vector<Part> parts{gpu(0)};
    std::vector<Link> links;
    for (const char* name : {"n10", "n9", "n09", "n", "n1x", "n1", "m99", "n0001", "n2a10", "n2a9"}) {
        parts.push_back(part(PartKind::nic, name));
        links.push_back(link(0, static_cast<std::uint32_t>(parts.size() - 1)));
    }
    const auto machine = build(parts, links);
    EXPECT_EQ(names(machine), (Strings{"GPU0", "m99", "n", "n0001", "n1", "n1x", "n2a9", "n2a10", "n09", "n9", "n10"}));
}

TEST(MachineGraph, OrderOfTheInputDoesNotMatter) {
    const std::vector<Part> parts{gpu(0, 70), gpu(1, 70), numa(0), part(PartKind::nic, "nic")};
    const std::vector<Link> links{link(0, 1, LinkKind::nvlink, 20'000), link(0, 1, LinkKind::nvlink, 21'000),
                                  link(0, 2), link(1, 2), link(3, 2)};
    const auto expected = build(parts, links);
    std::vector<std::uint32_t> order{0, 1, 2, 3};
    do {
        std::vector<Part> shuffled(4);
        for (std::uint32_t i = 0; i < 4; ++i) shuffled[order[i]] = parts[i];
        std::vector<Link> renamed;
        for (const Link& at : links)
            renamed.push_back(link(order[at.b.value()], order[at.a.value()], at.kind, at.mbps));
        std::ranges::rotate(renamed, renamed.begin() + order[0]);
        ASSERT_EQ(build(shuffled, renamed), expected);
    } while (std::ranges::next_permutation(order).found);
}

TEST(MachineGraph, ParallelLinksOfAKindAreOne) {
    const auto machine =
        build({gpu(0), gpu(1), numa(0)},
              {link(1, 0, LinkKind::nvlink, 20'000), link(0, 1, LinkKind::nvlink, 40'000, 2), link(0, 1), link(0, 2)});
    ASSERT_EQ(machine.links().size(), 3U);
    EXPECT_EQ(machine.links()[0], link(0, 1));
    EXPECT_EQ(machine.links()[1], link(0, 1, LinkKind::nvlink, 60'000, 3));
}

TEST(MachineGraph, LinksOfAPartAreThoseThatEndAtIt) {
    const auto machine = build({gpu(0), gpu(1), numa(0)}, {link(0, 2), link(1, 2)});
    const auto of_numa = machine.links_of(PartIdx(2));
    EXPECT_EQ(std::vector(of_numa.begin(), of_numa.end()), (std::vector<std::uint32_t>{0, 1}));
    const auto of_gpu = machine.links_of(machine.gpu(1));
    EXPECT_EQ(std::vector(of_gpu.begin(), of_gpu.end()), (std::vector<std::uint32_t>{1}));
}

TEST(MachineGraph, OneGpuAloneIsAMachine) {
    const auto machine = build({gpu(0)}, {});
    EXPECT_EQ(machine.all_gpus(), GpuMask{1});
    EXPECT_TRUE(machine.links_of(machine.gpu(0)).empty());
}

TEST(MachineGraph, NotesAreSortedAndKeptOnce) {
    auto machine = build({gpu(0)}, {});
    for (const char* note : {"b", "a", "b"}) machine.add_note(note);
    EXPECT_TRUE(std::ranges::equal(machine.notes(), Strings{"a", "b"}));
}

TEST(MachineGraph, WrongPartsAreErrorsThatNameThem) {
    EXPECT_EQ(error_of({}, {}), "box: GPUs: there is none; give the dump of a machine with GPUs");
    EXPECT_EQ(error_of({numa(0)}, {}), "box: GPUs: there is none; give the dump of a machine with GPUs");
    EXPECT_EQ(error_of({gpu(0), part(PartKind::nic, "")}, {}), "box: parts: one has no name; name it");
    EXPECT_EQ(error_of({gpu(0), part(PartKind::nic, "GPU0")}, {}),
              "box: GPU0: two parts of this name; give each its own");
    EXPECT_EQ(error_of({gpu(0), gpu(2)}, {link(0, 1)}),
              "box: GPU2: GPU ordinal 2, expected 1; number the GPUs 0, 1, … without a gap");
    EXPECT_EQ(error_of({part(PartKind::gpu, "a", 0), part(PartKind::gpu, "b", 0)}, {link(0, 1)}),
              "box: b: GPU ordinal 0, expected 1; number the GPUs 0, 1, … without a gap");
}

TEST(MachineGraph, WrongLinksAreErrorsThatNameThem) {
    EXPECT_EQ(error_of({gpu(0), gpu(1)}, {link(0, 7)}), "box: links[0]: ends at part 7; there are parts 0 to 1");
    EXPECT_EQ(error_of({gpu(0), gpu(1)}, {link(1, 1)}),
              "box: PCIe link GPU1–GPU1: joins a part to itself; leave it out");
    EXPECT_EQ(error_of({gpu(0), gpu(1)}, {link(0, 1, LinkKind::socket)}),
              "box: socket link GPU0–GPU1: no such link exists between these parts");
    EXPECT_EQ(error_of({gpu(0), gpu(1)}, {link(0, 1, LinkKind::c2c)}),
              "box: C2C link GPU0–GPU1: no such link exists between these parts");
    EXPECT_EQ(error_of({gpu(0), part(PartKind::nic, "n")}, {link(0, 1, LinkKind::nvlink)}),
              "box: NVLink link GPU0–n: no such link exists between these parts");
    EXPECT_EQ(error_of({gpu(0), gpu(1)}, {link(0, 1, LinkKind::xgmi, 0)}),
              "box: xGMI link GPU0–GPU1: carries nothing; leave it out, or give count and bandwidth above 0");
    EXPECT_EQ(error_of({gpu(0), gpu(1)}, {link(0, 1, LinkKind::pcie, 12'000, 0)}),
              "box: PCIe link GPU0–GPU1: carries nothing; leave it out, or give count and bandwidth above 0");
    EXPECT_EQ(error_of({gpu(0), gpu(1)}, {link(0, 1, LinkKind::pcie, kMaxLinkMbps + 1)}),
              "box: PCIe link GPU0–GPU1: beyond what any link carries; give MB/s");
}

TEST(MachineGraph, APartThatNoPathJoinsIsAnError) {
    EXPECT_EQ(error_of({gpu(0), gpu(1), numa(0)}, {link(0, 2)}),
              "box: GPU1: no path joins it to GPU0; give the links up to the NUMA nodes, and those between them");
    EXPECT_EQ(error_of({gpu(0), numa(0), numa(1)}, {link(0, 1)}),
              "box: NUMA1: no path joins it to GPU0; give the links up to the NUMA nodes, and those between them");
}

// All 8 GPUs, `count` links from each to each.
std::string error_of_mesh(std::int32_t arch, std::int32_t count) {
    std::vector<Part> parts;
    std::vector<Link> links;
    for (std::int32_t i = 0; i < 8; ++i) parts.push_back(gpu(i, arch));
    for (std::uint32_t a = 0; a < 8; ++a) {
        for (std::uint32_t b = a + 1; b < 8; ++b) links.push_back(link(a, b, LinkKind::nvlink, 1'000 * count, count));
    }
    return error_of(parts, links);
}

TEST(MachineGraph, MoreNvlinksThanAGenerationHasAreAnError) {
    EXPECT_EQ(error_of_mesh(100, 18),
              "box: GPU0: 126 NVLinks, and no GPU of compute capability 100 has more than 18; links to an NVSwitch are "
              "given once, not once per peer");
    EXPECT_EQ(error_of_mesh(90, 2), "none");
    EXPECT_EQ(error_of_mesh(80, 2),
              "box: GPU0: 14 NVLinks, and no GPU of compute capability 80 has more than 12; links to an NVSwitch are "
              "given once, not once per peer");
    EXPECT_EQ(error_of_mesh(0, 5), "none");
    EXPECT_EQ(error_of_mesh(0, 6),
              "box: GPU0: 42 NVLinks, and no GPU of any generation has more than 36; links to an NVSwitch are given "
              "once, not once per peer");
}

TEST(MachineGraph, LimitsAreRefusedAsSuch) {
    const auto many = [](PartKind kind, std::size_t count) {
        std::vector<Part> parts{gpu(0)};
        std::vector<Link> links;
        while (parts.size() < count) {
            const auto at = static_cast<std::int32_t>(parts.size());
            parts.push_back(kind == PartKind::gpu ? gpu(at) : part(kind, "N" + std::to_string(at)));
            links.push_back(link(0, static_cast<std::uint32_t>(at)));
        }
        return MachineGraph::build("box", Vendor::other, std::move(parts), std::move(links));
    };
    const auto most = many(PartKind::gpu, kMaxGpus);
    ASSERT_TRUE(most.has_value());
    EXPECT_EQ(most->all_gpus(), ~GpuMask{0});
    EXPECT_EQ(many(PartKind::gpu, kMaxGpus + 1).error().code, ErrorCode::limit);
    EXPECT_TRUE(many(PartKind::nic, kMaxParts).has_value());
    EXPECT_EQ(many(PartKind::nic, kMaxParts + 1).error().code, ErrorCode::limit);
    const std::vector<Link> too_many(kMaxMachineLinks + 1, link(0, 1));
    EXPECT_EQ(MachineGraph::build("box", Vendor::other, {gpu(0), gpu(1)}, too_many).error().code, ErrorCode::limit);
}

}  // namespace
}  // namespace muster
