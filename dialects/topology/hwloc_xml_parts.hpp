// The two halves of the hwloc importer: the object tree, and the matrices of link bandwidths behind it.
#pragma once

#include "dialects/topology/machine_parts.hpp"
#include "dialects/topology/xml_tree.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string_view>

namespace muster {

struct HwlocMachine {
    MachineParts parts;
    // By gp_index, hwloc's number of an object: GPUs (under the numbers of their PCI device and of each of its OS
    // devices), and NUMA nodes (also under that of their package).
    std::map<std::int64_t, PartIdx> gpus;
    std::map<std::int64_t, PartIdx> numas;
    std::set<std::int64_t> switches;
    bool amd = false;
};

// Parts, PCIe and socket links; GPUs numbered. Errors name the line. O(elements × depth).
[[nodiscard]] Result<HwlocMachine> read_hwloc_objects(const XmlElement& topology, std::string_view where);

// NVLink and xGMI from the matrices NVLinkBandwidth and XGMIBandwidth. O(entries).
[[nodiscard]] std::optional<Error> add_hwloc_links(const XmlElement& topology, HwlocMachine& machine,
                                                   std::string_view where);

}  // namespace muster
