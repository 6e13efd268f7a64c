#include "policies/rail_aligned.hpp"

#include "placement/model/machine_graph.hpp"
#include "test/policies/policy_world.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace muster {
namespace {

using test::Costs;
using test::request_of;
using test::two_racks;

// Four GPUs on two PCIe switches: on the first GPU 0 and GPU 1, on the second GPU 2 and GPU 3, each switch with as many
// NICs as given.
MachineRef four_gpus(int first_nics, int second_nics) {
    std::vector<Part> parts;
    std::vector<Link> links;
    const auto join = [&](PartIdx a, PartIdx b) {
        links.push_back({std::min(a, b), std::max(a, b), LinkKind::pcie, 1, 12'000});
    };
    const auto part = [&](PartKind kind, const std::string& name, std::int32_t ordinal = -1) {
        Part made;
        made.kind = kind;
        made.name = name;
        made.ordinal = ordinal;
        parts.push_back(std::move(made));
        return PartIdx(static_cast<std::uint32_t>(parts.size() - 1));
    };
    const PartIdx root = part(PartKind::numa, "NUMA0");
    int nic = 0;
    for (int half = 0; half < 2; ++half) {
        const PartIdx bridge = part(PartKind::bridge, "PCI" + std::to_string(half));
        join(root, bridge);
        for (int i = 2 * half; i < 2 * half + 2; ++i) join(bridge, part(PartKind::gpu, "GPU" + std::to_string(i), i));
        for (int i = 0; i < (half == 0 ? first_nics : second_nics); ++i, ++nic)
            join(bridge, part(PartKind::nic, "mlx5_" + std::to_string(nic)));
    }
    return MachineRef(std::make_shared<const MachineGraph>(
        MachineGraph::build("four", Vendor::nvidia, std::move(parts), std::move(links)).value()));
}

ClusterState on_machines(const MachineRef& machine, std::int64_t gpus = 4) {
    return two_racks([&](NodeFacts& node) {
        node.allocatable.set(test::kGpu, gpus);
        node.machine = machine;
        node.gpu_resource = test::kGpu;
    });
}

void take(ClusterState& state, const std::string& node, const std::vector<std::string>& devices) {
    const auto count = static_cast<std::int64_t>(devices.size());
    state.apply(PodBound{PodUid("on-" + node), NodeName(node), {{test::kGpu, count}}, {}, false, devices});
}

TEST(RailAligned, AMemberWithoutTheNicsThatOthersHaveCosts) {
    auto state = on_machines(four_gpus(1, 0));
    const Costs costs(state, *make_rail_aligned(), request_of(4, 1));
    // The kubelet gives GPU 0 and GPU 1, which have a NIC, before GPU 2 and GPU 3.
    EXPECT_EQ(costs.of("a/a1", 1), 0);
    EXPECT_EQ(costs.of("a/a1", 2), 0);
    EXPECT_EQ(costs.of("a/a1", 3), 1);
    EXPECT_EQ(costs.of("a/a1", 4), 2);
    EXPECT_EQ(costs.of("a/a1", 0), 0);
}

TEST(RailAligned, WhatIsFreeDecides) {
    auto state = on_machines(four_gpus(1, 0));
    take(state, "a1", {"ordinal:0", "ordinal:1"});
    take(state, "a2", {"ordinal:2", "ordinal:3"});
    const Costs costs(state, *make_rail_aligned(), request_of(2, 1));
    EXPECT_EQ(costs.of("a/a1", 2), 2);
    EXPECT_EQ(costs.of("a/a2", 2), 0);
}

TEST(RailAligned, ThePluginPutsAPairOnOneSwitchThoughTwoWouldHaveMoreNics) {
    auto state = on_machines(four_gpus(1, 1));
    EXPECT_EQ(Costs(state, *make_rail_aligned(), request_of(2, 2)).of("a/a1", 2), 2);
    EXPECT_EQ(Costs(state, *make_rail_aligned(), request_of(2, 1)).of("a/a1", 2), 0) << "each GPU has one NIC";
}

TEST(RailAligned, WhatIsNotKnownIsNotAligned) {
    auto state = on_machines(four_gpus(1, 0));
    take(state, "a1", {});
    test::use(state, "somewhere", "a1", 1);
    EXPECT_EQ(Costs(state, *make_rail_aligned(), request_of(2, 1)).of("a/a1", 2), 2);
    auto broken = on_machines(four_gpus(1, 0), 3);
    EXPECT_EQ(Costs(broken, *make_rail_aligned(), request_of(2, 1)).of("a/a1", 2), 2) << "which one is broken?";
}

TEST(RailAligned, WhereAnyGpusAreAsGoodAsOthersNothingNeedBeKnown) {
    auto state = on_machines(four_gpus(1, 1));
    test::use(state, "somewhere", "a1", 1);
    EXPECT_EQ(Costs(state, *make_rail_aligned(), request_of(2, 1)).of("a/a1", 2), 0);
    EXPECT_EQ(Costs(state, *make_rail_aligned(), request_of(1, 3)).of("a/a1", 1), 0)
        << "three always meet both switches";
    auto none = on_machines(four_gpus(0, 0));
    EXPECT_EQ(Costs(none, *make_rail_aligned(), request_of(2, 1)).of("a/a1", 2), 0);
}

TEST(RailAligned, AMemberThatTakesTheWholeMachineLacksNothing) {
    auto state = on_machines(four_gpus(1, 0));
    EXPECT_EQ(Costs(state, *make_rail_aligned(), request_of(1, 4)).of("a/a1", 1), 0);
}

TEST(RailAligned, OnlyHostsWithMachinesAndMembersWithGpusCost) {
    auto state = on_machines(four_gpus(1, 0));
    EXPECT_EQ(Costs(state, *make_rail_aligned(), request_of(4, 1)).of("a", 4), 0);
    EXPECT_EQ(Costs(state, *make_rail_aligned(), request_of(4, 0)).of("a/a1", 4), 0);
    auto plain = two_racks();
    EXPECT_EQ(Costs(plain, *make_rail_aligned(), request_of(4, 1)).of("a/a1", 4), 0);
}

}  // namespace
}  // namespace muster
