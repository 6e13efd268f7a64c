// Dumps of one machine's inside, in the words of the tool that wrote them → MachineGraph. One importer per file; a dump
// that is wrong is refused with the line or element, what is wrong, and what to do.
#pragma once

#include "placement/model/machine_graph.hpp"
#include "placement/model/result.hpp"

#include <cstddef>
#include <optional>
#include <string_view>

namespace muster {

enum class DumpFormat {
    smi_matrix,  // nvidia-smi topo -m
    smi_p2p,     // nvidia-smi topo -p2p
    smi_query,   // nvidia-smi -q -x
    nccl_xml,    // NCCL_TOPO_DUMP_FILE, NVIDIA and RCCL
    hwloc_xml,   // lstopo --of xml
    rocm_smi,    // rocm-smi --showtopo
    kfd,         // /sys/class/kfd/kfd/topology/nodes, flattened: "### PATH" before the contents of each file
};
[[nodiscard]] std::string_view name_of(DumpFormat format);  // "nvidia-smi topo -m", …

// At most this much is read.
inline constexpr std::size_t kMaxDumpBytes = 16UL << 20;

// Recognised by content. nullopt: none of them.
[[nodiscard]] std::optional<DumpFormat> recognise_dump(std::string_view text);

// `where` names the source in errors. Each: O(text + parts²).
[[nodiscard]] Result<MachineGraph> read_smi_matrix(std::string_view text, std::string_view where);
[[nodiscard]] Result<MachineGraph> read_smi_p2p(std::string_view text, std::string_view where);
[[nodiscard]] Result<MachineGraph> read_smi_query(std::string_view text, std::string_view where);
[[nodiscard]] Result<MachineGraph> read_nccl_xml(std::string_view text, std::string_view where);
[[nodiscard]] Result<MachineGraph> read_hwloc_xml(std::string_view text, std::string_view where);
[[nodiscard]] Result<MachineGraph> read_rocm_smi(std::string_view text, std::string_view where);
[[nodiscard]] Result<MachineGraph> read_kfd(std::string_view text, std::string_view where);
// Whichever it is. Errors: those of the importer, and a text that is none of them.
[[nodiscard]] Result<MachineGraph> read_machine_dump(std::string_view text, std::string_view where);

}  // namespace muster
