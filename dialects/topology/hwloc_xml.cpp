// lstopo --of xml, of hwloc 2 and 3.
#include "dialects/topology/hwloc_xml_parts.hpp"
#include "dialects/topology/machine_dump.hpp"
#include "dialects/topology/text_table.hpp"

namespace muster {

Result<MachineGraph> read_hwloc_xml(std::string_view text, std::string_view where) {
    MUSTER_TRY(const XmlElement root, parse_xml(text, where));
    if (root.name != "topology") {
        return std::unexpected(Error{ErrorCode::bad_input, at_line(where, root.line),
                                     "begins with <" + root.name + ">, and hwloc's XML with <topology>",
                                     "give the output of lstopo --of xml"});
    }
    MUSTER_TRY(HwlocMachine machine, read_hwloc_objects(root, where));
    if (auto error = add_hwloc_links(root, machine, where)) return std::unexpected(*std::move(error));
    return std::move(machine.parts).build(where, machine.amd ? Vendor::amd : Vendor::nvidia);
}

}  // namespace muster
