// One machine seen from all sides: paths, islands, the best GPU set of every size, what the kubelet would give instead.
// Forms for people, programs and pictures.
#pragma once

#include "placement/model/machine_graph.hpp"
#include "placement/topology/gpu_set_value.hpp"
#include "placement/topology/machine_paths.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace muster {

struct GpuSetChoice {
    GpuMask gpus = 0;
    GpuSetValue value;
};

// All GPUs are free.
struct SizeReport {
    std::size_t size = 0;
    GpuSetChoice best;
    std::optional<GpuSetChoice> kubelet;  // none: its rule gives no answer
};

struct TopoReport {
    const MachineGraph& machine;
    MachinePaths paths;
    std::string source;  // "nvidia-smi topo -m", "profile hgx-h100"
    std::vector<SizeReport> sizes;
};

// The graph outlives the report. Sizes: all from 2 on up to 16 GPUs, a choice of them beyond; of a single GPU just 1.
[[nodiscard]] TopoReport report_topology(const MachineGraph& machine, std::string source);

// Matrix, islands, sets and notes within 100 columns; ends with a newline.
[[nodiscard]] std::string topo_table(const TopoReport& report);
// {"apiVersion":"muster.scheduler/v1alpha1","kind":"MachineTopology",…}, indented, ends with a newline. The schema is
// in offline/README.md.
[[nodiscard]] std::string topo_json(const TopoReport& report);
// The machine as a graph for Graphviz.
[[nodiscard]] std::string topo_dot(const TopoReport& report);
// The machine as one self-contained picture.
[[nodiscard]] std::string topo_svg(const TopoReport& report);

// Words that the forms share.
// "8 × NVIDIA H200, 12 NICs, 2 NUMA nodes".
[[nodiscard]] std::string machine_title(const MachineGraph& machine);
// "0-3,6".
[[nodiscard]] std::string gpu_list(GpuMask gpus);
// As nvidia-smi prints: "NV18", "XGMI", "PXB", ….
[[nodiscard]] std::string path_word(const MachineGraph& machine, const Path& path);
// GB/s of MB/s in at most four characters up to 9999: "371", "20.6", "1.25".
[[nodiscard]] std::string gigabytes(std::int64_t mbps);
// The kubelet's share of the best, in whole per cent, rounded down.
[[nodiscard]] std::int64_t percent_of_best(const SizeReport& size);
// Whether some NIC states its rate; where none does, what a set can send is not known.
[[nodiscard]] bool knows_nic_rates(const MachineGraph& machine);
// NICs of the best class that the GPU reaches.
struct NearNics {
    PathClass path = PathClass::dis;
    std::vector<std::size_t> nics;
};
[[nodiscard]] NearNics near_nics(const TopoReport& report, std::size_t gpu);

}  // namespace muster
