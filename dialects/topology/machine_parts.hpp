// What an importer collects before MachineGraph::build checks and sorts it.
#pragma once

#include "placement/model/machine_graph.hpp"
#include "placement/model/result.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace muster {

// More NUMA nodes are no machine.
inline constexpr std::size_t kMostNumas = 128;
// What joins parts of one device, or a device to its NUMA node past PCIe: no bottleneck (NCCL's topo.h, LOC_BW).
inline constexpr std::int64_t kInsideMbps = 5'000'000;

struct MachineParts {
    std::vector<Part> parts;
    std::vector<Link> links;
    std::vector<std::string> notes;

    PartIdx add(Part part);
    PartIdx add_nvswitch(std::string name);
    // `mbps` of all `count` links together.
    void join(PartIdx a, PartIdx b, LinkKind kind, std::int64_t mbps, std::int32_t count = 1);
    // Every two NUMA nodes by a link of what their CPUs carry.
    void join_sockets();
    // GPUs 0 to count − 1, the first parts: "GPU0", …
    void add_gpus(std::size_t count);
    // The graph with the notes; `where` names it, and stands before what build() finds wrong.
    [[nodiscard]] Result<MachineGraph> build(std::string_view where, Vendor vendor) &&;
};

// nullopt: a text that may be read.
[[nodiscard]] std::optional<Error> check_dump_size(std::string_view text, std::string_view where);

// "GPU0, GPU1 and 3 more".
[[nodiscard]] std::string list_names(const std::vector<std::string>& names, std::size_t most = 4);

}  // namespace muster
