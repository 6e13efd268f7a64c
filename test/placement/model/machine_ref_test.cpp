#include "placement/model/machine_ref.hpp"

#include "placement/model/node.hpp"
#include "placement/model/plan.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

// GPUs on one NUMA node, each with a uuid where `uuids` has one.
MachineGraph machine(const std::string& name, const std::vector<std::string>& uuids, std::int64_t mbps = 24'000) {
    std::vector<Part> parts;
    std::vector<Link> links;
    for (std::size_t i = 0; i < uuids.size(); ++i) {
        Part gpu;
        gpu.name = "GPU" + std::to_string(i);
        gpu.ordinal = static_cast<std::int32_t>(i);
        gpu.uuid = uuids[i];
        parts.push_back(std::move(gpu));
        links.push_back({PartIdx(static_cast<std::uint32_t>(i)), PartIdx(static_cast<std::uint32_t>(uuids.size())),
                         LinkKind::pcie, 1, mbps});
    }
    Part numa;
    numa.kind = PartKind::numa;
    numa.name = "NUMA0";
    parts.push_back(std::move(numa));
    auto graph = MachineGraph::build(name, Vendor::nvidia, std::move(parts), std::move(links));
    EXPECT_TRUE(graph.has_value());
    return *std::move(graph);
}

MachineRef ref(MachineGraph graph) {
    return MachineRef(std::make_shared<const MachineGraph>(std::move(graph)));
}

TEST(MachineRef, TwoReadingsOfOneDumpAreOneMachine) {
    EXPECT_EQ(ref(machine("a", {"", ""})), ref(machine("a", {"", ""})));
    EXPECT_NE(ref(machine("a", {"", ""})), ref(machine("a", {"", ""}, 12'000)));
    EXPECT_NE(ref(machine("a", {"", ""})), MachineRef());
    EXPECT_EQ(MachineRef(), MachineRef());
}

TEST(MachineRef, TheOrderIsEmptyThenNameThenContent) {
    const MachineRef a = ref(machine("a", {"", ""})), b = ref(machine("b", {""}));
    EXPECT_LT(MachineRef(), a);
    EXPECT_LT(a, b);
    const MachineRef slow = ref(machine("a", {"", ""}, 12'000));
    EXPECT_NE(a < slow, slow < a);
}

TEST(MachineRef, NodesAreComparedWithTheirMachines) {
    NodeFacts one, other;
    one.machine = ref(machine("a", {"", ""}));
    other.machine = ref(machine("a", {"", ""}));
    EXPECT_EQ(one, other);
    other.machine = ref(machine("a", {"", "", ""}));
    EXPECT_NE(one, other);
}

TEST(MachineGraph, MachinesOfOneTypeAreEqualOnceTheirUuidsAreTaken) {
    MachineGraph one = machine("a", {"GPU-1", ""}), other = machine("a", {"GPU-3", "GPU-4"});
    EXPECT_NE(one, other);
    EXPECT_EQ(one.take_uuids(), (std::vector<std::string>{"GPU-1", ""}));
    EXPECT_EQ(other.take_uuids(), (std::vector<std::string>{"GPU-3", "GPU-4"}));
    EXPECT_EQ(one, other);
    EXPECT_TRUE(one.take_uuids().empty());
}

TEST(Placement, OnlyControlledGpusArePlannedDevices) {
    Placement placement;
    placement.gpus = {0, 10};
    for (const auto source : {GpuSource::none, GpuSource::predicted, GpuSource::unknown}) {
        placement.gpu_source = source;
        EXPECT_TRUE(planned_devices(placement).empty());
    }
    placement.gpu_source = GpuSource::controlled;
    EXPECT_EQ(planned_devices(placement), (std::vector<std::string>{"ordinal:0", "ordinal:10"}));
}

}  // namespace
}  // namespace muster
