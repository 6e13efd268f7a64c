// NCCL's and RCCL's topology files (NCCL_TOPO_DUMP_FILE, NCCL_TOPO_FILE): nccl src/graph/xml.cc and topo.cc.
#include "dialects/topology/machine_dump.hpp"
#include "dialects/topology/nccl_xml_parts.hpp"
#include "dialects/topology/text_table.hpp"

namespace muster {
namespace {

std::optional<Error> check_root(const XmlElement& root, std::string_view where) {
    if (root.name == "graphs") {
        return Error{ErrorCode::bad_input, at_line(where, root.line),
                     "is an NCCL_GRAPH_FILE, the rings and trees that NCCL chose, and no topology",
                     "give the NCCL_TOPO_DUMP_FILE of the same run"};
    }
    if (root.name != "system") {
        return Error{ErrorCode::bad_input, at_line(where, root.line),
                     "begins with <" + root.name + ">, and an NCCL topology with <system>",
                     "give an NCCL_TOPO_DUMP_FILE"};
    }
    return std::nullopt;
}

}  // namespace

Result<MachineGraph> read_nccl_xml(std::string_view text, std::string_view where) {
    MUSTER_TRY(const XmlElement root, parse_xml(text, where));
    if (auto error = check_root(root, where)) return std::unexpected(*std::move(error));
    MUSTER_TRY(NcclMachine machine, read_nccl_tree(root, where));
    if (auto error = add_nccl_links(machine, where)) return std::unexpected(*std::move(error));
    return std::move(machine.parts).build(where, machine.amd ? Vendor::amd : Vendor::nvidia);
}

}  // namespace muster
