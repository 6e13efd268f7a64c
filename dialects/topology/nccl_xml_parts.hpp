// The two halves of the NCCL importer: what hangs where on PCIe, and the links beside it.
#pragma once

#include "dialects/topology/machine_parts.hpp"
#include "dialects/topology/xml_tree.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace muster {

struct NcclGpu {
    const XmlElement* pci = nullptr;
    const XmlElement* gpu = nullptr;  // nullptr: a bare <pci>, which NCCL fills in at run time
    std::string bus;
    PartIdx part;
    PartIdx numa;
};

struct NcclMachine {
    MachineParts parts;
    std::vector<NcclGpu> gpus;          // in file order
    std::vector<std::string> switches;  // addresses of NVSwitches that are listed as PCI devices
    bool amd = false;
};

// Parts, PCIe and socket links; GPUs numbered. `system` outlives the result. Errors name the line. O(elements × depth).
[[nodiscard]] Result<NcclMachine> read_nccl_tree(const XmlElement& system, std::string_view where);

// NVLink, xGMI and C2C, given by both ends in the file and once in the graph. O(links).
[[nodiscard]] std::optional<Error> add_nccl_links(NcclMachine& machine, std::string_view where);

}  // namespace muster
