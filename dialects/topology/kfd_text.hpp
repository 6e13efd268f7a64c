// The flattened text of KFD's sysfs tree: "### PATH" before the contents of each file.
#pragma once

#include "placement/model/result.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace muster {

// A file of lines "name value".
using KfdProperties = std::map<std::string, std::uint64_t, std::less<>>;

struct KfdLink {
    std::uint32_t from = 0, to = 0;
    std::uint64_t type = 0;  // the kernel's CRAT: 1 HyperTransport, 2 PCIe, 5 QPI, 11 xGMI
    std::uint64_t max_mbps = 0;
    std::int32_t line = 0;
};

struct KfdDump {
    std::map<std::uint32_t, KfdProperties> nodes;  // by number; without properties where the kernel hid them
    std::vector<KfdLink> links;                    // of io_links; p2p_links only repeat what follows from those
};

// Errors name the line: no node, a node or link told twice, a property that is no number. O(text).
[[nodiscard]] Result<KfdDump> read_kfd_text(std::string_view text, std::string_view where);

}  // namespace muster
